"""What is known about one input of a run, added up shard by shard."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from service.batch.remarks import add_remarks
from service.batch.rows import Columns
from service.batch.statistics.counts import RunCounts
from service.batch.statistics.summary import InputFile

__all__ = ["FileTally"]


@dataclass
class FileTally:
    """Adds up what is known about one input.

    Attributes:
        name: its name in messages.
    """

    name: str
    _columns: Columns | None = None
    _rows: int = 0
    _judged: int = 0
    _reasons: Counter[str] = field(default_factory=Counter)
    _remarks: list[str] = field(default_factory=list)

    def add(self, counts: RunCounts, columns: Columns | None, remarks: Iterable[str]) -> None:
        """Add a part of the input.

        Args:
            counts: the counts of its rows.
            columns: where its texts and ids were found; None if it is empty.
            remarks: what people should know about how it was read.
        """
        self._columns = self._columns or columns
        self._rows += counts.rows
        self._judged += int(counts.labels.sum())
        self._reasons += counts.reasons
        add_remarks(self._remarks, remarks)

    def input_file(self) -> InputFile:
        """Return what has been added up."""
        reasons = dict(self._reasons.most_common())
        return InputFile(self.name, self._columns, self._rows, self._judged, reasons, tuple(self._remarks))
