"""Reads the rows of CSV, JSONL and Parquet tables as one stream of records.

The service reads dumps with code of its own, because the aims differ: it recognises formats by content and salvages damaged files as far
as possible, while a labelled table is refused unless it has the format of its name, so that nothing is learnt from damaged rows.
"""

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from model.errors import TableError, UnsafeFileError
from training.tables.columnar.record_batches import MAX_COLUMNS, require_few_columns
from training.tables.expansion import ExpansionBudget

if TYPE_CHECKING:
    from _csv import Reader as _Reader

    from training.tables.columnar.parquet_source import ParquetSource
    from training.tables.columnar.record_batches import Rows

__all__ = ["SUFFIXES", "TableRecord", "UnreadableRow", "find_tables", "read_header", "read_records"]

TableRecord = Mapping[str, Any]
"""Column name → value, as the format stores it; None is a missing value."""

SUFFIXES = (".csv", ".jsonl", ".ndjson", ".parquet", ".tsv")
"""The suffixes of the file names of tables."""

_DELIMITERS = ",;\t"
_MAX_LINE_SIZE = 1 << 24
"""The most characters of a line of CSV, or bytes of a line of JSONL, that are held in memory."""


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A row that could not be read as a record, with the reason in ``detail``."""

    detail: str


def find_tables(paths: Iterable[Path]) -> list[Path]:
    """Return the tables of ``paths``, each once: files as they are, and all tables below folders, sorted.

    Raises:
        TableError: a path is not there or not a table, or a folder holds no table.
    """
    tables: dict[Path, Path] = {}
    for path in paths:
        for table in _list_tables(path):
            tables.setdefault(table.resolve(), table)
    return list(tables.values())


def _list_tables(path: Path) -> list[Path]:
    if path.is_dir():
        tables = sorted(
            file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file() and not _is_hidden(file, path)
        )
        if not tables:
            raise TableError(f"{path}: this folder holds no table; name a folder with {_in_words(SUFFIXES)} files")
        return tables
    if not path.is_file():
        raise TableError(f"{path}: there is no such file or folder; check the path")
    if path.suffix.lower() not in SUFFIXES:
        raise TableError(f"{path}: not a table; its name must end in {_in_words(SUFFIXES)}")
    return [path]


def _is_hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)


def _in_words(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def read_header(path: Path) -> list[str]:
    """Return the names of a table's columns in order; none if the file is empty. Of JSONL, the keys of all lines.

    Raises:
        TableError: the file cannot be read as its name says.
    """
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return _parquet_header(path)
    _check_encoding(path)
    if suffix in {".csv", ".tsv"}:
        with _open(path) as file:
            header = _csv_reader(path, file)[0]
            require_few_columns(len(header), str(path))
            return header
    keys: dict[str, None] = {}
    for _, record in _json_lines(path):
        if not isinstance(record, UnreadableRow) and len(keys) <= MAX_COLUMNS:
            keys.update(dict.fromkeys(record))
    require_few_columns(len(keys), str(path))
    return list(keys)


def read_records(path: Path, columns: Iterable[str]) -> Iterator[tuple[int, TableRecord | UnreadableRow]]:
    """Yield every row of a table with its line (CSV, JSONL) or row number (Parquet), counted from 1.

    Args:
        path: the table.
        columns: the columns that are needed; Parquet leaves the others unread.

    Raises:
        TableError: the file cannot be read as its name says.
    """
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return _parquet_rows(path, list(columns))
    return _csv_rows(path) if suffix in {".csv", ".tsv"} else _json_lines(path)


def _open(path: Path) -> IO[str]:
    # Bytes that are not UTF-8 come through as lone surrogates, so that only the rows that hold them are refused.
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _check_encoding(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise TableError(f"{path}: this file is UTF-16; save it as UTF-8")


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)


def _short_lines(path: Path, file: IO[str]) -> Iterator[str]:
    """Yield the lines of a file, as far as they fit into memory.

    Raises:
        TableError: a line does not.
    """
    for number, line in enumerate(iter(lambda: file.readline(_MAX_LINE_SIZE + 1), ""), start=1):
        if len(line) > _MAX_LINE_SIZE:
            raise TableError(f"{path}: line {number}: more than {_MAX_LINE_SIZE:,} characters; no comment is as long, check the line ends")
        yield line


def _csv_reader(path: Path, file: IO[str]) -> tuple[list[str], "_Reader"]:
    first = file.readline(_MAX_LINE_SIZE)
    file.seek(0)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(_DELIMITERS, key=first.count)
    # Strict, because otherwise a quote that is never closed silently swallows all rows below it.
    reader = csv.reader(_short_lines(path, file), delimiter=delimiter, strict=True)
    try:
        return next(reader, []), reader
    except csv.Error as error:
        raise TableError(f"{path}: line 1: the column names cannot be read ({error}); check the quotes") from error


def _csv_rows(path: Path) -> Iterator[tuple[int, TableRecord | UnreadableRow]]:
    with _open(path) as file:
        header, reader = _csv_reader(path, file)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, UnreadableRow(_describe_csv_error(error, line, reader.line_num))
                continue
            if cells:
                yield line, _csv_record(header, cells)


def _describe_csv_error(error: csv.Error, first: int, last: int) -> str:
    lost = f"lines {first} to {last} are lost" if last > first else "the line is lost"
    limit = f"{csv.field_size_limit():,} characters"
    return f"the quotes do not match, or a field is over {limit} ({error}): {lost}; double the quotes inside a field"


def _csv_record(header: list[str], cells: list[str]) -> TableRecord | UnreadableRow:
    if any(map(_has_surrogate, cells)):
        return UnreadableRow("not UTF-8; save the file as UTF-8")
    if len(cells) != len(header):
        return UnreadableRow(f"{len(cells)} fields where the header names {len(header)}; put quotes around fields that hold the delimiter")
    return {name: cell or None for name, cell in zip(header, cells, strict=True)}


def _json_lines(path: Path) -> Iterator[tuple[int, TableRecord | UnreadableRow]]:
    with path.open("rb") as file:
        for line, raw in enumerate(iter(lambda: file.readline(_MAX_LINE_SIZE + 1), b""), start=1):
            if len(raw) > _MAX_LINE_SIZE:
                raise TableError(f"{path}: line {line}: more than {_MAX_LINE_SIZE:,} bytes; no comment is as long, check the line ends")
            if raw.strip():
                yield line, _json_record(raw)


def _json_record(raw: bytes) -> TableRecord | UnreadableRow:
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return UnreadableRow("not UTF-8; save the file as UTF-8")
    except (ValueError, RecursionError) as error:
        reason = f"{error.msg} at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else "too deep or too large"
        return UnreadableRow(f"not JSON ({reason}); write one object a line")
    return value if isinstance(value, dict) else UnreadableRow("not a JSON object; write one object a line")


def _open_parquet(path: Path, file: IO[bytes]) -> "ParquetSource":
    from training.tables.columnar.parquet_source import ParquetSource

    size = os.fstat(file.fileno()).st_size
    return ParquetSource(file, ExpansionBudget(str(path), lambda: size, advice="if you trust it, write it as JSONL"))  # type: ignore[arg-type]


def _parquet_header(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            return _open_parquet(path, file).names
    except UnsafeFileError:
        raise
    except Exception as error:  # the exceptions of PyArrow have no common root
        raise TableError(f"{path}: not a readable Parquet file ({_describe_error(error)})") from error


def _parquet_rows(path: Path, columns: list[str]) -> Iterator[tuple[int, TableRecord | UnreadableRow]]:
    line = 0
    try:
        with path.open("rb") as file:
            source = _open_parquet(path, file)
            for group in range(len(source.group_rows)):
                for rows in source.read_rows(group, columns):
                    for record in _parquet_records(rows, columns):
                        line += 1
                        yield line, record
    except (UnsafeFileError, GeneratorExit):
        raise
    except Exception as error:  # as above
        raise TableError(f"{path}: not a readable Parquet file after row {line} ({_describe_error(error)})") from error


def _parquet_records(rows: "Rows", columns: list[str]) -> Iterator[TableRecord | UnreadableRow]:
    if rows.columns is None:
        yield UnreadableRow("longer than any comment; shorten it")
    else:
        for cells in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            yield dict(zip(columns, cells, strict=True))


def _describe_error(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
