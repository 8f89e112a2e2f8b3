"""Records of any platform become rows, whatever their fields hold."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from service.batch.input.open_dump import open_dump
from service.batch.input.platforms.platform import ENVELOPE_FIELD, FILE_FIELD, REMARK_FIELD, Platform, RecordFields
from service.batch.input.platforms.row_builder import build_rows
from service.batch.input.records import DumpRecord
from service.batch.rows import Columns, DumpOptions, ReadAs, Reason
from tests.service.batch.input.dump_reader import DumpReader

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELD_NAMES = {
    "reddit": ("id", "body", "author", "parent_id", "created_utc", "kind", "data", "replies", "comments", "selftext"),
    "hackernews": ("id", "by", "type", "time", "text", "parent", "deleted", "hits", "children", "objectID", "_tags"),
    "coral": ("id", "revisions", "authorID", "storyID", "createdAt", "deletedAt", "data", "edges", "body", "metadata", "asset_id"),
    "discourse": ("raw", "cooked", "topic_id", "post_number", "reply_to_post_number", "deleted_at", "post_type", "post_stream", "posts"),
    "youtube": ("id", "kind", "snippet", "replies", "items", "etag"),
    "telegram": ("id", "type", "date", "from", "from_id", "text", "text_entities", "poll", "todo_list", "_", "message", "peer_id"),
    "discord": ("id", "type", "timestamp", "isPinned", "content", "author", "embeds", "reference", "forwardedMessage"),
    "slack": ("type", "subtype", "user", "text", "ts", "thread_ts", "blocks", "attachments", "message", "comment", "bot_id", "channel"),
    "matrix": ("type", "sender", "content", "origin_server_ts", "event_id", "unsigned", "room_id"),
    "facebook": ("sender_name", "timestamp_ms", "content", "type", "timestamp", "data", "attachments", "title", "label_values"),
    "instagram": ("string_map_data", "media", "media_comments", "participants", "conversation", "creation_timestamp", "uri"),
    "bluesky": ("uri", "post", "thread", "record", "value", "feed", "posts", "did", "commit", "replies", "parent", "reason"),
    "lemmy": ("comment", "post", "creator", "community", "comments", "posts", "comment_view"),
    "twitter": ("tweet", "noteTweet", "dmConversation", "data", "includes", "text", "entities", "referenced_tweets", "id"),
    "remark42": ("id", "pid", "text", "user", "locator", "comment", "comments", "replies", "delete"),
    "commento": ("comments", "commenters", "commentHex", "markdown", "html", "parentHex", "deleted"),
    "isso": ("id", "text", "mode", "replies", "total_replies", "parent"),
    "steam": ("reviews", "recommendationid", "review", "author"),
    "disqus": ("response", "message", "raw_message", "author", "parent", "forum", "thread", "isDeleted"),
    "mastodon": (
        "id",
        "type",
        "object",
        "actor",
        "content",
        "spoiler_text",
        "visibility",
        "account",
        "poll",
        "reblog",
        "statuses",
        "hashtags",
    ),
}
ANSWERING = FIELD_NAMES.keys() - {"telegram", "discord", "slack", "matrix"}
"""Platforms whose interfaces answer lists, which may be empty."""


@given(st.sampled_from(sorted(FIELD_NAMES)), st.data())
@settings(max_examples=300)
def test_records_may_hold_anything(read_dump: DumpReader, platform: str, data: st.DataObject) -> None:
    """Values of any type in the fields of a known platform give rows with a text or a reason, never an error."""
    optional = dict.fromkeys(FIELD_NAMES[platform], VALUES)
    records = data.draw(st.lists(st.fixed_dictionaries({}, optional=optional), min_size=1, max_size=4))
    content = "".join(json.dumps(record) + "\n" for record in records).encode()
    rows = read_dump(content, "x.jsonl", read_as=ReadAs(platform)).rows
    assert len(rows) >= len(records) or platform in ANSWERING
    for row in rows:
        assert (row.text is None) == (row.reason is not None)
        str(row.id).encode()


def test_kept_texts_can_be_written(tmp_path: Path) -> None:
    """What is kept of a line that is not UTF-8 can be written as UTF-8, as all else of the row can."""
    dump = tmp_path / "lines.txt"
    dump.write_bytes(b"good morning\nbytes \xab\xc9 in between\n" + b"<?xml " + bytes(range(128, 256)))
    with open_dump(str(dump), DumpOptions(lines=True, keep=("text",))) as lines:
        kept = [(row.extra or {}).get("text") for row in lines.rows]

    assert len(kept) == 3
    for text in kept:
        str(text).encode()


def test_platforms_see_what_stands_around_a_record() -> None:
    """One that needs it gets the envelope of each record and the name of the file, also behind an unfolding; its remarks are made once."""

    def unfold(fields: RecordFields) -> Iterator[RecordFields]:
        assert fields[FILE_FIELD] == "x.zip/general.json"
        return ({"text": text} for text in ("a", "b"))

    def prepare(fields: RecordFields) -> tuple[RecordFields, None]:
        envelope = cast(Mapping[str, object], fields[ENVELOPE_FIELD])
        return {**fields, "room": envelope.get("name"), REMARK_FIELD: f"from {fields[FILE_FIELD]}"}, None

    columns = Columns("text", None, place="room")
    platform = Platform("p", "", (), columns, prepare=prepare, unfold=unfold, needs_context=True)
    records = [DumpRecord(1, None, {}, envelope={"name": "general"}), DumpRecord(2, None, {}), DumpRecord(3, None, {}, Reason.DAMAGED)]
    remarks: list[str] = []
    rows = build_rows(records, platform, columns, options=DumpOptions(), names=[], strict=False, file="x.zip/general.json", remarks=remarks)

    assert [(row.text, row.place, row.reason) for row in rows] == [
        *(("a", "general", None), ("b", "general", None), ("a", None, None), ("b", None, None), (None, None, Reason.DAMAGED))
    ]
    assert remarks == ["from x.zip/general.json"]


def test_the_place_of_a_comment_is_read(read_dump: DumpReader) -> None:
    """Under a known name or the one that the caller gives, from objects that describe a place too."""
    content = b'{"id":1,"text":"a","channel":{"id":3,"name":"general"}}\n{"id":2,"text":"b","channel":"off","where":7}\n'
    assert [row.place for row in read_dump(content, "x.jsonl").rows] == ["general", "off"]
    assert [row.place for row in read_dump(content, "x.jsonl", place_column="where").rows] == [None, "7"]
