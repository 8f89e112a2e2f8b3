"""Writers of tables as JSON Lines, CSV or Parquet, chunk by chunk, for the scores of comments and for the rulings of moderators."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ColumnType", "TableFormat", "TableStyle", "TableWriter", "csv_row", "open_table", "parquet_schema"]

_encode_string: Callable[[str], str] = encode_basestring


class TableFormat(StrEnum):
    """The formats that tables are written in."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class ColumnType(Enum):
    """The types of columns; a value of any type may be None."""

    TEXT = auto()
    CATEGORY = auto()
    """Text with few different values, each of which is converted once per chunk."""
    NUMBER = auto()
    INTEGER = auto()
    BOOLEAN = auto()
    TIME = auto()
    """Text in ISO 8601; for Parquet an array of times in UTC."""
    ANY = auto()
    """Any JSON value; text in CSV and Parquet."""


_NUMERIC_TYPES = {ColumnType.NUMBER, ColumnType.INTEGER}
_FEW_VALUE_TYPES = {ColumnType.CATEGORY, ColumnType.BOOLEAN}


@dataclass(frozen=True, slots=True)
class TableStyle:
    """The choices that a format leaves open; the bytes of a table depend on them.

    Attributes:
        compact_json: whether there is no space after colons and commas.
        quotes_all: whether all cells of CSV are quoted, rather than those that need it.
        compression: how Parquet is compressed.
        categories_only: whether Parquet encodes categories alone with dictionaries. A dictionary of authors takes 15 MB of memory and
            makes the file no smaller.
        group_rows: the number of rows after which a row group of Parquet ends. Large groups suit readers, small ones save memory.
    """

    compact_json: bool = True
    quotes_all: bool = False
    compression: str = "zstd"
    categories_only: bool = True
    group_rows: int = 1 << 16


class TableWriter(Protocol):
    """Writes chunks of rows below each other."""

    @property
    def takes_arrow(self) -> bool:
        """Whether columns may be Arrow or NumPy arrays, which spares their conversion to Python's values."""

    def write(self, columns: Sequence[Iterable[Any]]) -> None:
        """Write a chunk of rows.

        Args:
            columns: all columns of the table, each with a value for every row.
        """

    def finish(self) -> None:
        """Write the rows that are still buffered and the end of the file; nothing may be written afterwards."""

    def abandon(self) -> None:
        """Close the writer of a file that is about to be removed; never raises."""


@contextmanager
def open_table(
    table_format: TableFormat, file: BinaryIO, columns: Mapping[str, ColumnType], *, style: TableStyle | None = None, header: bool = True
) -> Iterator[TableWriter]:
    """Provide a writer of a table; the table is finished if the block ends well, and abandoned if it raises.

    Args:
        table_format: the format.
        file: the file to write to.
        columns: name → type of each column, in order.
        style: the choices that the format leaves open.
        header: whether CSV begins with the names of the columns.
    """
    style = style or TableStyle()
    writer: TableWriter
    if table_format is TableFormat.JSONL:
        writer = _JsonLinesWriter(file, columns, style)
    elif table_format is TableFormat.CSV:
        writer = _CsvWriter(file, columns, style, header=header)
    else:
        writer = _ParquetWriter(file, columns, style)
    try:
        yield writer
        writer.finish()
    except BaseException:
        writer.abandon()
        raise


class _JsonLinesWriter:
    takes_arrow = False

    def __init__(self, file: BinaryIO, columns: Mapping[str, ColumnType], style: TableStyle) -> None:
        self._file = file
        self._types = tuple(columns.values())
        comma, colon = (",", ":") if style.compact_json else (", ", ": ")
        names = (_encode_string(name).replace("%", "%%") for name in columns)
        self._row = "{" + comma.join(f"{name}{colon}%s" for name in names) + "}\n"

    def write(self, columns: Sequence[Iterable[Any]]) -> None:
        cells = (_json_cells(column, type_) for column, type_ in zip(columns, self._types, strict=True))
        self._file.write("".join(map(self._row.__mod__, zip(*cells, strict=True))).encode())

    def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass


def _json_cells(column: Iterable[Any], type_: ColumnType) -> Iterable[str]:
    """Return the values of a column as JSON."""
    if type_ in _FEW_VALUE_TYPES:
        cells = {value: _json(value) for value in set(column)}
        return map(cells.__getitem__, column)
    if type_ in _NUMERIC_TYPES:
        return ["null" if value is None else str(value) for value in column]
    return [_encode_string(value) if type(value) is str else _json(value) for value in column]


def _json(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return _encode_string(value)
    if type(value) is int:
        return str(value)
    return _without_surrogates(json.dumps(value, ensure_ascii=False, default=str))


def _without_surrogates(text: str) -> str:
    """Replace each half of a surrogate pair, which UTF-8 cannot encode, by U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _CsvWriter:
    takes_arrow = False

    def __init__(self, file: BinaryIO, columns: Mapping[str, ColumnType], style: TableStyle, *, header: bool) -> None:
        self._file = file
        self._types = tuple(columns.values())
        self._quotes_all = style.quotes_all
        self._quote = _quote_always if style.quotes_all else _quote_if_necessary
        if header:
            self._file.write((",".join(map(self._quote, columns)) + "\n").encode())

    def write(self, columns: Sequence[Iterable[Any]]) -> None:
        cells = (self._cells(column, type_) for column, type_ in zip(columns, self._types, strict=True))
        self._file.write("".join(f"{row}\n" for row in map(",".join, zip(*cells, strict=True))).encode())

    def _cells(self, column: Iterable[Any], type_: ColumnType) -> Iterable[str]:
        quote = self._quote
        if type_ in _FEW_VALUE_TYPES:
            texts = {value: quote(_as_text(value) or "") for value in set(column)}
            return map(texts.__getitem__, column)
        if type_ in _NUMERIC_TYPES:
            cells = ["" if value is None else str(value) for value in column]
            return map(quote, cells) if self._quotes_all else cells
        return [quote(_as_text(value) or "") for value in column]

    def finish(self) -> None:
        pass

    def abandon(self) -> None:
        pass


def _as_text(value: object) -> str | None:
    """Return a value of any type as text: a string as it is, anything else as JSON, None as None."""
    return value if value is None or isinstance(value, str) else _json(value)


def _quote_if_necessary(text: str) -> str:
    # Not csv.writer: it leaves a lone carriage return bare (until Python 3.13), and every reader ends the row there.
    return _quote_always(text) if "," in text or '"' in text or "\n" in text or "\r" in text else text


def _quote_always(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def csv_row(cells: Iterable[str]) -> str:
    """Return a line of CSV in which only the cells that need quotes are quoted."""
    return ",".join(map(_quote_if_necessary, cells)) + "\n"


class _ParquetWriter:
    """Collects rows into row groups."""

    takes_arrow = True

    def __init__(self, file: BinaryIO, columns: Mapping[str, ColumnType], style: TableStyle) -> None:
        import pyarrow.parquet as pq

        self._types = tuple(columns.values())
        self._schema = parquet_schema(columns)
        self._group_rows = style.group_rows
        categories = [name for name, type_ in columns.items() if type_ is ColumnType.CATEGORY]
        dictionaries = categories if style.categories_only else True
        self._writer = pq.ParquetWriter(file, self._schema, compression=style.compression, use_dictionary=dictionaries)
        self._batches: list[pa.RecordBatch] = []
        self._pending_rows = 0

    def write(self, columns: Sequence[Iterable[Any]]) -> None:
        import pyarrow as pa

        arrays = [_to_array(column, type_, field.type) for column, type_, field in zip(columns, self._types, self._schema, strict=True)]
        self._batches.append(pa.record_batch(arrays, schema=self._schema))
        self._pending_rows += len(arrays[0])
        if self._pending_rows >= self._group_rows:
            self._write_group()

    def finish(self) -> None:
        if self._batches:
            self._write_group()
        self._writer.close()

    def abandon(self) -> None:
        # Otherwise the writer would try to finish the file when it is collected, long after the file is gone.
        with suppress(Exception):
            self._writer.close()
        self._writer.is_open = False

    def _write_group(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_batches(self._batches))
        self._batches, self._pending_rows = [], 0


def _to_array(column: Any, type_: ColumnType, arrow_type: "pa.DataType") -> "pa.Array[Any]":
    import pyarrow as pa

    if isinstance(column, pa.Array):
        return column
    return pa.array([_as_text(value) for value in column] if type_ is ColumnType.ANY else column, arrow_type)


def parquet_schema(columns: Mapping[str, ColumnType]) -> "pa.Schema":
    """Return the Arrow schema with which columns are written to Parquet.

    Args:
        columns: name → type of each column, in order.
    """
    import pyarrow as pa

    types = {
        ColumnType.NUMBER: pa.float64(),
        ColumnType.INTEGER: pa.int64(),
        ColumnType.BOOLEAN: pa.bool_(),
        ColumnType.TIME: pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([(name, types.get(type_, pa.string())) for name, type_ in columns.items()])
