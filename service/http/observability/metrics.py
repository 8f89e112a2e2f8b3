"""Counters and gauges: in memory, or in files that the processes of one service share.

Each series, which is a name with values of its labels, has a slot of eight bytes. The slot is looked up once, and adding to it
takes 0.2 µs, where prometheus_client takes 2. If there are several workers, the slots of each lie in a file that is mapped into
memory, so that any worker can report the sum over all.
"""

import fcntl
import json
import mmap
import os
import shutil
import tempfile
import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from model.comment import LABELS, VERDICTS
from model.errors import SettingsError
from model.failures import Failures

if TYPE_CHECKING:
    from service.judging.judge import Judgements

__all__ = ["BUCKETS", "OTHER", "Metrics", "SeriesKey", "open_metrics_dir", "remove_stale_metrics"]

SeriesKey = tuple[str, ...]
"""The name of a series, then the values of its labels."""

# What is counted about a comment: the indices of its label, its verdict and its unobserved verdict, its language, and whether it is
# foreign.
_Row = tuple[int, int, int, str | None, bool | None]

OTHER = "other"
"""The value of a label that stands for all values that are not counted one by one."""

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the buckets of call times, in seconds; above the last bound there is one more bucket."""

# Series that hold a current value, which no longer counts once its process has ended.
_GAUGES = frozenset({"in_progress", "large_waiting", "connections", "worker", "model_refused"})

_SLOTS = 16_384
_SLOT_BYTES = 8
_FOLDER_PREFIX = "metrics-"
_VALUES, _NAMES = ".values", ".names"
_MAX_COMMUNITIES = 100
_MAX_ROWS = 4096
_SHORT_CODE_LENGTH = 2
_LABELS = (*(label.value for label in LABELS), "none")


@contextmanager
def open_metrics_dir(data_dir: Path) -> Iterator[Path]:
    """Create the folder in which the processes of one service share their metrics; it is removed when the context ends.

    Args:
        data_dir: the data folder of the service. Such folders of services that were killed are removed from it. If it cannot be
            written, the system's folder for temporary files takes its place.

    Raises:
        SettingsError: neither can be written.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        folder, lock = _make_locked_folder(data_dir)
    except OSError as error:
        try:
            folder, lock = _make_locked_folder(Path(tempfile.gettempdir()))
        except OSError:
            raise SettingsError(
                f"setting data_dir: {data_dir} cannot be written, and several workers share there what they count: "
                f"{error.strerror or error}"
            ) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_stale_metrics(data_dir: Path) -> None:
    """Remove the folders of metrics that services left in a data folder when they were killed."""
    for folder in data_dir.glob(f"{_FOLDER_PREFIX}*"):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _make_locked_folder(place: Path) -> tuple[Path, int]:
    """Make a folder of metrics that is locked for as long as the file descriptor, which is returned too, is open.

    A lock tells whether a service lives even where its processes cannot be seen, in another container that has the same data.
    """
    place_lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # So that nobody takes a folder that is not locked yet for one whose service was killed.
        fcntl.flock(place_lock, fcntl.LOCK_EX)
        remove_stale_metrics(place)
        new_folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER_PREFIX}{os.getpid()}-", dir=place))
        lock = os.open(new_folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(lock, fcntl.LOCK_EX)
    finally:
        os.close(place_lock)
    return new_folder, lock


class Metrics:
    """The series of one process.

    Args:
        folder: the folder in which the processes of one service share theirs; None if there is only one process.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._slots: dict[SeriesKey, int] = {}
        self._communities: set[str] = set()
        self._rows: dict[tuple[str, _Row], Sequence[int]] = {}
        # Comments are judged in several threads, and adding is not one operation but two: a read and a write.
        self._lock = threading.Lock()
        if folder is None:
            self._values = memoryview(bytearray(_SLOT_BYTES * _SLOTS)).cast("d")
        else:
            path = folder / f"{os.getpid()}{_VALUES}"
            with path.open("w+b") as file:
                # Without space reserved, writing to the mapping on a full disk would kill the process.
                os.posix_fallocate(file.fileno(), 0, _SLOT_BYTES * _SLOTS)
                self._values = memoryview(mmap.mmap(file.fileno(), _SLOT_BYTES * _SLOTS)).cast("d")
            path.with_suffix(_NAMES).write_bytes(b"")

    def _slot(self, key: SeriesKey) -> int:
        slot = self._slots.get(key)
        if slot is None:
            # The last slot receives everything that there is no more room for, and is never reported.
            slot = self._slots[key] = min(len(self._slots), _SLOTS - 1)
            if self._folder is not None and slot < _SLOTS - 1:
                # No call may fail because of its metrics.
                with suppress(OSError), (self._folder / f"{os.getpid()}{_NAMES}").open("ab") as file:
                    file.write(json.dumps(key).encode() + b"\n")
        return slot

    def count_call(self, route: str, dialect: str, status: int, seconds: float) -> None:
        """Count a call that was answered.

        Args:
            route: the path of the call's route; OTHER if there is no such route.
            dialect: the protocol in which it was answered.
            status: the HTTP status of the answer.
            seconds: the time from the head of the call to the end of its answer.
        """
        bucket = bisect_left(BUCKETS, seconds)
        with self._lock:
            self._values[self._slot(("calls", route, dialect, str(status)))] += 1
            self._values[self._slot(("seconds", route, str(bucket)))] += 1
            self._values[self._slot(("seconds_sum", route))] += seconds

    def count_closing(self, reason: str) -> None:
        """Count a connection that was refused, or closed before its client wanted that, for one of a few reasons."""
        with self._lock:
            self._values[self._slot(("closed_connections", reason))] += 1

    def count_judgements(self, judgements: "Judgements") -> None:
        """Count what was decided about comments."""
        labels = judgements.decisions.labels.tolist()
        community = self._community_label(judgements.community)
        verdicts, unobserved = judgements.verdicts.tolist(), judgements.unobserved_verdicts.tolist()
        unknown = [None] * len(labels)
        rows = zip(labels, verdicts, unobserved, judgements.languages or unknown, judgements.foreign or unknown, strict=True)
        if judgements.failures:
            self.count_failures(judgements.failures)
        counts = Counter(rows) if len(labels) > 1 else dict.fromkeys(rows, 1)
        with self._lock:
            for row, count in counts.items():
                for slot in self._rows.get((community, row)) or self._find_slots(community, row):
                    self._values[slot] += count

    def count_failures(self, failures: Failures) -> None:
        """Count the comments for which steps of judging have failed, and the calls that have failed besides."""
        with self._lock:
            for step, count in failures.items():
                self._values[self._slot(("failures", step.value))] += count

    def count_attribute(self, name: str, treatment: str) -> None:
        """Count an attribute of Perspective that a call asks for and the model has no head for: its bare name, and what is done with it."""
        with self._lock:
            self._values[self._slot(("attributes", name, treatment))] += 1

    def count_reload(self, outcome: str) -> None:
        """Count that another model was ``served`` or ``refused``."""
        with self._lock:
            self._values[self._slot(("model_reloads", outcome))] += 1

    def count_cancelled(self, reason: str) -> None:
        """Count judging in a thread that was cancelled before its end, because nobody waited for it any more."""
        with self._lock:
            self._values[self._slot(("cancelled", reason))] += 1

    def _find_slots(self, community: str, row: _Row) -> Sequence[int]:
        label, verdict, unobserved, language, foreign = row
        keys: list[SeriesKey] = [("labels", _LABELS[label]), ("languages", _language_label(language), "true" if foreign else "false")]
        if verdict >= 0:
            keys.append(("verdicts", VERDICTS[verdict].value, VERDICTS[unobserved].value, community))
        if len(self._rows) >= _MAX_ROWS:
            self._rows.clear()
        slots = self._rows[community, row] = [self._slot(key) for key in keys]
        return slots

    def _community_label(self, name: str | None) -> str:
        if name is None:
            return ""
        if name not in self._communities:
            if len(self._communities) >= _MAX_COMMUNITIES:
                return OTHER
            self._communities.add(name)
        return name

    def set_gauges(self, **values: float) -> None:
        """Set gauges, by their names, such as ``connections``."""
        with self._lock:
            for name, value in values.items():
                self._values[self._slot((name,))] = value

    def totals(self) -> Mapping[SeriesKey, float]:
        """Return the value of each series, summed over all processes of the service."""
        if self._folder is None:
            with self._lock:
                return {key: self._values[slot] for key, slot in self._slots.items() if slot < _SLOTS - 1}
        totals: dict[SeriesKey, float] = defaultdict(float)
        for names in sorted(self._folder.glob(f"*{_NAMES}")):
            is_alive = _is_alive(int(names.stem))
            for key, value in _read_series(names):
                if is_alive or key[0] not in _GAUGES:
                    totals[key] += value
        return totals


def _language_label(code: str | None) -> str:
    if code is None:
        return "unknown"
    # A caller may name any language by a code of two or three letters; only the short codes are few enough to be counted one by one.
    return code if len(code) == _SHORT_CODE_LENGTH else OTHER


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _read_series(names: Path) -> Iterator[tuple[SeriesKey, float]]:
    lines = names.read_bytes().splitlines(keepends=True)
    values: Sequence[float] = memoryview(names.with_suffix(_VALUES).read_bytes()).cast("d")
    for line, value in zip(lines, values, strict=False):
        # The last line may not have been written completely yet.
        if line.endswith(b"\n"):
            yield tuple(json.loads(line)), value
