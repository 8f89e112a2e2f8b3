"""The results of an evaluation: frozen, and ready to be written as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from training.metrics.estimate import Estimate
from training.public_keys import stored_as

__all__ = ["Estimates", "EvaluationResults", "Mistake", "RecallCurve", "ReliabilityBin", "SliceResult", "SourceResult"]

Estimates = Mapping[str, Estimate | None]
"""Metric → its estimate; None where the rows do not answer."""


@dataclass(frozen=True, slots=True)
class SourceResult:
    """The results of one source.

    Attributes:
        source: its name.
        rows: number of comments.
        fine, abusive, hateful, not_hateful: number of comments labelled so.
        clean: whether its fine rows are clean conversation.
        figures: by the names of ``METRICS``.
        confusion: how often each true label (row) was predicted as each label (column), where all three occur often enough.
    """

    source: str
    rows: int
    fine: int
    abusive: int
    hateful: int
    not_hateful: int
    clean: bool
    figures: Estimates
    confusion: Sequence[Sequence[int]] | None


@dataclass(frozen=True, slots=True)
class SliceResult:
    """The results of one slice; the counts are as in ``SourceResult``."""

    family: str
    name: str
    rows: int
    fine: int
    abusive: int
    hateful: int
    not_hateful: int
    figures: Estimates


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """One of ten bins of P(abusive), all of the same width.

    Attributes:
        low, high: its bounds; the upper one belongs to the next bin, except in the last.
        rows: number of comments.
        share: of all comments at the stated prior.
        predicted: mean of their probabilities, None without rows.
        observed: the share of them that is abusive, at the stated prior.
    """

    low: float
    high: float
    rows: int
    share: float
    predicted: float | None = field(metadata=stored_as("said"))
    observed: Estimate | None


@dataclass(frozen=True, slots=True)
class RecallCurve:
    """Recall, mean over sources, for every false-positive rate on clean conversation.

    Attributes:
        question: ``abusive`` or ``hateful``.
        false_positive_rates: shares of clean conversation above the threshold.
        recalls: shares of the abusive, or hateful, comments above it.
    """

    question: str
    false_positive_rates: Sequence[float] = field(metadata=stored_as("false_alarms"))
    recalls: Sequence[float] = field(metadata=stored_as("caught"))


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that was judged most wrongly; its text is left out.

    Attributes:
        kind: ``false alarm`` (known to be fine) or ``missed`` (known to be abusive).
        source, id, file, line: where to find it.
        score: P(abusive).
    """

    kind: str
    source: str
    id: str
    file: str
    line: int
    score: float


@dataclass(frozen=True)
class EvaluationResults:
    """The results of an evaluation.

    Attributes:
        artefact: name and version of what was evaluated.
        prior: share of abusive comments that the probabilities are calibrated for.
        rows: number of comments.
        unjudged: of these, those that hold no text and count as fine.
        clean: sources whose fine rows are clean conversation.
        clean_rows: number of rows of clean conversation.
        resamples, seed: of the intervals.
        thresholds: ``abusive`` and ``hateful``: the score that 5 % and 1 % of clean conversation exceed.
        sources: by name.
        mean: means over the sources that have the figure.
        pooled: figures of all rows as if they were one source.
        confusion: pooled over the sources with three labels, counts; None without one.
        recall: the same as shares of each label.
        reliability: the bins of P(abusive).
        curves: of both questions, where there is clean conversation.
        slices: all of them, identity first.
        mistakes: the worst, false positives first.
    """

    artefact: str
    prior: float
    rows: int
    unjudged: int
    clean: Sequence[str]
    clean_rows: int
    resamples: int
    seed: int
    thresholds: Estimates = field(metadata=stored_as("points"))
    sources: Sequence[SourceResult]
    mean: Estimates
    pooled: Estimates
    confusion: Sequence[Sequence[int]] | None
    recall: Mapping[str, Estimates]
    reliability: Sequence[ReliabilityBin]
    curves: Sequence[RecallCurve]
    slices: Sequence[SliceResult]
    mistakes: Sequence[Mistake]
