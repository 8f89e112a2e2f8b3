"""What ``values`` tells of one author or parent, told of whole columns of text or whole numbers that Arrow holds."""

from typing import TYPE_CHECKING, Any

import numpy as np

from service.batch.columnar.chunks import constant
from service.batch.input.values import NO_PARENT, parent_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["authors_of", "parents_of"]

_NO_PARENT = tuple(sorted(NO_PARENT))
_SHORT = 1 + max(map(len, NO_PARENT))


def authors_of(column: "pa.Array[Any]") -> "pa.Array[Any]":
    """Return what ``author_of`` tells of each value, as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    return _but(pc.is_in(column, constant(("", "[deleted]"))), column)


def parents_of(column: "pa.Array[Any]") -> "pa.Array[Any]":
    """Return what ``parent_of`` tells of each value, as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        told = column.cast(pa.string())
        return _but(pc.is_in(told, constant(_NO_PARENT)), told)
    told = pc.replace_substring_regex(column, r"^t[1-6]_([0-9A-Za-z_])", r"\1")
    if pc.any(pc.ends_with(column, ".0")).as_py():
        told = pc.replace_substring_regex(told, r"^([0-9]+)\.0$", r"\1")
    none = pc.equal(told, constant("0"))
    short = pc.less(pc.binary_length(column), constant(_SHORT))
    if pc.any(short).as_py():
        none = pc.or_(pc.and_(short, pc.is_in(pc.ascii_lower(column), constant(_NO_PARENT))), none)
    return _mended(column, _but(none, told))


def _but(none: "pa.Array[Any]", told: "pa.Array[Any]") -> "pa.Array[Any]":
    import pyarrow.compute as pc

    return pc.if_else(none, constant(None), told)


def _mended(column: "pa.Array[Any]", told: "pa.Array[Any]") -> "pa.Array[Any]":
    """Return what was told, but by ``parent_of`` for values beyond ASCII, which may be letters and digits to Python."""
    import pyarrow as pa
    import pyarrow.compute as pc

    odd = pc.fill_null(pc.invert(pc.string_is_ascii(column)), constant(False))
    places = np.flatnonzero(odd.to_numpy(zero_copy_only=False))
    if not places.size:
        return told
    return pc.replace_with_mask(told, odd, pa.array(list(map(parent_of, column.take(places).to_pylist())), pa.string()))
