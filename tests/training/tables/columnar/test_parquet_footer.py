"""The footer of a Parquet file says where its pages lie, and is not believed."""

import io

import pyarrow as pa
import pytest

from model.errors import UnsafeFileError
from tests.training.tables.columnar.sample_tables import TABLES, write_parquet
from training.tables.columnar.parquet_footer import read_row_groups


def test_row_groups_are_those_that_pyarrow_reads() -> None:
    """Rows, places and sizes agree."""
    import pyarrow.parquet as pq

    for name in ("Parquet", "plain Parquet", "Parquet 2"):
        content = TABLES[name]()
        metadata = pq.read_metadata(io.BytesIO(content))
        groups = read_row_groups(io.BytesIO(content), "x")
        assert [group.rows for group in groups] == [6, 6]
        for number, group in enumerate(groups):
            for column, chunk in enumerate(group.columns):
                known = metadata.row_group(number).column(column)
                begin = known.dictionary_page_offset or known.data_page_offset
                assert chunk == (begin, known.total_compressed_size, known.num_values)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\xff" * 8, b"PAR1" + bytes(20) + b"\x90\0\0\0PAR1"])
def test_files_without_a_footer_are_errors(content: bytes) -> None:
    """They are damaged, not dangerous."""
    with pytest.raises(ValueError, match="footer"):
        read_row_groups(io.BytesIO(content), "x")


def test_a_footer_of_many_megabytes_is_refused() -> None:
    """It would take a hundred times as much memory."""
    with pytest.raises(UnsafeFileError, match="its footer has"):
        read_row_groups(io.BytesIO(b"PAR1" + bytes(17 << 20) + (17 << 20).to_bytes(4, "little") + b"PAR1"), "x")


def test_what_is_said_twice_is_an_error() -> None:
    """Readers differ in which of the two they believe."""
    content = write_parquet(pa.table({"text": ["a"]}))
    size = int.from_bytes(content[-8:-4], "little")
    footer = content[-8 - size : -8]
    twice = footer[:-1] + b"\x06\x08" + b"\x02" + b"\0"  # the number of rows once more, with its number written out
    with pytest.raises(ValueError, match="twice"):
        read_row_groups(io.BytesIO(content[: -8 - size] + twice + len(twice).to_bytes(4, "little") + b"PAR1"), "x")
