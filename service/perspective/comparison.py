"""How our scores compare with those of Perspective on the comments of one site."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from model.array_types import FloatArray
from service.perspective.attribute_names import ABUSIVE, HATEFUL
from service.perspective.stored_scores import DiffJob, ScoreColumn, StoredRow, TableLayout, find_columns, read_row
from training.tables.table_records import read_records

if TYPE_CHECKING:
    from service.judging.judge import Judge

__all__ = ["AttributeComparison", "ScoreComparison", "compare_scores"]

DEFAULT_THRESHOLD = 0.8
"""What Coral acts from, unless told otherwise."""

_CHUNK = 4096
_MOST_BAD = 10_000
_FEWEST = 2


@dataclass(frozen=True)
class AttributeComparison:
    """How Perspective's scores and ours compare for one attribute.

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
class ScoreComparison:
    """How the scores of all attributes compare.

    Attributes:
        version: the artefact that judged.
        attributes: the comparisons, in the order of the columns.
        without_head: attributes that the table has and the model does not.
        rows: how many rows there are.
        bad: rows that cannot be used, with the number of line or row and the reason; the first 10,000 of them.
        bad_rows: the number of all of these.
        unit: what numbers them, line or row.
    """

    version: str
    attributes: Sequence[AttributeComparison]
    without_head: Sequence[str]
    rows: int
    bad: Sequence[tuple[int, str]]
    bad_rows: int
    unit: str

    def as_json(self) -> dict[str, Any]:
        """Return it JSON-ready; a figure that is not a number is null."""
        attributes = [
            {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in vars(each).items()}
            for each in self.attributes
        ]
        bad = [{self.unit: line, "reason": reason} for line, reason in self.bad]
        return {
            **{"model": self.version, "rows": self.rows, "attributes": attributes, "without_head": list(self.without_head)},
            **{"bad_rows": self.bad_rows, "bad": bad},
        }

    def lines(self) -> Iterator[str]:
        """Yield the lines that people read."""
        yield f"{self.rows} rows, {self.bad_rows} of them bad; our scores are those of {self.version}"
        for each in self.attributes:
            yield ""
            yield f"{each.attribute} (column {each.column}), {each.rows} comments"
            yield f"  rank correlation (Spearman)      {each.correlation:.3f}"
            yield f"  flagged by Perspective           {each.flagged:.2%} at {each.threshold:g}"
            yield f"  seen alike, same threshold       {each.agreement:.2%}"
            yield f"  threshold for the same rate      {each.same_rate:.4f}, which flags {each.flagged_then:.2%}"
            yield f"  seen alike with that threshold   {each.agreement_then:.2%}"
        if self.without_head:
            yield ""
            yield f"not compared, since the model has no such head: {', '.join(self.without_head)}"


def compare_scores(job: DiffJob, judge: "Judge") -> ScoreComparison:
    """Compare; the table is read once, row by row, and of each comment only its scores are held.

    Args:
        job: what is to be compared.
        judge: gives our scores.

    Raises:
        TableError: the table cannot be read, or has no column with a text or with scores.
        DumpError: several columns may hold the text, or none.
    """
    layout = find_columns(job, published=judge.moderator.attributes, version=judge.version)
    bad: list[tuple[int, str]] = []
    rows = bad_rows = 0
    records = read_records(job.table, layout.names)
    while chunk := list(islice(records, _CHUNK)):
        rows += len(chunk)
        for line, reason in _add_scores(chunk, layout, job, judge):
            bad_rows += 1
            if len(bad) < _MOST_BAD:
                bad.append((line, reason))
    unit = "row" if job.table.suffix.lower() == ".parquet" else "line"
    attributes = [_compare_attribute(each, job.thresholds.get(each.attribute, DEFAULT_THRESHOLD)) for each in layout.scores]
    return ScoreComparison(judge.version, attributes, layout.without_head, rows, bad, bad_rows, unit)


def _add_scores(chunk: Sequence[tuple[int, Any]], layout: TableLayout, job: DiffJob, judge: "Judge") -> Iterator[tuple[int, str]]:
    """Judge some rows, add their scores to the columns, and yield the lines that cannot be used, each with the reason."""
    usable: list[tuple[int, StoredRow]] = []
    for line, record in chunk:
        row = read_row(record, layout, job.markup)
        if isinstance(row, str):
            yield line, row
        else:
            usable.append((line, row))
    if not usable:
        return
    decisions = judge.judge([row.comment for _, row in usable], threads=None).decisions
    scores, attributes = decisions.scores, decisions.attributes
    ours = [
        1 - scores[:, 0] if each.source == ABUSIVE else scores[:, 2] if each.source == HATEFUL else attributes[each.source]
        for each in layout.scores
    ]
    for at, (line, row) in enumerate(usable):
        if np.isnan(scores[at, 0]):
            yield line, "there is no text left to judge"
            continue
        for column, stored, own in zip(layout.scores, row.scores, ours, strict=True):
            if stored is not None:
                column.stored.append(stored)
                column.ours.append(float(own[at]))


def _compare_attribute(column: ScoreColumn, threshold: float) -> AttributeComparison:
    stored, ours = (np.frombuffer(scores, np.float32).astype(float) for scores in (column.stored, column.ours))
    rows = len(stored)
    if not rows:
        return AttributeComparison(column.attribute, column.column, 0, threshold, *[float("nan")] * 6)
    # A stored 0.8 must not count as below 0.8 because float32 rounds it down.
    flagged = stored >= np.float32(threshold)
    same_rate = _same_rate_threshold(ours, int(flagged.sum()))
    flagged_then = ours >= same_rate
    return AttributeComparison(
        attribute=column.attribute,
        column=column.column,
        rows=rows,
        threshold=threshold,
        flagged=float(flagged.mean()),
        agreement=float((flagged == (ours >= np.float32(threshold))).mean()),
        correlation=_spearman(stored, ours),
        same_rate=round(same_rate, 6),
        flagged_then=float(flagged_then.mean()),
        agreement_then=float((flagged == flagged_then).mean()),
    )


def _same_rate_threshold(ours: FloatArray, count: int) -> float:
    """Return the threshold that flags ``count`` of our scores: halfway between the last that is flagged and the first that is not."""
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
