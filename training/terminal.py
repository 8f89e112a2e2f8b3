"""What the commands of this package show while they run: steps of their work, remarks on standard error, what a reading of tables gave."""

import sys
from collections.abc import Callable, Iterator

from training.tables.labelled_tables import TableReading

__all__ = ["StepProgress", "describe_reading", "print_remark", "replace_unprintable"]

StepProgress = Callable[[str, float], None]
"""Takes the name of the step that runs and the share of it that is done, in [0, 1]."""


def replace_unprintable(text: str) -> str:
    """Return text that a table may hold, such as the name of a source, without the characters that could command a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def print_remark(line: str) -> None:
    """Print a line for people on standard error, which leaves standard output to the results."""
    print(f"tipstaff: {replace_unprintable(line)}", file=sys.stderr)


def describe_reading(reading: TableReading, *, most: int, rest: str) -> Iterator[str]:
    """Yield the first problems of a reading, a line each, and then how many rows were read, used, skipped and bad.

    Args:
        reading: the rows that were read and their problems.
        most: the number of problems that are named.
        rest: where all of them can be found, such as "report.json lists them all".
    """
    yield from map(str, reading.problems[:most])
    if (more := len(reading.problems) - most) > 0:
        yield f"and {more:,} problems more; {rest}"
    yield f"{reading.read:,} rows read: {reading.used:,} used, {reading.skipped:,} answer no question, {reading.bad:,} bad"
