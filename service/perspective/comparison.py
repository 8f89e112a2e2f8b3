"""Compares our scores with the scores that a site has stored from Perspective."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from model.array_types import FloatArray
from model.comment import LABELS, Format, Label
from service.perspective.attribute_names import ABUSIVE, HATEFUL
from service.perspective.stored_scores import DiffJob, ScoreColumn, StoredRow, TableLayout, find_layout, read_row
from training.tables.table_records import read_records

if TYPE_CHECKING:
    from model.decisions import Decisions
    from service.judging.judge import Judge

__all__ = [
    "DEFAULT_THRESHOLD",
    "AttributeComparison",
    "ScoreComparison",
    "compare_attribute",
    "compare_records",
    "compare_scores",
    "select_scores",
]

DEFAULT_THRESHOLD = 0.8
"""The threshold of Coral, unless its administrator sets another."""

_CHUNK_ROWS = 4096
_MAX_LISTED_BAD_ROWS = 10_000
_MIN_RANKED_ROWS = 2


@dataclass(frozen=True)
class AttributeComparison:
    """How Perspective's scores and ours compare for one attribute. A comment is flagged if its score reaches a threshold.

    The names of the attributes are the keys of the JSON report.

    Attributes:
        attribute: the name of the attribute in Perspective.
        column: the column with its stored scores.
        rows: the number of comments that have both scores.
        threshold: the lowest of Perspective's scores on which the site acts.
        flagged: the share of comments, in [0, 1], that Perspective flags at that threshold.
        agreement: the share of comments that are flagged by both or by neither, with the same threshold for both.
        correlation: Spearman's rank correlation, in [-1, 1]; NaN if all scores of one side are equal.
        same_rate: the threshold at which we flag as many comments as Perspective, ties aside; above 1 if it flags none.
        flagged_then: the share of comments that we flag at that threshold.
        agreement_then: the share of comments that are flagged by both or by neither, with that threshold for ours.
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
class ScoreComparison:
    """How the scores of all attributes compare.

    Attributes:
        version: the version of the artefact that gave our scores.
        attributes: the comparison of each attribute, in the order of the columns.
        without_head: the attributes of the table for which the model has no head.
        rows: the number of rows in the table.
        bad: the first 10,000 rows that cannot be used, each with its number and the reason.
        bad_rows: the number of all rows that cannot be used.
        unit: what the numbers of rows count: ``line`` or ``row``.
    """

    version: str
    attributes: Sequence[AttributeComparison]
    without_head: Sequence[str]
    rows: int
    bad: Sequence[tuple[int, str]]
    bad_rows: int
    unit: str

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as values for JSON; a figure that is not a number becomes null."""
        attributes = [
            {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in vars(attribute).items()}
            for attribute in self.attributes
        ]
        bad = [{self.unit: line, "reason": reason} for line, reason in self.bad]
        return {
            **{"model": self.version, "rows": self.rows, "attributes": attributes, "without_head": list(self.without_head)},
            **{"bad_rows": self.bad_rows, "bad": bad},
        }

    def lines(self) -> Iterator[str]:
        """Yield the lines of a report for people."""
        yield f"{self.rows} rows, {self.bad_rows} of them bad; our scores are those of {self.version}"
        for comparison in self.attributes:
            yield ""
            yield f"{comparison.attribute} (column {comparison.column}), {comparison.rows} comments"
            yield f"  rank correlation (Spearman)      {comparison.correlation:.3f}"
            yield f"  flagged by Perspective           {comparison.flagged:.2%} at {comparison.threshold:g}"
            yield f"  seen alike, same threshold       {comparison.agreement:.2%}"
            yield f"  threshold for the same rate      {comparison.same_rate:.4f}, which flags {comparison.flagged_then:.2%}"
            yield f"  seen alike with that threshold   {comparison.agreement_then:.2%}"
        if self.without_head:
            yield ""
            yield f"not compared, since the model has no such head: {', '.join(self.without_head)}"


def compare_scores(job: DiffJob, judge: "Judge") -> ScoreComparison:
    """Compare the stored scores of a table with ours; the table is read once, and only the scores are held in memory.

    Args:
        job: the table, and how to compare.
        judge: gives our scores.

    Raises:
        TableError: the table cannot be read, or has no column with a text or with scores.
        DumpError: several columns may hold the text, or none.
    """
    layout = find_layout(job, published=judge.moderator.attributes, version=judge.version)
    unit = "row" if job.table.suffix.lower() == ".parquet" else "line"
    records = read_records(job.table, layout.names)
    return compare_records(records, layout, judge, thresholds=job.thresholds, markup=job.markup, unit=unit)


def compare_records(
    records: Iterator[tuple[int, Any]],
    layout: TableLayout,
    judge: "Judge",
    *,
    thresholds: Mapping[str, float],
    markup: Format = Format.PLAIN,
    unit: str = "line",
) -> ScoreComparison:
    """Compare the stored scores of records with ours.

    Args:
        records: the records, each with its number.
        layout: which of their fields hold the text and the scores; the scores are added to its columns.
        judge: gives our scores.
        thresholds: for each attribute the lowest stored score on which the site acts; 0.8 for an attribute that is missing.
        markup: the mark-up of the texts.
        unit: what the numbers of records count.
    """
    bad: list[tuple[int, str]] = []
    rows = bad_rows = 0
    while chunk := list(islice(records, _CHUNK_ROWS)):
        rows += len(chunk)
        for line, reason in _add_scores(chunk, layout, markup, judge):
            bad_rows += 1
            if len(bad) < _MAX_LISTED_BAD_ROWS:
                bad.append((line, reason))
    attributes = [compare_attribute(column, thresholds.get(column.attribute, DEFAULT_THRESHOLD)) for column in layout.scores]
    return ScoreComparison(judge.version, attributes, layout.without_head, rows, bad, bad_rows, unit)


def _add_scores(chunk: Sequence[tuple[int, Any]], layout: TableLayout, markup: Format, judge: "Judge") -> Iterator[tuple[int, str]]:
    """Judge some rows, add their scores to the columns, and yield the number of each row that cannot be used, with the reason."""
    usable_rows: list[tuple[int, StoredRow]] = []
    for line, record in chunk:
        row = read_row(record, layout, markup)
        if isinstance(row, str):
            yield line, row
        else:
            usable_rows.append((line, row))
    if not usable_rows:
        return
    decisions = judge.judge([row.comment for _, row in usable_rows], threads=None).decisions
    own_columns = [select_scores(column.source, decisions) for column in layout.scores]
    is_unjudged = np.isnan(decisions.scores[:, LABELS.index(Label.FINE)])
    for at, (line, row) in enumerate(usable_rows):
        if is_unjudged[at]:
            yield line, "it could not be read: the log says why" if at in decisions.unreadable else "there is no text left to judge"
            continue
        for column, stored_score, own_scores in zip(layout.scores, row.scores, own_columns, strict=True):
            if stored_score is not None and not np.isnan(own_scores[at]):
                column.stored_scores.append(stored_score)
                column.own_scores.append(float(own_scores[at]))


def select_scores(source: str, decisions: "Decisions") -> FloatArray:
    """Return the scores that answer an attribute; shape (rows,).

    Args:
        source: the name of our score, as `score_name` gives it.
        decisions: what the model says about some comments.
    """
    if source == ABUSIVE:
        return 1 - decisions.scores[:, LABELS.index(Label.FINE)]
    return decisions.scores[:, LABELS.index(Label.HATEFUL)] if source == HATEFUL else decisions.attributes[source]


def compare_attribute(column: ScoreColumn, threshold: float) -> AttributeComparison:
    """Compare the two scores of one attribute, at a threshold of Perspective's."""
    stored_scores, own_scores = (np.frombuffer(scores, np.float32).astype(float) for scores in (column.stored_scores, column.own_scores))
    rows = len(stored_scores)
    if not rows:
        return AttributeComparison(column.attribute, column.column, 0, threshold, *[float("nan")] * 6)
    # A stored 0.8 must not count as below 0.8 because float32 rounds it down.
    flagged = stored_scores >= np.float32(threshold)
    same_rate = _same_rate_threshold(own_scores, int(flagged.sum()))
    flagged_then = own_scores >= same_rate
    return AttributeComparison(
        attribute=column.attribute,
        column=column.column,
        rows=rows,
        threshold=threshold,
        flagged=float(flagged.mean()),
        agreement=float((flagged == (own_scores >= np.float32(threshold))).mean()),
        correlation=_spearman(stored_scores, own_scores),
        same_rate=round(same_rate, 6),
        flagged_then=float(flagged_then.mean()),
        agreement_then=float((flagged == flagged_then).mean()),
    )


def _same_rate_threshold(own_scores: FloatArray, count: int) -> float:
    """Return the threshold that flags ``count`` of our scores: halfway between the lowest flagged score and the next one below."""
    ordered = np.sort(own_scores)[::-1]
    if count == 0:
        return float(np.nextafter(ordered[0], 2))
    if count == len(ordered):
        return float(ordered[-1])
    return float((ordered[count - 1] + ordered[count]) / 2) if ordered[count] < ordered[count - 1] else float(ordered[count])


def _spearman(first: FloatArray, second: FloatArray) -> float:
    """Return Spearman's rank correlation; equal scores share their mean rank."""
    from scipy.stats import rankdata

    if len(first) < _MIN_RANKED_ROWS or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])
