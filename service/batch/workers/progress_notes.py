"""Notes about the progress of shards that other processes are scoring: small files, because a result comes only at a shard's end."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from service.batch.statistics.counts import RunCounts

__all__ = ["ProgressNote", "note_progress", "read_notes"]

_SECONDS_BETWEEN_NOTES = 0.5


@dataclass(frozen=True)
class ProgressNote:
    """How far the scoring of a shard has come.

    Attributes:
        rows: rows written.
        labels: rows by code into ``LABELS``.
        read: bytes of input that have been read.
    """

    rows: int
    labels: tuple[int, ...]
    read: int


def note_progress(folder: Path, number: int, size: int) -> Callable[[RunCounts, float | None], None]:
    """Return the observer of a shard, which writes a note twice a second; a note that cannot be written is left out.

    Args:
        folder: the folder of the notes.
        number: the number of the shard.
        size: its size in bytes of input.
    """
    last = time.monotonic()

    def note(counts: RunCounts, share: float | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _SECONDS_BETWEEN_NOTES:
            return
        last = now
        content = json.dumps([counts.rows, counts.labels.tolist(), round((share or 0.0) * size)])
        with suppress(OSError):
            part = folder / f".{number}"
            part.write_text(content)
            part.replace(folder / str(number))

    return note


def read_notes(folder: Path) -> dict[int, ProgressNote]:
    """Return the latest note about each shard, by its number."""
    notes: dict[int, ProgressNote] = {}
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name.isdecimal():
                with suppress(OSError, ValueError, TypeError):
                    rows, labels, read = json.loads(path.read_text())
                    notes[int(path.name)] = ProgressNote(rows, tuple(labels), read)
    return notes
