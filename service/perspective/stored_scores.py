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
from service.batch.input.columns.column_choice import choose_comment_columns
from service.batch.rows import MAX_TEXT_LENGTH, DumpOptions, is_unicode
from service.perspective.attribute_names import ATTRIBUTE_NAMES, score_name
from training.tables.table_records import UnreadableRow, read_header, read_records

__all__ = ["DiffJob", "ScoreColumn", "StoredRow", "TableLayout", "find_layout", "read_row"]

# How deep an object is searched for scores, and how many rows of a table.
_MAX_DEPTH = 5
_ROWS_SEARCHED = 100
_MAX_NAME_LENGTH = 200
# A column of scores is called after its attribute, with any number of these words before and after: perspective_toxicity_score.
_NAME_PREFIX = r"(?:perspective|persp|google|attribute_?scores?|scores?|response|result|api)"
_NAME_SUFFIX = r"(?:summary_?score|score|value|prob|probability)"
_NAME_PATTERN = rf"(?:{_NAME_PREFIX}[._ -]?)*{{name}}(?:[._ -]?{_NAME_SUFFIX})*"


@dataclass(frozen=True)
class DiffJob:
    """A table with stored scores, and how to compare them with ours.

    Attributes:
        table: the path of the table: CSV, JSONL or Parquet.
        text_column: the name of the column with the text; None to find it by the usual names.
        columns: for each attribute the column with its stored scores, or the path of a field of an object with dots in it; if empty,
            the columns are found by their names.
        thresholds: for each attribute the lowest stored score on which the site acts; 0.8 for an attribute that is missing.
        markup: the mark-up of the texts.
    """

    table: Path
    text_column: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    markup: Format = Format.PLAIN


@dataclass
class ScoreColumn:
    """The two scores of one attribute, Perspective's and ours, in the rows that have both; both lists grow as the table is read.

    Attributes:
        attribute: the name of the attribute in Perspective.
        column: the column with its stored scores.
        source: the name of our score that it is compared with.
        stored_scores: Perspective's scores.
        own_scores: our scores.
    """

    attribute: str
    column: str
    source: str
    stored_scores: "array[float]" = field(default_factory=lambda: array("f"))
    own_scores: "array[float]" = field(default_factory=lambda: array("f"))


@dataclass(frozen=True, slots=True)
class TableLayout:
    """The columns of a table that are read.

    Attributes:
        text: the column with the text.
        scores: the columns with scores that can be compared.
        without_head: the attributes of other columns, for which the model has no head.
    """

    text: str
    scores: Sequence[ScoreColumn]
    without_head: Sequence[str]

    @property
    def names(self) -> list[str]:
        """The columns to read, in order, each once."""
        return list(dict.fromkeys([self.text, *(score.column.partition(".")[0] for score in self.scores)]))


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row that can be compared: its comment, and Perspective's score of each attribute, None where there is none."""

    comment: Comment
    scores: Sequence[float | None]


def find_layout(job: DiffJob, *, published: Collection[str], version: str) -> TableLayout:
    """Find the columns with the text and with the scores in a table.

    Args:
        job: the table, and the columns that the caller names.
        published: the attributes that the model publishes.
        version: the version of the model; an attribute may be asked for in one version alone.

    Raises:
        TableError: the table cannot be read, or no column with scores can be compared.
        DumpError: several columns may hold the text, or none.
    """
    header = read_header(job.table)
    text = choose_comment_columns(header, DumpOptions(text_column=job.text_column), file=str(job.table))[0].text
    columns = dict(job.columns) or _find_score_columns(job.table, [name for name in header if name != text])
    for column in columns.values():
        if column not in header and column.partition(".")[0] not in header:
            raise TableError(f"{job.table}: there is no column {column!r}; check --score")
    sources = {attribute: score_name(attribute, published=published, version=version) for attribute in columns}
    scores = [ScoreColumn(attribute, columns[attribute], source) for attribute, source in sources.items() if source is not None]
    without_head = [attribute for attribute, source in sources.items() if source is None]
    if not scores:
        reason = (
            f"it has {', '.join(without_head)}, for which the model has no head"
            if without_head
            else "none of its columns is known to hold scores"
        )
        raise TableError(f"{job.table}: {reason}; name one with --score TOXICITY=COLUMN")
    return TableLayout(text, scores, without_head)


def _find_score_columns(table: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the column of each attribute, found by its name; fields of objects in the first rows count as columns."""
    candidates = dict.fromkeys(names)
    for _, record in islice(read_records(table, names), _ROWS_SEARCHED):
        if not isinstance(record, UnreadableRow):
            candidates.update(dict.fromkeys(_number_paths({name: record.get(name) for name in names})))
    columns: dict[str, str] = {}
    for column in candidates:
        attribute = _find_attribute(column)
        if attribute is not None:
            columns.setdefault(attribute, column)
    return columns


def _number_paths(value: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """Yield the dotted paths of all numbers in an object."""
    for name, inner in value.items():
        if isinstance(inner, dict) and depth < _MAX_DEPTH:
            yield from (f"{name}.{path}" for path in _number_paths(inner, depth + 1))
        elif isinstance(inner, int | float):
            yield name


def _find_attribute(column: str) -> str | None:
    """Return the attribute whose scores a column of this name holds; None if the name is not that of an attribute."""
    for name in ATTRIBUTE_NAMES:
        if re.fullmatch(_NAME_PATTERN.format(name=name.lower()), column[:_MAX_NAME_LENGTH].strip().lower()):
            return name
    return None


def read_row(record: Any, layout: TableLayout, markup: Format) -> StoredRow | str:
    """Return the comment and the scores of a record, or the reason why it cannot be used."""
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
    for score_column in layout.scores:
        value = _read_value(record, score_column.column)
        score = None if value is None else _parse_score(value)
        if value is not None and score is None:
            return f"{score_column.column}: has to be a score from 0 to 1"
        scores.append(score)
    if all(score is None for score in scores):
        return "has no score"
    return StoredRow(Comment("", text, markup), scores)


def _read_value(record: Mapping[str, Any], column: str) -> Any:
    """Return the value of a column, or of a field of an object, whose path has dots in it; None if there is no such value."""
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
