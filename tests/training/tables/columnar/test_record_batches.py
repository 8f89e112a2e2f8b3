"""No file makes Arrow read outside its memory, and no row is converted that would take too much of it."""

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from model.errors import UnsafeFileError
from tests.service.command import ROOT
from tests.training.tables.columnar.sample_tables import write_arrow
from training.tables.columnar.record_batches import cut_rows, select_sound_columns
from training.tables.expansion import ExpansionBudget

_DAMAGE = """
import random, sys
from model.errors import TipstaffError
from service.batch.input.open_dump import open_dump
from service.batch.rows import DumpOptions
from tests.training.tables.columnar.sample_tables import TABLES

path, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
choice = random.Random(seed)
numbers = [number.to_bytes(size, "little", signed=True) for size in (4, 8) for number in (-1, -(1 << 31), 0, 1, 16, (1 << 31) - 1)]
keep = ("large", "dictionary", "lists", "objects", "when", "flag", "bytes"), ("runs", "views", "map", "union", "pairs", "json", "null")
rows = 0
for name, write in TABLES.items():
    sound = write()
    for _ in range(count):
        content = bytearray(sound)
        for _ in range(choice.choice((1, 1, 2, 4))):
            at = choice.randrange(len(content))
            piece = choice.choice([bytes([content[at] ^ 1 << choice.randrange(8)]), *numbers])
            content[at : at + len(piece)] = piece
        with open(path, "wb") as file:
            file.write(content)
        try:
            with open_dump(path, DumpOptions(keep=keep["unusual" in name])) as dump:
                rows += sum(1 for _ in dump.rows)
        except TipstaffError as error:
            assert str(error).isprintable()
print(rows)
"""


def budget() -> ExpansionBudget:
    """Return the budget of a small file."""
    return ExpansionBudget("x", lambda: 1000)


def _damage(path: Path, *, seed: int, count: int) -> None:
    command = [sys.executable, "-X", "faulthandler", "-c", _DAMAGE, str(path), str(seed), str(count)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1800)
    assert process.returncode == 0, process.stderr[-2000:]
    assert int(process.stdout) > 0


def test_no_damage_ends_the_process(tmp_path: Path) -> None:
    """Files of every kind with some wrong numbers in them are read, or refused in one line; a crash would end the process."""
    _damage(tmp_path / "x", seed=1, count=60)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 6))
def test_no_damage_of_thousands_ends_the_process(tmp_path: Path, seed: int) -> None:
    """The same with many more files."""
    _damage(tmp_path / "x", seed=seed, count=2500)


@pytest.mark.parametrize("offset", [4000, 900_000, 2**31 - 1, -5])
@pytest.mark.parametrize("values", [["ab", "c", "d"], [b"ab", b"c", b"d"], [[1, 2], [3], [4]]])
def test_offsets_that_lie_are_refused(offset: int, values: list[object]) -> None:
    """The message names the file, the batch and the column, and shows nothing of what lies there."""
    content = write_arrow(pa.table({"text": values}))
    assert content.count(struct.pack("<4i", 0, 2, 3, 4)) == 1
    content = content.replace(struct.pack("<4i", 0, 2, 3, 4), struct.pack("<4i", 0, 2, 3, offset))
    batch = pa.ipc.open_file(content).get_batch(0)
    with pytest.raises(UnsafeFileError, match="x: record batch 7: column “text” is not sound") as refusal:
        select_sound_columns(batch, ["text"], budget(), place="x: record batch 7")
    assert len(str(refusal.value)) < 300


def test_texts_that_are_not_utf8_are_no_reason_to_refuse_a_column() -> None:
    """They cost their own rows, in lists, in objects and behind dictionaries as well."""
    raw = pa.array([b"good", b"\xff\xfe"])
    texts = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
    lists = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), texts)
    batch = pa.record_batch(
        [texts, lists, pa.StructArray.from_arrays([texts], ["a"]), pa.DictionaryArray.from_arrays(pa.array([0, 1]), texts, safe=False)],
        ["a", "b", "c", "d"],
    )
    assert len(select_sound_columns(batch, ["a", "b", "c", "d"], budget(), place="x")) == 4


@pytest.mark.parametrize(
    ("kind", "code", "numbers"),
    [(pa.date64(), "q", (1_700_000_000_123, 1 << 62)), (pa.time32("s"), "i", (-5, 90_000)), (pa.time64("ns"), "q", (-5, 1 << 62))],
)
def test_times_beyond_their_range_are_no_reason_to_refuse_a_column(kind: pa.DataType, code: str, numbers: tuple[int, int]) -> None:
    """They are inside the file; JavaScript writes points in time as dates. Nested ones pass too."""
    column = pa.Array.from_buffers(kind, 2, [None, pa.py_buffer(struct.pack(f"<2{code}", *numbers))])
    with pytest.raises(pa.ArrowInvalid):
        column.validate(full=True)
    nested = pa.StructArray.from_arrays([column], names=["when"])
    batch = pa.RecordBatch.from_arrays([column, nested], names=["when", "nested"])
    assert select_sound_columns(batch, ["when", "nested"], budget(), place="x") == [column, nested]


def test_rows_are_cut_by_what_they_become() -> None:
    """Rows that share a long text come in small pieces, and a row that is too long for memory comes without its values."""
    shared = pa.DictionaryArray.from_arrays(pa.array(np.zeros(60, np.int8)), pa.array(["x" * 1_500_000]))
    pieces = list(cut_rows([shared], 60, budget()))
    assert [piece.length for piece in pieces] == [11] * 5 + [5]
    long = pa.DictionaryArray.from_arrays(pa.array([1, 0, 1]), pa.array(["x" * (1 << 25), "y"]))
    assert [(piece.length, piece.columns is None) for piece in cut_rows([long], 3, budget())] == [(1, False), (1, True), (1, False)]
    with pytest.raises(UnsafeFileError, match="become"):
        next(cut_rows([shared.take(pa.array([0] * 70))], 70, budget()))


def test_rows_without_values_count_as_well() -> None:
    """Billions of empty rows take no space in a file, and time to read."""
    with pytest.raises(UnsafeFileError, match="become"):
        list(cut_rows([pa.nulls(10_000_000)], 10_000_000, budget()))
