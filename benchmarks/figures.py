"""The figures that benchmarks measure, and the Markdown table that they are printed as."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Figure", "Skipped", "format_table"]


class Skipped(Exception):  # noqa: N818 - nothing has gone wrong
    """A measurement cannot be made on this machine; the message says what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value.

    Attributes:
        name: the quantity that was measured.
        value: its value, in ``unit``.
        unit: of the value and of the target.
        at_least, at_most: the target, if there is one.
        note: the conditions of the measurement, in words.
    """

    name: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def meets_target(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most


def _format_number(value: float) -> str:
    """Return a number with about three significant digits."""
    magnitude = abs(value)
    if magnitude >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if magnitude >= 20 else f"{value:.3f}" if magnitude < 1 else f"{value:.2f}"


def _format_target(figure: Figure) -> str:
    if figure.at_least is not None:
        return f"≥ {_format_number(figure.at_least)}"
    return "" if figure.at_most is None else f"≤ {_format_number(figure.at_most)}"


def format_table(figures: Iterable[Figure]) -> str:
    """Return the figures as a Markdown table."""
    marks = {True: "yes", False: "**no**", None: ""}
    rows = [
        (figure.name, f"{_format_number(figure.value)} {figure.unit}", _format_target(figure), marks[figure.meets_target], figure.note)
        for figure in figures
    ]
    return "\n".join(["| what | measured | target | met | note |", "|---|---|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)])
