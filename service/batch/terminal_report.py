"""Reports of a run at the terminal: a bar or plain lines of progress while it lasts, and a few lines of summary at its end."""

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from service.batch.rows import Reason
from service.batch.runs.progress import RunProgress
from service.batch.statistics.summary import RunSummary

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["ProgressBar", "summary_lines"]

_SECONDS_WITHOUT_BAR = 2.0
_SECONDS_BETWEEN_LINES = 5.0
_SIZE_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


class ProgressBar:
    """Shows the progress of a run: a bar on a terminal once it takes two seconds, elsewhere a plain line every five seconds."""

    def __init__(self, stream: TextIO) -> None:
        """Create a bar that is not drawn yet.

        Args:
            stream: where it is drawn.
        """
        self._stream = stream
        self._start = self._last_line = time.monotonic()
        self._bar: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Self:
        """Return the bar, which is not drawn yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar[0].stop()

    def __call__(self, progress: RunProgress) -> None:
        """Show the progress of the run."""
        now = time.monotonic()
        if not self._stream.isatty():
            if now - self._last_line >= _SECONDS_BETWEEN_LINES:
                self._last_line = now
                print(f"tipstaff: {_describe_progress(progress, now - self._start)}", file=self._stream, flush=True)
            return
        if self._bar is None and now - self._start > _SECONDS_WITHOUT_BAR:
            self._bar = self._draw()
        if self._bar is not None:
            bar, task = self._bar
            total = None if progress.share is None else 1.0
            line = _describe_progress(progress, now - self._start, with_share=False)
            bar.update(task, completed=progress.share or 0.0, total=total, line=line)

    def _draw(self) -> "tuple[Progress, TaskID]":
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (BarColumn(20), TaskProgressColumn(), TimeRemainingColumn(compact=True), TextColumn("{task.fields[line]}", markup=False))
        bar = Progress(*columns, console=Console(file=self._stream), transient=True)
        task = bar.add_task("scoring", total=None, line="")
        bar.start()
        return bar, task


def _describe_progress(progress: RunProgress, seconds: float, *, with_share: bool = True) -> str:
    """Describe the progress of a run in one line.

    Args:
        progress: the progress.
        seconds: how long the run has taken so far.
        with_share: whether the line has the share that is done and the time that is left.
    """
    parts = [f"{progress.rows:,} rows"]
    if progress.read is not None:
        parts.append(f"{_format_size(progress.read)}" + (f" of {_format_size(progress.total)}" if progress.total is not None else ""))
    if seconds > 0:
        parts.append(f"{(progress.rows - progress.rows_before) / seconds:,.0f} rows/s")
    if with_share and progress.share is not None:
        new_share = max(progress.share - progress.share_before, 0.0)
        time_left = f", {_format_time(seconds * (1 - progress.share) / new_share)} left" if new_share else ""
        parts.append(f"{progress.share:.0%}{time_left}")
    if progress.labels:
        parts.append(_format_counts(progress.labels))
    return "; ".join(parts)


def _format_size(size: int) -> str:
    unit, unit_size = next((unit for unit in _SIZE_UNITS if size >= unit[1]), _SIZE_UNITS[-1])
    return f"{size / unit_size:.1f} {unit}"


def _format_time(seconds: float) -> str:
    minutes, whole_seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{whole_seconds:02}" if hours else f"{minutes}:{whole_seconds:02}"


def summary_lines(summary: RunSummary) -> Iterator[str]:
    """Yield one line that sums up a run, and one more for everything that deserves attention."""
    labels = f"{summary.judged:,} judged ({_format_counts(summary.labels)})" if summary.judged else "none judged"
    reasons = f", {summary.rows - summary.judged:,} with a reason instead ({_format_counts(summary.reasons)})" if summary.reasons else ""
    rate = f"{summary.seconds:.1f} s, {summary.rows_per_second:,.0f} rows/s"
    yield f"{summary.rows:,} rows: {labels}{reasons}; {rate}; model {summary.version}, policy {summary.policy}{_describe_columns(summary)}"
    if left_out := summary.counts.left_out:
        yield f"{summary.counts.read:,} rows were read; {left_out.total():,} of them left out ({_format_counts(left_out)})"
    if summary.resumed:
        yield f"{summary.resumed:,} of {summary.shards:,} shards were done by an earlier run"
    for file in summary.files:
        if not file.rows and file.columns is None and not summary.counts.left_out:
            yield f"{file.name} is empty"
        yield from (f"{file.name}: {remark}" for remark in file.remarks)
    if failures := summary.counts.failures:
        yield f"steps of judging have failed for some rows, which were judged without them ({_format_counts(failures)}): see the log above"
    if Reason.NOT_UTF8 in summary.reasons:
        yield "some rows are not UTF-8; if the whole file is in another encoding, convert it: iconv -f WINDOWS-1252 -t UTF-8 FILE"


def _describe_columns(summary: RunSummary) -> str:
    """Describe the columns that were read, if they are the same in all files."""
    distinct = list(dict.fromkeys(file.columns for file in summary.files if file.columns is not None))
    if len(distinct) != 1:
        return ""
    (columns,) = distinct
    id_source = f"id from “{columns.id}”" if columns.id is not None else "no id"
    return f"; text from “{columns.text}”, {id_source}"


def _format_counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
