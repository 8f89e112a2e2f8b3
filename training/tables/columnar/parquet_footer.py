"""Where the pages of a Parquet file lie, read from its footer, without PyArrow.

PyArrow hands out what the footer says of a column as well, but if that contradicts the schema, it ends the process. The fields are
defined in https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from model.errors import UnsafeFileError
from training.tables.columnar.thrift import ThriftReader, ThriftType

__all__ = ["ColumnChunk", "RowGroup", "read_row_groups"]

_MAX_FOOTER_SIZE = 1 << 24
_TAIL_SIZE = 8
"""Bytes behind the footer: its length, and the signature."""
# Fields of FileMetaData, RowGroup, ColumnChunk and ColumnMetaData.
_ROW_GROUPS = 4
_COLUMNS, _NUM_ROWS = 1, 3
_META_DATA = 3
_NUM_VALUES, _PACKED_SIZE, _DATA_OFFSET, _DICTIONARY_OFFSET = 5, 7, 9, 11


class ColumnChunk(NamedTuple):
    """The pages of one column in one row group.

    Attributes:
        begin: the byte of the file where they begin.
        size: their bytes in the file.
        values: how many values they hold.
    """

    begin: int
    size: int
    values: int


class RowGroup(NamedTuple):
    """A row group, according to the footer.

    Attributes:
        rows: how many rows it has.
        columns: its columns.
    """

    rows: int
    columns: Sequence[ColumnChunk]


def read_row_groups(file: BinaryIO, name: str) -> Sequence[RowGroup]:
    """Read what the footer of a file says of its row groups.

    Args:
        file: the file; it must be seekable.
        name: its name in messages.

    Raises:
        UnsafeFileError: the footer is larger than any that people write.
        ValueError: it cannot be read.
    """
    end = file.seek(0, io.SEEK_END) - _TAIL_SIZE
    file.seek(max(end, 0))
    size = int.from_bytes(file.read(4), "little")
    if not 0 < size <= end:
        raise ValueError("it has no footer")
    if size > _MAX_FOOTER_SIZE:
        raise UnsafeFileError(f"{name}: its footer has {size:,} bytes, more than is read; write the file with fewer, larger row groups")
    file.seek(end - size)
    return _parse_footer(file.read(size))


@lru_cache(maxsize=2)
def _parse_footer(content: bytes) -> Sequence[RowGroup]:
    """Parse a footer; all shards of a file have the same, which takes a second where there are thousands of row groups."""
    try:
        reader = ThriftReader(content)
        groups: Sequence[RowGroup] = ()
        for number, type_ in _fields(reader):
            if number == _ROW_GROUPS and type_ == ThriftType.LIST:
                groups = [_read_group(reader) for _ in _structs(reader)]
            else:
                reader.skip(type_)
    except (IndexError, KeyError) as error:
        raise ValueError("its footer cannot be read") from error
    return groups


def _fields(reader: ThriftReader) -> Iterator[tuple[int, int]]:
    """Yield number and type of the fields of a struct, each of which must be read or skipped before the next is requested."""
    seen = set()
    for field in reader.read_fields():
        # A later value replaces an earlier one, or only a part of it, depending on the reader.
        if field[0] in seen:
            raise ValueError("its footer says something twice")
        seen.add(field[0])
        yield field


def _structs(reader: ThriftReader) -> range:
    type_, count = reader.read_list_header()
    if count and type_ != ThriftType.STRUCT:
        raise ValueError("its footer has numbers in place of objects")
    return range(count)


def _read_group(reader: ThriftReader) -> RowGroup:
    rows, columns = 0, list[ColumnChunk]()
    for number, type_ in _fields(reader):
        if number == _COLUMNS and type_ == ThriftType.LIST:
            columns = [_read_chunk(reader) for _ in _structs(reader)]
        elif number == _NUM_ROWS and type_ == ThriftType.I64:
            rows = reader.read_number()
        else:
            reader.skip(type_)
    if rows < 0:
        raise ValueError("its footer names a row group of less than no rows")
    return RowGroup(rows, columns)


def _read_chunk(reader: ThriftReader) -> ColumnChunk:
    numbers: dict[int, int] = {}
    for number, type_ in _fields(reader):
        if number != _META_DATA or type_ != ThriftType.STRUCT:
            reader.skip(type_)
            continue
        for inner, inner_type in _fields(reader):
            if inner in _CHUNK_NUMBERS and inner_type == ThriftType.I64:
                numbers[inner] = reader.read_number()
            else:
                reader.skip(inner_type)
    begin, dictionary = numbers.get(_DATA_OFFSET, -1), numbers.get(_DICTIONARY_OFFSET, 0)
    chunk = ColumnChunk(dictionary if 0 < dictionary < begin else begin, numbers.get(_PACKED_SIZE, -1), numbers.get(_NUM_VALUES, -1))
    if min(chunk) < 0:
        raise ValueError("its footer does not say where a column lies")
    return chunk


_CHUNK_NUMBERS = {_NUM_VALUES, _PACKED_SIZE, _DATA_OFFSET, _DICTIONARY_OFFSET}
