"""Messages of Signal are read as signal-export writes them and as its database holds them."""

from tests.service.batch.input.dump_reader import DumpReader, cells
from tests.service.batch.input.packing import pack_zip
from tests.service.batch.input.platforms.sample import FIRST_TIME, json_lines


def test_exported_chats_are_read(read_dump: DumpReader) -> None:
    """The folder of the file is the chat; what a message quotes is no text of its own."""
    message = {"date": FIRST_TIME, "sender": "Ann", "body": "hi", "quote": "> Bob: ho", "sticker": "", "reactions": [], "attachments": []}
    content = read_dump(pack_zip({"Roses/data.json": json_lines([message])}), "signal.zip")
    assert [(*cells(row), row.place) for row in content.rows] == [(None, "hi", None, "Ann", None, FIRST_TIME, "Roses")]


def test_messages_of_the_database_are_read(read_dump: DumpReader) -> None:
    """Calls and changes of keys are no comments, a photo alone is empty, and what was deleted has the reason."""
    message = {"id": "a-1", "conversationId": "c-1", "type": "incoming", "body": "hi", "sent_at": 1577836800000, "source": "+49151234"}
    changes: list[dict[str, object]] = [
        {},
        {"type": "outgoing", "body": None},
        {"type": "keychange"},
        {"deletedForEveryone": True, "body": ""},
    ]
    content = read_dump(json_lines([message | change for change in changes]), "x.jsonl")
    assert content.description == "messages of Signal (JSON Lines)"
    assert [(row.text, row.reason) for row in content.rows] == [("hi", None), ("", None), (None, "not-a-comment"), (None, "deleted")]
    assert (*cells(content.rows[0]), content.rows[0].place) == ("a-1", "hi", None, "+49151234", None, FIRST_TIME, "c-1")
