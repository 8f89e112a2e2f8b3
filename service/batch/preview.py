"""A preview of a run for the person at the terminal: what each input is taken for and why, and its first comments; nothing is written."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from model.errors import DumpError
from service.batch.explain_text import draw_unprintable
from service.batch.file_access import display_name, measure_size
from service.batch.input.layout import Layout
from service.batch.input.open_dump import OpenDump, open_dump
from service.batch.job import ScoreJob
from service.batch.row_selection import SelectedRows
from service.batch.rows import Columns, Row
from service.batch.score import check_job

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["show_preview"]

_MAX_LOOKED_AT = 10_000
_MAX_SIZE_LOOKED_AT = 1 << 24
"""Rows, and code points of their texts, after which a preview ends."""
_MAX_ROWS = 10
_MAX_ROWS_OF_MEMBER = 3
_MAX_MEMBERS = 20
"""What is shown of one input: rows, rows of each member of an archive, and members."""
_MAX_CELL_LENGTH = 160


@dataclass
class _Look:
    """What has been seen of one input.

    Attributes:
        rows: the first rows that would be scored.
        judged: how many would be judged, of those that were looked at.
        reasons: reason → how many would not.
        is_whole: whether all rows were looked at.
    """

    rows: list[Row] = field(default_factory=list)
    judged: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    is_whole: bool = True


def show_preview(job: ScoreJob) -> None:
    """Print what a job would read: what each input is, its columns and why they were chosen, its first comments, and what is left out.

    Raises:
        DumpError: a file cannot be read as asked; the others are shown first.
        OSError: it cannot be opened or read.
    """
    from rich.console import Console

    check_job(job)
    console = Console(highlight=False)
    errors = [error for path in job.inputs if (error := _show_input(console, path, job)) is not None]
    if errors:
        raise errors[0]
    out = display_name(str(job.out)) if job.out else "standard output"
    _print_line(console, f"would go to {out} as {job.write_as}; nothing was written")


def _show_input(console: "Console", path: str, job: ScoreJob) -> DumpError | None:
    """Print what would be read of one input; an error that makes it unreadable is returned, so that the next can be shown."""
    try:
        with open_dump(path, job.dump_options) as dump:
            selected = SelectedRows(dump.rows, job.selection)
            look = _look_at(selected)
            size = measure_size(path)
            shown_size = f"{size:,} bytes" if size is not None else "of unknown size"
            _print_line(console, f"{dump.name}: {shown_size}, {dump.description or 'empty'}")
            for line in (*_describe_layouts(dump), *_describe_look(look, selected), *(f"note: {remark}" for remark in dump.remarks)):
                _print_line(console, f"  {line}")
    except DumpError as error:
        if len(job.inputs) > 1:
            _print_line(console, f"{display_name(path)} cannot be read: {error}")
        return error
    if look.rows:
        console.print(_build_table(look.rows, job))
    return None


def _print_line(console: "Console", line: str) -> None:
    console.print(draw_unprintable(line).replace("\n", "␤"), markup=False, soft_wrap=True)


def _look_at(rows: SelectedRows) -> _Look:
    """Read the first rows of an input, count them, and keep those that are shown."""
    look = _Look()
    of_member: Counter[str | None] = Counter()
    size = 0
    for row in rows:
        size += len(row.text or "")
        if rows.read > _MAX_LOOKED_AT or size > _MAX_SIZE_LOOKED_AT:
            look.is_whole = False
            break
        if row.text is not None and row.text.strip():
            look.judged += 1
        else:
            look.reasons[str(row.reason or "empty")] += 1
        of_member[row.member] += 1
        has_room = len(look.rows) < _MAX_ROWS if row.member is None else of_member[row.member] <= _MAX_ROWS_OF_MEMBER
        if has_room and len(of_member) <= _MAX_MEMBERS:
            look.rows.append(row)
    return look


def _describe_layouts(dump: OpenDump) -> Iterator[str]:
    """Yield what each file is taken for, where its columns are found, and why."""
    for member, layout in list(dump.layouts.items())[:_MAX_MEMBERS]:
        place = f"{member}: {layout.description}; " if member else ""
        yield f"{place}{_describe_columns(layout)}"
        yield from (f"  {reason}" for reason in layout.reasons)
    if len(dump.layouts) > _MAX_MEMBERS:
        yield f"and {len(dump.layouts) - _MAX_MEMBERS} files more"


def _describe_columns(layout: Layout) -> str:
    columns = layout.columns
    if columns is None:
        return "empty"
    names = {column.name.replace("_", " "): getattr(columns, column.name) for column in fields(Columns)}
    found = [f"{what} from “{name}”" for what, name in names.items() if name is not None]
    return ", ".join(found if columns.id is not None else [*found, "no id"])


def _describe_look(look: _Look, selected: SelectedRows) -> Iterator[str]:
    """Yield how many rows would be judged, and why others would not."""
    rows = _count_rows(selected.read) if look.is_whole else f"the first {_count_rows(selected.read - 1)}"
    not_judged = _list_counts(look.reasons, "would have a reason instead") + _list_counts(selected.left_out, "would be left out")
    yield f"of {rows}, {look.judged:,} would be judged{not_judged}"
    if look.is_whole and not look.judged and not selected.left_out:
        yield "nothing of it would be judged"


def _count_rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _list_counts(counts: Mapping[str, int], what: str) -> str:
    if not counts:
        return ""
    return f"; {sum(counts.values()):,} {what} ({', '.join(f'{count:,} {reason}' for reason, count in counts.items())})"


def _build_table(rows: list[Row], job: ScoreJob) -> "RenderableType":
    """Build a table of rows with their texts as they will be read, mark-up taken out; columns that no row fills are left out."""
    from rich.table import Table
    from rich.text import Text

    columns = {
        "file": [row.member or "" for row in rows],
        "row": [str(row.line) for row in rows],
        "id": ["" if row.id is None else str(row.id) for row in rows],
        "author": [row.author or "" for row in rows],
        "parent": [row.parent or "" for row in rows],
        "place": [row.place or "" for row in rows],
        "time (UTC)": [row.created_at.strftime("%Y-%m-%d %H:%M") if row.created_at else "" for row in rows],
        "text or reason": [_read_text(row, job) for row in rows],
    }
    filled = {name: cells for name, cells in columns.items() if any(cells)}
    table = Table(*filled)
    for cells in zip(*filled.values(), strict=True):
        table.add_row(*(Text(draw_unprintable(cell[:_MAX_CELL_LENGTH]).replace("\n", "␤")) for cell in cells))
    return table


def _read_text(row: Row, job: ScoreJob) -> str:
    from model.text.pipeline import strip_markup

    return f"({row.reason})" if row.text is None else strip_markup(row.text, job.markup or row.format).text.strip()
