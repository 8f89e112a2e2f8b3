"""How many bytes the rows of an Arrow column become when they are written out, also where many rows share one value."""

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["measure_rows", "measure_views"]

_Sizes = npt.NDArray[np.int64]
_FIXED_SIZE = 8
"""Bytes that a number, a time or a truth value counts for."""
_NESTED_SIZE = 64
"""Bytes that a list or an object counts for besides what is in it."""
_VIEW_SIZE = 16
"""Bytes of a view in a column of string views, the first four of which are the length of the text."""


def measure_rows(column: "pa.Array[Any]") -> _Sizes:
    """Return the bytes of each row of a column that has been validated.

    Args:
        column: n rows of any type.

    Returns:
        (n,) sizes; a text that a hundred rows share counts a hundred times.
    """
    import pyarrow as pa
    import pyarrow.types as pt

    kind, count, array = column.type, len(column), cast(Any, column)
    if isinstance(kind, pa.BaseExtensionType):
        return measure_rows(array.storage)
    if pt.is_dictionary(kind):
        return _take(measure_rows(array.dictionary), array.indices)
    if pt.is_run_end_encoded(kind):
        return _measure_runs(column)
    if pt.is_string_view(kind) or pt.is_binary_view(kind):
        return _measure_views(column)
    if pt.is_string(kind) or pt.is_binary(kind) or pt.is_large_string(kind) or pt.is_large_binary(kind):
        return np.diff(_offsets(column, large=pt.is_large_string(kind) or pt.is_large_binary(kind)))
    if pt.is_fixed_size_binary(kind):
        return np.full(count, kind.byte_width, np.int64)
    if pt.is_nested(kind):
        return _measure_nested(column)
    return np.full(count, _FIXED_SIZE, np.int64)


def measure_views(column: "pa.Array[Any]") -> int:
    """Return the bytes of all texts in columns of views, at any depth of a column whose content has not been validated.

    Only the lengths are looked at. Many views may share one text, each of which Arrow reads once more when it validates them.
    """
    import pyarrow.types as pt

    kind, array = column.type, cast(Any, column)
    if pt.is_string_view(kind) or pt.is_binary_view(kind):
        return int(np.maximum(_measure_views(column), 0).sum())
    if pt.is_dictionary(kind):
        return measure_views(array.dictionary)
    if pt.is_struct(kind) or pt.is_union(kind):
        return sum(measure_views(array.field(number)) for number in range(kind.num_fields))
    return measure_views(array.values) if pt.is_nested(kind) or pt.is_run_end_encoded(kind) else 0


def _take(sizes: _Sizes, indices: "pa.Array[Any]") -> _Sizes:
    """Return the sizes at some indices; a row without an index has none."""
    if not len(sizes):
        return np.zeros(len(indices), np.int64)
    places = indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    taken: _Sizes = np.where(indices.is_valid().to_numpy(zero_copy_only=False), sizes[places], 0)
    return taken


def _measure_runs(column: Any) -> _Sizes:
    ends = column.run_ends.to_numpy(zero_copy_only=False).astype(np.int64)
    runs = np.searchsorted(ends, np.arange(column.offset, column.offset + len(column)), side="right")
    sizes: _Sizes = measure_rows(column.values)[runs]
    return sizes


def _measure_views(column: "pa.Array[Any]") -> _Sizes:
    views = column.buffers()[1]
    if views is None or not len(column):
        return np.zeros(len(column), np.int64)
    lengths = np.frombuffer(views, np.int32)[:: _VIEW_SIZE // 4][column.offset : column.offset + len(column)]
    return np.where(column.is_valid().to_numpy(zero_copy_only=False), lengths, 0).astype(np.int64)


def _offsets(column: "pa.Array[Any]", *, large: bool) -> _Sizes:
    """Return the n + 1 offsets of a column of lists or texts."""
    buffer = column.buffers()[1]
    if buffer is None or not len(column):
        return np.zeros(len(column) + 1, np.int64)
    offsets = np.frombuffer(buffer, np.int64 if large else np.int32)
    return offsets[column.offset : column.offset + len(column) + 1].astype(np.int64)


def _measure_nested(column: Any) -> _Sizes:
    import pyarrow.types as pt

    kind, count = column.type, len(column)
    if pt.is_struct(kind):
        return sum((measure_rows(column.field(number)) for number in range(kind.num_fields)), np.full(count, _NESTED_SIZE, np.int64))
    if pt.is_union(kind):
        return _measure_union(column)
    if pt.is_fixed_size_list(kind):
        begins = (column.offset + np.arange(count)) * kind.list_size
        return _measure_lists(column.values, begins, begins + kind.list_size)
    if pt.is_list_view(kind) or pt.is_large_list_view(kind):
        # The place and the length of a list that is null mean nothing.
        is_valid = column.is_valid().to_numpy(zero_copy_only=False)
        begins, lengths = (
            np.where(is_valid, part.to_numpy(zero_copy_only=False).astype(np.int64), 0) for part in (column.offsets, column.sizes)
        )
        return _measure_lists(column.values, begins, begins + lengths)
    offsets = _offsets(column, large=pt.is_large_list(kind))
    return _measure_lists(column.values, offsets[:-1], offsets[1:])


def _measure_lists(values: "pa.Array[Any]", begins: _Sizes, ends: _Sizes) -> _Sizes:
    """Return the sizes of lists of values, given where each begins and ends; values outside of all lists are not looked at."""
    if not len(begins):
        return np.zeros(0, np.int64)
    import pyarrow.types as pt

    if pt.is_primitive(values.type) or pt.is_null(values.type):
        return (ends - begins) * _FIXED_SIZE + _NESTED_SIZE
    first, last = int(begins.min()), int(ends.max())
    totals = np.concatenate([np.zeros(1, np.int64), np.cumsum(measure_rows(values.slice(first, last - first)))])
    sizes: _Sizes = totals[ends - first] - totals[begins - first] + _NESTED_SIZE
    return sizes


def _measure_union(column: Any) -> _Sizes:
    # The arrays that PyArrow hands out for these buffers begin with the first row, also those of a slice.
    rows_here = slice(column.offset, column.offset + len(column))
    codes = np.frombuffer(column.buffers()[1] or b"", np.int8)[rows_here]
    sizes = np.full(len(column), _FIXED_SIZE, np.int64)
    for number, code in enumerate(column.type.type_codes):
        rows = np.flatnonzero(codes == code)
        of_field = measure_rows(column.field(number))
        places = np.frombuffer(column.buffers()[2] or b"", np.int32)[rows_here][rows] if column.type.mode == "dense" else rows
        sizes[rows] += of_field[places]
    return sizes
