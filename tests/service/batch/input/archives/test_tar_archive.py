"""Tar archives are read as streams, however old the program that wrote them."""

import io
import tarfile

import pytest

from model.errors import DumpError
from tests.service.batch.input.dump_reader import DumpReader, texts

_TABLE = b"text\nhi\n"


def pack(name: str, *, archive_format: int = tarfile.GNU_FORMAT, encoding: str = "utf-8") -> bytes:
    """Return an archive with one table."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=archive_format, encoding=encoding) as archive:
        info = tarfile.TarInfo(name)
        info.size = len(_TABLE)
        archive.addfile(info, io.BytesIO(_TABLE))
    return buffer.getvalue()


@pytest.mark.parametrize("length", [1, 120], ids=["short", "long"])
def test_names_that_are_not_utf8_show_their_bytes(read_dump: DumpReader, length: int) -> None:
    """A name in Latin-1, in the header or before it, is shown with its bytes."""
    rows = read_dump(pack(f"{'ü' * length}.csv", encoding="latin-1")).rows
    assert [row.member for row in rows] == ["\\xfc" * length + ".csv"]


def test_archives_without_a_signature_are_read(read_dump: DumpReader) -> None:
    """The oldest archives are known by the checksum of their first header alone."""
    content = bytearray(pack("a.csv"))
    content[257:265] = bytes(8)
    checksum = sum(content[:512]) - sum(content[148:156]) + 8 * ord(" ")
    content[148:156] = b"%06o\0 " % checksum
    assert texts(read_dump(bytes(content)).rows) == ["hi"]


def test_a_dump_of_pg_dump_as_tar_is_named(read_dump: DumpReader) -> None:
    """Its tables have no header and its contents are binary, so that PostgreSQL itself has to write it anew."""
    with pytest.raises(DumpError, match="pg_restore -f"):
        read_dump(pack("toc.dat"))
