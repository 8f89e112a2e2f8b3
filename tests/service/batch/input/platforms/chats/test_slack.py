"""Messages of Slack are read whatever wrote them; what Slack says happened in a channel is no comment."""

from typing import Any

import pytest

from tests.service.batch.input.dump_reader import DumpReader
from tests.service.batch.input.packing import pack_zip
from tests.service.batch.input.platforms.chats.chat_samples import SLACK_DAY
from tests.service.batch.input.platforms.sample import json_document, json_lines

MESSAGE = {"type": "message", "user": "U1", "text": "hi", "ts": "1577836800.000100"}


@pytest.mark.parametrize(
    ("fields", "text", "reason"),
    [
        ({}, "hi", None),
        ({"subtype": "thread_broadcast"}, "hi", None),
        ({"subtype": "me_message"}, "hi", None),
        ({"subtype": "file_share", "files": [{"title": "a photo"}]}, "hi", None),
        ({"subtype": "of_tomorrow"}, "hi", None),
        ({"subtype": "file_comment", "comment": {"comment": "a &amp; b", "user": "U1"}}, "a & b", None),
        ({"subtype": "message_changed", "text": None, "message": MESSAGE | {"text": "edited"}}, "edited", None),
        ({"subtype": "message_deleted", "deleted_ts": "1577836800.000100"}, None, "deleted"),
        ({"subtype": "tombstone"}, None, "deleted"),
        ({"subtype": "channel_topic"}, None, "not-a-comment"),
        ({"subtype": "pinned_item"}, None, "not-a-comment"),
        ({"subtype": "message_replied"}, None, "not-a-comment"),
    ],
)
def test_kinds_of_messages(read_dump: DumpReader, fields: dict[str, Any], text: str | None, reason: str | None) -> None:
    """Each kind that people write in is read, also those that are not known yet; others have their reason."""
    row = read_dump(json_lines([MESSAGE, MESSAGE | fields]), "x.jsonl").rows[1]
    assert (row.id, row.text, row.reason) == ("1577836800.000100", text, reason)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"attachments": [{"from_url": "https://example.org", "title": "A page of others", "id": 1}]}, "hi"),
        (
            {"attachments": [{"pretext": "Alert", "text": "Disk full", "fields": [{"title": "Host", "value": "a1"}]}]},
            "hi\nAlert\nDisk full\nHost\na1",
        ),
        ({"text": "", "attachments": [{"fallback": "in words"}]}, "in words"),
        ({"text": "*So* it is", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "So it is"}}]}, "*So* it is"),
        ({"text": "News", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "News of today"}}]}, "News of today"),
        ({"text": "Ticket", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "It broke"}}]}, "Ticket\nIt broke"),
        ({"text": "This content can't be displayed.", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*So*"}}]}, "*So*"),
    ],
)
def test_programs_write_in_attachments_and_blocks(read_dump: DumpReader, fields: dict[str, Any], text: str) -> None:
    """What a program shows is read wherever it stands, once, and without the pages of others that it links to."""
    (row,) = read_dump(json_lines([MESSAGE | {"user": None, "bot_id": "B1", "username": "bot"} | fields]), "x.jsonl").rows
    assert (row.text, row.author) == (text, "bot")


def test_channels_of_an_archive_are_told_apart(read_dump: DumpReader) -> None:
    """The folder of a file is the channel of its messages, only a reply has a parent, and people who are mentioned have names."""
    files = {
        "users.json": json_document([{"id": "U02BOB", "name": "bob", "profile": {"real_name": "Bob"}}]),
        "channels.json": json_document([{"id": "C01", "name": "roses", "topic": {"value": "red ones"}}]),
        "roses/2020-01-01.json": json_document(SLACK_DAY),
        "weeds/2020-01-01.json": json_document(SLACK_DAY[:1]),
    }
    rows = [row for row in read_dump(pack_zip(files), "slack.zip").rows if row.text is not None]
    assert [(row.place, row.parent) for row in rows] == [("roses", None), ("roses", "1577836800.000100"), ("roses", None), ("weeds", None)]
    assert rows[0].text == "hello @Bob, read this & that in #roses <now>"


def test_replies_inside_a_message_are_unfolded(read_dump: DumpReader) -> None:
    """Where the exporter puts a thread into its first message, each reply is a row of its own."""
    reply = MESSAGE | {"text": "ho", "ts": "1577836801.000100", "thread_ts": "1577836800.000100"}
    rows = read_dump(json_lines([MESSAGE | {"slackdump_thread_replies": [reply]}]), "x.jsonl").rows
    assert [(row.text, row.parent) for row in rows] == [("hi", None), ("ho", "1577836800.000100")]
