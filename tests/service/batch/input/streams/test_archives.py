"""The dumps in an archive are read where they are; nothing is unpacked."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from model.errors import DumpError
from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import DumpReader, cells
from tests.service.batch.input.packing import pack_tar, pack_zip
from tests.service.batch.input.platforms.sample import Sample
from tests.service.batch.input.platforms.samples import SAMPLES, every_sample

OUTBOX = next(sample for sample in SAMPLES if sample.name == "outbox.json")
Packer = Callable[[dict[str, bytes]], bytes]


@pytest.mark.parametrize("pack", [pack_tar, pack_zip, lambda files: pack_tar(files, "w"), lambda files: pack_tar(files, "w:xz")])
def test_an_archive_of_mastodon_is_read_without_unpacking_it(read_dump: DumpReader, pack: Packer) -> None:
    """Pictures, profile and likes are passed over; the outbox is read wherever it is, even where its name leads out of the archive."""
    long = "x" * 150 + "/"
    for place in ("outbox.json", "../../outbox.json", f"{long}outbox.json"):
        files = {"actor.json": b'{"type":"Person"}', "avatar.png": b"\x89PNG" * 9, place: OUTBOX.content, "likes.json": b"{}"}
        rows = read_dump(pack(files), "archive.tar.gz").rows
        assert [cells(row) for row in rows] == OUTBOX.rows
        assert [row.line for row in rows] == [1, 2, 3]


@every_sample
def test_each_kind_of_dump_is_read_in_an_archive(read_dump: DumpReader, sample: Sample) -> None:
    """Every format is read in ZIP and in tar, even where the member is compressed itself."""
    suffix = Path(sample.name).suffix
    name = sample.name if suffix in {".json", ".jsonl", ".csv", ".xml", ".html", ".txt", ".sql"} else f"{sample.name}.jsonl"
    assert [cells(row) for row in read_dump(pack_zip({name: sample.content})).rows] == sample.rows
    assert [cells(row) for row in read_dump(pack_tar({f"{name}.gz": gzip.compress(sample.content)})).rows] == sample.rows


def test_a_member_without_a_name_is_passed_over(read_dump: DumpReader) -> None:
    """A ZIP archive may name a member with nothing at all; the others are read."""
    nameless = zipfile.ZipInfo("x")
    nameless.filename = ""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(nameless, b"id,text\n1,hi\n")
        archive.writestr("a.csv", b"id,text\n2,you\n")
    assert [row.text for row in read_dump(buffer.getvalue()).rows] == ["you"]


def test_all_dumps_in_an_archive_are_read(read_dump: DumpReader) -> None:
    """Each member is named and has its own numbers; one that cannot be read has a row that says so, and a remark why."""
    files = {"a.jsonl": b'{"text":"a"}\n{"text":"b"}\n', "b.csv": b"name,age\nann,7\n", "c.csv": b"text\nc\n"}
    for packed in (pack_zip(files), pack_tar(files)):
        dump = read_dump(packed)
        assert [(row.member, row.line, row.id, row.text, row.reason) for row in dump.rows] == [
            ("a.jsonl", 1, None, "a", None),
            ("a.jsonl", 2, None, "b", None),
            ("b.csv", 1, None, None, Reason.NOT_READ),
            ("c.csv", 2, None, "c", None),
        ]
        assert len(dump.remarks) == 1
        assert "b.csv" in dump.remarks[0]
        assert "--text-column" in dump.remarks[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pack_zip({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"}), "spreadsheet"),
        (pack_zip({"picture.png": b"x"}), "holds no file"),
        (pack_zip({"a.jsonl": b'{"text":"a"}'})[:40], "damaged ZIP"),
    ],
    # An archive holds the time at which it was made, so its bytes are no name that all workers agree on.
    ids=["a spreadsheet", "no dump", "cut short"],
)
def test_archives_without_dumps_are_refused(read_dump: DumpReader, content: bytes, message: str) -> None:
    """The message is one line that says what is wrong."""
    with pytest.raises(DumpError, match=message) as refusal:
        read_dump(content, "dump")
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("pack", [pack_tar, pack_zip])
def test_a_damaged_member_costs_no_other(read_dump: DumpReader, pack: Packer) -> None:
    """A member whose own compression is damaged ends with a row that says so, and the next one is read."""
    files = {"a.jsonl.gz": gzip.compress(b'{"text":"a"}\n' * 9000)[:-20], "b.jsonl": b'{"text":"b"}\n'}
    rows = read_dump(pack(files)).rows
    assert rows[-2].reason is Reason.TRUNCATED
    assert rows[-1].text == "b"
