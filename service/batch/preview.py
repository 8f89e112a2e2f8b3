"""What a run would read, and its first rows, for the person at the terminal; nothing is written."""

from itertools import islice
from typing import TYPE_CHECKING

from service.batch.explain_text import visible
from service.batch.input.open_dump import open_reading
from service.batch.input.sources import size_of
from service.batch.job import ScoreJob
from service.batch.rows import Columns, Row
from service.batch.score import check
from service.batch.scored_chunks import Picked

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["show"]

_ROWS = 10
_LONGEST = 160


def show(job: ScoreJob) -> None:
    """Print what a job would read: each file with its columns, and the first ten rows that would be scored.

    Raises:
        DumpError: a file cannot be read as asked.
        OSError: it cannot be opened or read.
    """
    from rich.console import Console

    check(job)
    console = Console(highlight=False)
    rows: list[Row] = []
    for path in job.inputs:
        with open_reading(path, job.wanted) as reading:
            console.print(f"{visible(reading.name)}: {_size(size_of(path))}, {_columns(reading.columns)}", markup=False, soft_wrap=True)
            rows += islice(Picked(reading.rows, job.pick), _ROWS - len(rows))
    console.print(_table(rows))
    console.print(f"would go to {job.out or 'standard output'} as {job.write_as}; nothing was written", markup=False, soft_wrap=True)


def _size(size: int | None) -> str:
    return f"{size:,} bytes" if size is not None else "of unknown size"


def _columns(columns: Columns | None) -> str:
    if columns is None:
        return "empty"
    known_id = f"“{visible(columns.id)}”" if columns.id is not None else "the row number"
    return f"text from “{visible(columns.text)}”, id from {known_id}"


def _table(rows: list[Row]) -> "RenderableType":
    from rich.table import Table
    from rich.text import Text

    table = Table("row", "id", "author", "time", "text or reason")
    for row in rows:
        said = row.text if row.text is not None else f"({row.reason})"
        cells = (str(row.line), str(row.id or ""), row.author or "", row.created_at.isoformat(" ", "minutes") if row.created_at else "")
        table.add_row(*(Text(visible(cell).replace("\n", "␤")[:_LONGEST]) for cell in (*cells, said)))
    return table
