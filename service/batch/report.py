"""What is told about a run: a bar while it lasts, a line or JSON when it is over."""

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from service.batch.job import Progress, Summary
from service.batch.rows import Reason
from service.batch.summary import rate_of

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

__all__ = ["Bar", "as_lines"]

_PATIENCE = 2.0
"""Seconds that a run may take without a bar."""


class Bar:
    """A progress bar that appears on a terminal when a run takes more than two seconds, and nowhere else."""

    def __init__(self, stream: TextIO) -> None:
        """Watch a run.

        Args:
            stream: where the bar is drawn, if it is a terminal.
        """
        self._stream = stream
        self._since = time.monotonic()
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
        if self._drawn is None and self._stream.isatty() and time.monotonic() - self._since > _PATIENCE:
            self._drawn = self._draw()
        if self._drawn is not None:
            bar, task = self._drawn
            bar.update(task, completed=progress.share or 0.0, total=None if progress.share is None else 1.0, rows=f"{progress.rows:,} rows")

    def _draw(self) -> "tuple[RichProgress, TaskID]":
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        columns = (TextColumn("scoring"), BarColumn(), TextColumn("{task.fields[rows]}"), TimeRemainingColumn())
        bar = RichProgress(*columns, console=Console(file=self._stream), transient=True)
        task = bar.add_task("scoring", total=None, rows="")
        bar.start()
        return bar, task


def as_lines(summary: Summary) -> Iterator[str]:
    """Tell a summary to a human: one line, and one for each thing that is worth a look."""
    judged = f"{summary.judged:,} judged ({_counts(summary.labels)})" if summary.judged else "none judged"
    reasons = f", {summary.rows - summary.judged:,} with a reason instead ({_counts(summary.reasons)})" if summary.reasons else ""
    rate = f"{summary.seconds:.1f} s, {rate_of(summary):,.0f} rows/s"
    yield f"{summary.rows:,} rows: {judged}{reasons}; {rate}; model {summary.version}, policy {summary.policy}{_columns(summary)}"
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
