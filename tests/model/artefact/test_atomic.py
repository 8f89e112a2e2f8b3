"""Folders are replaced in one step, for readers and writers at the same time, and when a writer is killed."""

import itertools
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import model
from model.artefact.atomic import open_folder, replace_folder, sync_to_disk
from model.artefact.folder import write_artefact
from tests.model.artefact.samples import build_arrays, build_description, read_sample


def test_a_folder_is_replaced_with_all_that_is_in_it(tmp_path: Path) -> None:
    """What the block wrote is what the folder holds afterwards; nothing else is left, there or beside it."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "old").touch()

    with replace_folder(folder) as fresh:
        (fresh / "new").write_text("text")

    assert [path.name for path in folder.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_block_that_fails_changes_nothing(tmp_path: Path) -> None:
    """An exception in the block passes on, the folder stays as it was, and the new one is removed."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "old").touch()

    with pytest.raises(ZeroDivisionError), replace_folder(folder) as fresh:
        (fresh / "new").write_text(str(1 / 0))

    assert [path.name for path in folder.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [folder]


def test_an_open_folder_stays_the_same_folder(tmp_path: Path) -> None:
    """Files opened through the descriptor are those of the folder that was opened, although another has taken its name."""
    folder = tmp_path / "folder"
    folder.mkdir()

    with open_folder(folder) as before:
        with replace_folder(folder) as fresh:
            (fresh / "new").touch()
        with open_folder(folder) as after:
            assert os.path.samestat(os.fstat(after), folder.stat())
            assert not os.path.samestat(os.fstat(before), folder.stat())


def test_a_missing_folder_cannot_be_opened(tmp_path: Path) -> None:
    """A folder that does not exist, not even under the name that it has while it is replaced, is an error of the system."""
    with pytest.raises(FileNotFoundError), open_folder(tmp_path / "folder"):
        pass


def test_what_killed_writers_left_is_found_and_removed(tmp_path: Path) -> None:
    """A folder that was being replaced in two steps is read under its other name; the next writer leaves nothing of it."""
    folder, old = tmp_path / "folder", tmp_path / ".folder.tipstaff-old"
    old.mkdir()
    (tmp_path / ".folder.tipstaff-new-0123").mkdir()

    with open_folder(folder) as handle:
        assert os.path.samestat(os.fstat(handle), old.stat())
    with replace_folder(folder) as fresh:
        sync_to_disk(fresh)

    assert list(tmp_path.iterdir()) == [folder]


def test_readers_and_writers_together(folder: Path) -> None:
    """While writers replace it again and again, every reader finds a whole artefact, old or new, and nothing is left over."""
    hashes = [write_artefact(folder, description=build_description(), arrays=build_arrays(seed)).content_hash for seed in (0, 1)]
    stop = threading.Event()

    def write(seed: int) -> None:
        for _ in range(15):
            write_artefact(folder, description=build_description(), arrays=build_arrays(seed))

    def read() -> int:
        reads = 0
        while not stop.is_set():
            stored = read_sample(folder)
            seed = hashes.index(stored.manifest.content_hash)
            np.testing.assert_array_equal(stored.arrays["weights.npy"], build_arrays(seed)["weights.npy"])
            reads += 1
        return reads

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        writers = [pool.submit(write, seed) for seed in (0, 1)]
        try:
            for writer in writers:
                writer.result(timeout=60)
        finally:
            stop.set()
        assert all(reader.result(timeout=60) for reader in readers)

    assert [path.name for path in folder.parent.iterdir()] == ["forum"]


@pytest.mark.parametrize("exchange", [True, False], ids=["one step", "two steps"])
def test_kill_at_any_moment_leaves_old_or_new(tmp_path: Path, exchange: bool) -> None:
    """A writer that is killed before any of its lines leaves the old artefact or the new one, whole; the next cleans up."""
    command = [sys.executable, "-c", DRIVER, str(tmp_path / "forum"), str(exchange), build_description().model_dump_json()]
    root = str(Path(next(iter(model.__path__))).parent)

    process = subprocess.run(command, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, timeout=120, check=False)

    assert process.stderr == ""
    states = [line.split()[1] for line in process.stdout.splitlines()]
    assert [state for state, _ in itertools.groupby(states)] == ["old", "new"], "once new, it stays"
    assert len(states) > 20


# Kills a writer before the nth line that it runs in the modules that write, for every n until one is through.
DRIVER = """
import itertools, os, signal, sys
from pathlib import Path
import numpy as np
from model.artefact import folder as artefact
from model.artefact import atomic as folders
from model.artefact.manifest import Description

folder, exchange, description = Path(sys.argv[1]), sys.argv[2] == "True", Description.model_validate_json(sys.argv[3])
if not exchange:
    sys.platform = "another"  # one that cannot exchange two folders in one step
os.fsync = lambda file: None  # a kill is no power cut: what was written stays written
traced = {artefact.__file__, folders.__file__}


def kill_before_line(count):
    def trace(frame, event, _):
        nonlocal count
        if frame.f_code.co_filename not in traced:
            return None
        if event == "line":
            count -= 1
            if not count:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def arrays(seed):
    return {"weights.npy": np.full(7, seed, np.int8), "scale.npy": np.full(5, seed, np.float32)}


def put(seed):
    artefact.write_artefact(folder, description=description, arrays=arrays(seed), documents={"NOTICE": str(seed)})


for count in itertools.count(1):
    put(0)
    assert os.listdir(folder.parent) == [folder.name]
    child = os.fork()
    if not child:
        kill_before_line(count)
        put(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    stored = artefact.read_artefact(folder, normaliser=description.normaliser)
    seed = int(Path(folder if folder.exists() else folders._old_path(folder), "NOTICE").read_text())
    for name, array in arrays(seed).items():
        assert (stored.arrays[name] == array).all()
    print(count, "new" if seed else "old")
    if os.WIFEXITED(status):
        break
"""
