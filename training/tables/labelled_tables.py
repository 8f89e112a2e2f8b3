"""Labelled tables: what each row says about the two questions, abusive and hateful, and what is wrong with the others."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from model.comment import Label
from model.errors import TableError
from training.tables.cells import (
    BadCell,
    quote_name,
    read_answer,
    read_label,
    read_split,
    read_text,
    read_weight,
    read_word,
    reconcile_answers,
)
from training.tables.labelled import UNKNOWN, Labelled, Place
from training.tables.table_records import TableRecord, UnreadableRow, find_tables, read_header, read_records

__all__ = ["Labelled", "Place", "RowProblem", "TablesRead", "read_tables"]

_FIELDS = ("text", "label", "abusive", "hateful", "source", "id", "split", "weight", "target")
_TEXT_NAMES = ("text", "comment_text", "comment", "body", "content", "message")
_STEP = 4096
_ATTRIBUTE = re.compile(r"attribute\.([a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row, never quoting its text.

    Attributes:
        file: the table.
        line: the line (CSV, JSONL) or row number (Parquet), counted from 1; 0 for the whole file.
        field: the column that is at fault, or an empty string.
        detail: what is wrong and what to do.
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
class TablesRead:
    """What came of reading tables; ``read == used + skipped + bad``.

    Attributes:
        rows: the rows that are used.
        problems: what was wrong, in order of reading.
        read: rows seen.
        used: rows in ``rows``.
        skipped: sound rows that answer no question.
        bad: rows that could not be used; each has a Problem.
    """

    rows: Labelled
    problems: list[RowProblem]
    read: int
    used: int
    skipped: int
    bad: int


def read_tables(
    paths: Iterable[Path | str],
    *,
    columns: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    strict: bool = False,
    progress: Callable[[int], None] | None = None,
) -> TablesRead:
    """Read labelled tables: CSV (also with ``;`` or tabs), JSONL or Parquet.

    Columns: ``text``; ``label`` (fine, toxic or hateful) or ``abusive`` and ``hateful`` (yes or no, may be empty), which override it;
    and where there are any, ``source``, ``id``, ``split``, ``weight``, ``target`` and ``attribute.NAME``. A row that answers one question
    only is used for what it says: hateful implies abusive, not abusive implies not hateful.

    Args:
        paths: files, or folders whose tables, at any depth, are read in sorted order.
        columns: field → the column that holds it, where their names differ; names are compared without case.
        labels: the tables' label → ``fine``, ``toxic`` or ``hateful``.
        strict: whether the first Problem is raised as a TableError.
        progress: called now and then with the number of rows read so far.

    Raises:
        TableError: a path, column or label name is wrong, a file cannot be read as its name says, no row can be used, or ``strict``.
    """
    if isinstance(paths, str):
        raise TypeError("paths is one string; hand over a list of paths")
    names = _label_names(labels or {})
    gathered = _Gathered(strict=strict, progress=progress)
    for path in find_tables(Path(path) for path in paths):
        header = read_header(path)
        _read_table(path, _plan(path, header, columns or {}) if header else _Plan({}, {}), names, gathered)
    if not gathered.used:
        first = f"; first problem: {gathered.problems[0]}" if gathered.problems else ""
        raise TableError(f"no row of {gathered.read} can be used ({gathered.skipped} answer no question, {gathered.bad} are bad){first}")
    return TablesRead(
        rows=gathered.labelled(),
        problems=gathered.problems,
        read=gathered.read,
        used=gathered.used,
        skipped=gathered.skipped,
        bad=gathered.bad,
    )


@dataclass(frozen=True, slots=True)
class _Row:
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
    remark: str | None

    def answers(self) -> bool:
        return any(answer != UNKNOWN for answer in (self.abusive, self.hateful, *self.attributes.values()))


@dataclass(frozen=True, slots=True)
class _Plan:
    """The table's own spelling of the column that holds each field, and each attribute."""

    fields: dict[str, str]
    attributes: dict[str, str]

    def columns(self) -> list[str]:
        return list(dict.fromkeys([*self.fields.values(), *self.attributes.values()]))


@dataclass
class _Gathered:
    strict: bool
    progress: Callable[[int], None] | None
    rows: list[_Row] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    read: int = 0
    skipped: int = 0
    bad: int = 0

    @property
    def used(self) -> int:
        return len(self.rows)

    def report(self, problem: RowProblem) -> None:
        if self.strict:
            raise TableError(str(problem))
        self.problems.append(problem)

    def labelled(self) -> Labelled:
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
        )


def _label_names(labels: Mapping[str, str]) -> dict[str, Label]:
    names = {label.value: label for label in Label}
    for name, label in labels.items():
        if _key(label) not in set(Label):
            raise TableError(f"label map: {name}={label}: {label!r} is not {', '.join(Label)}")
        names[_key(name)] = Label(_key(label))
    return names


def _key(name: str) -> str:
    return name.strip().casefold()


def _plan(path: Path, header: list[str], given: Mapping[str, str]) -> _Plan:
    spelt = {_key(name): name for name in reversed(header) if name}
    there = f"the columns are {', '.join(quote_name(name) for name in header)}"
    found = {name: spelt[name] for name in spelt if name in _FIELDS or _ATTRIBUTE.fullmatch(name)}
    if text := next((name for name in _TEXT_NAMES if name in spelt), None):
        found["text"] = spelt[text]
    for name, column in given.items():
        if name not in _FIELDS and not _ATTRIBUTE.fullmatch(name):
            raise TableError(f"columns: {name!r} is not a field; the fields are {', '.join(_FIELDS)} and attribute.NAME")
        if _key(column) not in spelt:
            raise TableError(f"{path}: there is no column {column!r} for {name}; {there}")
        found[name] = spelt[_key(column)]
    spellings = [_key(name) for name in header]
    if twice := next((column for column in found.values() if spellings.count(_key(column)) > 1), None):
        raise TableError(f"{path}: two columns are called {twice!r}; rename one")
    attributes = {match[1]: found.pop(name) for name in list(found) if (match := _ATTRIBUTE.fullmatch(name))}
    if "text" not in found:
        raise TableError(f"{path}: no column holds the text; name it text, or say which does; {there}")
    if not (attributes or {"label", "abusive", "hateful"} & set(found)):
        raise TableError(f"{path}: no column holds labels; name it label, abusive, hateful or attribute.NAME, or say which does; {there}")
    return _Plan(found, attributes)


def _read_table(path: Path, plan: _Plan, names: dict[str, Label], gathered: _Gathered) -> None:
    before = gathered.read
    for line, record in read_records(path, plan.columns()):
        gathered.read += 1
        if gathered.progress and gathered.read % _STEP == 0:
            gathered.progress(gathered.read)
        place = Place(str(path), line)
        try:
            if isinstance(record, UnreadableRow):
                raise BadCell("", record.detail)
            row = _row(record, plan=plan, names=names, place=place)
        except BadCell as bad:
            gathered.bad += 1
            gathered.report(RowProblem(*place, bad.field, bad.detail))
            continue
        if row.remark:
            gathered.report(RowProblem(*place, "label", row.remark, dropped=False))
        if row.answers():
            gathered.rows.append(row)
        else:
            gathered.skipped += 1
    if gathered.read == before:
        gathered.report(RowProblem(str(path), 0, "", "the table is empty"))


def _row(record: TableRecord, *, plan: _Plan, names: dict[str, Label], place: Place) -> _Row:
    values = {name: record.get(column) for name, column in plan.fields.items()}
    label = read_label(values.get("label"), names)
    abusive, hateful, remark = reconcile_answers(
        read_answer(values.get("abusive"), "abusive"), read_answer(values.get("hateful"), "hateful"), label=label
    )
    return _Row(
        text=read_text(values.get("text")),
        abusive=abusive,
        hateful=hateful,
        source=read_word(values.get("source")) or Path(place.file).stem,
        split=read_split(values.get("split")),
        id=read_word(values.get("id")) or str(place.line),
        weight=read_weight(values.get("weight")),
        target=read_word(values.get("target")),
        attributes={name: read_answer(record.get(column), column) for name, column in plan.attributes.items()},
        place=place,
        remark=remark,
    )
