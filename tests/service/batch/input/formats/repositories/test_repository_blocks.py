"""Posts are read from repositories of Bluesky, under the names that the tree has for them."""

import pytest

from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import DumpReader, reasons, texts
from tests.service.batch.input.formats.repositories.repository_writer import Link, write_repository

POST = "app.bsky.feed.post"
URI = f"at://did:plc:ann/{POST}"
RECORDS = {
    f"{POST}/3ka": {"$type": POST, "text": "hello 😀", "createdAt": "2020-01-01T00:00:00Z", "langs": ["en"]},
    f"{POST}/3kb": {
        **{"text": "a reply", "$type": POST, "createdAt": "2020-01-01T00:00:01Z"},
        "reply": {"root": {"cid": "bafy", "uri": f"{URI}/3ka"}, "parent": {"cid": "bafy", "uri": f"{URI}/3ka"}},
        "embed": {
            "$type": "app.bsky.embed.images",
            "images": [{"alt": "", "image": {"ref": Link(b"\x01\x55\x12\x20" + b"x" * 32), "size": -1}}],
        },
    },
    "app.bsky.feed.like/3kc": {"$type": "app.bsky.feed.like", "subject": {"uri": "at://x", "cid": "bafy"}, "createdAt": "2020-01-01"},
}


@pytest.mark.parametrize("tree_is_last", [False, True])
def test_posts_have_their_addresses(read_dump: DumpReader, tree_is_last: bool) -> None:
    """Id, parent, author and time of each post are found, wherever the tree stands; what else is in the repository is remarked."""
    dump = read_dump(write_repository("did:plc:ann", RECORDS, tree_is_last=tree_is_last), "repo.car")

    assert dump.description == "posts on Bluesky (CAR)"
    assert [(row.id, row.text, row.author, row.parent) for row in dump.rows] == [
        (f"{URI}/3ka", "hello 😀", "did:plc:ann", None),
        (f"{URI}/3kb", "a reply", "did:plc:ann", f"{URI}/3ka"),
    ]
    assert [str(row.created_at) for row in dump.rows] == ["2020-01-01 00:00:00+00:00", "2020-01-01 00:00:01+00:00"]
    assert any("1 records of the repository are no posts" in remark for remark in dump.remarks)


def test_a_file_that_is_cut_off_ends_with_a_row_that_says_so(read_dump: DumpReader) -> None:
    """Wherever it is cut, what stands before is read."""
    content = write_repository("did:plc:ann", RECORDS)
    for end in range(len(content) - 1, 70, -23):
        rows = read_dump(content[:end], "repo.car").rows
        read = [text for text in texts(rows) if text is not None]
        assert read == ["hello 😀", "a reply"][: len(read)]
        assert set(reasons(rows)) <= {None, Reason.TRUNCATED}


def test_damaged_bytes_cost_no_more_than_their_block(read_dump: DumpReader) -> None:
    """A record that breaks the rules has a reason, and reading goes on behind it."""
    content = write_repository("did:plc:ann", RECORDS)
    at = content.index(b"hello") - 1
    rows = read_dump(content[:at] + b"\xff" + content[at + 1 :], "repo.car").rows

    assert reasons(rows) == [Reason.DAMAGED, None]
    assert texts(rows)[1] == "a reply"
