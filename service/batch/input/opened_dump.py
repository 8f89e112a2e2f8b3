"""A file of comments that is being read: its rows, and what is known about it while they come."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from service.batch.columnar.chunks import Chunk
from service.batch.input.layout import Layout
from service.batch.input.streams.dump_source import DumpSource
from service.batch.rows import Columns, Row
from training.tables.expansion import ExpansionBudget

__all__ = ["OpenDump", "damage_row"]


@dataclass(frozen=True, slots=True)
class OpenDump:
    """A file of comments that is being read.

    Attributes:
        name: the name of the file in messages.
        unit: the unit that ``Row.line`` counts.
        columns: where text, id and so on are found; None if the file is empty.
        rows: its rows, lazily, in order; they can be read as long as the file is open.
        share: returns the share in [0, 1] of the file that has been read; None where its size is unknown.
        budget: what the file may become.
        description: what the file is, in words for people.
        chunks: yields the same rows column by column, which is faster; its arguments are ``max_rows`` and ``max_text`` of
            ``cut_into_chunks``. None where the format does not allow that. Only one of ``rows`` and ``chunks`` may be used.
        remarks: what people should know about how the file is read; filled while it is read.
        layouts: the layout of the file under the empty name, or those of the first members of an archive under their names; filled
            while it is read.
    """

    name: str
    unit: Literal["line", "row"]
    columns: Columns | None
    rows: Iterator[Row]
    share: Callable[[], float | None]
    budget: ExpansionBudget
    description: str = ""
    chunks: Callable[[int, int], Iterator[Chunk]] | None = None
    remarks: list[str] = field(default_factory=list)
    layouts: dict[str, Layout] = field(default_factory=dict)

    @property
    def common_columns(self) -> Columns | None:
        """Where texts and ids are found in all that has been read so far; None where that differs from member to member."""
        found = {layout.columns for layout in self.layouts.values() if layout.columns is not None}
        return self.columns if len(found) <= 1 else None


def damage_row(source: DumpSource, line: int) -> Iterator[Row]:
    """Yield a row that says why the file ends too early, if it does."""
    if source.can_end_early and source.damage is not None:
        yield Row(line + 1, None, None, source.damage.reason, offset=source.damage.offset)
