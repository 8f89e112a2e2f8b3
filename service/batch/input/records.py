"""Records, that is, fields with names: what every file format is read into before its platform is considered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Literal, NamedTuple

from service.batch.rows import Reason

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ArrowRecords", "DumpRecord", "JsonPiece", "RecordStream", "UndecodableText", "decode_text", "new_record"]


class DumpRecord(NamedTuple):
    """One record of a file.

    Attributes:
        line: where it begins: its line in a file of lines, else its number in the file, counted from 1.
        offset: the byte where it begins; None where that is not known.
        fields: name → value; if there is a reason, only the fields that could be read.
        reason: why the record cannot be used; None if it can.
        envelope: what stood in the objects around the record before it, outermost first where names differ, without large values; None
            where nothing did.
    """

    line: int
    offset: int | None
    fields: Mapping[str, object]
    reason: Reason | None = None
    envelope: Mapping[str, object] | None = None


new_record = partial(tuple.__new__, DumpRecord)
"""Builds a record from all of its values, in a third of the time that ``DumpRecord(…)`` takes, which names them."""


@dataclass(frozen=True, eq=False)
class ArrowRecords:
    """The records of n consecutive lines, one object each, as an Arrow table.

    Attributes:
        table: the fields that are needed, each a column of text or of whole numbers; n rows.
        first: the number of the first line.
        offsets: the bytes of the file where the lines begin, n values; None where that is not known.
    """

    table: "pa.Table"
    first: int
    offsets: Sequence[int | None]

    def records(self) -> Iterator[DumpRecord]:
        """Return the records one by one."""
        names = self.table.column_names
        cells = zip(*(column.to_pylist() for column in self.table.columns), strict=True)
        fields: Iterator[dict[str, object]] = map(dict, map(zip, repeat(names), cells))
        return map(DumpRecord, range(self.first, self.first + self.table.num_rows), self.offsets, fields)


JsonPiece = ArrowRecords | Iterator[DumpRecord]
"""Consecutive lines of JSON Lines: as one table where Arrow can parse them, and otherwise record by record."""


@dataclass(frozen=True)
class RecordStream:
    """The records of an open file.

    Attributes:
        names: the names of their fields, in order, as far as they are known.
        records: the records, lazily, in order.
        unit: the unit that ``DumpRecord.line`` counts.
        text_names: the names of the fields that hold text in some record; None where that is not known.
        is_nested: whether fields may hold objects and lists.
        strict: whether bytes that are not UTF-8 appear in the fields as lone surrogates (U+DC80 to U+DCFF).
        empty: whether the file holds nothing.
        sample: the fields of the first records, without those that cannot be used; none where they are not known.
        pieces: the same records in the pieces that ``read_json_pieces`` yields; None for other formats. Only one of ``records`` and
            ``pieces`` may be used.
    """

    names: list[str]
    records: Iterator[DumpRecord]
    unit: Literal["line", "row"]
    text_names: set[str] | None = None
    is_nested: bool = False
    strict: bool = False
    empty: bool = False
    pieces: Iterator[JsonPiece] | None = None
    sample: Sequence[Mapping[str, object]] = ()


class UndecodableText(bytes):
    """The bytes of a text that is not UTF-8; some writers of Parquet do not check the encoding of texts."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.decode("utf-8", "replace")


def decode_text(content: bytes) -> str | UndecodableText:
    """Return a text that is stored as bytes; the bytes themselves where they are not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return UndecodableText(content)
