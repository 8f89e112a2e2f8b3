"""The rows of all tables of a database that hold comments, one table after another."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from service.batch.input.databases.table_choice import TableChoice, TableSection
from service.batch.input.layout import Layout
from service.batch.input.platforms.row_builder import build_rows
from service.batch.rows import Columns, Reason, Row

__all__ = ["OpenDatabase", "open_chosen_tables"]


@dataclass(frozen=True)
class OpenDatabase:
    """A database that is being read.

    Attributes:
        layout: the layout of the first table that is read.
        layouts: the layouts of all tables that are read, by their names; filled while they are read.
        rows: the rows, each with its table as the member that it comes from.
        share: returns the share in [0, 1] that has been read; None where that is not known.
    """

    layout: Layout
    layouts: dict[str, Layout]
    rows: Iterator[Row]
    share: Callable[[], float | None]


def open_chosen_tables(
    sections: Iterable[TableSection],
    choice: TableChoice,
    *,
    share: Callable[[], float | None],
    rest: Callable[[], Iterator[Row]],
) -> OpenDatabase:
    """Open the tables that hold comments.

    Args:
        sections: the tables, or parts of them, as they follow each other.
        choice: decides which of them are read.
        share: returns the share in [0, 1] that has been read.
        rest: returns rows that say what could not be read, once all sections have been.

    Raises:
        DumpError: no table can be read.
    """
    groups = _read_groups(sections, choice)
    first_group = next(groups, None)
    choice.require_tables()

    def rows() -> Iterator[Row]:
        yield from chain.from_iterable(groups if first_group is None else chain((first_group,), groups))
        yield from rest()
        for table in choice.doubtful:
            yield Row(1, None, None, Reason.NOT_READ, member=table)
        choice.remark_on_tables()

    first_layout = next(iter(choice.layouts.values()))
    return OpenDatabase(first_layout, choice.layouts, rows(), share)


def _read_groups(sections: Iterable[TableSection], choice: TableChoice) -> Iterator[Iterator[Row]]:
    """Yield the rows of each section that is read; they must be consumed before the next are requested."""
    for section in sections:
        chosen = choice.read(section)
        if chosen is None:
            continue
        layout, records = chosen
        columns = layout.columns or Columns("text", None)
        rows = build_rows(
            records,
            layout.platform,
            columns,
            options=choice.options,
            names=list(section.names),
            strict=False,
            file=f"{choice.file}/{section.table}",
            remarks=choice.remarks,
        )
        yield _name_table(rows, section.table)


def _name_table(rows: Iterator[Row], table: str) -> Iterator[Row]:
    return (row._replace(member=table) for row in rows)
