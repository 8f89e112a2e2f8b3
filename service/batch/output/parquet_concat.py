"""Concatenation of Parquet files without decoding them: row groups are copied, and the footers are merged into one.

The footer of a Parquet file is one struct in Thrift's compact protocol; its fields are defined in
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift. Only positions in the file, row counts and ordinals
are changed here.
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO

from model.errors import DumpError
from training.tables.columnar.thrift import ThriftFields, ThriftList, ThriftReader, ThriftType

__all__ = ["concat_parquet"]

_MAGIC = b"PAR1"
_LENGTH_SIZE = 4
_TAIL_SIZE = _LENGTH_SIZE + len(_MAGIC)
"""Bytes behind the footer: its length, and the signature."""
_COPY_BYTES = 1 << 20
_MAX_ORDINAL = 32767
_STEP_SHIFT = 4
_MAX_STEP = 15
_LONG_LIST = 15
_VARINT_BITS = 7
_VARINT_MASK = 0x7F
_VARINT_CONTINUES = 0x80
_BOOLEANS = {ThriftType.TRUE, ThriftType.FALSE}
# Fields of FileMetaData, RowGroup, ColumnChunk and ColumnMetaData.
_NUM_ROWS, _ROW_GROUPS = 3, 4
_COLUMNS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7
_CHUNK_OFFSET, _CHUNK_META, _OFFSET_INDEX, _COLUMN_INDEX = 2, 3, 4, 6
_PAGE_OFFSETS = (9, 10, 11, 14)


def concat_parquet(parts: Iterable[AbstractContextManager[Path]], out: BinaryIO) -> int:
    """Write the rows of Parquet files into one.

    Args:
        parts: context managers that provide the paths of the files, in order; at least one. All files were written with the same
            schema by the same writer.
        out: the file to write, from its beginning.

    Returns:
        The number of rows.

    Raises:
        DumpError: a part is damaged.
        OSError: reading or writing fails.
    """
    out.write(_MAGIC)
    merged: ThriftFields | None = None
    position, rows, groups = len(_MAGIC), 0, list[ThriftFields]()
    for part in parts:
        with part as path, path.open("rb") as file:
            footer, end = _read_footer(file, path)
            file.seek(len(_MAGIC))
            _copy(file, out, end - len(_MAGIC))
        for group in footer[_ROW_GROUPS][1].values:
            _move_group(group, position - len(_MAGIC), len(groups))
            groups.append(group)
        position += end - len(_MAGIC)
        rows += footer[_NUM_ROWS][1]
        merged = merged or footer
    if merged is None:
        raise DumpError("there is no part to make a Parquet file of")
    merged |= {_NUM_ROWS: (ThriftType.I64, rows), _ROW_GROUPS: (ThriftType.LIST, ThriftList(ThriftType.STRUCT, groups))}
    content = b"".join(_encode_struct(dict(sorted(merged.items()))))
    out.write(content + len(content).to_bytes(_LENGTH_SIZE, "little") + _MAGIC)
    return rows


def _read_footer(file: BinaryIO, path: Path) -> tuple[ThriftFields, int]:
    """Return the footer of a Parquet file, and its position."""
    end = file.seek(0, io.SEEK_END) - _TAIL_SIZE
    file.seek(max(end, 0))
    tail = file.read(_TAIL_SIZE)
    begin = end - int.from_bytes(tail[:_LENGTH_SIZE], "little")
    if tail[_LENGTH_SIZE:] != _MAGIC or begin < len(_MAGIC):
        raise DumpError(f"{path}: a damaged part; start anew with --fresh")
    file.seek(begin)
    try:
        return ThriftReader(file.read(end - begin)).read_struct(), begin
    except (IndexError, ValueError, KeyError) as error:
        raise DumpError(f"{path}: a damaged part; start anew with --fresh") from error


def _copy(file: BinaryIO, out: BinaryIO, size: int) -> None:
    while size > 0:
        content = file.read(min(size, _COPY_BYTES))
        if not content:
            raise DumpError("a part ended while it was copied; start anew with --fresh")
        out.write(content)
        size -= len(content)


def _move_group(group: ThriftFields, by: int, ordinal: int) -> None:
    """Add ``by`` bytes to all positions in a row group, and set its ordinal."""
    _shift(group, _GROUP_OFFSET, by)
    if _ORDINAL in group:
        group[_ORDINAL] = (ThriftType.I16, min(ordinal, _MAX_ORDINAL))
    for chunk in group[_COLUMNS][1].values:
        for number in (_CHUNK_OFFSET, _OFFSET_INDEX, _COLUMN_INDEX):
            _shift(chunk, number, by)
        for number in _PAGE_OFFSETS:
            _shift(chunk[_CHUNK_META][1], number, by)


def _shift(fields: ThriftFields, number: int, by: int) -> None:
    if number in fields and fields[number][1] > 0:
        fields[number] = (fields[number][0], fields[number][1] + by)


def _encode_struct(fields: ThriftFields) -> Iterator[bytes]:
    previous = 0
    for number, (type_, value) in fields.items():
        step = number - previous
        yield bytes([step << _STEP_SHIFT | type_]) if 0 < step <= _MAX_STEP else bytes([type_]) + _zigzag(number)
        yield from _encode_value(type_, value)
        previous = number
    yield b"\0"


def _encode_value(type_: int, value: Any) -> Iterator[bytes]:
    if type_ in {ThriftType.I16, ThriftType.I32, ThriftType.I64}:
        yield _zigzag(value)
    elif type_ == ThriftType.BYTE:
        yield bytes([value])
    elif type_ == ThriftType.DOUBLE:
        yield value
    elif type_ == ThriftType.BINARY:
        yield _varint(len(value)) + value
    elif type_ == ThriftType.STRUCT:
        yield from _encode_struct(value)
    elif type_ in {ThriftType.LIST, ThriftType.SET}:
        count = len(value.values)
        yield (
            bytes([count << _STEP_SHIFT | value.type])
            if count < _LONG_LIST
            else bytes([_LONG_LIST << _STEP_SHIFT | value.type]) + _varint(count)
        )
        for element in value.values:
            yield from (bytes([element]),) if value.type in _BOOLEANS else _encode_value(value.type, element)


def _zigzag(value: int) -> bytes:
    return _varint(value << 1 if value >= 0 else (-value << 1) - 1)


def _varint(value: int) -> bytes:
    digits = bytearray()
    while value > _VARINT_MASK:
        digits.append(value & _VARINT_MASK | _VARINT_CONTINUES)
        value >>= _VARINT_BITS
    return bytes([*digits, value])
