"""Scores labelled rows with a classifier; all metrics of an evaluation are computed from these scores."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, FloatArray, Int8Array
from model.decisions import CommentJudge
from training.tables.labelled import Labelled
from training.tables.source_rows import rows_by_source

__all__ = ["ScoredRows", "score_labelled_rows"]

_RowNumbers = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class ScoredRows:
    """Labelled rows, sorted by source, with the scores and labels of a classifier.

    Attributes:
        rows: n comments.
        scores: (n, 3) in the order of ``LABELS``; a comment that was not judged counts as fine, and hate that is not told as 0.
        labels: (n,) codes by the label rule.
        clean: sources whose fine rows are clean conversation.
        prior: share of abusive comments that the probabilities are calibrated for.
        unjudged: number of comments without text, or that could not be read through a fault, which the log tells.
        version: name and version of the artefact.
    """

    rows: Labelled
    scores: FloatArray
    labels: Int8Array
    clean: frozenset[str]
    prior: float
    unjudged: int = 0
    version: str = ""

    @property
    def abusive(self) -> FloatArray:
        """P(abusive), shape (n,)."""
        probability: FloatArray = 1 - self.scores[:, 0]
        return probability

    @property
    def hateful(self) -> FloatArray:
        """P(hateful), shape (n,)."""
        return self.scores[:, 2]

    @cached_property
    def is_clean(self) -> BoolArray:
        """Which rows are clean conversation, shape (n,)."""
        is_clean: BoolArray = (self.rows.abusive == 0) & np.isin(self.rows.source, list(self.clean))
        return is_clean

    @cached_property
    def sources(self) -> dict[str, _RowNumbers]:
        """The row numbers of each source, which are consecutive."""
        return rows_by_source(self.rows)

    @cached_property
    def starts(self) -> _RowNumbers:
        """Where the rows of each source start, and their end."""
        return np.cumsum([0, *(members.size for members in self.sources.values())], dtype=np.intp)


def score_labelled_rows(
    comment_judge: CommentJudge,
    rows: Labelled,
    *,
    clean: Collection[str] | None = None,
    progress: Callable[[float], None] | None = None,
    batch_size: int = 4096,
) -> ScoredRows:
    """Return rows with the scores and labels of an artefact.

    Args:
        comment_judge: the artefact, or a site that judges with it by its own rules.
        rows: n comments; the result has them sorted by source.
        clean: sources whose fine rows are clean conversation; None for all.
        progress: called with the share of the rows that is done.
        batch_size: number of comments that are judged at a time.
    """
    rows = rows.take(np.argsort(np.array(rows.source, dtype=object), kind="stable"))
    comments = rows.comments()
    scores, labels = np.empty((len(rows), 3)), np.empty(len(rows), np.int8)
    for start in range(0, len(rows), batch_size):
        batch = slice(start, start + batch_size)
        decisions = comment_judge.decide(comments[batch])
        scores[batch], labels[batch] = decisions.scores, decisions.labels
        if progress:
            progress(min(1.0, (start + batch_size) / len(rows)))
    unjudged = labels < 0
    scores[unjudged], labels[unjudged] = (1.0, 0.0, 0.0), 0
    scores[np.isnan(scores[:, 2]), 2] = 0.0
    return ScoredRows(
        rows=rows,
        scores=scores,
        labels=labels,
        clean=frozenset(rows.source if clean is None else clean),
        prior=comment_judge.prior.abusive,
        unjudged=int(unjudged.sum()),
        version=comment_judge.version,
    )
