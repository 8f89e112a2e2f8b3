"""What every container is read into before anybody knows whose dump it is: records, which are names and values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from service.batch.rows import Reason

if TYPE_CHECKING:
    from service.batch.input.formats.json_lines_arrow import Lines
    from service.batch.input.platforms.platform import Shape

__all__ = ["Record", "Table", "Undecodable"]


class Record(NamedTuple):
    """One record of a container.

    Attributes:
        line: where it begins: the line of a file of lines, else its number in the file, counted from 1.
        offset: where it begins in bytes, None where that is not known.
        fields: name → value; as much as could be read where there is a reason.
        reason: why it cannot be used.
    """

    line: int
    offset: int | None
    fields: Mapping[str, object]
    reason: Reason | None = None


@dataclass(frozen=True)
class Table:
    """An opened container.

    Attributes:
        names: the fields that its records have, in order, as far as that is known.
        records: the records, lazily, in order.
        unit: what ``Record.line`` counts.
        speaking: the names that hold text somewhere, None where that is not known.
        strict: whether bytes that are not text are left in the fields as lone surrogates (U+DC80 to U+DCFF).
        empty: whether there is nothing in it.
        shape: whose records they are, where the container says so.
        pieces: the same records as ``fastlines.read_pieces`` yields them, where that can be; only one of both is to be used.
    """

    names: list[str]
    records: Iterator[Record]
    unit: Literal["line", "row"]
    speaking: set[str] | None = None
    strict: bool = False
    empty: bool = False
    shape: "Shape | None" = None
    pieces: "Iterator[Lines | Iterator[Record]] | None" = None


class Undecodable(bytes):
    """A string of a file that is not UTF-8; Parquet does not check what is written into it."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.decode("utf-8", "replace")
