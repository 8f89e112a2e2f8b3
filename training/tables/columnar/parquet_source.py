"""Parquet files from strangers, read in sound batches of bounded size."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from training.tables.columnar.parquet_footer import read_row_groups
from training.tables.columnar.parquet_pages import ColumnPages, batch_rows, look_at_pages
from training.tables.columnar.record_batches import Rows, cut_rows, require_few_columns, select_sound_columns
from training.tables.columnar.value_sizes import measure_rows
from training.tables.expansion import ROW_SIZE, ExpansionBudget

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["ParquetSource"]

_BUFFER_SIZE = 1 << 20


class ParquetSource:
    """An open Parquet file, of which nothing is believed.

    Args:
        file: its bytes; they must be seekable.
        budget: what the file may become.

    Raises:
        UnsafeFileError: its footer is larger, or the table wider, than any that people write.
        pa.ArrowException: it cannot be read.
        OSError: it cannot be read.
        ValueError: its footer cannot be read.
    """

    def __init__(self, file: BinaryIO, budget: ExpansionBudget) -> None:
        import pyarrow.parquet as pq

        self._file = file
        self._budget = budget
        self._groups = read_row_groups(file, budget.name)
        file.seek(0)
        # With a buffer PyArrow streams the pages; without one it loads whole row groups.
        self._parquet = pq.ParquetFile(file, buffer_size=_BUFFER_SIZE, pre_buffer=False)
        require_few_columns(self._parquet.metadata.num_columns, budget.name)
        if any(len(group.columns) != self._parquet.metadata.num_columns for group in self._groups):
            raise ValueError("a row group has other columns than the schema")
        self.schema: pa.Schema = self._parquet.schema_arrow
        """Its columns."""
        self.names: list[str] = list(self.schema.names)
        """The names of its columns."""

    @cached_property
    def group_rows(self) -> list[int]:
        """The number of rows in each row group, according to the footer."""
        return [group.rows for group in self._groups]

    @cached_property
    def group_sizes(self) -> list[int]:
        """The bytes of each row group in the file."""
        return [sum(column.size for column in group.columns) for group in self._groups]

    def read_rows(self, group: int, names: Sequence[str]) -> Iterator[Rows]:
        """Yield the rows of a row group, column by column.

        Args:
            group: its number, counted from 0.
            names: the columns.

        Raises:
            UnsafeFileError: the rows become too large for the size of the file or for memory, or a column is not sound.
            pa.ArrowException: they cannot be decoded.
            OSError: they cannot be read or decoded.
            ValueError: the header of a page cannot be read.
        """
        self._budget.require("rows", ROW_SIZE * self.group_rows[group])
        leaves = self._leaves(names)
        chunks = self._groups[group].columns
        columns = [look_at_pages(self._parquet, self._file, (group, leaf), chunks[leaf], self._budget) for leaf in leaves]
        if sum(column.size for column in columns) > self._budget.limit:
            self._add_up(group, leaves, columns)
        batches = self._parquet.iter_batches(batch_size=batch_rows(columns), row_groups=[group], columns=list(names))
        for number, batch in enumerate(batches, start=1):
            place = f"{self._budget.name}: row group {group + 1}, batch {number}"
            yield from cut_rows(select_sound_columns(batch, names, self._budget, place=place), batch.num_rows, self._budget)

    def _leaves(self, names: Sequence[str]) -> list[int]:
        """Return the numbers of the columns in the file that make up some columns of the table."""
        schema: pq.ParquetSchema = self._parquet.schema
        wanted, begins = set(names), tuple(f"{name}." for name in names)
        paths = [schema.column(number).path for number in range(len(schema))]
        return [number for number, path in enumerate(paths) if path in wanted or path.startswith(begins)]

    def _add_up(self, group: int, leaves: Sequence[int], columns: Sequence[ColumnPages]) -> None:
        """Add up what texts that many rows share become, without unfolding them, where that might be too much for the file.

        Raises:
            UnsafeFileError: it is.
        """
        import pyarrow.parquet as pq

        for leaf, pages in zip(leaves, columns, strict=True):
            column = self._parquet.schema.column(leaf)
            if not pages.longest or column.physical_type != "BYTE_ARRAY":
                continue
            # Of texts with common prefixes, PyArrow makes no dictionary.
            dictionaries = [] if pages.has_prefixes else [column.path]
            reader = pq.ParquetFile(
                self._file, metadata=self._parquet.metadata, read_dictionary=dictionaries, buffer_size=_BUFFER_SIZE, pre_buffer=False
            )
            total = 0
            for batch in reader.iter_batches(batch_size=batch_rows([pages]), row_groups=[group], columns=[column.path]):
                place = f"{self._budget.name}: row group {group + 1}"
                parts = select_sound_columns(batch, batch.schema.names, self._budget, place=place)
                total += sum(int(np.sum(measure_rows(part))) for part in parts)
                self._budget.require("rows", total)
