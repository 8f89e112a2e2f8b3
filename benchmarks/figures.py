"""What the benchmarks find, as one Markdown table."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Figure", "Skipped", "table"]


class Skipped(Exception):  # noqa: N818 - nothing has gone wrong
    """A measurement cannot be made here; the message says what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value.

    Attributes:
        what: what was measured.
        value: what came out, in ``unit``.
        unit: of the value and of the target.
        at_least, at_most: the target, if there is one.
        note: what else is worth knowing.
    """

    what: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return None if self.at_most is None else self.value <= self.at_most


def _number(value: float) -> str:
    size = abs(value)
    return f"{value:,.0f}" if size >= 1000 else f"{value:.1f}" if size >= 20 else f"{value:.3f}" if size < 1 else f"{value:.2f}"


def _target(figure: Figure) -> str:
    if figure.at_least is not None:
        return f"≥ {_number(figure.at_least)}"
    return "" if figure.at_most is None else f"≤ {_number(figure.at_most)}"


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a Markdown table."""
    marks = {True: "yes", False: "**no**", None: ""}
    rows = [
        f"| {figure.what} | {_number(figure.value)} {figure.unit} | {_target(figure)} | {marks[figure.met]} | {figure.note} |"
        for figure in figures
    ]
    return "\n".join(["| what | measured | target | met | note |", "|---|---|---|---|---|", *rows])
