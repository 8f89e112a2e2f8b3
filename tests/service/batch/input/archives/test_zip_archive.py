"""The members of ZIP archives are told apart, named as they are, and, if they cannot be unpacked, said to be so."""

import io
import json
import zipfile

import pytest

from model.errors import DumpError
from service.batch.input.archives.member_stream import MemberCounter
from service.batch.input.archives.zip_archive import ZipArchive
from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import DumpReader, reasons, texts
from tests.service.batch.input.packing import pack_zip
from training.tables.expansion import ExpansionBudget

_TABLE = b"id,text\n1,hi\n"
_NAME = b"xx.csv"
_FLAGS = 6
_DIRECTORY_FLAGS = 8


def with_flags(packed: bytes, *, flags: int = 0, method: int | None = None, name: bytes = _NAME) -> bytes:
    """Return an archive whose member ``name`` has other flags and another method of compression, in both of its headers."""
    content = bytearray(packed)
    for signature, offset in ((b"PK\x03\x04", _FLAGS), (b"PK\x01\x02", _DIRECTORY_FLAGS)):
        begin = content.rindex(signature, 0, content.index(name, content.index(signature)))
        content[begin + offset] |= flags
        if method is not None:
            content[begin + offset + 2] = method
    return bytes(content)


def test_members_of_one_name_are_told_apart(read_dump: DumpReader) -> None:
    """Both are read, and the second bears a number."""
    packed = pack_zip({"xx.csv": _TABLE, "yy.csv": _TABLE.replace(b"hi", b"you")}).replace(b"yy.csv", _NAME)
    assert [(row.member, row.text) for row in read_dump(packed).rows] == [("xx.csv", "hi"), ("xx.csv (2)", "you")]


@pytest.mark.parametrize("stored", ["ü".encode(), b"\x81" + b"\x81"], ids=["utf-8", "cp437"])
def test_names_are_legible_whatever_their_encoding(read_dump: DumpReader, stored: bytes) -> None:
    """Names in UTF-8 that do not say so, and in the code page of DOS, are what they were."""
    packed = pack_zip({"xx.csv": _TABLE}).replace(b"xx", stored)
    assert {row.member for row in read_dump(packed).rows} <= {"ü.csv", "üü.csv"}


@pytest.mark.parametrize(("flags", "method", "words"), [(1, None, "encrypted"), (0, 9, "Deflate64"), (0, 93, "zstd"), (0, 77, "method 77")])
def test_a_member_that_cannot_be_unpacked_costs_no_other(read_dump: DumpReader, flags: int, method: int | None, words: str) -> None:
    """It has a row, and the remark says what is the matter and what to do."""
    packed = with_flags(pack_zip({"xx.csv": _TABLE, "b.csv": _TABLE}), flags=flags, method=method)
    content = read_dump(packed)
    assert reasons(content.rows) == [Reason.NOT_READ, None]
    assert texts(content.rows) == [None, "hi"]
    assert words in content.remarks[0]
    assert "7z x" in content.remarks[0]


def test_an_encrypted_archive_is_refused(read_dump: DumpReader) -> None:
    """If nothing in it can be read, that is an error."""
    with pytest.raises(DumpError, match="encrypted"):
        read_dump(with_flags(pack_zip({"xx.csv": _TABLE}), flags=1))


def test_a_damaged_member_ends_with_a_reason(read_dump: DumpReader) -> None:
    """A flipped byte shows at the latest when the checksum is compared; the next member is read."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", _TABLE)
        archive.writestr("b.csv", _TABLE)
    packed = buffer.getvalue()
    content = read_dump(packed.replace(b"1,hi", b"1,ha", 1))
    assert [(row.member, row.text, row.reason) for row in content.rows] == [
        ("a.csv", "ha", None),
        ("a.csv", None, Reason.DAMAGED),
        ("b.csv", "hi", None),
    ]


def test_links_are_not_followed(read_dump: DumpReader) -> None:
    """A link in an archive holds the path of another file and no comments."""
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", _TABLE)
        archive.writestr(link, "a.csv")
    assert texts(read_dump(buffer.getvalue()).rows) == ["hi"]


def test_an_empty_archive_is_refused(read_dump: DumpReader) -> None:
    """An archive of nothing is a ZIP archive all the same."""
    with pytest.raises(DumpError, match="holds no file"):
        read_dump(pack_zip({}))


def test_progress_goes_by_the_members_that_are_read() -> None:
    """The share grows with each member, and pictures do not count."""
    packed = pack_zip(
        {f"{number}.csv": json.dumps(list(range(number, number + 3000))).encode() for number in range(4)} | {"a.png": bytes(90_000)}
    )
    archive = ZipArchive(io.BytesIO(packed), "x.zip", budget=ExpansionBudget("x.zip", lambda: len(packed)), counter=MemberCounter("x.zip"))
    shares = []
    for member in archive.read_members(lambda path: path.endswith(".csv")):
        assert member.source is not None
        member.source.stream.read()
        shares.append(archive.share())
    assert shares == pytest.approx([0.25, 0.5, 0.75, 1.0], abs=0.01)
