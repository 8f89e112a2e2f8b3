"""Ids for rows that have none, made from what the rows hold, so that the same file gives the same ids again."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import PurePath

from service.batch.columnar.arrow_columns import ArrowColumn
from service.batch.columnar.chunks import Chunk
from service.batch.rows import RowId

__all__ = ["complete_ids"]

_PREFIX = "made-"
_DIGITS = 20


def complete_ids(chunk: Chunk, *, dump: str) -> Sequence[RowId]:
    """Return the ids of rows; those without one get ``made-`` and 20 hexadecimal digits.

    The number of the row is among what an id is made from, so that two equal comments of one file have different ids.

    Args:
        chunk: the rows.
        dump: the name of the file that they come from; its folder makes no difference.
    """
    if isinstance(chunk.ids, ArrowColumn) and not chunk.ids.array.null_count:
        return chunk.ids
    file = PurePath(dump).name
    columns = (chunk.ids, chunk.members, chunk.places, chunk.authors, chunk.iso_times(), chunk.texts, chunk.lines)
    # Equal replies of one record are in the same line.
    counts: Counter[tuple[object, ...]] = Counter()
    ids: list[RowId] = []
    for row_id, *values in zip(*columns, strict=True):
        if row_id is not None:
            ids.append(row_id)
            continue
        key = tuple(values)
        ids.append(_make_id(file, *key, counts[key] or None))
        counts[key] += 1
    return ids


def _make_id(*values: object) -> str:
    content = "\0".join("" if value is None else str(value) for value in values)
    return _PREFIX + sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
