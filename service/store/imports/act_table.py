"""Reads tables of rulings that were made elsewhere into acts; a row that cannot be used is named, never dropped in silence."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from model.comment import Format, Label, Verdict
from model.errors import InputError, TableError
from service.store.rulings.act import Act, ServedDecision
from service.store.stored_types import Role
from training.tables.cells import BadCell, quote_name, read_answer, read_label, read_text, read_word
from training.tables.describe_files import hash_file
from training.tables.labelled import UNKNOWN
from training.tables.labelled_tables import RowProblem
from training.tables.table_columns import fold_name
from training.tables.table_records import TableRecord, UnreadableRow, read_header, read_records

__all__ = ["ActTable", "TableAct", "read_act_table"]

_COLUMNS = (
    *("act", "comment", "text", "format", "label", "abusive", "hateful", "moderator", "role", "reason", "author", "community", "why"),
    *(
        "sampling_probability",
        "language",
        "created_at",
        "source",
        "id",
        "artefact",
        "verdict",
        "score_fine",
        "score_toxic",
        "score_hateful",
    ),
)
_ATTRIBUTE = re.compile(r"attribute\.([a-z][a-z0-9_]*)")
# What only our own logs and snapshots have; their ``id`` is that of the act.
_LOG_MARKS = {"teaches", "key"}
_SNAPSHOT_MARKS = {"agreeing", "contesting", "moderators"}
_DIALECT = re.compile(r"rulings\.([a-z0-9_-]{1,64})")
_OWN_DIALECT = "import"
_LABELS = {label.value: label for label in Label}
_HASH_DIGITS = 16
_LONGEST_AHEAD = timedelta(days=1)
_LONGEST_VERSION = 200  # characters, as many as the database takes


@dataclass(frozen=True, slots=True)
class TableAct:
    """An act that a row of a table tells.

    Attributes:
        line: the line (CSV, JSONL) or row number (Parquet), from 1.
        act: the act, with an id of its own.
        unnamed: whether the row names a moderator, which its role does not allow.
    """

    line: int
    act: Act
    unnamed: bool


@dataclass(frozen=True)
class ActTable:
    """A table of rulings.

    Attributes:
        path: the file.
        sha256: the hash of its bytes.
        columns: field → column, by the table's own spelling.
        attributes: name of the attribute → column.
        unread: the columns that mean nothing here.
        role: the role of all rows; None if each says its own.
        now: the time, in UTC.
    """

    path: Path
    sha256: str
    columns: Mapping[str, str]
    attributes: Mapping[str, str]
    unread: Sequence[str]
    role: Role | None
    now: datetime

    def rows(self) -> Iterator[TableAct | RowProblem]:
        """Yield an act for each row, or why it cannot be used.

        Raises:
            TableError: the file cannot be read as its name says.
        """
        for line, record in read_records(self.path, [*self.columns.values(), *self.attributes.values()]):
            try:
                yield self._read_row(line, record)
            except BadCell as cell:
                yield RowProblem(str(self.path), line, cell.field, cell.detail)
            except InputError as error:
                yield RowProblem(str(self.path), line, "", str(error))

    def _read_row(self, line: int, record: TableRecord | UnreadableRow) -> TableAct:
        if isinstance(record, UnreadableRow):
            raise BadCell("", record.detail)
        cells = {field: record.get(column) for field, column in self.columns.items()}
        role = self.role or _read_member(Role, cells, "role") or Role.MODERATOR
        moderator = _read_name(cells.get("moderator"))
        text = None if read_word(cells.get("text")) is None else read_text(cells.get("text"))
        act = Act(
            dialect=_read_dialect(cells.get("source")),
            text=text,
            format=_read_member(Format, cells, "format") or Format.PLAIN,
            label=read_label(cells.get("label"), _LABELS),
            abusive=_read_yes_or_no(cells, "abusive"),
            hateful=_read_yes_or_no(cells, "hateful"),
            attributes=self._read_attributes(record),
            reason=read_word(cells.get("reason")),
            community=read_word(cells.get("community")),
            comment=_read_name(cells.get("comment")),
            language=read_word(cells.get("language")),
            author=_read_name(cells.get("author")),
            why=read_word(cells.get("why")),
            sampling_probability=_read_number(cells, "sampling_probability"),
            decision=_read_decision(cells),
            role=role,
            moderator=moderator if role.names_persons else None,
            act_id=_read_name(cells.get("act")) or f"import-{self.sha256[:_HASH_DIGITS]}-{line}",
            created_at=_read_time(cells.get("created_at"), now=self.now),
        )
        return TableAct(line, act, moderator is not None and not role.names_persons)

    def _read_attributes(self, record: TableRecord) -> dict[str, bool]:
        answers = {name: read_answer(record.get(column), column) for name, column in self.attributes.items()}
        return {name: bool(answer) for name, answer in answers.items() if answer != UNKNOWN}


def read_act_table(path: Path, *, role: Role | None, now: datetime) -> ActTable:
    """Open a table of rulings; its rows are read later.

    Args:
        path: a CSV, JSONL or Parquet file.
        role: the role of all rows; None if each says its own, or else is a moderator's.
        now: the time, in UTC.

    Raises:
        TableError: the file cannot be read as its name says, or lacks what a ruling needs.
    """
    header = read_header(path)
    names = {fold_name(name): name for name in reversed(header) if name}
    if len(names) < len([name for name in header if name]):
        raise TableError(f"{path}: two columns have one name; rename one")
    columns = {field: names[field] for field in _COLUMNS if field in names}
    if names.keys() >= _LOG_MARKS or names.keys() >= _SNAPSHOT_MARKS:
        columns.setdefault("act", columns.get("id", ""))
    columns = {field: column for field, column in columns.items() if field != "id" and column}
    attributes = {match[1]: name for folded, name in names.items() if (match := _ATTRIBUTE.fullmatch(folded))}
    shown = ", ".join(quote_name(name) for name in header)
    if not columns.keys() & {"comment", "text"}:
        raise TableError(f"{path}: no column holds the comment or its id; name one text or comment; the columns are {shown}")
    if not (attributes or columns.keys() & {"label", "abusive", "hateful", "reason"}):
        raise TableError(f"{path}: no column says what was decided; name one label; the columns are {shown}")
    read = {*columns.values(), *attributes.values()}
    return ActTable(path, hash_file(path), columns, attributes, [name for name in header if name not in read], role, now)


def _read_name(value: object) -> str | None:
    """Return an id or a name; whole numbers, which some tables store as fractions, without a point."""
    return read_word(int(value) if isinstance(value, float) and value.is_integer() else value)


def _read_member(kind: Any, cells: Mapping[str, Any], field: str) -> Any:
    word = read_word(cells.get(field))
    if word is None:
        return None
    try:
        return kind(word.casefold())
    except ValueError:
        raise BadCell(field, f"{quote_name(word)} is not {', '.join(kind)}") from None


def _read_yes_or_no(cells: Mapping[str, Any], field: str) -> bool | None:
    answer = read_answer(cells.get(field), field)
    return None if answer == UNKNOWN else bool(answer)


def _read_number(cells: Mapping[str, Any], field: str) -> float | None:
    word = read_word(cells.get(field))
    try:
        number = None if word is None else float(word)
    except ValueError:
        number = math.nan
    if number is not None and not math.isfinite(number):
        raise BadCell(field, "is no number")
    return number


def _read_decision(cells: Mapping[str, Any]) -> ServedDecision | None:
    artefact = read_word(cells.get("artefact"))
    verdict = _read_member(Verdict, cells, "verdict")
    fine, toxic, hateful = (_read_number(cells, f"score_{label}") for label in Label)
    if artefact is None or verdict is None or fine is None or toxic is None:
        return None
    if len(artefact) > _LONGEST_VERSION:
        raise BadCell("artefact", f"has more than {_LONGEST_VERSION} characters, as no version has")
    return ServedDecision(fine=fine, toxic=toxic, hateful=hateful, verdict=verdict, artefact=artefact)


def _read_dialect(value: object) -> str:
    match = _DIALECT.fullmatch(read_word(value) or "")
    return match[1] if match else _OWN_DIALECT


def _read_time(value: object, *, now: datetime) -> datetime | None:
    if isinstance(value, datetime):
        time = value
    elif (word := read_word(value)) is None:
        return None
    else:
        try:
            time = datetime.fromisoformat(word)
        except ValueError:
            raise BadCell("created_at", "is no time; write it as 2026-03-01T12:00:00+00:00") from None
    try:
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:
        raise BadCell("created_at", "is before the year 1 in UTC; correct it") from None
    if time > now + _LONGEST_AHEAD:
        raise BadCell("created_at", "is in the future, where nobody has ruled yet; correct it")
    return time
