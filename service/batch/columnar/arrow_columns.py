"""Columns that Arrow holds, used as sequences of Python values."""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ArrowColumn", "arrow_constant"]


class ArrowColumn(Sequence[Any]):
    """A column that Arrow holds; all of its values are converted to Python's when the first is accessed.

    Args:
        array: the values.
    """

    def __init__(self, array: "pa.Array[Any]") -> None:
        self.array = array

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self.array)

    def __getitem__(self, index: Any) -> Any:
        """Return a value, or a list of them."""
        return self._values[index]

    def __iter__(self) -> Iterator[Any]:
        """Yield the values."""
        return iter(self._values)

    @cached_property
    def _values(self) -> list[Any]:
        values: list[Any] = self.array.to_pylist()
        return values


@lru_cache(maxsize=256, typed=True)
def arrow_constant(value: bool | int | str | tuple[str, ...] | None) -> Any:
    """Return a value as an Arrow scalar, a tuple as an Arrow array, None as a missing text.

    Arrow's own conversion tries to import pandas each time, which takes long where pandas is not installed.
    """
    import pyarrow as pa

    if isinstance(value, tuple):
        return pa.array(value, pa.string())
    return pa.scalar(None, pa.string()) if value is None else pa.scalar(value)
