"""Nothing in a file takes more memory than there is, or time out of all proportion, or shows what it should not."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.service.batch.hostile_files import SLOW_TRAPS, TRAPS
from tests.service.command import ROOT

_READ = """
import json, re, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from model.errors import InputError
from service.batch.input.open_dump import open_dump
from service.batch.rows import DumpOptions
from tests.service.batch.hostile_files import TRAPS

for name in sys.argv[2:]:
    try:
        with open_dump(sys.argv[1] + "/" + name, DumpOptions()) as dump:
            result = sum(1 for _ in dump.rows)
    except InputError as error:
        result = str(error)
    # What the system says of a process that has ended counts the process that started it as well.
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    print(json.dumps([name, result, peak >> 10]), flush=True)
"""


def check_traps(folder: Path, names: list[str]) -> None:
    """Read traps in a process whose memory is measured."""
    for name in names:
        (folder / name).write_bytes(TRAPS[name][0]())
    command = [sys.executable, "-c", _READ, str(folder), *names]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1800)
    results = {name: (result, megabytes) for name, result, megabytes in map(json.loads, process.stdout.splitlines())}
    assert (process.returncode, list(results)) == (0, names), process.stderr[-2000:]
    for name in names:
        message, (result, megabytes) = TRAPS[name][1], results[name]
        assert message in result if message else isinstance(result, int), (name, result)
        assert not message or (result.isprintable() and name in result), (name, result)
        assert megabytes < 700, name


def test_no_trap_takes_much_memory(tmp_path: Path) -> None:
    """Each is refused in one line by a process that may use little more memory than an honest file takes."""
    check_traps(tmp_path, [name for name in TRAPS if name not in SLOW_TRAPS])


@pytest.mark.nightly
def test_no_slow_trap_takes_much_memory(tmp_path: Path) -> None:
    """Each is refused in one line, or read row by row, in as little memory."""
    check_traps(tmp_path, sorted(SLOW_TRAPS))


def test_a_trap_ends_the_run_with_one_line_and_leaves_nothing(tmp_path: Path, start: Callable[..., "subprocess.Popen[str]"]) -> None:
    """The command fails, no output appears, and the line says which option lets the file pass."""
    path = tmp_path / "shared.parquet"
    path.write_bytes(TRAPS["shared.parquet"][0]())
    for out in ("o.parquet", "folder/"):
        process = start(path, "-o", tmp_path / out)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 1
        lines = [line for line in errors.splitlines() if "rows/s" not in line]  # a busy machine lets the progress be seen
        assert len(lines) == 1
        assert "--max-expansion" in lines[0]
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]
    process = start(path, "-o", tmp_path / "o.jsonl", "--limit", 2, "--max-expansion", 10**8)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert (tmp_path / "o.jsonl").read_text().count("\n") == 2


@pytest.mark.parametrize("suffix", ["parquet", "sqlite"])
def test_names_that_are_not_utf8_are_read_and_written(tmp_path: Path, start: Callable[..., "subprocess.Popen[str]"], suffix: str) -> None:
    """The output has the name that was asked for, and says which input its rows are from, in text that anything can read."""
    dump = tmp_path / os.fsdecode(b"\xc3\xbcb\xff.jsonl")
    dump.write_text('{"text":"you idiot"}\n{"text":"hi"}\nbroken\n')
    out = tmp_path / os.fsdecode(b"o\xfe." + suffix.encode())
    process = start(dump, "-o", out, "--report")
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, "Traceback" in errors) == (0, False)
    assert "üb\\xff.jsonl" in Path(f"{out}.summary.html").read_text()
    assert json.loads(Path(f"{out}.summary.json").read_text())["files"][0]["name"].endswith("üb\\xff.jsonl")
    if suffix == "parquet":
        with out.open("rb") as file:
            assert [name.endswith("üb\\xff.jsonl") for name in pq.read_table(file)["dump"].to_pylist()] == [True] * 3
    process = start(tmp_path / os.fsdecode(b"missing\xff"))
    assert "missing\\xff: No such file" in process.communicate(timeout=120)[1]
