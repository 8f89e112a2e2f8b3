"""Cells of a table that a document stores column by column, kept in little memory until all columns have been read."""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from model.errors import DumpError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ColumnCells", "ColumnStore"]

_CHUNK_SIZE = 4096
_MAX_SIZE = 1 << 25
"""Bytes of all cells of a table, roughly."""
_NUMBER_SIZE = 8
_WIDE_SIZE = 3
"""Bytes of a code point of texts that are not ASCII."""


class ColumnCells:
    """The cells of one column: texts, numbers and missing values, with their keys if they have any.

    Args:
        store: the store whose bound they count towards.
        has_keys: whether the keys are kept, rather than a digest of them.
    """

    def __init__(self, store: "ColumnStore", *, has_keys: bool = False) -> None:
        self._store = store
        self._chunks: list[pa.Array[Any] | list[object]] = []
        self._pending: list[object] = []
        self._keys = ColumnCells(store) if has_keys else None
        self.digest = 0
        """A digest of the keys and their order; 0 if there are none."""
        self.count = 0
        self.has_text = False
        self.has_decimal_keys = has_keys

    def append(self, cell: object, key: str | None = None) -> None:
        """Append a cell.

        Raises:
            DumpError: the table becomes too large.
        """
        self.count += 1
        self._store.count_size(_cell_size(cell))
        self.has_text = self.has_text or isinstance(cell, str)
        if key is not None:
            self.digest = hash((self.digest, key))
            if self._keys is not None:
                self._keys.append(key)
                self.has_decimal_keys = self.has_decimal_keys and key.isdecimal()
        self._pending.append(cell)
        if len(self._pending) >= _CHUNK_SIZE:
            self._chunks.append(_compact(self._pending))
            self._pending = []

    def cells(self) -> Iterator[object]:
        """Return the cells in order."""
        chunks = (chunk if isinstance(chunk, list) else chunk.to_pylist() for chunk in self._chunks)
        return chain(chain.from_iterable(chunks), self._pending)

    def keys(self) -> Iterator[object]:
        """Return the keys in order, as far as they are kept."""
        return iter(()) if self._keys is None else self._keys.cells()


def _cell_size(cell: object) -> int:
    """Return the bytes that a cell takes, roughly."""
    if not isinstance(cell, str):
        return _NUMBER_SIZE
    return len(cell) + _NUMBER_SIZE if cell.isascii() else _WIDE_SIZE * len(cell)


def _compact(cells: list[object]) -> "pa.Array[Any] | list[object]":
    """Return cells as an Arrow array if they are of one type, and otherwise as they are."""
    import pyarrow as pa

    types = {type(cell) for cell in cells} - {type(None)}
    if len(types) != 1 or not types <= {str, int, float, bool}:
        return cells
    try:
        return pa.array(cells)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        return cells


class ColumnStore:
    """The columns of one document.

    Args:
        name: the name of the file, for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._size = 0
        self.columns: dict[str, ColumnCells] = {}

    def count_size(self, size: int) -> None:
        """Count a cell of a size in bytes.

        Raises:
            DumpError: all cells together have become too large.
        """
        self._size += size
        if self._size > _MAX_SIZE:
            raise DumpError(
                f"{self._name} stores a table of more than {_MAX_SIZE >> 20} MiB column by column, which takes too much "
                "memory to read; write it as JSON Lines, with pandas: frame.to_json(PATH, orient='records', lines=True)"
            )

    def rows(self) -> Iterator[dict[str, object]] | None:
        """Return the rows of the table; None if the columns are not those of one table that holds text."""
        columns = list(self.columns.values())
        if not any(column.has_text for column in columns) or len({(column.count, column.digest) for column in columns}) != 1:
            return None
        names = list(self.columns)
        return (dict(zip(names, cells, strict=True)) for cells in zip(*(column.cells() for column in columns), strict=True))
