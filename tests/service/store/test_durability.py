"""A ruling that was acknowledged is there, whatever happens to the process that recorded it."""

import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from service.settings import Settings
from service.store.rulings.act import Act
from service.store.store import open_store

RECORDING = """
import sys
from service.settings import read_settings
from service.store.rulings.act import Act
from service.store.store import open_store
name = sys.argv[1]
store = open_store(read_settings(**dict(word.split("=", 1) for word in sys.argv[2:])))
for number in range(100_000):
    store.rulings.record(Act(dialect="d", text=f"{name} {number}", act_id=f"{name} {number}", abusive=True))
    print(f"{name} {number}", flush=True)
    if number == 99 and name != "endless":
        break
"""


@pytest.fixture
def recording(settings: Settings) -> Callable[[str], "subprocess.Popen[str]"]:
    """A function that starts a process which records rulings and prints the text of each one that was acknowledged."""
    url = settings.database_url
    overrides = [f"data_dir={settings.data_dir}"] + ([f"database_url={url.get_secret_value()}"] if url else [])

    def start(name: str) -> "subprocess.Popen[str]":
        return subprocess.Popen([sys.executable, "-c", RECORDING, name, *overrides], stdout=subprocess.PIPE, text=True)

    return start


def stored_texts(settings: Settings) -> set[str]:
    store = open_store(settings)
    texts = {entry.text for entry in store.rulings.effective()}
    store.close()
    return texts


def test_killed_process_loses_nothing(settings: Settings, recording: Callable[[str], "subprocess.Popen[str]"]) -> None:
    """If a process is killed right after it acknowledged a ruling, that ruling and all before it are stored."""
    acknowledged: list[str] = []
    for round_ in range(3):
        process = recording("endless")
        assert process.stdout is not None
        for line in process.stdout:
            acknowledged.append(line.strip())
            if len(acknowledged) >= 20 * (round_ + 1):
                process.send_signal(signal.SIGKILL)
                break
        acknowledged.extend(line.strip() for line in process.stdout if line.endswith("\n"))
        process.wait(timeout=120)
        process.stdout.close()

    # The last one may have been stored before the process died, but not yet acknowledged.
    assert set(acknowledged) <= stored_texts(settings)
    assert len(stored_texts(settings)) <= len(set(acknowledged)) + 1


def test_writers_lose_nothing(settings: Settings, recording: Callable[[str], "subprocess.Popen[str]"]) -> None:
    """All rulings that two processes record at the same time are stored."""
    open_store(settings).close()
    names = ("one", "two")
    processes = [recording(name) for name in names]

    outputs = [process.communicate(timeout=120)[0].splitlines() for process in processes]

    assert outputs == [[f"{name} {number}" for number in range(100)] for name in names]
    assert stored_texts(settings) == {line for lines in outputs for line in lines}


def test_retry_after_a_crash_counts_once(settings: Settings, recording: Callable[[str], "subprocess.Popen[str]"]) -> None:
    """If a process dies before it answers and the client sends its ruling again to another, the ruling counts once."""
    process = recording("endless")
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.wait(timeout=120)
    process.stdout.close()
    store = open_store(settings)
    count = store.rulings.count()

    store.rulings.record(Act(dialect="d", text="endless 0", act_id="endless 0", abusive=True))

    assert store.rulings.count() == count
    store.close()
