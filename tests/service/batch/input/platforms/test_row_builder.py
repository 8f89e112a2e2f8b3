"""Records of any platform become rows, whatever their fields hold."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from service.batch.input.open_dump import open_dump
from service.batch.rows import DumpOptions, ReadAs
from tests.service.batch.input.dump_reader import DumpReader

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELD_NAMES = {
    "reddit": ("id", "body", "author", "parent_id", "created_utc"),
    "hackernews": ("id", "by", "type", "time", "text", "parent", "deleted"),
    "coral": ("id", "revisions", "authorID", "storyID", "createdAt", "deletedAt"),
    "discourse": ("raw", "cooked", "topic_id", "post_number", "reply_to_post_number", "deleted_at", "post_type"),
    "youtube": ("id", "kind", "snippet", "replies", "items", "etag"),
    "mastodon": ("id", "type", "object", "actor", "content", "spoiler_text", "visibility", "account", "poll", "reblog"),
}


@given(st.sampled_from(sorted(FIELD_NAMES)), st.data())
@settings(max_examples=300)
def test_records_may_hold_anything(read_dump: DumpReader, platform: str, data: st.DataObject) -> None:
    """Values of any type in the fields of a known platform give rows with a text or a reason, never an error."""
    optional = dict.fromkeys(FIELD_NAMES[platform], VALUES)
    records = data.draw(st.lists(st.fixed_dictionaries({}, optional=optional), min_size=1, max_size=4))
    content = "".join(json.dumps(record) + "\n" for record in records).encode()
    rows = read_dump(content, "x.jsonl", read_as=ReadAs(platform)).rows
    assert len(rows) >= len(records) or platform == "youtube"
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
