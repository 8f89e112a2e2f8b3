"""Compiled functions are stored, found again where nothing can be written, and never outlive a change."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model import numba_cache
from model.numba_cache import kernel, prefetch

ROOT = Path(__file__).parents[2]

CALLEE = """
from model.numba_cache import kernel

@kernel
def twice(x):
    return 2 * x
"""

CALLER = """
from model.numba_cache import kernel
from rooms.callee import twice

@kernel
def outer(x):
    return twice(x) + 1
"""


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """A package of two modules, one of which calls the other's compiled function."""
    folder = tmp_path / "rooms"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "callee.py").write_text(CALLEE)
    (folder / "caller.py").write_text(CALLER)
    return folder


def call(rooms: Path, *, expect: int, **environment: str) -> str:
    """Calls outer(20) in a process of its own and returns what Numba reports about its cache."""
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from rooms.caller import outer; assert outer(20) == {expect}, outer(20)",
        ],
        cwd=rooms.parent,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{rooms.parent}:{ROOT}",
            "HOME": str(rooms.parent / "home"),
            "NUMBA_DEBUG_CACHE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",  # Python's own would not see two changes within a second
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_found_again(rooms: Path) -> None:
    """The second process compiles nothing."""
    assert "data saved" in call(rooms, expect=41)

    again = call(rooms, expect=41)

    assert "data loaded" in again
    assert "saved" not in again


def test_change_elsewhere(rooms: Path) -> None:
    """A change to a function is seen by compiled functions of other files that call it."""
    call(rooms, expect=41)
    (rooms / "callee.py").write_text(CALLEE.replace("2 * x", "3 * x"))

    call(rooms, expect=61)


def test_change_in_a_sub_folder_of_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module with compiled functions counts wherever below model/ it is; other modules, and other folders, do not."""
    deep, beside = tmp_path / "model" / "deep" / "deeper", tmp_path / "rooms"
    for folder in (deep, beside):
        folder.mkdir(parents=True)
    monkeypatch.setattr(numba_cache, "__file__", str(tmp_path / "model" / "numba_cache.py"))

    def stamp() -> bytes:
        numba_cache._stamp.cache_clear()
        return numba_cache._stamp(tmp_path / "model")

    stamps = [stamp()]
    for path, source in [(deep / "callee.py", CALLEE), (deep / "callee.py", CALLEE.replace("2", "3")), (deep / "other.py", CALLER)]:
        path.write_text(source)
        stamps.append(stamp())
    (deep / "plain.py").write_text("import numpy")
    (beside / "callee.py").write_text(CALLEE)

    assert len(set(stamps)) == 4
    assert stamp() == stamps[-1]
    numba_cache._stamp.cache_clear()


def test_every_module_with_compiled_functions_is_marked() -> None:
    """Modules are recognised by a line of their source, so each that compiles a function has to have it."""
    compiling = {path for path in (ROOT / "model").rglob("*.py") if re.search(r"^@(kernel|inner)$", path.read_text(encoding="utf-8"), re.M)}

    marked = {path for path in (ROOT / "model").rglob("*.py") if numba_cache._MARK in path.read_bytes()}

    assert compiling <= marked
    assert len(compiling) > 10


def test_arrays_are_prefetched_without_harm() -> None:
    """Asking for an entry or a row ahead of time changes no result."""

    def total(table: "np.typing.NDArray[np.float64]") -> float:
        result = 0.0
        for row in range(len(table)):
            prefetch(table, row)
            result += table[row, 0]
        return result

    table = np.arange(12.0).reshape(6, 2)
    assert kernel(total)(table) == table[:, 0].sum()


def test_unreadable_machine_code_is_replaced(rooms: Path) -> None:
    """What an earlier version left and cannot be read any more is compiled anew, and found again."""
    call(rooms, expect=41)
    indices = list((rooms / "__pycache__").glob("*.nbi"))
    for index in indices:
        # Numba's own version first, then a pickle that names a type that is gone.
        whole = index.read_bytes()
        index.write_bytes(whole[: whole.index(b".") + 1] + b"garbage" + whole[-8:])
    assert "data saved" in call(rooms, expect=41)

    assert indices
    assert "saved" not in call(rooms, expect=41)


def test_reading_writes_nothing(rooms: Path, tmp_path: Path) -> None:
    """Finding machine code in a given folder leaves that folder as it is."""
    cache = tmp_path / "cache"
    call(rooms, expect=41, NUMBA_CACHE_DIR=str(cache))
    stored = next(cache.iterdir())
    before = {path: path.stat().st_mtime_ns for path in stored.iterdir()}

    again = call(rooms, expect=41, NUMBA_CACHE_DIR=str(cache))

    assert "data loaded" in again
    assert {path: path.stat().st_mtime_ns for path in stored.iterdir()} == before


def test_nowhere_to_write(rooms: Path, tmp_path: Path) -> None:
    """Where nothing can be stored, the function works all the same."""
    (tmp_path / "file").touch()

    report = call(rooms, expect=41, NUMBA_CACHE_DIR=str(tmp_path / "file" / "cache"))

    assert "saved" not in report


def test_beside_the_source_by_default(rooms: Path) -> None:
    """Without a setting the machine code lies in __pycache__ and goes when that goes."""
    call(rooms, expect=41)
    assert list((rooms / "__pycache__").glob("*.nbi"))

    shutil.rmtree(rooms / "__pycache__")

    assert "data saved" in call(rooms, expect=41)
