"""How our scores compare with Perspective's on the comments of one site."""

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from model.array_types import FloatArray
from model.comment import Comment, Format
from model.errors import TableError
from service.batch.input.columns import choose_comment_columns
from service.batch.rows import MAX_TEXT_LENGTH, DumpOptions, is_unicode
from service.perspective.attribute_names import ABUSIVE, HATEFUL, NAMES, source_of
from training.tables.table_records import UnreadableRow, read_header, read_records

if TYPE_CHECKING:
    from model.moderator import Moderator

__all__ = ["Compared", "Diff", "DiffJob", "diff"]

DEFAULT_THRESHOLD = 0.8
"""What Coral acts from, unless told otherwise."""

_CHUNK = 4096
_MOST_BAD = 10_000
_DEEPEST = 5
_BEFORE = r"(?:perspective|persp|google|attribute_?scores?|scores?|response|result|api)"
_AFTER = r"(?:summary_?score|score|value|prob|probability)"
_COLUMN = r"(?:{before}[._ -]?)*{name}(?:[._ -]?{after})*"
_FEWEST = 2


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


@dataclass(frozen=True)
class Compared:
    """One attribute.

    Attributes:
        attribute: as Perspective calls it.
        column: where its stored scores are.
        rows: comments that have both scores.
        threshold: from which the site acts on Perspective's scores.
        flagged: share in [0, 1] of the comments on which it does.
        agreement: share of the comments that both see alike if ours is compared with the same threshold.
        correlation: Spearman's, in [-1, 1]; NaN where one side is constant.
        same_rate: threshold of ours that flags as many comments, ties aside; above 1 where nothing is flagged.
        flagged_then: share of the comments that it flags.
        agreement_then: share of the comments that both see alike then.
    """

    attribute: str
    column: str
    rows: int
    threshold: float
    flagged: float
    agreement: float
    correlation: float
    same_rate: float
    flagged_then: float
    agreement_then: float


@dataclass(frozen=True)
class Diff:
    """What came of it.

    Attributes:
        version: the artefact that judged.
        compared: the attributes, in the order of the columns.
        headless: attributes that the table has and the model does not.
        rows: how many rows there are.
        bad: rows that could not be used: line or row number, and why; the first 10,000 of them.
        bad_rows: how many there are.
        unit: what numbers them, line or row.
    """

    version: str
    compared: Sequence[Compared]
    headless: Sequence[str]
    rows: int
    bad: Sequence[tuple[int, str]]
    bad_rows: int
    unit: str

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON holds it; what is not a number is null."""
        compared = [
            {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in vars(each).items()}
            for each in self.compared
        ]
        bad = [{self.unit: line, "reason": reason} for line, reason in self.bad]
        return {
            **{"model": self.version, "rows": self.rows, "attributes": compared, "without_head": list(self.headless)},
            **{"bad_rows": self.bad_rows, "bad": bad},
        }

    def lines(self) -> Iterator[str]:
        """Yield it in lines to read."""
        yield f"{self.rows} rows, {self.bad_rows} of them bad; our scores are those of {self.version}"
        for each in self.compared:
            yield ""
            yield f"{each.attribute} (column {each.column}), {each.rows} comments"
            yield f"  rank correlation (Spearman)      {each.correlation:.3f}"
            yield f"  flagged by Perspective           {each.flagged:.2%} at {each.threshold:g}"
            yield f"  seen alike, same threshold       {each.agreement:.2%}"
            yield f"  threshold for the same rate      {each.same_rate:.4f}, which flags {each.flagged_then:.2%}"
            yield f"  seen alike with that threshold   {each.agreement_then:.2%}"
        if self.headless:
            yield ""
            yield f"not compared, since the model has no such head: {', '.join(self.headless)}"


@dataclass
class _Column:
    """The scores of one attribute, theirs and ours."""

    attribute: str
    column: str
    source: str
    theirs: "array[float]" = field(default_factory=lambda: array("f"))
    ours: "array[float]" = field(default_factory=lambda: array("f"))


def diff(job: DiffJob, moderator: "Moderator") -> Diff:
    """Compare; the table is read once, row by row, and of each comment only its scores are held.

    Args:
        job: what is to be compared.
        moderator: gives our scores.

    Raises:
        TableError: the table cannot be read, or has no column with a text or with scores.
        DumpError: several columns may hold the text, or none.
    """
    wanted, text, headless = _columns(job, moderator)
    bad: list[tuple[int, str]] = []
    rows = bad_rows = 0
    names = [text, *{each.column.partition(".")[0] for each in wanted}]
    records = read_records(job.table, dict.fromkeys(names))
    while chunk := list(islice(records, _CHUNK)):
        rows += len(chunk)
        for line, reason in _chunk(chunk, text, wanted, job.markup, moderator):
            bad_rows += 1
            if len(bad) < _MOST_BAD:
                bad.append((line, reason))
    unit = "row" if job.table.suffix.lower() == ".parquet" else "line"
    compared = [_compared(each, job.thresholds.get(each.attribute, DEFAULT_THRESHOLD)) for each in wanted]
    return Diff(moderator.version, compared, headless, rows, bad, bad_rows, unit)


def _columns(job: DiffJob, moderator: "Moderator") -> tuple[list[_Column], str, list[str]]:
    header = read_header(job.table)
    text = choose_comment_columns(header, DumpOptions(text_column=job.text_column), file=str(job.table)).text
    found = dict(job.columns) or _found(job.table, [name for name in header if name != text])
    missing = [column for column in found.values() if column not in header and column.partition(".")[0] not in header]
    if missing:
        raise TableError(f"{job.table}: there is no column {missing[0]!r}; check --score")
    wanted, headless = [], []
    for attribute, column in found.items():
        source = source_of(attribute, published=moderator.attributes, version=moderator.version)
        if source is None:
            headless.append(attribute)
        else:
            wanted.append(_Column(attribute, column, source))
    if not wanted:
        has = (
            f"it has {', '.join(headless)}, for which the model has no head" if headless else "none of its columns is known to hold scores"
        )
        raise TableError(f"{job.table}: {has}; name one with --score TOXICITY=COLUMN")
    return wanted, text, headless


def _found(table: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the columns, or fields of objects in the first rows, whose names are those of attributes."""
    candidates = dict.fromkeys(names)
    for _, record in islice(read_records(table, names), 100):
        if not isinstance(record, UnreadableRow):
            candidates.update(dict.fromkeys(_paths({name: record.get(name) for name in names})))
    found: dict[str, str] = {}
    for column in candidates:
        attribute = _attribute(column)
        if attribute is not None:
            found.setdefault(attribute, column)
    return found


def _paths(value: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    for name, inner in value.items():
        if isinstance(inner, dict) and depth < _DEEPEST:
            yield from (f"{name}.{path}" for path in _paths(inner, depth + 1))
        elif isinstance(inner, int | float):
            yield name


def _attribute(column: str) -> str | None:
    for name in NAMES:
        pattern = _COLUMN.format(before=_BEFORE, name=name.lower(), after=_AFTER)
        if re.fullmatch(pattern, column[:200].strip().lower()):
            return name
    return None


def _chunk(
    chunk: Sequence[tuple[int, Any]], text: str, wanted: Sequence[_Column], markup: Format, moderator: "Moderator"
) -> Iterator[tuple[int, str]]:
    """Judge some rows, add their scores, and yield those that are bad."""
    kept: list[tuple[int, Comment, list[float | None]]] = []
    for line, record in chunk:
        row = _row(record, text, wanted, markup)
        if isinstance(row, str):
            yield line, row
        else:
            kept.append((line, *row))
    if not kept:
        return
    decisions = moderator.decide([comment for _, comment, _ in kept])
    scores, attributes = decisions.scores, decisions.attributes
    ours = [
        1 - scores[:, 0] if each.source == ABUSIVE else scores[:, 2] if each.source == HATEFUL else attributes[each.source]
        for each in wanted
    ]
    for at, (line, _, theirs) in enumerate(kept):
        if np.isnan(scores[at, 0]):
            yield line, "there is no text left to judge"
            continue
        for each, their, our in zip(wanted, theirs, ours, strict=True):
            if their is not None:
                each.theirs.append(their)
                each.ours.append(float(our[at]))


def _row(record: Any, text: str, wanted: Sequence[_Column], markup: Format) -> tuple[Comment, list[float | None]] | str:
    """Return what a row holds, or why it is bad."""
    if isinstance(record, UnreadableRow):
        return record.detail
    written = record.get(text)
    if not isinstance(written, str):
        return f"{text}: has to be a text"
    if len(written) > MAX_TEXT_LENGTH:
        return f"{text}: is longer than {MAX_TEXT_LENGTH:,} characters"
    if not is_unicode(written):
        written = written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    scores = []
    for each in wanted:
        value = _at(record, each.column)
        if value is not None and (number := _number(value)) is None:
            return f"{each.column}: has to be a score from 0 to 1"
        scores.append(None if value is None else number)
    if all(score is None for score in scores):
        return "has no score"
    return Comment("", written, markup), scores


def _at(record: Mapping[str, Any], column: str) -> Any:
    if column in record:
        return record[column]
    value: Any = record
    for name in column.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 <= number <= 1 and not isinstance(value, bool) else None


def _compared(column: _Column, threshold: float) -> Compared:
    theirs, ours = np.frombuffer(column.theirs, np.float32).astype(float), np.frombuffer(column.ours, np.float32).astype(float)
    rows = len(theirs)
    if not rows:
        nothing = float("nan")
        return Compared(column.attribute, column.column, 0, threshold, *[nothing] * 6)
    # Halves of one bit of float32 must not put a stored 0.8 below 0.8.
    flagged = theirs >= np.float32(threshold)
    same = _same_rate(ours, int(flagged.sum()))
    then = ours >= same
    return Compared(
        attribute=column.attribute,
        column=column.column,
        rows=rows,
        threshold=threshold,
        flagged=float(flagged.mean()),
        agreement=float((flagged == (ours >= np.float32(threshold))).mean()),
        correlation=_spearman(theirs, ours),
        same_rate=round(same, 6),
        flagged_then=float(then.mean()),
        agreement_then=float((flagged == then).mean()),
    )


def _same_rate(ours: FloatArray, count: int) -> float:
    """Return the threshold at which as many of our scores are flagged: halfway between the last that is and the first that is not."""
    ordered = np.sort(ours)[::-1]
    if count == 0:
        return float(np.nextafter(ordered[0], 2))
    if count == len(ordered):
        return float(ordered[-1])
    return float((ordered[count - 1] + ordered[count]) / 2) if ordered[count] < ordered[count - 1] else float(ordered[count])


def _spearman(first: FloatArray, second: FloatArray) -> float:
    """Return Spearman's rank correlation, ties sharing their mean rank."""
    from scipy.stats import rankdata

    if len(first) < _FEWEST or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])
