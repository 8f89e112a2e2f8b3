"""Messages of Discord are those that somebody wrote; what the exporter writes about other events is no comment."""

from typing import Any

import pytest

from tests.service.batch.input.dump_reader import DumpReader, cells
from tests.service.batch.input.packing import pack_zip
from tests.service.batch.input.platforms.chats.chat_samples import DISCORD_CHANNEL
from tests.service.batch.input.platforms.sample import FIRST_TIME, json_document, json_lines

MESSAGE: dict[str, Any] = {
    "id": "1",
    "type": "Default",
    "timestamp": FIRST_TIME,
    "timestampEdited": None,
    "isPinned": False,
    "content": "hi",
    "author": {},
}


@pytest.mark.parametrize(
    ("kind", "is_comment"),
    [
        ("Default", True),
        ("Reply", True),
        ("20", True),
        ("ChannelPinnedMessage", False),
        ("Call", False),
        ("8", False),
        ("ThreadCreated", False),
    ],
)
def test_system_messages_are_no_comments(read_dump: DumpReader, kind: str, is_comment: bool) -> None:
    """Kinds are told by their names, or by their numbers where the exporter has no names for them."""
    (row,) = read_dump(json_lines([MESSAGE | {"type": kind}]), "x.jsonl").rows
    assert (row.reason is None) == is_comment


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"content": "see", "author": {"name": "ann", "isBot": False}, "embeds": [{"title": "A page of others"}]}, "see"),
        ({"content": "see", "author": {"name": "bot", "isBot": True}, "embeds": [{"title": "Its own"}]}, "see\nIts own"),
        ({"content": "", "forwardedMessage": {"timestamp": FIRST_TIME, "content": "passed on"}}, "passed on"),
        ({"content": "", "attachments": [{"id": "2", "fileName": "idiot.png"}]}, ""),
    ],
)
def test_a_text_is_what_the_author_shows(read_dump: DumpReader, fields: dict[str, Any], text: str) -> None:
    """Cards of programs and forwarded messages are read; previews of pages and names of files are not."""
    (row,) = read_dump(json_lines([MESSAGE | fields]), "x.jsonl").rows
    assert row.text == text


def test_a_package_of_own_messages_is_read(read_dump: DumpReader) -> None:
    """What Discord itself hands out has a folder for each channel; old packages hold CSV, new ones JSON."""
    table = b'ID,Timestamp,Contents,Attachments\r\n12,2020-01-01 00:00:00+00:00,"hi, you",\r\n'
    document = json_document([{"ID": 13, "Timestamp": "2020-01-01 00:00:00", "Contents": "ho", "Attachments": ""}])
    rows = read_dump(pack_zip({"messages/c381/messages.csv": table, "messages/c382/messages.json": document}), "package.zip").rows
    assert [(*cells(row), row.place) for row in rows] == [
        ("12", "hi, you", None, None, None, FIRST_TIME, "c381"),
        (13, "ho", None, None, None, FIRST_TIME, "c382"),
    ]


def test_messages_tell_their_channel(read_dump: DumpReader) -> None:
    """The channel that the document names is the place of its messages."""
    assert {row.place for row in read_dump(json_document(DISCORD_CHANNEL), "x.json").rows} == {"roses"}


def test_answers_of_the_interface_are_read(read_dump: DumpReader) -> None:
    """Kinds are numbers, parents are elsewhere, and people who are mentioned are numbers in the text."""
    message = {
        **{
            "id": "11",
            "type": 19,
            "content": "you too, <@2> and <@!3>",
            "channel_id": "381",
            "timestamp": FIRST_TIME,
            "edited_timestamp": None,
        },
        **{
            "author": {"id": "1", "username": "ann", "global_name": "Ann"},
            "mentions": [{"id": "2", "username": "bob", "global_name": None}],
        },
        **{"message_reference": {"message_id": "10", "channel_id": "381"}, "embeds": [], "pinned": False, "tts": False},
    }
    rows = read_dump(json_lines([message, message | {"type": 7, "content": ""}]), "x.jsonl").rows
    assert [(*cells(row), row.place) for row in rows] == [
        ("11", "you too, @bob and @3", None, "ann", "10", FIRST_TIME, "381"),
        ("11", None, "not-a-comment", "ann", None, FIRST_TIME, "381"),
    ]
