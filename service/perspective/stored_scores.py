"""Tables in which a site has stored Perspective's scores: which column holds what, and what each row says."""

import re
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from model.comment import Comment, Format
from model.errors import TableError
from service.batch.input.columns import choose_comment_columns
from service.batch.rows import MAX_TEXT_LENGTH, DumpOptions, is_unicode
from service.perspective.attribute_names import ATTRIBUTE_NAMES, score_name
from training.tables.table_records import UnreadableRow, read_header, read_records

__all__ = ["DiffJob", "ScoreColumn", "StoredRow", "TableLayout", "find_columns", "read_row"]

_DEEPEST = 5
_ROWS_SEARCHED = 100
_LONGEST_NAME = 200
_BEFORE = r"(?:perspective|persp|google|attribute_?scores?|scores?|response|result|api)"
_AFTER = r"(?:summary_?score|score|value|prob|probability)"
_COLUMN = r"(?:{before}[._ -]?)*{name}(?:[._ -]?{after})*"


@dataclass(frozen=True)
class DiffJob:
    """What is to be compared.

    Attributes:
        table: CSV, JSONL or Parquet.
        text_column: the column with the text; None finds it.
        columns: attribute → column with its stored scores; fields of objects by dots. Empty finds them.
        thresholds: attribute → score from which the site acts; 0.8 where nothing is said.
        markup: how the texts are written.
    """

    table: Path
    text_column: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    markup: Format = Format.PLAIN


@dataclass
class ScoreColumn:
    """The scores of one attribute, Perspective's and ours, of the rows that have both.

    Attributes:
        attribute: as Perspective calls it.
        column: where its stored scores are.
        source: which of our scores it is compared with.
        stored: Perspective's scores so far.
        ours: our scores so far.
    """

    attribute: str
    column: str
    source: str
    stored: "array[float]" = field(default_factory=lambda: array("f"))
    ours: "array[float]" = field(default_factory=lambda: array("f"))


@dataclass(frozen=True, slots=True)
class TableLayout:
    """Which columns of a table hold what.

    Attributes:
        text: the column with the text.
        scores: the columns with scores that can be compared.
        without_head: attributes that the table has and the model does not.
    """

    text: str
    scores: Sequence[ScoreColumn]
    without_head: Sequence[str]

    @property
    def names(self) -> list[str]:
        """The columns to read, in order, each once."""
        return list(dict.fromkeys([self.text, *(each.column.partition(".")[0] for each in self.scores)]))


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row that can be compared: its comment, and Perspective's score of each attribute, None where there is none."""

    comment: Comment
    scores: Sequence[float | None]


def find_columns(job: DiffJob, *, published: Collection[str], version: str) -> TableLayout:
    """Find the text and the scores in a table.

    Args:
        job: what is known about the table.
        published: the attributes that the model publishes.
        version: the artefact, for which some attributes mean other scores.

    Raises:
        TableError: the table cannot be read, or no column with scores can be compared.
        DumpError: several columns may hold the text, or none.
    """
    header = read_header(job.table)
    text = choose_comment_columns(header, DumpOptions(text_column=job.text_column), file=str(job.table)).text
    columns = dict(job.columns) or _find_score_columns(job.table, [name for name in header if name != text])
    missing = [column for column in columns.values() if column not in header and column.partition(".")[0] not in header]
    if missing:
        raise TableError(f"{job.table}: there is no column {missing[0]!r}; check --score")
    sources = {attribute: score_name(attribute, published=published, version=version) for attribute in columns}
    scores = [ScoreColumn(attribute, columns[attribute], source) for attribute, source in sources.items() if source is not None]
    without_head = [attribute for attribute, source in sources.items() if source is None]
    if not scores:
        has = (
            f"it has {', '.join(without_head)}, for which the model has no head"
            if without_head
            else "none of its columns is known to hold scores"
        )
        raise TableError(f"{job.table}: {has}; name one with --score TOXICITY=COLUMN")
    return TableLayout(text, scores, without_head)


def _find_score_columns(table: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the columns, or fields of objects in the first rows, that have the names of attributes, by attribute."""
    candidates = dict.fromkeys(names)
    for _, record in islice(read_records(table, names), _ROWS_SEARCHED):
        if not isinstance(record, UnreadableRow):
            candidates.update(dict.fromkeys(_paths({name: record.get(name) for name in names})))
    columns: dict[str, str] = {}
    for column in candidates:
        attribute = _attribute_of(column)
        if attribute is not None:
            columns.setdefault(attribute, column)
    return columns


def _paths(value: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """Yield the dotted paths of all numbers in an object."""
    for name, inner in value.items():
        if isinstance(inner, dict) and depth < _DEEPEST:
            yield from (f"{name}.{path}" for path in _paths(inner, depth + 1))
        elif isinstance(inner, int | float):
            yield name


def _attribute_of(column: str) -> str | None:
    """Return the attribute whose scores a column of this name holds, None if it holds none."""
    for name in ATTRIBUTE_NAMES:
        pattern = _COLUMN.format(before=_BEFORE, name=name.lower(), after=_AFTER)
        if re.fullmatch(pattern, column[:_LONGEST_NAME].strip().lower()):
            return name
    return None


def read_row(record: Any, layout: TableLayout, markup: Format) -> StoredRow | str:
    """Return what a record holds, or why it cannot be used."""
    if isinstance(record, UnreadableRow):
        return record.detail
    text = record.get(layout.text)
    if not isinstance(text, str):
        return f"{layout.text}: has to be a text"
    if len(text) > MAX_TEXT_LENGTH:
        return f"{layout.text}: is longer than {MAX_TEXT_LENGTH:,} characters"
    if not is_unicode(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    scores = []
    for each in layout.scores:
        value = _value_at(record, each.column)
        score = None if value is None else _parse_score(value)
        if value is not None and score is None:
            return f"{each.column}: has to be a score from 0 to 1"
        scores.append(score)
    if all(score is None for score in scores):
        return "has no score"
    return StoredRow(Comment("", text, markup), scores)


def _value_at(record: Mapping[str, Any], column: str) -> Any:
    """Return the value of a column, or of a field of an object whose path is given with dots."""
    if column in record:
        return record[column]
    value: Any = record
    for name in column.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _parse_score(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 <= number <= 1 and not isinstance(value, bool) else None
