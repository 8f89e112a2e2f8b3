"""JSON Lines read by Arrow's parser, a megabyte at a time, wherever it gives what Python's parser gives; it is seven times as fast.

A piece of a file qualifies if it is UTF-8, if each of its lines is one object, and if each field that is needed holds text everywhere
or whole numbers everywhere. Arrow must find as many objects as there are lines. Every other piece is read line by line.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from model.array_types import IntArray
from service.batch.input.formats.json.byte_positions import count_byte, find_byte, find_rare_byte
from service.batch.input.formats.json.json_lines import read_json_lines
from service.batch.input.formats.json.nested_texts import may_hold_nested_texts
from service.batch.input.records import ArrowRecords, DumpRecord, JsonPiece
from service.batch.input.streams.byte_stream import ReplayedStream
from service.batch.rows import MAX_ROW_LENGTH

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["flatten_pieces", "read_json_pieces"]

_PIECE_SIZE = 1 << 20
_MIN_ARROW_SIZE = 1 << 18
"""The size in bytes from which on it is worth loading Arrow for a piece."""
_SAMPLE_LINES = 8
_DEEP_NESTING = b"[" * 64
_ARROW_ONLY_NUMBER = re.compile(rb"(?:NaN|Inf(?:inity)?)\s*[],}]")
"""Words that Arrow takes for numbers where Python does not."""


def read_json_pieces(
    stream: io.BufferedReader,
    names: Sequence[str],
    *,
    text_name: str,
    other_texts: Sequence[str] = (),
    first: int = 1,
    offset: int = 0,
    has_offsets: bool = True,
) -> Iterator[JsonPiece]:
    """Read JSON Lines piece by piece; the records of a piece that does not qualify must be consumed before the next piece is requested.

    Args:
        stream: UTF-8.
        names: the fields that are needed, each once.
        text_name: the field with the text; a piece in which objects inside of the records have it too does not qualify.
        other_texts: fields that may hold the text where that field is missing; a piece in which this may be so does not qualify.
        first: the number of the first line.
        offset: the byte of the file with which the stream begins.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.
    """
    while piece := stream.read(_PIECE_SIZE):
        piece += b"" if piece.endswith(b"\n") else stream.readline(MAX_ROW_LENGTH + 1)
        if not piece.endswith(b"\n") and stream.peek(1):
            raw_stream: Any = stream
            rest: Any = io.BufferedReader(ReplayedStream(piece, raw_stream), _PIECE_SIZE)
            yield read_json_lines(rest, first=first, offset=offset, has_offsets=has_offsets)
            return
        objects = _find_objects(piece) if len(piece) >= _MIN_ARROW_SIZE else None
        begins, braces = objects or (None, None)
        table = None if begins is None else _parse(piece, names, begins.size)
        if (
            begins is None
            or braces is None
            or table is None
            or may_hold_nested_texts(piece, table, text_name, braces=braces)
            or (table.column(text_name).null_count and _has_field(piece, other_texts, text_name))
        ):
            yield read_json_lines(io.BufferedReader(io.BytesIO(piece)), first=first, offset=offset, has_offsets=has_offsets)
        else:
            yield ArrowRecords(table, first, (begins + offset).tolist() if has_offsets else [None] * begins.size)
        first += piece.count(b"\n") if begins is None else begins.size  # only the last piece may end within a line
        offset += len(piece)


def flatten_pieces(pieces: Iterable[JsonPiece]) -> Iterator[DumpRecord]:
    """Yield the records of all pieces, which equal those that ``read_json_lines`` yields."""
    return chain.from_iterable(piece.records() if isinstance(piece, ArrowRecords) else piece for piece in pieces)


def _has_field(piece: bytes, names: Sequence[str], text_name: str) -> bool:
    """Tell whether there may be a field with one of some names, other than that of the text."""
    return any(f'"{name}"'.encode() in piece for name in names if name != text_name)


def _find_objects(piece: bytes) -> tuple[IntArray, IntArray] | None:
    """Return the positions at which the lines begin, and those of all other opened braces; None unless every line may be an object."""
    if not piece.startswith(b"{"):
        return None
    codes = np.frombuffer(piece, np.uint8)
    braces = find_byte(piece, "{")
    begins_line = codes[braces - 1] == ord("\n")
    begins_line[0] = True
    begins = braces[begins_line]
    lines = count_byte(piece, "\n") + (not piece.endswith(b"\n"))
    if begins.size != lines or (codes[begins[1:] - 2] != ord("}")).any():
        return None
    return begins, braces[~begins_line]


def _parse(piece: bytes, names: Sequence[str], count: int) -> "pa.Table | None":
    """Return a table of the fields with a row for each of the ``count`` lines; None if the piece does not qualify."""
    if _DEEP_NESTING in piece or _has_arrow_only_number(piece):
        return None
    schema = _infer_schema(piece, names)
    if schema is None:
        return None
    import pyarrow as pa
    import pyarrow.json as pj

    try:
        pa.array([piece], pa.binary()).cast(pa.string())  # refuses what is not UTF-8; decode() takes ten times as long
        table = pj.read_json(
            pa.BufferReader(piece),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(piece) + 1),
            parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
        return table.select(list(names)) if table.num_rows == count else None
    except pa.ArrowException:
        return None


def _has_arrow_only_number(piece: bytes) -> bool:
    codes = np.frombuffer(piece, np.uint8)
    # Searching for the pattern itself, or for a word of it, takes several times as long.
    for word, initials in ((b"NaN", find_rare_byte(piece, "N")), (b"Inf", find_byte(piece, "I"))):
        initials = initials[initials < codes.size - 2]
        if any(_ARROW_ONLY_NUMBER.match(piece, at) for at in initials[codes[initials + 2] == word[2]].tolist()):
            return True
    return False


def _infer_schema(piece: bytes, names: Sequence[str]) -> "pa.Schema | None":
    """Infer the types of the fields from the first lines; None if a field holds neither text nor whole numbers."""
    import pyarrow as pa

    try:
        samples = [json.loads(line) for line in piece.split(b"\n", _SAMPLE_LINES)[:_SAMPLE_LINES] if line]
    except (ValueError, RecursionError):
        return None
    schema: dict[str, Any] = {}
    for name in names:
        types = {type(sample.get(name)) for sample in samples if isinstance(sample, dict)} - {type(None)}
        if not types <= {str} and types != {int}:
            return None
        schema[name] = pa.int64() if types == {int} else pa.string()
    return pa.schema(list(schema.items()))
