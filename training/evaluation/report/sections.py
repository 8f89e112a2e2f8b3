"""A part of a report: what it says, its tables and pictures. Every part of an evaluation hands these over, and only these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

__all__ = ["Cell", "Estimate", "Picture", "ReportColumn", "ReportSection", "ReportTable"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval; the ends are None where there are too few rows for one."""

    value: float
    low: float | None = None
    high: float | None = None


Cell = str | int | float | Estimate | None


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of a table.

    Attributes:
        name: what stands above it.
        percent: whether its numbers are shares, shown in per cent; otherwise with three decimals, whole numbers whole.
    """

    name: str
    percent: bool = False


@dataclass(frozen=True)
class ReportTable:
    """A table; the first cell of a row is its name.

    Attributes:
        caption: what it shows, in a sentence.
        columns: at least one.
        rows: as many cells each as there are columns; None stays empty.
    """

    caption: str
    columns: Sequence[ReportColumn]
    rows: Sequence[Sequence[Cell]]

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the columns."""
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.caption!r}: every row must have {len(self.columns)} cells")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, as one function of ``training.evaluation.report.pictures`` draws it.

    Attributes:
        title: what it shows.
        description: how to read it, in a sentence or two.
        svg: the drawing, mark-up that is put into the page as it is; a plain string would be shown as text.
    """

    title: str
    description: str
    svg: Markup


@dataclass(frozen=True)
class ReportSection:
    """A part of a report.

    Attributes:
        title: what it is about.
        introduction: what is measured and how to read it, in a few sentences.
        tables: in the order they are shown, after the pictures.
        pictures: in the order they are shown.
        figures: the same for programs, JSON-ready; goes into report.json under the title.
    """

    title: str
    introduction: str
    tables: Sequence[ReportTable] = ()
    pictures: Sequence[Picture] = ()
    figures: Mapping[str, object] = field(default_factory=dict)
