"""A section of a report: its introduction, its tables and its pictures. Every part of an evaluation reports through sections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from training.metrics.estimate import Estimate

__all__ = ["Cell", "Picture", "ReportColumn", "ReportSection", "ReportTable"]


Cell = str | int | float | Estimate | None


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column of a table.

    Attributes:
        name: its heading.
        percent: whether its numbers are shares, printed as percentages; other numbers have three decimals, whole ones none.
    """

    name: str
    percent: bool = False


@dataclass(frozen=True)
class ReportTable:
    """A table; the first cell of a row is its name.

    Attributes:
        caption: what the table holds, in a sentence.
        columns: at least one.
        rows: as many cells each as there are columns; a cell of None is left blank.
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
    """A picture, as the chart functions of this package draw it.

    Attributes:
        title: what the picture is about.
        description: how to read it, in a sentence or two.
        svg: the drawing, mark-up that goes into the page as it is; a plain string would be escaped and appear as text.
    """

    title: str
    description: str
    svg: Markup


@dataclass(frozen=True)
class ReportSection:
    """A section of a report.

    Attributes:
        title: its heading, and its key in report.json.
        introduction: what is measured and how to read it, in a few sentences.
        tables: in their order on the page, which puts them after the pictures.
        pictures: in their order on the page.
        figures: the same for programs, ready for JSON; report.json holds it under the title.
    """

    title: str
    introduction: str
    tables: Sequence[ReportTable] = ()
    pictures: Sequence[Picture] = ()
    figures: Mapping[str, object] = field(default_factory=dict)
