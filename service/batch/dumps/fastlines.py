"""Records of JSON Lines read by Arrow's parser a megabyte at once, wherever that finds just what Python's does: seven times as fast.

A piece of a file qualifies if it is UTF-8, each of its lines is one object, and the fields that are looked at hold text or whole
numbers, each always the same. Arrow must find as many objects as there are lines. Everything else is read line by line.
"""

import io
import json
import re
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

from service.batch.dumps.jsonlines import read_jsonl
from service.batch.dumps.records import Record
from service.batch.dumps.sources import Replayed
from service.batch.rows import MOST_ROW

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_lines_fast"]

_PIECE = 1 << 20
_LEAST = 1 << 18
"""Bytes of a piece for which loading Arrow is worth its while."""
_SAMPLES = 8
_DEEP = b"[" * 64
# Words that Arrow takes for a number where Python does not.
_ODD_NUMBER = re.compile(rb"(?:NaN|Inf(?:inity)?)\s*[],}]")


def read_lines_fast(
    stream: io.BufferedReader, names: Sequence[str], *, first: int = 1, offset: int = 0, known: bool = True
) -> Iterator[Record]:
    """Read the records of JSON Lines, as ``read_jsonl`` does, with some of their fields.

    Args:
        stream: UTF-8.
        names: the fields that are looked at, each once.
        first: the number of its first line.
        offset: the byte of the file that it begins with.
        known: whether bytes of the stream are bytes of the file.
    """
    while piece := stream.read(_PIECE):
        piece += b"" if piece.endswith(b"\n") else stream.readline(MOST_ROW + 1)
        if not piece.endswith(b"\n") and stream.peek(1):
            behind: Any = stream
            rest: Any = io.BufferedReader(Replayed(piece, behind), _PIECE)
            yield from read_jsonl(rest, first=first, offset=offset, known=known)
            return
        columns = _columns(piece, names) if len(piece) >= _LEAST else None
        if columns is None:
            yield from read_jsonl(io.BufferedReader(io.BytesIO(piece)), first=first, offset=offset, known=known)
        else:
            places = _places(piece, offset) if known else repeat(None)
            fields: Iterator[dict[str, object]] = map(dict, map(zip, repeat(names), zip(*columns, strict=True)))
            yield from map(Record, range(first, first + len(columns[0])), places, fields)
        first += piece.count(b"\n")
        offset += len(piece)


def _places(piece: bytes, offset: int) -> list[int]:
    import numpy as np

    ends = np.flatnonzero(np.frombuffer(piece, np.uint8) == 10) + offset + 1
    return [offset, *ends.tolist()]


def _columns(piece: bytes, names: Sequence[str]) -> list[list[Any]] | None:
    """Return the values of each field, one for each line; None if the piece does not qualify."""
    count = piece.count(b"\n") + (not piece.endswith(b"\n"))
    if not piece.startswith(b"{") or piece.count(b"}\n{") != count - 1 or _DEEP in piece or _has_odd_number(piece):
        return None
    schema = _schema(piece, names)
    if schema is None:
        return None
    import pyarrow as pa
    import pyarrow.json as pj

    try:
        piece.decode()
        table = pj.read_json(
            pa.BufferReader(piece),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(piece) + 1),
            parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
        return [table.column(name).to_pylist() for name in names] if table.num_rows == count else None
    except (pa.ArrowException, UnicodeDecodeError):
        return None


def _has_odd_number(piece: bytes) -> bool:
    # A search for the pattern alone takes longer than all the rest.
    for word in (b"NaN", b"Inf"):
        at = piece.find(word)
        while at >= 0:
            if _ODD_NUMBER.match(piece, at):
                return True
            at = piece.find(word, at + 1)
    return False


def _schema(piece: bytes, names: Sequence[str]) -> "pa.Schema | None":
    """Tell the types of the fields by the first lines; None if a field holds something else than text or whole numbers."""
    import pyarrow as pa

    try:
        samples = [json.loads(line) for line in piece.split(b"\n", _SAMPLES)[:_SAMPLES] if line]
    except (ValueError, RecursionError):
        return None
    types: dict[str, Any] = {}
    for name in names:
        found = {type(sample.get(name)) for sample in samples if isinstance(sample, dict)} - {type(None)}
        if not found <= {str} and found != {int}:
            return None
        types[name] = pa.int64() if found == {int} else pa.string()
    return pa.schema(list(types.items()))
