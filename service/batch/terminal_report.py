"""Reports of a run at the terminal: a bar or plain lines of progress while it lasts, and a few lines of summary at its end."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from model.language.language_names import language_name
from service.batch.rows import Reason
from service.batch.runs.progress import RunProgress
from service.batch.statistics.summary import RunSummary

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["ProgressBar", "summary_lines"]

_SECONDS_BEFORE_FIRST_LINE = 0.9
_SECONDS_BETWEEN_LINES = 5.0
_SECONDS_WITHOUT_BAR = 0.5
_SECONDS_BETWEEN_UPDATES = 0.2
_MAX_REMARKS = 10
"""The most remarks about one file that are printed."""
_SIZE_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


class ProgressBar:
    """Shows the progress of a run from its first second on: a bar on a terminal, elsewhere a plain line every five seconds.

    A thread of its own draws it, so that it also shows while the model is loaded, files are looked through or a chunk takes long.

    Args:
        stream: where it is drawn.
        total: bytes of all inputs; None where unknown.
        clock: returns the seconds since any point in time.
    """

    def __init__(self, stream: TextIO, *, total: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._start = clock()
        self._progress = RunProgress(0, 0.0 if total else None, read=0 if total else None, total=total)
        self._end = Event()
        self._drawer = Thread(target=self._draw_until_end, name="progress", daemon=True)

    def __enter__(self) -> Self:
        """Start the clock; nothing is drawn yet."""
        self._drawer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Remove the bar."""
        self._end.set()
        self._drawer.join()

    def __call__(self, progress: RunProgress) -> None:
        """Take note of the progress of the run, which is shown when it is time."""
        self._progress = progress

    @property
    def is_shown(self) -> bool:
        """Whether the progress is, or will be, shown."""
        return self._drawer.is_alive()

    def _draw_until_end(self) -> None:
        # Whoever reads the progress may be gone, which must not end the run.
        with suppress(OSError, ValueError):
            if self._stream.isatty():
                self._draw_bar_until_end()
            else:
                self._print_lines_until_end()

    def _print_lines_until_end(self) -> None:
        pause = _SECONDS_BEFORE_FIRST_LINE
        while not self._end.wait(pause):
            pause = _SECONDS_BETWEEN_LINES
            line = _describe_progress(self._progress, self._clock() - self._start)
            print(f"tipstaff: {line}", file=self._stream, flush=True)

    def _draw_bar_until_end(self) -> None:
        if self._end.wait(_SECONDS_WITHOUT_BAR):
            return
        bar, task = self._make_bar()
        with bar:
            while True:
                progress = self._progress
                total = None if progress.share is None else 1.0
                line = _describe_progress(progress, self._clock() - self._start, with_share=False)
                bar.update(task, completed=progress.share or 0.0, total=total, line=line)
                if self._end.wait(_SECONDS_BETWEEN_UPDATES):
                    return

    def _make_bar(self) -> "tuple[Progress, TaskID]":
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (BarColumn(20), TaskProgressColumn(), TimeRemainingColumn(compact=True), TextColumn("{task.fields[line]}", markup=False))
        bar = Progress(*columns, console=Console(file=self._stream), transient=True)
        return bar, bar.add_task("scoring", total=None, line="")


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
    rows = "1 row" if summary.rows == 1 else f"{summary.rows:,} rows"
    yield f"{rows}: {labels}{reasons}; {rate}; model {summary.version}, policy {summary.policy}{_describe_columns(summary)}"
    if len(languages := summary.counts.languages) > 1:
        yield f"by language: {_format_counts({language_name(tag): count for tag, count in languages.most_common()})}"
    if left_out := summary.counts.left_out:
        yield f"{summary.counts.read:,} rows were read; {left_out.total():,} of them left out ({_format_counts(left_out)})"
    if summary.resumed:
        yield f"{summary.resumed:,} of {summary.shards:,} shards were done by an earlier run"
    for file in summary.files:
        if not file.rows and file.columns is None and not summary.counts.left_out:
            yield f"{file.name} is empty"
        elif file.rows and not file.judged and summary.judged:
            yield f"{file.name}: none of its rows was judged ({_format_counts(file.reasons)})"
        yield from (f"{file.name}: {remark}" for remark in file.remarks[:_MAX_REMARKS])
        if len(file.remarks) > _MAX_REMARKS:
            yield f"{file.name}: {len(file.remarks) - _MAX_REMARKS} remarks more are in the summary"
    if failures := summary.counts.failures:
        yield f"steps of judging have failed for some rows, which were judged without them ({_format_counts(failures)}): see the log above"
    if Reason.NOT_UTF8 in summary.reasons:
        yield "some rows are not UTF-8; if the whole file is in another encoding, name it, such as --encoding windows-1252"


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
