"""A look at lines of JSON for records inside of records, which takes a fraction of the time that parsing takes.

It may be wrong in one direction only: lines in which it finds nothing hold one record each.
"""

import json
import re
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray, IntArray
from service.batch.input.formats.json.byte_positions import find_rare_byte
from service.batch.input.trees.tree_names import QUOTED_NAMES, REPLY_NAMES, THING_NAMES

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["may_hold_nested_texts"]

_COLON, _QUOTE, _SPACE, _CLOSING_BRACKET = map(ord, ':" ]')
_CASE_BIT = 0x20
"""The bit by which braces differ from brackets."""
_SHORT_ENDING, _LONG_ENDING = 4, 8
_MARGIN = 12
"""Bytes before a bracket in which the end of a name is looked for."""
_MAX_CANDIDATES = 1000
_NumberArray = npt.NDArray[np.uint64]


def _endings(names: frozenset[str], size: int) -> _NumberArray:
    """Return the last bytes of the names that have as many, as numbers, without their case."""
    endings = {bytes(byte | _CASE_BIT for byte in name.encode()[-size:]) for name in names if len(name.encode()) >= size}
    return np.array(sorted(int.from_bytes(ending, "little") for ending in endings), np.uint64)


_REPLY_ENDINGS = _endings(REPLY_NAMES, _SHORT_ENDING)
_OTHER_ENDINGS = _endings(QUOTED_NAMES | THING_NAMES, _LONG_ENDING)
_REPLY_FIELD = re.compile(b'"(?:' + b"|".join(re.escape(name.encode()) for name in sorted(REPLY_NAMES)) + b")$", re.IGNORECASE)


def may_hold_nested_texts(piece: bytes, table: "pa.Table", text_name: str, *, braces: IntArray) -> bool:
    """Tell whether records may hold others: in a field whose name means replies, or because more objects than records have the text.

    Args:
        piece: lines of JSON, an object each.
        table: these objects, as far as they are parsed, with the column of the text.
        text_name: the field of the text.
        braces: where braces are opened, the first of each line left out.
    """
    codes = np.frombuffer(piece, np.uint8)
    brackets = find_rare_byte(piece, "[")
    ends = _name_ends(codes, np.concatenate([braces, brackets]) if braces.size else brackets)
    if not ends.size:
        return False
    replies = ends[_are_among(_numbers_before(codes, ends, _SHORT_ENDING), _REPLY_ENDINGS)]
    if replies.size > _MAX_CANDIDATES or any(_REPLY_FIELD.search(piece, max(0, end - 40), end) for end in replies.tolist()):
        return True
    if not braces.size or _are_among(_numbers_before(codes, ends, _LONG_ENDING), _OTHER_ENDINGS).all():
        return False
    return _has_more_texts(piece, text_name, table.num_rows - table.column(text_name).null_count)


def _name_ends(codes: ByteArray, begins: IntArray) -> IntArray:
    """Return the ends, without the quote, of the names of fields that hold an object or a list that is not empty.

    Args:
        codes: JSON.
        begins: where there are brackets and braces.
    """
    begins = begins[(begins >= _MARGIN) & (begins < codes.size - 1)]
    begins = begins[(codes[begins + 1] & ~np.uint8(_CASE_BIT)) != _CLOSING_BRACKET] - 1
    for separator in (_SPACE, _COLON, _SPACE):
        is_there = codes[begins] == separator
        begins = begins[is_there] - 1 if separator == _COLON else begins - is_there
    return np.asarray(begins[codes[begins] == _QUOTE])


def _numbers_before(codes: ByteArray, ends: IntArray, size: int) -> _NumberArray:
    """Return the bytes before some positions, as numbers, without their case."""
    numbers = np.zeros(ends.size, np.uint64)
    for place in range(size):
        numbers |= (codes[ends - size + place] | np.uint8(_CASE_BIT)).astype(np.uint64) << np.uint64(8 * place)
    return numbers


def _are_among(numbers: _NumberArray, known: _NumberArray) -> npt.NDArray[np.bool_]:
    """Tell which of some numbers are among known ones, which are sorted."""
    return np.asarray(known[np.minimum(np.searchsorted(known, numbers), known.size - 1)] == numbers)


def _has_more_texts(piece: bytes, text_name: str, known: int) -> bool:
    """Tell whether more objects than the known ones have a field of that name with a value."""
    names = {json.dumps(text_name), json.dumps(text_name, ensure_ascii=False)}
    fields = [name.encode("utf-8", "surrogatepass") for name in sorted(names)]
    if sum(map(piece.count, fields)) == known:
        return False
    count = 0
    for name in fields:
        field = re.escape(name) + rb"\s*:\s*"
        count += len(re.findall(field, piece)) - len(re.findall(field + rb"null\b", piece))
    return count != known
