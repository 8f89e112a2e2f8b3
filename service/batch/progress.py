"""What is told about a run: a bar or plain lines while it lasts, a few lines when it is over."""

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from service.batch.job import Progress, Summary
from service.batch.rows import Reason
from service.batch.statistics.summary import rate_of

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

__all__ = ["Bar", "as_lines", "progress_line"]

_PATIENCE = 2.0
"""Seconds that a run may take without a bar."""
_EVERY = 5.0
"""Seconds between two lines where there is no terminal."""


class Bar:
    """Shows how far a run is: a bar on a terminal once it takes two seconds, elsewhere a plain line every five seconds."""

    def __init__(self, stream: TextIO) -> None:
        """Watch a run.

        Args:
            stream: where it is shown.
        """
        self._stream = stream
        self._since = self._told = time.monotonic()
        self._drawn: tuple[RichProgress, TaskID] | None = None

    def __enter__(self) -> Self:
        """Begin with nothing drawn."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Remove the bar."""
        if self._drawn is not None:
            self._drawn[0].stop()

    def __call__(self, progress: Progress) -> None:
        """Show how far the run is."""
        now = time.monotonic()
        if not self._stream.isatty():
            if now - self._told >= _EVERY:
                self._told = now
                print(f"tipstaff: {progress_line(progress, now - self._since)}", file=self._stream, flush=True)
            return
        if self._drawn is None and now - self._since > _PATIENCE:
            self._drawn = self._draw()
        if self._drawn is not None:
            bar, task = self._drawn
            total = None if progress.share is None else 1.0
            bar.update(task, completed=progress.share or 0.0, total=total, told=progress_line(progress, now - self._since, share=False))

    def _draw(self) -> "tuple[RichProgress, TaskID]":
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        columns = (BarColumn(20), TaskProgressColumn(), TimeRemainingColumn(compact=True), TextColumn("{task.fields[told]}", markup=False))
        bar = RichProgress(*columns, console=Console(file=self._stream), transient=True)
        task = bar.add_task("scoring", total=None, told="")
        bar.start()
        return bar, task


def progress_line(progress: Progress, seconds: float, *, share: bool = True) -> str:
    """Tell in one line how far a run is.

    Args:
        progress: how far it is.
        seconds: for how long it has run.
        share: whether the share and the time left are told too.
    """
    parts = [f"{progress.rows:,} rows"]
    if progress.read is not None:
        parts.append(f"{_size(progress.read)}" + (f" of {_size(progress.total)}" if progress.total is not None else ""))
    if seconds > 0:
        parts.append(f"{(progress.rows - progress.before) / seconds:,.0f} rows/s")
    if share and progress.share is not None:
        done = max(progress.share - progress.share_before, 0.0)
        left = f", {_time(seconds * (1 - progress.share) / done)} left" if done else ""
        parts.append(f"{progress.share:.0%}{left}")
    if progress.labels:
        parts.append(_counts(progress.labels))
    return "; ".join(parts)


def _size(size: int) -> str:
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}"
    return f"{size / 1e3:.1f} kB"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def as_lines(summary: Summary) -> Iterator[str]:
    """Tell a summary to a human: one line, and one for each thing that is worth a look."""
    judged = f"{summary.judged:,} judged ({_counts(summary.labels)})" if summary.judged else "none judged"
    reasons = f", {summary.rows - summary.judged:,} with a reason instead ({_counts(summary.reasons)})" if summary.reasons else ""
    rate = f"{summary.seconds:.1f} s, {rate_of(summary):,.0f} rows/s"
    yield f"{summary.rows:,} rows: {judged}{reasons}; {rate}; model {summary.version}, policy {summary.policy}{_columns(summary)}"
    if left_out := summary.tally.left_out:
        yield f"{summary.tally.read:,} rows were read; {left_out.total():,} of them left out ({_counts(left_out)})"
    if summary.resumed:
        yield f"{summary.resumed:,} of {summary.shards:,} shards were done by an earlier run"
    for file in summary.files:
        if file.columns is None:
            yield f"{file.name} is empty"
    if Reason.NOT_UTF8 in summary.reasons:
        yield "some rows are not UTF-8; if the whole file is in another encoding, convert it: iconv -f WINDOWS-1252 -t UTF-8 FILE"


def _columns(summary: Summary) -> str:
    found = list(dict.fromkeys(file.columns for file in summary.files if file.columns is not None))
    if len(found) != 1:
        return ""
    known_id = f"“{found[0].id}”" if found[0].id is not None else "the row number"
    return f"; text from “{found[0].text}”, id from {known_id}"


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counted.items())
