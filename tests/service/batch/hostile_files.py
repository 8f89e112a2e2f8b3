"""Files that somebody made to cost their reader time or memory; each is small on the disk."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pyarrow as pa
import zstandard

from tests.training.tables.columnar.sample_tables import write_arrow, write_parquet

__all__ = ["SLOW_TRAPS", "TRAPS"]

_BLANK = b" " * (1 << 20)
_LONG = "x" * 900_000
_ROW = b'{"text":"a"}\n'


def _gzip(megabytes: int) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(_BLANK) for _ in range(megabytes)), packer.flush()])


def _tar(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _zip(method: int, *, members: int = 1) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method, compresslevel=9 if method == zipfile.ZIP_DEFLATED else None) as archive:
        for number in range(members):
            with archive.open(f"{number}.jsonl", "w") as file:
                for _ in range(110 // members):
                    file.write(_BLANK)
    return buffer.getvalue()


def _zip_in_zip() -> bytes:
    """Return a ZIP archive of ten others, which together become more than any file may."""
    inner = _zip(zipfile.ZIP_DEFLATED)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10):
            archive.writestr(f"{number}.zip", inner)
    return buffer.getvalue()


def _many_exports() -> bytes:
    """Return a ZIP archive that looks like thousands of exports, none of which holds a message."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(9000):
            archive.writestr(f"{'a/' * 20}{number}/users.json", b"[]")
            archive.writestr(f"{'a/' * 20}{number}/channels.json", b"[]")
    return buffer.getvalue()


def _long_names() -> bytes:
    """Return a tar archive of files whose names are as long as they may be, and together far larger than the archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.GNU_FORMAT) as archive:
        for number in range(1500):
            archive.addfile(tarfile.TarInfo(f"{number}/{'a comment/readme_' * 3800}"))
    return buffer.getvalue()


def _overlapping_zip() -> bytes:
    """Return a ZIP archive with a hundred members, all of which are the same bytes of the file."""
    content = b'{"text":"hi"}\n' * 1000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    sizes = (zlib.crc32(content), len(packed), len(content), len(b"a.jsonl"))
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, *sizes, 0) + b"a.jsonl" + packed
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 33, *sizes, 0, 0, 0, 0, 0, 0) + b"a.jsonl"
    return local + entry * 100 + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 100, 100, len(entry) * 100, len(local), 0)


def _shared(rows: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([_LONG]))


def _views(rows: int) -> pa.Array:
    buffers = pa.array([_LONG], pa.string_view()).buffers()
    return pa.Array.from_buffers(pa.string_view(), rows, [None, pa.py_buffer(buffers[1].to_pybytes() * rows), buffers[2]])


def _runs(rows: int) -> pa.Array:
    return pa.RunEndEncodedArray.from_arrays(pa.array([rows], pa.int32()), pa.array([_LONG]))


def _many(pattern: bytes, count: int) -> bytes:
    return b"".join(pattern % number for number in range(count))


def _feed(items: bytes) -> bytes:
    return b"<rss><channel>" + items + b"</channel></rss>"


TRAPS: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.jsonl.gz": (lambda: _gzip(200), "--max-expansion"),
    "twice.jsonl.gz.gz": (lambda: gzip.compress(_gzip(200)), "--max-expansion"),
    "members.bz2": (lambda: bz2.compress(_ROW + _BLANK * 20) * 10, "--max-expansion"),
    "members.xz": (lambda: lzma.compress(_ROW + _BLANK * 40) * 5, "--max-expansion"),
    "frames.zst": (lambda: zstandard.ZstdCompressor().compress(_ROW + _BLANK * 40) * 5, "--max-expansion"),
    "nested.tar.gz": (lambda: _tar("a.jsonl.gz", _gzip(200)), "--max-expansion"),
    "deflate.zip": (lambda: _zip(zipfile.ZIP_DEFLATED), "--max-expansion"),
    "many.zip": (lambda: _zip(zipfile.ZIP_DEFLATED, members=10), "--max-expansion"),
    "bzip2.zip": (lambda: _zip(zipfile.ZIP_BZIP2), "--max-expansion"),
    "lzma.zip": (lambda: _zip(zipfile.ZIP_LZMA), "--max-expansion"),
    "inner.zip": (_zip_in_zip, "--max-expansion"),
    "exports.zip": (_many_exports, "holds no file"),
    "names.tar.gz": (_long_names, "holds no file"),
    "overlap.zip": (_overlapping_zip, "overlap"),
    "shared.parquet": (
        lambda: write_parquet(pa.table({"text": _shared(20_000)}), compression="zstd", store_schema=False),
        "--max-expansion",
    ),
    "shared.arrow": (lambda: write_arrow(pa.table({"text": _shared(20_000)}), compression="zstd", rows=None), "--max-expansion"),
    "shared.stream": (lambda: write_arrow(pa.table({"text": _shared(20_000)}), stream=True, compression="zstd"), "--max-expansion"),
    "views.arrow": (lambda: write_arrow(pa.table({"text": _views(20_000)}), compression="zstd", rows=None), "--max-expansion"),
    "runs.arrow": (lambda: write_arrow(pa.table({"text": _runs(20_000)}), compression="zstd", rows=None), "--max-expansion"),
    "columns.csv": (lambda: b"text," + b",".join(b"c%d" % number for number in range(500_000)) + b"\nhi\n", "500,001 columns"),
    "columns.sql": (lambda: b"COPY posts (" + b", ".join(b"c%d" % number for number in range(200_000)) + b") FROM stdin;\n1\n", "columns"),
    "large.html": (lambda: b"<ul>" + b'<li class="comment"><p>hi' * 700_000, "more than 16 MiB"),
    "unclosed.html": (lambda: b'<p class="comment">hi</p>' + b"<a b c d e f g h i j k l m>" * 300_000, "60 seconds or 768 MiB"),
    "entities.rss": (lambda: b'<!DOCTYPE r [<!ENTITY a "aaaa">]><rss><channel><item>&a;</item></channel></rss>', "entities"),
    # What follows is read, in bounded memory.
    "keys.jsonl": (lambda: (b'{"text":"hi",' + b",".join(b'"k%d":1' % number for number in range(300_000)) + b"}\n") * 5, ""),
    "keys.json": (lambda: b"{" + b"".join(b'"k%d":[[],[],[]],' % number for number in range(1_000_000)) + b'"text":"hi"}', ""),
    "field.csv": (lambda: b"text\n" + b"x" * 60_000_000 + b"\nhi\n", ""),
    "attributes.rss": (lambda: _feed(b"<item " + _many(b'a%d="1" ', 300_000) + b"/>"), ""),
    "elements.rss": (lambda: _feed(b"<item>" + b"<a>x</a>" * 500_000 + b"</item>"), ""),
    "replies.xml": (lambda: b'<?xml version="1.0"?><t>' + (b"<c><text>" + b"x" * 4_000_000 + b"</text>") * 40 + b"</c>" * 40 + b"</t>", ""),
    "names.rss": (lambda: _feed(b"<item>" + _many(b"<a%d/>", 500_000) + b"</item>"), ""),
}
"""Name → writer of the file, and what the message says that refuses it; nothing if the file is read."""

SLOW_TRAPS = {
    *("keys.json", "keys.jsonl", "attributes.rss", "elements.rss", "names.rss", "replies.xml"),
    *("exports.zip", "names.tar.gz"),
    *("members.xz", "lzma.zip", "many.zip", "bomb.jsonl.gz"),
}
"""Those that take seconds to write or to read."""
