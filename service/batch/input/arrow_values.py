"""Parsers of whole Arrow columns of authors, parents and contexts, which give the results that ``values`` gives value by value."""

from typing import TYPE_CHECKING, Any

import numpy as np

from service.batch.columnar.arrow_columns import arrow_constant
from service.batch.input.values import DELETED_AUTHOR, NO_PARENT_TEXTS, parse_context, parse_parent

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["parse_authors", "parse_contexts", "parse_parents", "parse_places"]

_NO_PARENT_TEXTS = tuple(sorted(NO_PARENT_TEXTS))
_MAX_NO_PARENT_LENGTH = max(map(len, NO_PARENT_TEXTS))


def parse_authors(column: "pa.Array[Any]") -> "pa.Array[Any]":
    """Apply ``parse_author`` to a column of text or whole numbers, and return a column of text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    return _set_null(column, pc.is_in(column, arrow_constant(("", DELETED_AUTHOR))))


def parse_contexts(column: "pa.Array[Any]") -> "pa.Array[Any]":
    """Apply ``parse_context`` to a column of text or whole numbers, and return a column of text."""
    import pyarrow as pa

    return pa.array(list(map(parse_context, column.to_pylist())), pa.string())


def parse_parents(column: "pa.Array[Any]") -> "pa.Array[Any]":
    """Apply ``parse_parent`` to a column of text or whole numbers, and return a column of text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        numbers = column.cast(pa.string())
        return _set_null(numbers, pc.is_in(numbers, arrow_constant(_NO_PARENT_TEXTS)))
    parents = pc.replace_substring_regex(column, r"^t[1-6]_([0-9A-Za-z_])", r"\1")
    if pc.any(pc.ends_with(column, ".0")).as_py():
        parents = pc.replace_substring_regex(parents, r"^([0-9]+)\.0$", r"\1")
    is_no_parent = pc.equal(parents, arrow_constant("0"))
    is_short = pc.less_equal(pc.binary_length(column), arrow_constant(_MAX_NO_PARENT_LENGTH))
    if pc.any(is_short).as_py():
        is_no_parent = pc.or_(pc.and_(is_short, pc.is_in(pc.ascii_lower(column), arrow_constant(_NO_PARENT_TEXTS))), is_no_parent)
    return _reparse_non_ascii(column, _set_null(parents, is_no_parent))


def parse_places(column: "pa.Array[Any]") -> "pa.Array[Any]":
    """Apply ``parse_place`` to a column of text or whole numbers, and return a column of text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    return _set_null(column, pc.equal(column, arrow_constant("")))


def _set_null(texts: "pa.Array[Any]", mask: "pa.Array[Any]") -> "pa.Array[Any]":
    """Return the texts with null wherever the mask is true."""
    import pyarrow.compute as pc

    return pc.if_else(mask, arrow_constant(None), texts)


def _reparse_non_ascii(column: "pa.Array[Any]", parents: "pa.Array[Any]") -> "pa.Array[Any]":
    """Return the parents with those beyond ASCII parsed by ``parse_parent``, because Python knows more letters and digits than Arrow."""
    import pyarrow as pa
    import pyarrow.compute as pc

    mask = pc.fill_null(pc.invert(pc.string_is_ascii(column)), arrow_constant(False))
    positions = np.flatnonzero(mask.to_numpy(zero_copy_only=False))
    if not positions.size:
        return parents
    return pc.replace_with_mask(parents, mask, pa.array(list(map(parse_parent, column.take(positions).to_pylist())), pa.string()))
