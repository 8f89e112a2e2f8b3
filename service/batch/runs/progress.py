"""The progress of a run, and the meter that adds it up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from model.array_types import IntArray
from model.comment import LABELS
from service.batch.output.journal import ShardResult
from service.batch.statistics.counts import RunCounts
from service.batch.workers.progress_notes import ProgressNote

__all__ = ["ProgressMeter", "ProgressObserver", "RunProgress", "ignore_progress"]


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The progress of a run.

    Attributes:
        rows: rows written.
        share: the share in [0, 1] of the input that has been read; None where unknown.
        labels: label → rows that got it.
        read, total: the bytes of input that have been read, and those of all inputs; None where unknown.
        rows_before, share_before: rows and share that an earlier run had completed.
    """

    rows: int
    share: float | None
    labels: Mapping[str, int] = field(default_factory=dict)
    read: int | None = None
    total: int | None = None
    rows_before: int = 0
    share_before: float = 0.0


ProgressObserver = Callable[[RunProgress], None]
"""A function that is called now and then with the progress of a run, by any thread."""


def ignore_progress(progress: RunProgress) -> None:
    """Do nothing; the observer of a run whose progress is not shown."""


class ProgressMeter:
    """Adds up the progress of a run and reports it.

    Args:
        observer: is called with the progress.
        total: bytes of all inputs; None if unknown.
        completed: rows and bytes of each shard that an earlier run completed.
    """

    def __init__(self, observer: ProgressObserver, *, total: int | None, completed: Sequence[tuple[int, int]]) -> None:
        self._observer = observer
        self._total = total
        self._rows = self._rows_before = sum(rows for rows, _ in completed)
        self._read_size = sum(size for _, size in completed)
        self._share_before = self._read_size / total if total else 0.0
        self._labels: IntArray = np.zeros(len(LABELS), np.int64)
        self._added: set[int] = set()
        self._notes: Mapping[int, ProgressNote] = {}
        self._lock = Lock()

    def add_shard(self, result: ShardResult) -> None:
        """Add a completed shard."""
        with self._lock:
            self._rows += result.counts.rows
            self._read_size += result.size
            self._labels += result.counts.labels
            self._added.add(result.number)
            self._report_all()

    def report_notes(self, notes: Mapping[int, ProgressNote]) -> None:
        """Report the progress within shards that are being scored elsewhere; it may be called from another thread.

        Args:
            notes: number of a shard → how far it has come; those of completed shards do not count.
        """
        with self._lock:
            if notes != self._notes:
                self._notes = notes
                self._report_all()

    def _report_all(self) -> None:
        running = [note for number, note in self._notes.items() if number not in self._added]
        labels = sum((np.array(note.labels, np.int64) for note in running), self._labels)
        rows = self._rows + sum(note.rows for note in running)
        self._report(rows, labels, self._read_size + sum(note.read for note in running))

    def report_within_shard(self, counts: RunCounts, share: float | None, size: int) -> None:
        """Report progress within a shard that is being scored.

        Args:
            counts: the counts of the shard so far.
            share: the share in [0, 1] of it that has been read; None if unknown.
            size: its size in bytes of input.
        """
        read_size = None if share is None else self._read_size + round(share * size)
        self._report(self._rows + counts.rows, self._labels + counts.labels, read_size)

    def _report(self, rows: int, labels: IntArray, read_size: int | None) -> None:
        share = read_size / self._total if self._total and read_size is not None else None
        by_label = dict(zip(map(str, LABELS), labels.tolist(), strict=True))
        self._observer(RunProgress(rows, share, by_label, read_size, self._total, self._rows_before, self._share_before))
