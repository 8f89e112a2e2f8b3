"""Chats at work are read from Google's Takeout and from Mattermost's bulk export."""

import pytest

from service.batch.rows import ReadAs
from tests.service.batch.input.dump_reader import DumpReader, cells
from tests.service.batch.input.packing import pack_zip
from tests.service.batch.input.platforms.sample import FIRST_TIME, SECOND_TIME, csv_table, json_document, json_lines


@pytest.mark.parametrize(
    "date",
    ["Wednesday, January 1, 2020 at 12:00:00\u202fAM UTC", "Wednesday, 1 January 2020 at 00:00:00 UTC", FIRST_TIME],
    ids=["american", "british", "iso"],
)
def test_messages_of_google_chat_are_read(read_dump: DumpReader, date: str) -> None:
    """Times are understood as Takeout writes them; the folder is the conversation; deleted messages have the reason."""
    message = {
        **{"creator": {"name": "Ann", "email": "ann@example.org", "user_type": "Human"}, "created_date": date},
        **{"topic_id": "t1", "message_id": "s/t1/m1"},
    }
    messages = {"messages": [message | {"text": "hi"}, message | {"message_state": "DELETED"}]}
    rows = read_dump(pack_zip({"Groups/Space 1/messages.json": json_document(messages)}), "chat.zip").rows
    assert [(*cells(row), row.place) for row in rows] == [
        ("s/t1/m1", "hi", None, "Ann", None, FIRST_TIME, "Space 1"),
        ("s/t1/m1", None, "deleted", "Ann", None, FIRST_TIME, "Space 1"),
    ]


def test_posts_of_mattermost_are_read_with_their_replies(read_dump: DumpReader) -> None:
    """A reply stands inside the post that it answers; teams and users are no comments."""
    reply = {"user": "bob", "message": "ho", "create_at": 1577836801000}
    post = {"team": "t", "channel": "roses", "user": "ann", "message": "hi", "create_at": 1577836800000, "replies": [reply]}
    direct = {"channel_members": ["ann", "bob"], "user": "ann", "message": "psst", "create_at": 1577836800000}
    lines = [{"type": "version", "version": 1}, {"type": "post", "post": post}, {"type": "direct_post", "direct_post": direct}]
    rows = read_dump(json_lines(lines), "export.jsonl", read_as=ReadAs.MATTERMOST).rows
    assert [(row.text, row.author, row.place) for row in rows] == [
        (None, None, None),
        ("hi", "ann", "roses"),
        ("ho", "bob", "roses"),
        ("psst", "ann", "ann, bob"),
    ]
    assert [row.created_at and row.created_at.isoformat() for row in rows[1:3]] == [FIRST_TIME, SECOND_TIME]
    assert rows[0].reason == "not-a-comment"


def test_messages_of_linkedin_are_read(read_dump: DumpReader) -> None:
    """The columns are in capitals, and the conversation is the place."""
    header = ["CONVERSATION ID", "CONVERSATION TITLE", "FROM", "SENDER PROFILE URL", "TO", "DATE", "SUBJECT", "CONTENT", "FOLDER"]
    message = ["2-x==", "", "Ann", "https://example.org/in/ann", "Bob", "2020-01-01 00:00:00 UTC", "Hello", "hi, you", "INBOX"]
    content = read_dump(csv_table(header, message), "messages.csv")
    assert content.description == "messages of LinkedIn (CSV)"
    assert [(*cells(row), row.place) for row in content.rows] == [(None, "hi, you", None, "Ann", None, FIRST_TIME, "2-x==")]
