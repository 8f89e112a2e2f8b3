"""The run of one fuzzer in a process of its own: its budget, its chance, what it has counted and found.

The input that is being tried is always in a file that is mapped into memory, so that it survives the death of the process.
"""

import json
import mmap
import os
import random
import struct
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from fuzz.findings import Finding, FindingStore, describe_exception

__all__ = ["Campaign", "CurrentInput", "Tally", "resident_bytes"]

_ROOM = 8 * 2**20
_HEAD = struct.Struct("<QQ80s")
_WARM_UP_SHARE = 0.2
_NOTE_INTERVAL = 0.5  # seconds


@dataclass(slots=True)
class Tally:
    """What a fuzzer has done so far.

    Attributes:
        inputs: how many inputs were tried.
        failures: how many of them broke a promise.
        seconds: how long it took.
        start_bytes: resident memory of the process under test once it had warmed up.
        end_bytes: its resident memory at the last look.
    """

    inputs: int = 0
    failures: int = 0
    seconds: float = 0.0
    start_bytes: int = 0
    end_bytes: int = 0

    @classmethod
    def read(cls, path: Path) -> "Tally":
        """Return what a process has noted; nothing if it did not come to that."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return cls()

    def write(self, path: Path) -> None:
        """Note the numbers in a file, at once or not at all."""
        spare = path.with_suffix(".new")
        spare.write_text(json.dumps(asdict(self)), encoding="utf-8")
        spare.replace(path)


class CurrentInput:
    """The input that is being tried, in a file that outlives the process that tries it."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if create:
            with path.open("wb") as file:
                file.truncate(_ROOM)
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _ROOM)

    def write(self, content: bytes, *, suffix: str) -> None:
        """Note an input; of a very large one, as much as there is room for."""
        number, _, _ = _HEAD.unpack_from(self._map)
        content = content[: _ROOM - _HEAD.size]
        self._map[_HEAD.size : _HEAD.size + len(content)] = content
        _HEAD.pack_into(self._map, 0, number + 1, len(content), suffix.encode())

    def read(self) -> tuple[int, bytes, str]:
        """Return the number of the input, the input, and the suffix of the file to keep it in."""
        number, size, suffix = _HEAD.unpack_from(self._map)
        return number, self._map[_HEAD.size : _HEAD.size + size], suffix.rstrip(b"\0").decode()


def resident_bytes(pid: int | None = None) -> int:
    """Return the resident memory of a process in bytes, of this one by default."""
    pages = int(Path(f"/proc/{pid or 'self'}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Campaign:
    """What a fuzzer is run with.

    Attributes:
        random: the source of all its chance.
        folder: for whatever it keeps between runs.
        tally: what it has done so far.
        pid: the process under test; None if it is this one.
    """

    def __init__(self, folder: Path, *, seed: int, seconds: float | None = None, inputs: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.random = random.Random(seed)
        self.folder = folder
        self.tally = Tally()
        self.pid: int | None = None
        self._seconds, self._inputs = seconds, inputs
        self._begin: float | None = None
        self._noted = 0.0
        self._current = CurrentInput(folder / "current", create=True)
        self._findings = FindingStore(folder / "findings")

    @property
    def share(self) -> float:
        """The share of the budget that is spent, in [0, 1]."""
        spent = [0.0]
        if self._seconds is not None and self._begin is not None:
            spent.append((time.monotonic() - self._begin) / self._seconds)
        if self._inputs is not None:
            spent.append(self.tally.inputs / max(1, self._inputs))
        return min(1.0, max(spent))

    def goes_on(self) -> bool:
        """Return whether there is budget left; take note now and then of what was done. The clock starts with the first call."""
        now = time.monotonic()
        if self._begin is None:
            self._begin = now
        share = self.share
        if now - self._noted > _NOTE_INTERVAL or share >= 1:
            self._noted = now
            self._note(now - self._begin, share)
        return share < 1

    def _note(self, seconds: float, share: float) -> None:
        self.tally.seconds = seconds
        with suppress(OSError):  # the process under test may have ended
            self.tally.end_bytes = resident_bytes(self.pid)
        if share <= _WARM_UP_SHARE or not self.tally.start_bytes:
            self.tally.start_bytes = max(self.tally.start_bytes, self.tally.end_bytes)
        self.tally.write(self.folder / "tally.json")

    def begin(self, content: bytes, *, suffix: str = ".bin") -> None:
        """Take note of the input that is tried next, and count it."""
        self._current.write(content, suffix=suffix)
        self.tally.inputs += 1

    def report(self, kind: str, detail: str, content: bytes, *, suffix: str = ".bin") -> None:
        """Report an input that broke a promise."""
        self.tally.failures += 1
        self._findings.add(Finding(kind, detail, content, suffix))

    def report_exception(self, error: BaseException, content: bytes, *, suffix: str = ".bin") -> None:
        """Report an input that led to an exception that it should not lead to."""
        self.report(*describe_exception(error), content, suffix=suffix)
