"""Conversations of Facebook and Instagram are read in the shapes that they have had."""

import pytest

from tests.service.batch.input.dump_reader import DumpReader, cells
from tests.service.batch.input.packing import pack_zip
from tests.service.batch.input.platforms.chats.chat_samples import facebook_bytes
from tests.service.batch.input.platforms.sample import FIRST_TIME, json_document, json_lines

MESSAGE = {"sender_name": "Ann", "timestamp_ms": 1577836800000}


@pytest.mark.parametrize(
    ("fields", "text", "reason"),
    [
        ({"content": facebook_bytes("да")}, "да", None),
        ({"sticker": {"uri": "x.png"}}, "", None),
        ({"content": "left", "type": "Unsubscribe", "users": []}, None, "not-a-comment"),
        ({"content": "You called Bob.", "call_duration": 0}, None, "not-a-comment"),
        ({"is_unsent": True}, None, "deleted"),
    ],
)
def test_kinds_of_messages(read_dump: DumpReader, fields: dict[str, object], text: str | None, reason: str | None) -> None:
    """Words are read, media alone are empty; calls, joining and leaving are no comments."""
    (row,) = read_dump(json_lines([MESSAGE | fields]), "x.jsonl").rows
    assert (row.text, row.reason, row.author) == (text, reason, "Ann")


def test_conversations_of_an_archive_are_told_apart(read_dump: DumpReader) -> None:
    """Where the title of a conversation is not known when its messages are read, the folder of its file is their place."""
    files = {f"messages/inbox/{name}_1/message_1.json": json_document([MESSAGE | {"content": "hi"}]) for name in ("ann", "bob")}
    assert [row.place for row in read_dump(pack_zip(files), "facebook.zip").rows] == ["ann_1", "bob_1"]


def test_encrypted_conversations_are_read(read_dump: DumpReader) -> None:
    """What Messenger exports of encrypted conversations has other names, and no mojibake."""
    message = {
        "isUnsent": False,
        "media": [],
        "reactions": [],
        "senderName": "Ännchen",
        "text": "schön",
        "timestamp": 1577836800000,
        "type": "text",
    }
    chat = {"participants": ["Ännchen", "Bob"], "threadName": "Bob_12", "messages": [message, message | {"isUnsent": True, "text": ""}]}
    rows = read_dump(json_document(chat), "Bob_12.json").rows
    assert [cells(row) for row in rows] == [
        (None, "schön", None, "Ännchen", None, FIRST_TIME),
        (None, None, "deleted", "Ännchen", None, FIRST_TIME),
    ]
    assert {row.place for row in rows} == {"Bob_12"}


def test_early_conversations_of_instagram_are_read(read_dump: DumpReader) -> None:
    """Until 2020 the messages of a conversation stood in it, and it had no name."""
    chat = {
        "participants": ["ann", "bob"],
        "conversation": [
            {"sender": "ann", "created_at": FIRST_TIME, "text": "hi"},
            {"sender": "bob", "created_at": FIRST_TIME, "media": "x"},
        ],
    }
    content = read_dump(json_document([chat]), "messages.json")
    assert content.description == "messages of Instagram (JSON)"
    assert [(*cells(row), row.place) for row in content.rows] == [
        (None, "hi", None, "ann", None, FIRST_TIME, "ann, bob"),
        (None, "", None, "bob", None, FIRST_TIME, "ann, bob"),
    ]
