"""Shows the progress of long work on a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from training.terminal import StepProgress

__all__ = ["progress_bar"]


@contextmanager
def progress_bar() -> Iterator[StepProgress]:
    """Show a bar for each step on standard error if that is a terminal, otherwise a line; yields the function that reports progress."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:12}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks: dict[str, TaskID] = {}

        def report_progress(step: str, share: float) -> None:
            if step not in tasks:
                for task in tasks.values():
                    progress.update(task, total=1.0, completed=1.0)
                tasks[step] = progress.add_task(step, total=None)
                if not console.is_terminal:
                    print(f"tipstaff: {step}", file=sys.stderr)
            if share:
                progress.update(tasks[step], total=1.0, completed=share)

        yield report_progress
        for task in tasks.values():
            progress.update(task, total=1.0, completed=1.0)
