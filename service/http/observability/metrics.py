"""What happens is counted: numbers in memory, or in files that the processes of one service share.

A number is found by its name and labels once and then stands in its slot, eight bytes that are added to: 0.2 µs, where
prometheus_client takes 2. With several workers the slots of each lie in a file that is mapped into memory, so that whichever
worker is asked can tell of all.
"""

import json
import mmap
import os
import shutil
import tempfile
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from model.comment import LABELS, VERDICTS
from model.errors import SettingsError

if TYPE_CHECKING:
    from service.judging.judge import Judgements

__all__ = ["BUCKETS", "GAUGES", "OTHER", "Metrics", "SeriesKey", "open_metrics_dir"]

SeriesKey = tuple[str, ...]
"""Name of a number, then the values of its labels."""

_Row = tuple[int, int, int, str | None, bool | None]
"""What is counted of a comment: code of its label, verdict, wanted verdict, language, whether that is foreign."""

OTHER = "other"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets of call times, in seconds; above the last there is one more."""

GAUGES = frozenset({"in_progress", "large_waiting", "connections", "worker"})
"""Numbers that say how it is now; those of a worker that has ended do not count."""

_SLOTS = 16_384
_FOLDER = "metrics-"
_VALUES, _NAMES = ".values", ".names"
_MOST_COMMUNITIES = 100
_MOST_ROWS = 4096
_LABELS = (*(label.value for label in LABELS), "none")


@contextmanager
def open_metrics_dir(data_dir: Path) -> Iterator[Path]:
    """Make the folder in which the processes of one service put their numbers, for as long as it runs.

    Args:
        data_dir: of the service; what services that were killed left there is removed.

    Raises:
        SettingsError: nothing can be written there.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        for left in data_dir.glob(f"{_FOLDER}*"):
            owner = left.name.removeprefix(_FOLDER).partition("-")[0]
            if owner.isdecimal() and (int(owner) == os.getpid() or not _is_alive(int(owner))):
                shutil.rmtree(left, ignore_errors=True)
        made = tempfile.TemporaryDirectory(prefix=f"{_FOLDER}{os.getpid()}-", dir=data_dir, ignore_cleanup_errors=True)
    except OSError as error:
        raise SettingsError(
            f"setting data_dir: {data_dir} cannot be written, and several workers share there what they count: {error.strerror or error}"
        ) from None
    with made as folder:
        yield Path(folder)


class Metrics:
    """The numbers of one process.

    Args:
        folder: where the processes of one service put theirs; None if there is one process only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._slots: dict[SeriesKey, int] = {}
        self._communities: set[str] = set()
        self._rows: dict[tuple[str, _Row], Sequence[int]] = {}
        # Comments are judged in several threads, and to add is to read and to write.
        self._lock = threading.Lock()
        if folder is None:
            self._values = memoryview(bytearray(8 * _SLOTS)).cast("d")
        else:
            path = folder / f"{os.getpid()}{_VALUES}"
            with path.open("w+b") as file:
                # Room that the disk turned out not to have would end the process when it is written to.
                os.posix_fallocate(file.fileno(), 0, 8 * _SLOTS)
                self._values = memoryview(mmap.mmap(file.fileno(), 8 * _SLOTS)).cast("d")
            path.with_suffix(_NAMES).write_bytes(b"")

    def _slot(self, key: SeriesKey) -> int:
        slot = self._slots.get(key)
        if slot is None:
            # The last slot takes what there is no room for; no name leads there.
            slot = self._slots[key] = min(len(self._slots), _SLOTS - 1)
            if self._folder is not None and slot < _SLOTS - 1:
                # No call fails because of its metrics.
                with suppress(OSError), (self._folder / f"{os.getpid()}{_NAMES}").open("ab") as file:
                    file.write(json.dumps(key).encode() + b"\n")
        return slot

    def called(self, route: str, dialect: str, status: int, seconds: float) -> None:
        """Count a call that was answered.

        Args:
            route: the address as the service knows it, OTHER if it does not.
            dialect: that it was answered in.
            status: of the answer.
            seconds: from its head to the end of its answer.
        """
        bucket = bisect_left(BUCKETS, seconds)
        with self._lock:
            self._values[self._slot(("calls", route, dialect, str(status)))] += 1
            self._values[self._slot(("seconds", route, str(bucket)))] += 1
            self._values[self._slot(("seconds_sum", route))] += seconds

    def judged(self, judgements: "Judgements") -> None:
        """Count what was decided about comments."""
        labels = judgements.decisions.labels.tolist()
        community = self._community(judgements.community)
        verdicts, unobserved = judgements.verdicts.tolist(), judgements.unobserved_verdicts.tolist()
        nothing = [None] * len(labels)
        rows = zip(labels, verdicts, unobserved, judgements.languages or nothing, judgements.foreign or nothing, strict=True)
        counted = Counter(rows) if len(labels) > 1 else dict.fromkeys(rows, 1)
        with self._lock:
            for row, count in counted.items():
                for slot in self._rows.get((community, row)) or self._row(community, row):
                    self._values[slot] += count

    def _row(self, community: str, row: _Row) -> Sequence[int]:
        label, verdict, unobserved, language, foreign = row
        keys: list[SeriesKey] = [("labels", _LABELS[label]), ("languages", _language(language), "true" if foreign else "false")]
        if verdict >= 0:
            keys.append(("verdicts", VERDICTS[verdict].value, VERDICTS[unobserved].value, community))
        if len(self._rows) >= _MOST_ROWS:
            self._rows.clear()
        slots = self._rows[community, row] = [self._slot(key) for key in keys]
        return slots

    def _community(self, name: str | None) -> str:
        if name is None:
            return ""
        if name not in self._communities:
            if len(self._communities) >= _MOST_COMMUNITIES:
                return OTHER
            self._communities.add(name)
        return name

    def put(self, **values: float) -> None:
        """Say how it is now: numbers of GAUGES by their names."""
        with self._lock:
            for name, value in values.items():
                self._values[self._slot((name,))] = value

    def total(self) -> Mapping[SeriesKey, float]:
        """Return the numbers of all processes together."""
        if self._folder is None:
            with self._lock:
                return {key: self._values[slot] for key, slot in self._slots.items() if slot < _SLOTS - 1}
        found: Counter[SeriesKey] = Counter()
        for names in sorted(self._folder.glob(f"*{_NAMES}")):
            alive = _is_alive(int(names.stem))
            for key, value in _read(names):
                if alive or key[0] not in GAUGES:
                    found[key] += value  # type: ignore[assignment]
        return found


def _language(code: str | None) -> str:
    if code is None:
        return "unknown"
    # What a caller says may be anything of two or three letters; only two make a set that is small enough.
    return code if len(code) == 2 else OTHER


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _read(names: Path) -> Iterator[tuple[SeriesKey, float]]:
    lines = names.read_bytes().splitlines(keepends=True)
    values: Sequence[float] = memoryview(names.with_suffix(_VALUES).read_bytes()).cast("d")
    for line, value in zip(lines, values, strict=False):
        # The last one may not be written whole yet.
        if line.endswith(b"\n"):
            yield tuple(json.loads(line)), value
