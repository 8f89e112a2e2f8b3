"""Posts of Discourse as its interface answers them, in the shapes that they come in."""

from typing import Any

from model.comment import Format
from service.batch.rows import Reason
from tests.service.batch.input.platforms.record_rows import read_records

POST: dict[str, Any] = {
    **{"id": 102, "username": "ann", "created_at": "2020-01-01T00:00:00.000Z", "cooked": "<p>hi</p>", "post_number": 2, "topic_id": 5},
    **{"post_type": 1, "reply_to_post_number": 1, "topic_title": "Beans"},
}


def test_the_latest_posts_are_of_several_topics() -> None:
    """Each has the title of its topic; what stands in no answer is told by its topic and its number there."""
    other = {**POST, "id": 7, "topic_id": 9, "post_number": 1, "reply_to_post_number": None, "topic_title": "Peas"}
    rows = read_records([{"latest_posts": [POST, other]}], "posts of Discourse")

    assert [(row.id, row.parent, row.title) for row in rows] == [(102, "5/1", "Beans"), (7, None, "Peas")]


def test_a_post_may_stand_alone() -> None:
    """``/posts/ID.json`` holds the Markdown of the post, too, which is what it was written as."""
    (row,) = read_records([{**POST, "raw": "*hi*"}], "posts of Discourse")

    assert (row.id, row.text, row.format, row.author) == (102, "*hi*", Format.MARKDOWN, "ann")


def test_parts_of_a_topic_name_what_they_answer_by_its_number() -> None:
    """The posts of a topic beyond the first twenty come in answers of their own, some of whose parents stand elsewhere."""
    third = {**POST, "id": 103, "post_number": 3, "reply_to_post_number": 2}
    rows = read_records([{"post_stream": {"posts": [POST, third]}, "id": 5}], "posts of Discourse")

    assert [(row.id, row.parent) for row in rows] == [(102, "5/1"), (103, "102")]


def test_messages_of_chats_name_their_users_in_objects() -> None:
    """The interface answers a user where an export has a name."""
    message = {"id": 1, "chat_channel_id": 2, "message": "hi", "created_at": "2020-01-01T00:00:00Z", "user": {"id": 3, "username": "ann"}}
    first, second = read_records([message, {**message, "deleted_at": "2020-01-02T00:00:00Z"}], "chat messages of Discourse")

    assert (first.id, first.text, first.author) == (1, "hi", "ann")
    assert second.reason is Reason.DELETED
