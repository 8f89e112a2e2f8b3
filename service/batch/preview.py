"""A preview of a run for the person at the terminal: what it would read, and its first rows; nothing is written."""

from itertools import islice
from typing import TYPE_CHECKING

from service.batch.explain_text import draw_unprintable
from service.batch.file_access import display_name, measure_size
from service.batch.input.open_dump import open_dump
from service.batch.job import ScoreJob
from service.batch.row_selection import SelectedRows
from service.batch.rows import Columns, Row
from service.batch.score import check_job

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["show_preview"]

_MAX_ROWS = 10
_MAX_CELL_LENGTH = 160


def show_preview(job: ScoreJob) -> None:
    """Print what a job would read: each file with its columns, and the first ten rows that would be scored.

    Raises:
        DumpError: a file cannot be read as asked.
        OSError: it cannot be opened or read.
    """
    from rich.console import Console

    check_job(job)
    console = Console(highlight=False)
    rows: list[Row] = []
    for path in job.inputs:
        with open_dump(path, job.dump_options) as dump:
            line = f"{draw_unprintable(dump.name)}: {_format_size(measure_size(path))}, {_describe_columns(dump.columns)}"
            console.print(line, markup=False, soft_wrap=True)
            rows += islice(SelectedRows(dump.rows, job.selection), _MAX_ROWS - len(rows))
    console.print(_build_table(rows))
    out = display_name(str(job.out)) if job.out else "standard output"
    console.print(f"would go to {out} as {job.write_as}; nothing was written", markup=False, soft_wrap=True)


def _format_size(size: int | None) -> str:
    return f"{size:,} bytes" if size is not None else "of unknown size"


def _describe_columns(columns: Columns | None) -> str:
    if columns is None:
        return "empty"
    id_source = f"id from “{draw_unprintable(columns.id)}”" if columns.id is not None else "no id"
    return f"text from “{draw_unprintable(columns.text)}”, {id_source}"


def _build_table(rows: list[Row]) -> "RenderableType":
    from rich.table import Table
    from rich.text import Text

    table = Table("row", "id", "author", "time", "text or reason")
    for row in rows:
        time = row.created_at.isoformat(" ", "minutes") if row.created_at else ""
        content = row.text if row.text is not None else f"({row.reason})"
        cells = (str(row.line), str(row.id or ""), row.author or "", time, content)
        table.add_row(*(Text(draw_unprintable(cell).replace("\n", "␤")[:_MAX_CELL_LENGTH]) for cell in cells))
    return table
