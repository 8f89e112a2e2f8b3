"""The texts of Matrix events that people can read."""

from typing import Any

import pytest

from model.comment import Format
from service.http.dialects.matrix_events import event_comments

HTML = "org.matrix.custom.html"
REPLY = {"m.in_reply_to": {"event_id": "$1"}}


def texts(content: object, kind: object = "m.room.message") -> list[str]:
    event: dict[str, Any] = {"type": kind, "content": content}
    return [comment.text for comment in event_comments(event)]


def test_both_bodies_of_a_message_are_texts() -> None:
    """The plain body of a message and the formatted one are texts, the latter as HTML."""
    comments = event_comments({"type": "m.room.message", "content": {"body": "a", "format": HTML, "formatted_body": "<b>a</b>"}})

    assert [(comment.text, comment.format) for comment in comments] == [("a", Format.PLAIN), ("<b>a</b>", Format.HTML)]


def test_edited_version_of_a_message_is_a_text() -> None:
    """The text to which a message is changed is a text beside the fallback for older clients."""
    assert texts({"body": "* b", "m.new_content": {"body": "b"}}) == ["* b", "b"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("> <@a:b> theirs\n\nown", "own"),
        ("> * <@a:b> theirs\n> more\n\nown\n> own too", "own\n> own too"),
        ("> not a reply's quotation\nown", "> not a reply's quotation\nown"),
        ("> <@a:b> nothing else", "> <@a:b> nothing else"),
    ],
)
def test_quotation_of_a_reply_is_left_out(body: str, expected: str) -> None:
    """What a reply quotes at its beginning is left out unless there is nothing else; other quotations are the author's own."""
    assert texts({"body": body, "m.relates_to": REPLY}) == [expected]
    assert texts({"body": body}) == [body]


def test_quotation_in_a_formatted_reply_is_left_out() -> None:
    """What a formatted reply quotes is left out unless there is nothing else."""
    formatted = "<mx-reply><blockquote>theirs</blockquote></mx-reply>own"

    assert texts({"format": HTML, "formatted_body": formatted, "m.relates_to": REPLY}) == ["own"]
    assert texts({"format": HTML, "formatted_body": formatted.removesuffix("own"), "m.relates_to": REPLY}) == [
        formatted.removesuffix("own")
    ]


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("m.room.topic", {"topic": "a"}, ["a"]),
        ("m.room.name", {"name": "a"}, ["a"]),
        ("m.room.topic", {"topic": 5}, []),
        ("m.room.member", {"displayname": "a"}, []),
        ("m.room.message", {"body": 5, "m.new_content": []}, []),
        ("m.room.message", "a", []),
        (5, {"body": "a"}, []),
    ],
)
def test_topics_and_names_of_rooms_are_texts(kind: object, content: object, expected: list[str]) -> None:
    """The topic and the name of a room are texts; events of other types, and values that are not texts, have none."""
    assert texts(content, kind) == expected
