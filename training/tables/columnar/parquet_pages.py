"""The pages of a Parquet file, looked at before they are decoded: how much memory they take, and what their values become.

The header of a page is a struct in Thrift's compact protocol; its fields are defined in
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from model.errors import UnsafeFileError
from training.tables.columnar.parquet_footer import ColumnChunk
from training.tables.columnar.thrift import ThriftFields, ThriftReader
from training.tables.expansion import ExpansionBudget

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["ColumnPages", "batch_rows", "look_at_pages"]

_MAX_PAGE_SIZE = 1 << 28
"""The most bytes that a page may have when it is unpacked: it is held in memory as a whole."""
_MAX_BATCH_SIZE = 1 << 26
"""Bytes of values that a batch should have at most."""
_MAX_NESTED_SIZE = 1 << 30
"""The most bytes that the lists of a row group may have: a single row may hold all of them."""
_MAX_BATCH_ROWS = 2048
_HEADER_SIZE = 1 << 12
_MAX_HEADER_SIZE = 1 << 24
# Fields of PageHeader and of the headers of its kinds; kinds and encodings of pages.
_KIND, _UNPACKED_SIZE, _PACKED_SIZE = 1, 2, 3
_DATA_PAGE, _DICTIONARY_PAGE, _DATA_PAGE_V2 = 0, 2, 3
_HEADER_OF_KIND = {_DATA_PAGE: 5, _DICTIONARY_PAGE: 7, _DATA_PAGE_V2: 8}
_ENCODING_OF_KIND = {_DATA_PAGE: 2, _DICTIONARY_PAGE: 2, _DATA_PAGE_V2: 4}
_VALUE_COUNT = 1
_DICTIONARY_ENCODINGS = {2, 8}
_PREFIX_ENCODING = 7
"""Each text is written as what it has in common with the one before, and the rest."""
_LEVEL_SIZE = 16
"""Bytes of memory for each value of a list, besides the value."""


class _Page(NamedTuple):
    kind: int
    encoding: int
    values: int
    size: int


@dataclass(frozen=True)
class ColumnPages:
    """The pages of a column in one row group.

    Attributes:
        longest: bytes of the longest value that rows may share.
        density: the most bytes for each value that has bytes of its own, averaged over a page.
        size: the most bytes that all values together become.
        has_prefixes: whether some values are written as what they have in common with the one before, and the rest.
    """

    longest: int
    density: int
    size: int
    has_prefixes: bool


def look_at_pages(
    parquet: "pq.ParquetFile", file: BinaryIO, place: tuple[int, int], chunk: ColumnChunk, budget: ExpansionBudget
) -> ColumnPages:
    """Look at the pages of a column in a row group.

    Args:
        parquet: the open file.
        file: its bytes.
        place: the numbers of the row group and of the column.
        chunk: where the pages lie.
        budget: what the file may become.

    Raises:
        UnsafeFileError: a page takes too much memory, or what its values may become does.
        ValueError: a header cannot be read.
    """
    group, column = place
    leaf, group_name = parquet.schema.column(column), f"{budget.name}: row group {group + 1}"
    pages = list(_read_pages(file, chunk, group_name, budget))
    level_size = _LEVEL_SIZE * sum(page.values for page in pages) if leaf.max_repetition_level else 0
    _require_short_lists(level_size, leaf, group_name)
    longest = _longest_in_dictionary(parquet, file, group, leaf, pages)
    density = size = 0
    for page in pages:
        if page.kind == _DICTIONARY_PAGE:
            continue
        if page.encoding == _PREFIX_ENCODING:
            longest = max(longest, page.size)
        shares = page.encoding in _DICTIONARY_ENCODINGS or page.encoding == _PREFIX_ENCODING
        size += page.values * longest if shares else page.size
        if not shares:
            density = max(density, page.size // max(page.values, 1))
    if leaf.physical_type == "FIXED_LEN_BYTE_ARRAY":
        longest = max(longest, leaf.length)
    _require_short_lists(size + level_size if leaf.max_repetition_level else 0, leaf, group_name)
    return ColumnPages(longest, density, size, any(page.encoding == _PREFIX_ENCODING for page in pages))


def _require_short_lists(size: int, leaf: Any, place: str) -> None:
    if size > _MAX_NESTED_SIZE:
        raise UnsafeFileError(
            f"{place}: the lists in column “{_shown(leaf.path)}” take too much memory; leave it out, or write smaller row groups"
        )


def batch_rows(columns: Sequence[ColumnPages]) -> int:
    """Return the number of rows that can be decoded at once in bounded memory."""
    row_size = sum(max(column.longest, column.density) for column in columns)
    return max(1, min(_MAX_BATCH_ROWS, _MAX_BATCH_SIZE // max(row_size, 1)))


def _read_pages(file: BinaryIO, chunk: ColumnChunk, place: str, budget: ExpansionBudget) -> Iterator[_Page]:
    """Yield the pages of a column chunk in the order in which a reader meets them, without those behind its last value."""
    at, left = chunk.begin, chunk.values
    end = at + chunk.size
    while left > 0 and at < end:
        header, size = _read_header(file, at)
        kind = _number(header, _KIND)
        unpacked_size, packed_size = _number(header, _UNPACKED_SIZE), _number(header, _PACKED_SIZE)
        if min(unpacked_size, packed_size) < 0:
            raise ValueError("a page of less than no bytes")
        if max(unpacked_size, packed_size) > _MAX_PAGE_SIZE:
            raise UnsafeFileError(
                f"{place}: a page of {max(unpacked_size, packed_size):,} bytes, which would have to be held in memory; write the file anew "
                "with pages of a megabyte, as most programs do"
            )
        budget.add("pages", unpacked_size)
        kind_header = header.get(_HEADER_OF_KIND.get(kind, 0), (0, {}))[1]
        if isinstance(kind_header, dict) and kind_header:
            page = _Page(kind, _number(kind_header, _ENCODING_OF_KIND[kind]), _number(kind_header, _VALUE_COUNT), unpacked_size)
            if page.values < 0:
                raise ValueError("a page of less than no values")
            yield page
            left -= page.values if kind != _DICTIONARY_PAGE else 0
        at += size + packed_size


def _read_header(file: BinaryIO, at: int) -> tuple[ThriftFields, int]:
    """Return the header of a page that begins at a byte of the file, and the size of the header."""
    size = _HEADER_SIZE
    while True:
        file.seek(at)
        content = file.read(size)
        reader = ThriftReader(content)
        try:
            return reader.read_struct(), reader.position
        except IndexError:
            if len(content) < size or size >= _MAX_HEADER_SIZE:
                raise ValueError("the header of a page cannot be read") from None
            size *= 16
        except KeyError:
            raise ValueError("the header of a page cannot be read") from None


def _number(fields: ThriftFields, number: int) -> int:
    value = fields.get(number, (0, 0))[1]
    if not isinstance(value, int):
        raise ValueError("the header of a page is not one")
    return value


def _longest_in_dictionary(parquet: "pq.ParquetFile", file: BinaryIO, group: int, leaf: Any, pages: Sequence[_Page]) -> int:
    """Return the bytes of the longest value in the dictionary of a column chunk; 0 if it has none."""
    dictionary = next((page for page in pages if page.kind == _DICTIONARY_PAGE), None)
    if dictionary is None or leaf.physical_type != "BYTE_ARRAY":
        return 0
    if dictionary.size * _MAX_BATCH_ROWS <= _MAX_BATCH_SIZE and not leaf.max_repetition_level:
        return dictionary.size  # small enough, whatever is in it
    import pyarrow.parquet as pq

    reader = pq.ParquetFile(file, metadata=parquet.metadata, read_dictionary=[leaf.path], pre_buffer=False, buffer_size=_MAX_PAGE_SIZE >> 8)
    for batch in reader.iter_batches(batch_size=1, row_groups=[group], columns=[leaf.path]):
        return max((_longest(column) for column in batch.columns), default=0)
    return 0


def _longest(column: "pa.Array[Any]") -> int:
    """Return the bytes of the longest value in the dictionaries of a column."""
    import pyarrow.compute as pc
    import pyarrow.types as pt

    kind: Any = column.type
    array: Any = column
    if pt.is_dictionary(kind):
        longest = pc.max(pc.binary_length(array.dictionary.view("binary"))).as_py() if len(array.dictionary) else 0
        return int(longest or 0)
    if pt.is_struct(kind):
        return max((_longest(array.field(number)) for number in range(kind.num_fields)), default=0)
    return _longest(array.values) if pt.is_nested(kind) and not pt.is_union(kind) else 0


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else " " for char in name[:40])
