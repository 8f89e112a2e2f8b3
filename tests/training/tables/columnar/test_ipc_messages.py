"""Messages of Arrow are looked at before Arrow takes memory for them."""

import io

import pyarrow as pa
import pytest

from model.errors import UnsafeFileError
from tests.training.tables.columnar.sample_tables import TABLES, write_arrow
from training.tables.columnar.ipc_messages import check_arrow_file, check_arrow_stream
from training.tables.expansion import ExpansionBudget


def check(content: bytes, *, stream: bool = False, max_expansion: int = 1000) -> None:
    """Look at the messages of a file or stream."""
    budget = ExpansionBudget("x", lambda: len(content), max_expansion=max_expansion)
    (check_arrow_stream if stream else check_arrow_file)(io.BytesIO(content), budget)


@pytest.mark.parametrize("name", [name for name in TABLES if "Parquet" not in name])
def test_sound_messages_pass(name: str) -> None:
    """Whatever the columns are, compressed or not."""
    check(TABLES[name](), stream="stream" in name)


def test_buffers_that_become_too_large_are_refused() -> None:
    """A few kilobytes of compressed zeros are refused before a byte of them is unpacked, and so is what no memory should hold."""
    content = write_arrow(pa.table({"text": pa.array(["a" * (1 << 20)] * 600)}), compression="zstd", rows=None)
    assert len(content) < 100_000
    with pytest.raises(UnsafeFileError, match="max-expansion"):
        check(content)
    with pytest.raises(UnsafeFileError, match=r"batch 1 takes 62\d,\d{3},\d{3} bytes of memory"):
        check(content, max_expansion=1_000_000)


def test_columns_without_bytes_are_bounded() -> None:
    """A column of nulls may claim any length."""
    with pytest.raises(UnsafeFileError, match="smaller batches"):
        check(write_arrow(pa.table({"text": pa.nulls(1 << 27)}), rows=None))


def test_a_batch_that_points_outside_the_file_is_refused() -> None:
    """Where the footer says that a batch lies behind the end, the file is not read."""
    content = TABLES["file"]()
    body = content.index((12 // 2).to_bytes(8, "little"))
    with pytest.raises(UnsafeFileError, match="record batch 1 is not sound"):
        check(content[:body] + b"\xff" * 8 + content[body + 8 :])


@pytest.mark.parametrize("cut", [1, 100, 1000])
def test_a_stream_that_is_cut_off_is_left_to_arrow(cut: int) -> None:
    """Its first batches can still be read."""
    check(TABLES["stream"]()[:-cut], stream=True)
