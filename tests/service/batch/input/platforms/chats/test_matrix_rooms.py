"""Events of Matrix rooms are comments if somebody wrote words in them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.batch.input.dump_reader import DumpReader
from tests.service.batch.input.platforms.chats.chat_samples import MATRIX_ROOM
from tests.service.batch.input.platforms.sample import json_document, json_lines

EVENT = {
    "type": "m.room.message",
    "sender": "@ann:example.org",
    "event_id": "$1",
    "room_id": "!r:example.org",
    "origin_server_ts": 1577836800000,
}
REPLY = {"m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}}
THREAD = {"rel_type": "m.thread", "event_id": "$root", "m.in_reply_to": {"event_id": "$last"}}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"msgtype": "m.text", "body": "hi"}, "hi"),
        ({"msgtype": "m.emote", "body": "waves"}, "waves"),
        ({"msgtype": "m.text", "body": "> <@b:x> one\n> two\n\nmine\n> own"} | REPLY, "mine\n> own"),
        ({"msgtype": "m.text", "body": "> * <@b:x> waves\n\nmine"} | REPLY, "mine"),
        ({"msgtype": "m.text", "body": "> my own quotation"} | REPLY, "> my own quotation"),
        ({"msgtype": "m.text", "body": "> <@b:x> not a reply"}, "> <@b:x> not a reply"),
        ({"msgtype": "m.image", "body": "rose.png", "url": "mxc://x"}, ""),
        ({"msgtype": "m.image", "body": "my rose", "filename": "rose.png", "url": "mxc://x"}, "my rose"),
        (
            {
                "msgtype": "m.text",
                "body": "* new",
                "m.new_content": {"body": "new"},
                "m.relates_to": {"rel_type": "m.replace", "event_id": "$0"},
            },
            "new",
        ),
    ],
)
def test_a_text_is_what_the_sender_wrote(read_dump: DumpReader, content: dict[str, Any], text: str) -> None:
    """Quotations for old clients, names of files and the marks of edits are left out."""
    (row,) = read_dump(json_lines([EVENT | {"content": content}]), "x.jsonl").rows
    assert (row.text, row.reason, row.place) == (text, None, "!r:example.org")


@pytest.mark.parametrize(
    ("relation", "parent"),
    [
        ({"m.in_reply_to": {"event_id": "$0"}}, "$0"),
        (THREAD, "$last"),
        (THREAD | {"is_falling_back": True}, "$root"),
        ({"rel_type": "m.thread", "event_id": "$root"}, "$root"),
        ({"rel_type": "m.replace", "event_id": "$0"}, None),
    ],
)
def test_a_parent_is_what_the_sender_answers(read_dump: DumpReader, relation: dict[str, Any], parent: str | None) -> None:
    """A message of a thread answers the first one there, unless its sender answers another in particular."""
    content = {"msgtype": "m.text", "body": "hi", "m.relates_to": relation}
    (row,) = read_dump(json_lines([EVENT | {"content": content}]), "x.jsonl").rows
    assert row.parent == parent


@pytest.mark.parametrize("prefix", ["m", "org.matrix.msc3381"])
def test_polls_are_read(read_dump: DumpReader, prefix: str) -> None:
    """A poll is its question and what there is to choose from, as a draft called its fields and as the standard does."""
    text = "m.text" if prefix == "m" else "org.matrix.msc1767.text"
    poll = {"question": {text: "Roses?"}, "answers": [{"id": "1", text: "yes"}, {"id": "2", text: "no"}]}
    content = {"m.poll" if prefix == "m" else f"{prefix}.poll.start": poll}
    (row,) = read_dump(json_lines([EVENT | {"type": f"{prefix}.poll.start", "content": content}]), "x.jsonl").rows
    assert row.text == "Roses?\nyes\nno"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "m.room.member", "content": {"membership": "join"}}, "not-a-comment"),
        ({"type": "m.reaction", "content": {"m.relates_to": {"key": "+1"}}}, "not-a-comment"),
        ({"type": "m.room.encrypted", "content": {"ciphertext": "AwgA"}}, "no-text"),
        ({"content": {}, "unsigned": {"redacted_because": {"sender": "@ann:example.org"}}}, "deleted"),
        ({"content": {}, "unsigned": {"redacted_because": {"sender": "@mod:example.org"}}}, "removed"),
        ({"content": {}}, "deleted"),
    ],
)
def test_other_events_have_a_reason(read_dump: DumpReader, fields: dict[str, Any], reason: str) -> None:
    """Who took a message away is told; a message that cannot be decrypted is no comment that was read."""
    (row,) = read_dump(json_lines([EVENT | fields]), "x.jsonl").rows
    assert row.reason == reason


LINES = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(LINES, min_size=1, max_size=4), st.lists(LINES, min_size=1, max_size=4).map("\n".join))
def test_quotations_are_left_out_whole(read_dump: DumpReader, quoted: list[str], reply: str) -> None:
    """Whatever is quoted, in however many lines, the reply is read from its first letter to its last."""
    quotation = "\n".join(["> <@bob:example.org> " + quoted[0], *("> " + line for line in quoted[1:])])
    content = {"msgtype": "m.text", "body": f"{quotation}\n\n{reply}"} | REPLY
    (row,) = read_dump(json_lines([EVENT | {"content": content}]), "x.jsonl").rows
    assert row.text == reply


def test_messages_tell_their_room(read_dump: DumpReader) -> None:
    """The name of the room in an export by Element is the place of its messages."""
    assert {row.place for row in read_dump(json_document(MATRIX_ROOM), "x.json").rows} == {"Roses"}
