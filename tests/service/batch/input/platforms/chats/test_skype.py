"""Messages of Skype are read without what they quote; other events are no comments."""

import pytest

from tests.service.batch.input.dump_reader import DumpReader
from tests.service.batch.input.platforms.sample import json_lines

MESSAGE = {
    **{"id": "1577836800001", "displayName": None, "originalarrivaltime": "2020-01-01T00:00:00.123Z", "version": 1577836800001},
    **{"messagetype": "RichText", "content": "hi", "conversationid": "19:x@thread.skype", "from": "8:live:ann", "properties": None},
}
QUOTE = '<quote author="bob" conversation="19:x" messageid="1577836700000"><legacyquote>Bob: </legacyquote>theirs</quote>'


@pytest.mark.parametrize(
    ("fields", "text", "reason", "parent"),
    [
        ({}, "hi", None, None),
        ({"content": f"{QUOTE}mine"}, "mine", None, "1577836700000"),
        ({"content": f"{QUOTE}one{QUOTE}two"}, "onetwo", None, "1577836700000"),
        ({"content": "<quote author='bob'>never closed"}, "<quote author='bob'>never closed", None, None),
        ({"messagetype": "RichText/UriObject", "content": "<URIObject>x</URIObject>"}, "", None, None),
        ({"messagetype": "Event/Call", "content": "<partlist/>"}, None, "not-a-comment", None),
        ({"content": "", "properties": {"deletetime": "1577836900000"}}, None, "deleted", None),
    ],
)
def test_kinds_of_messages(
    read_dump: DumpReader, fields: dict[str, object], text: str | None, reason: str | None, parent: str | None
) -> None:
    """Words are read, a photo is empty, calls are no comments, and a quotation tells what is answered."""
    (row,) = read_dump(json_lines([MESSAGE | fields]), "x.jsonl").rows
    assert (row.id, row.author, row.text, row.reason, row.parent) == ("1577836800001", "8:live:ann", text, reason, parent)
    assert (row.format, row.place) == ("html", "19:x@thread.skype")


def test_quotations_without_end_take_no_time(read_dump: DumpReader) -> None:
    """A text of nothing but beginnings of quotations is read as it stands, in one look for an end."""
    text = "<quote>" * 100_000
    (row,) = read_dump(json_lines([MESSAGE | {"content": text}]), "x.jsonl").rows
    assert row.text == text
