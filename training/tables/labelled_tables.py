"""Reads labelled tables into rows with answers, and reports the rows that cannot be used."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from model.comment import Label
from model.errors import TableError
from training.tables.cells import BadCell, read_answer, read_label, read_split, read_text, read_weight, read_word, reconcile_answers
from training.tables.labelled import UNKNOWN, Labelled, Place, RowContext
from training.tables.table_columns import TableColumns, choose_columns, fold_name
from training.tables.table_records import TableRecord, UnreadableRow, find_tables, read_header, read_records

__all__ = ["RowProblem", "TableReading", "read_tables"]

_PROGRESS_STEP = 4096  # rows


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A problem of a row, without its text.

    Attributes:
        file: the table.
        line: the line (CSV, JSONL) or row number (Parquet), counted from 1; 0 for the whole file.
        field: the column at fault, or an empty string.
        detail: the error and its remedy.
        dropped: whether the row was left out; if not, it was used as ``detail`` says.
    """

    file: str
    line: int
    field: str
    detail: str
    dropped: bool = True

    def __str__(self) -> str:
        """Return the problem in one line: file, line, field, detail."""
        line = f" line {self.line}:" if self.line else ""
        column = f" {self.field}:" if self.field else ""
        return f"{self.file}:{line}{column} {self.detail}"


@dataclass(frozen=True)
class TableReading:
    """The rows of tables, and an account of the rows that were not used; ``read == used + skipped + bad``.

    Attributes:
        rows: the rows to use.
        problems: the problems, in order of reading.
        read: number of rows in the tables.
        used: number of ``rows``.
        skipped: number of sound rows that answer no question.
        bad: number of rows that could not be used; each has a RowProblem.
    """

    rows: Labelled
    problems: list[RowProblem]
    read: int
    used: int
    skipped: int
    bad: int

    def account(self) -> dict[str, Any]:
        """Return how many rows were read, used, skipped and bad, and the problems in words, for a report in JSON."""
        counts = {"read": self.read, "used": self.used, "skipped": self.skipped, "bad": self.bad}
        return counts | {"problems": [str(problem) for problem in self.problems]}


def read_tables(
    paths: Iterable[Path | str],
    *,
    columns: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    strict: bool = False,
    progress: Callable[[int], None] | None = None,
) -> TableReading:
    """Read labelled tables: CSV (also with ``;`` or tabs), JSONL or Parquet.

    Columns: ``text``; ``label`` (fine, toxic or hateful) or ``abusive`` and ``hateful`` (yes or no, may be empty), which override it; and
    where there are any, ``source``, ``id``, ``split``, ``weight``, ``target`` and ``attribute.NAME``. A row that answers only one
    question is used for that answer: hateful implies abusive, not abusive implies not hateful.

    Args:
        paths: files, or folders whose tables, at any depth, are read in sorted order.
        columns: field → the column that holds it, where their names differ; names are compared without case.
        labels: the tables' label → ``fine``, ``toxic`` or ``hateful``.
        strict: whether the first problem is raised as a TableError.
        progress: called after every few thousand rows with the number of rows read so far.

    Raises:
        TableError: a path, column or label name is wrong, a file cannot be read as its name says, no row can be used, or ``strict``.
    """
    if isinstance(paths, str):
        raise TypeError("paths is one string; hand over a list of paths")
    label_names = _label_names(labels or {})
    collector = _RowCollector(strict=strict, progress=progress)
    for path in find_tables(Path(path) for path in paths):
        header = read_header(path)
        # A table without a single column has no rows either, which is reported.
        table_columns = choose_columns(path, header, columns or {}) if header else TableColumns({}, {})
        _read_table(path, table_columns, label_names, collector)
    return collector.finish()


@dataclass(frozen=True, slots=True)
class _TableRow:
    """The values of one row; ``remark`` says how a contradiction in it was settled."""

    text: str
    abusive: int
    hateful: int
    source: str
    split: str | None
    id: str
    weight: float
    target: str | None
    attributes: dict[str, int]
    place: Place
    context: RowContext | None
    remark: str | None

    def has_answer(self) -> bool:
        """Return whether the row answers any question."""
        return any(answer != UNKNOWN for answer in (self.abusive, self.hateful, *self.attributes.values()))


@dataclass
class _RowCollector:
    """Collects the rows of all tables, and counts and lists those that cannot be used."""

    strict: bool
    progress: Callable[[int], None] | None
    rows: list[_TableRow] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    read: int = 0
    skipped: int = 0
    bad: int = 0

    def count_row(self) -> None:
        self.read += 1
        if self.progress and self.read % _PROGRESS_STEP == 0:
            self.progress(self.read)

    def add(self, row: _TableRow) -> None:
        if row.remark:
            self.report(RowProblem(*row.place, "label", row.remark, dropped=False))
        if row.has_answer():
            self.rows.append(row)
        else:
            self.skipped += 1

    def drop(self, place: Place, bad_cell: BadCell) -> None:
        self.bad += 1
        self.report(RowProblem(*place, bad_cell.field, bad_cell.detail))

    def report(self, problem: RowProblem) -> None:
        if self.strict:
            raise TableError(str(problem))
        self.problems.append(problem)

    def finish(self) -> TableReading:
        """Return all rows; raises a TableError if there is none."""
        if not self.rows:
            first = f"; first problem: {self.problems[0]}" if self.problems else ""
            raise TableError(f"no row of {self.read} can be used ({self.skipped} answer no question, {self.bad} are bad){first}")
        return TableReading(self._labelled(), self.problems, self.read, len(self.rows), self.skipped, self.bad)

    def _labelled(self) -> Labelled:
        rows = self.rows
        names = sorted({name for row in rows for name in row.attributes})
        return Labelled(
            text=[row.text for row in rows],
            abusive=np.array([row.abusive for row in rows], dtype=np.int8),
            hateful=np.array([row.hateful for row in rows], dtype=np.int8),
            source=[row.source for row in rows],
            split=[row.split for row in rows],
            id=[row.id for row in rows],
            weight=np.array([row.weight for row in rows], dtype=np.float64),
            target=[row.target for row in rows],
            attributes={name: np.array([row.attributes.get(name, UNKNOWN) for row in rows], dtype=np.int8) for name in names},
            place=[row.place for row in rows],
            context=[row.context for row in rows] if any(row.context is not None for row in rows) else None,
        )


def _label_names(labels: Mapping[str, str]) -> dict[str, Label]:
    """Return name → label, with the caller's names included."""
    names = {label.value: label for label in Label}
    for name, label in labels.items():
        if fold_name(label) not in set(Label):
            raise TableError(f"label map: {name}={label}: {label!r} is not {', '.join(Label)}")
        names[fold_name(name)] = Label(fold_name(label))
    return names


def _read_table(path: Path, columns: TableColumns, labels: Mapping[str, Label], collector: _RowCollector) -> None:
    is_empty = True
    for line, record in read_records(path, columns.names()):
        is_empty = False
        collector.count_row()
        place = Place(str(path), line)
        try:
            collector.add(_read_row(record, columns=columns, labels=labels, place=place))
        except BadCell as bad_cell:
            collector.drop(place, bad_cell)
    if is_empty:
        collector.report(RowProblem(str(path), 0, "", "the table is empty"))


def _read_row(record: TableRecord | UnreadableRow, *, columns: TableColumns, labels: Mapping[str, Label], place: Place) -> _TableRow:
    """Read the cells of a row; raises a BadCell if one cannot be read."""
    if isinstance(record, UnreadableRow):
        raise BadCell("", record.detail)
    values = {name: record.get(column) for name, column in columns.fields.items()}
    label = read_label(values.get("label"), labels)
    abusive, hateful, remark = reconcile_answers(
        read_answer(values.get("abusive"), "abusive"), read_answer(values.get("hateful"), "hateful"), label=label
    )
    parent_text, title = read_word(values.get("parent_text")), read_word(values.get("title"))
    return _TableRow(
        text=read_text(values.get("text")),
        abusive=abusive,
        hateful=hateful,
        source=read_word(values.get("source")) or Path(place.file).stem,
        split=read_split(values.get("split")),
        id=read_word(values.get("id")) or str(place.line),
        weight=read_weight(values.get("weight")),
        target=read_word(values.get("target")),
        attributes={name: read_answer(record.get(column), column) for name, column in columns.attributes.items()},
        place=place,
        context=RowContext(parent_text, title) if (parent_text or title) else None,
        remark=remark,
    )
