"""Tables that look like dumps of chats, and are none, are read as the tables that they are."""

import pytest

from tests.service.batch.input.dump_reader import DumpReader, texts
from tests.service.batch.input.platforms.sample import json_lines


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "comment", "ts": 1577836800, "user": "ann"},
        {"type": "comment", "sender": "ann", "content": "a title", "event_id": 5},
        {"type": "email", "conversationId": 7, "sent_at": "2020-01-01"},
        {"type": "note", "date": "2020-01-01", "from": "ann"},
        {"creator": "ann", "created_date": "2020-01-01", "message_id": 8},
        {"timestamp": 1577836800, "title": "a title", "data": 5},
        {"media": "a photo", "title": "a title"},
        {"type": "post", "post": "a title"},
    ],
    ids=lambda fields: "-".join(fields),
)
def test_other_tables_keep_their_texts(read_dump: DumpReader, fields: dict[str, object]) -> None:
    """Names alone do not make a chat of a table: its texts are judged, each once."""
    rows = read_dump(json_lines([fields | {"text": "first"}, fields | {"text": "second"}]), "x.jsonl").rows
    assert texts(rows) == ["first", "second"]


def test_dialogues_of_a_corpus_are_not_taken_for_instagram(read_dump: DumpReader) -> None:
    """A corpus of conversations has other messages in them; each of their texts is a row."""
    dialogue = {"participants": ["a", "b"], "conversation": [{"role": "a", "text": "first"}, {"role": "b", "text": "second"}]}
    assert texts(read_dump(json_lines([dialogue, dialogue]), "x.jsonl").rows) == ["first", "second"] * 2
