"""Formats that are recognised but not read, each with the command or the step that makes a readable file of it."""

import re
import shlex
from pathlib import PurePosixPath

__all__ = ["explain_foreign_format"]

_TAR_SIGNATURE_OFFSET = 257
_TABLE_OF_CONTENTS = b"toc.dat\0"
"""The name of the first member of pg_dump's tar archives."""
_WRITE_SQL = "write it as SQL: pg_restore -f dump.sql FILE"
_BY_SIGNATURE: tuple[tuple[bytes, str, str], ...] = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it: 7z x FILE"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it: unrar x FILE (or 7z x FILE)"),
    (b"\x04\x22\x4d\x18", "compressed with LZ4", "unpack it: lz4 -d FILE"),
    (b"\x02\x21\x4c\x18", "compressed with LZ4 (an old form)", "unpack it: lz4 -d FILE"),
    (b"\xff\x06\x00\x00sNaPpY", "compressed with Snappy", "unpack it: snzip -d FILE"),
    (b"\x89LZO\x00\x0d\x0a\x1a\x0a", "compressed with lzop", "unpack it: lzop -d FILE"),
    (b"LZIP", "compressed with lzip", "unpack it: lzip -d FILE"),
    (b"LRZI", "compressed with lrzip", "unpack it: lrzip -d FILE"),
    (b"\x5d\x00\x00", "compressed with LZMA (an old form of xz)", "unpack it: xz --format=lzma -d FILE"),
    (b"\x1f\x9d", "compressed with compress", "unpack it: gzip -d FILE"),
    (b"MSCF\x00\x00\x00\x00", "a cabinet archive", "unpack it: 7z x FILE"),
    (b"!<arch>\n", "an ar archive", "unpack it: ar x FILE"),
    (b"PK\x07\x08", "the first part of a ZIP archive in several parts", "put it together: 7z x FILE"),
    (b"PGDMP", "a dump of PostgreSQL in pg_dump's own format", _WRITE_SQL),
    (b"\x80\x02", "a pickle of Python, which could run any program", "write it as JSON Lines or Parquet where it comes from"),
    (b"\x80\x03", "a pickle of Python, which could run any program", "write it as JSON Lines or Parquet where it comes from"),
    (b"\x80\x04\x95", "a pickle of Python, which could run any program", "write it as JSON Lines or Parquet where it comes from"),
    (b"\x80\x05\x95", "a pickle of Python, which could run any program", "write it as JSON Lines or Parquet where it comes from"),
    (b"\x93NUMPY", "an array of NumPy", "write it as JSON Lines or CSV"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", "write its table as Parquet or CSV"),
    (b"Obj\x01", "an Avro file", "write it as JSON Lines: avro-tools tojson FILE > comments.jsonl"),
    (b"ORC", "an ORC file", "write it as JSON Lines: orc-contents FILE > comments.jsonl"),
    (b"RDX", "a file of R", "write its table as CSV: write.csv(x, 'comments.csv')"),
    (b"$FL2@(#)", "a file of SPSS", "save it as CSV"),
    (b"$FL3@(#)", "a file of SPSS", "save it as CSV"),
    (b"<stata_dta>", "a file of Stata", "write it as CSV: export delimited"),
    (b"\x00\x01\x00\x00Standard ", "a database of Access", "write its table as CSV: mdb-export FILE TABLE > comments.csv"),
    (b"REDIS00", "a dump of Redis", "write the comments as JSON Lines"),
    (b"%PDF-", "a PDF document", "get the comments as a table, a page or a dump of the site"),
)
"""First bytes → what the file is, and what to do; the first that fits is chosen."""

_BY_SUFFIX = {
    ".br": ("compressed with Brotli", "unpack it: brotli -d FILE"),
    ".lz4": ("named as if compressed with LZ4", "unpack it: lz4 -d FILE"),
    ".7z": ("named as a 7z archive", "unpack it: 7z x FILE"),
    ".rar": ("named as a RAR archive", "unpack it: unrar x FILE (or 7z x FILE)"),
    ".bson": ("a dump of mongodump", "write it as JSON Lines: bsondump FILE > comments.jsonl"),
    ".pkl": ("named as a pickle of Python, which could run any program", "write it as JSON Lines or Parquet where it comes from"),
    ".pickle": ("named as a pickle of Python, which could run any program", "write it as JSON Lines or Parquet where it comes from"),
    ".rds": ("named as a file of R", "write its table as CSV: write.csv(x, 'comments.csv')"),
    ".rdata": ("named as a file of R", "write its table as CSV: write.csv(x, 'comments.csv')"),
    ".dta": ("named as a file of Stata", "write it as CSV: export delimited"),
    ".mdb": ("named as a database of Access", "write its table as CSV: mdb-export FILE TABLE > comments.csv"),
}
"""Ends of names of files whose first bytes say nothing; they count only where the content is no text."""

_MAX_SIGNATURE_LENGTH = max(len(signature) for signature, _, _ in _BY_SIGNATURE)
_SHORT_WORD = 4
"""The length of a signature up to which a text may begin with it by chance."""
_TEXT_BYTES = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0D}
_SAMPLE_SIZE = 512
_MIN_TEXT_SHARE = 0.95


def explain_foreign_format(head: bytes, name: str) -> str | None:
    """Say what a file is that is recognised but not read, and what to do with it; None if it may be a dump that is read.

    Args:
        head: its first bytes, decompressed.
        name: its name; it decides only for a format whose files have no signature, and where the content is no plain text.

    Returns:
        The end of a sentence that begins with the name of the file, such as ``is a 7z archive, which is not read; unpack it: …``.
    """
    if not head:
        return None
    start = head[:_MAX_SIGNATURE_LENGTH]
    if head.startswith(b"ustar", _TAR_SIGNATURE_OFFSET):
        is_dump = head.startswith(_TABLE_OF_CONTENTS)
        return _describe("a dump of PostgreSQL in pg_dump's tar format", _WRITE_SQL, name) if is_dump else None
    for signature, kind, advice in _BY_SIGNATURE:
        if start.startswith(signature) and (len(signature) > _SHORT_WORD or not _is_text(head)):
            return _describe(kind, advice, name)
    found = _BY_SUFFIX.get(PurePosixPath(name).suffix.lower())
    if found is not None and not _is_text(head):
        return _describe(*found, name)
    return None


def _describe(kind: str, advice: str, name: str) -> str:
    return f"is {kind}, which is not read; {re.sub(r'FILE', lambda _: shlex.quote(name), advice)}"


def _is_text(head: bytes) -> bool:
    """Tell whether the first bytes are nearly all printable ASCII, as those of a text are that begins as a signature does."""
    sample = head[:_SAMPLE_SIZE]
    return len(sample) > _MAX_SIGNATURE_LENGTH and sum(byte in _TEXT_BYTES for byte in sample) >= _MIN_TEXT_SHARE * len(sample)
