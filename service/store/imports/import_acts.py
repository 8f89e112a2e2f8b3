"""Stores the acts of a table, each once, however often the table is imported."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from service.store.imports.act_table import ActTable, TableAct
from service.store.rulings.act import ReusedActError
from service.store.rulings.rulings import Rulings
from training.tables.labelled_tables import RowProblem

__all__ = ["ImportReport", "import_acts"]

_BATCH_ACTS = 1000


@dataclass
class ImportReport:
    """What became of the rows of a table; ``read == stored + retries + len(problems)``.

    Attributes:
        read: the number of its rows.
        stored: how many acts were added.
        retries: how many were stored before.
        unnamed: how many rows named a moderator, which their role does not allow; these were stored without.
        problems: the rows that could not be used.
    """

    read: int = 0
    stored: int = 0
    retries: int = 0
    unnamed: int = 0
    problems: list[RowProblem] = field(default_factory=list)


def import_acts(rulings: Rulings, table: ActTable, *, report_problem: Callable[[RowProblem], None]) -> ImportReport:
    """Store the acts of a table in portions; what was stored before an error stays, and is a retry the next time.

    Args:
        rulings: where the acts go.
        table: the table.
        report_problem: called for each row that cannot be used.

    Raises:
        TableError: the file cannot be read as its name says.
        StoreError: the acts cannot be stored.
    """
    report = ImportReport()

    def note_problem(problem: RowProblem) -> None:
        report.problems.append(problem)
        report_problem(problem)

    rows = table.rows()
    while batch := list(islice(rows, _BATCH_ACTS)):
        report.read += len(batch)
        acts = []
        for row in batch:
            if isinstance(row, TableAct):
                acts.append(row)
            else:
                note_problem(row)
        while acts:
            try:
                recorded = rulings.record_all([row.act for row in acts])
            except ReusedActError as error:
                note_problem(RowProblem(str(table.path), acts.pop(error.place).line, "act", str(error)))
                continue
            retries = sum(record.is_retry for record in recorded)
            report.retries += retries
            report.stored += len(recorded) - retries
            report.unnamed += sum(row.unnamed for row in acts)
            break
    return report
