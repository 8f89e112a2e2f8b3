"""Output of the training commands while they run: progress by steps, remarks on standard error, a summary of the tables read."""

import sys
from collections.abc import Callable, Iterator

from training.tables.labelled_tables import TableReading

__all__ = ["StepProgress", "describe_reading", "print_remark", "replace_unprintable"]

StepProgress = Callable[[str, float], None]
"""Takes the name of the current step and the share of it that is done, in [0, 1]."""


def replace_unprintable(text: str) -> str:
    """Return text from a table, such as the name of a source, with a space for every character that could control a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def print_remark(line: str) -> None:
    """Print a line for people on standard error, which leaves standard output to the results."""
    print(f"tipstaff: {replace_unprintable(line)}", file=sys.stderr)


def describe_reading(reading: TableReading, *, most: int, rest: str) -> Iterator[str]:
    """Yield the first problems of a reading, a line each, and then how many rows were read, used, skipped and bad.

    Args:
        reading: the rows that were read and their problems.
        most: the largest number of problems to list.
        rest: where all of them are listed, such as "report.json lists them all".
    """
    yield from map(str, reading.problems[:most])
    if (more := len(reading.problems) - most) > 0:
        yield f"and {more:,} problems more; {rest}"
    yield f"{reading.read:,} rows read: {reading.used:,} used, {reading.skipped:,} answer no question, {reading.bad:,} bad"
