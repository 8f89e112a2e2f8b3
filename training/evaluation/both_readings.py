"""Rows that both readers of an artefact have read, each once: from that, every profile can be measured."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.classifier import labels_of
from model.comment import Comment
from model.encoder.combined import Second
from model.encoder.session import ENCODER_HEADS
from model.moderator import Moderator
from model.text.pipeline import prepare
from model.threads import available_cores
from training.evaluation.source_metrics import SourceMetrics, calibration_error, measure_sources
from training.fit.combination import scores_from_log_odds
from training.tables.labelled import Labelled

__all__ = ["BothReadings", "CascadeMetrics", "read_with_both", "sample_rows"]

_TIMED = 300


@dataclass(frozen=True, slots=True)
class CascadeMetrics:
    """How well comments are judged if those from a threshold on are read by both readers, and what it costs.

    Attributes:
        threshold: P(abusive) of the n-grams; None where the n-grams judge alone.
        figures: means over sources.
        calibration_error: of abusive, all sources pooled; None where none counts.
        passed: share of the comments that both readers read.
        passed_clean: share of clean conversation that both read; None without any.
        seconds: of CPU for a thousand comments.
    """

    threshold: float | None
    figures: SourceMetrics
    calibration_error: float | None
    passed: float
    passed_clean: float | None
    seconds: float

    def told(self) -> dict[str, object]:
        """Return it JSON-ready, the figures beside the others."""
        told = asdict(self)
        figures: dict[str, object] = told.pop("figures")
        return figures | told


@dataclass(frozen=True, eq=False)
class BothReadings:
    """Rows that both readers have read, each once, so that any profile can be measured.

    Attributes:
        rows: n comments.
        clean: sources whose fine rows are clean conversation.
        prior: share of abusive comments that the probabilities are calibrated for.
        held: whether there is anything to judge; what is not counts as fine; shape (n,).
        alone, alone_labels: scores and labels by the n-grams, shapes (n, 3) and (n,).
        both, both_labels: the same by both readers.
        ngrams_seconds: of CPU, of one thread, that the n-grams take for a thousand comments.
        encoder_seconds: that the encoder takes for a thousand comments as long as each, shape (n,).
    """

    rows: Labelled
    clean: Collection[str]
    prior: float
    held: npt.NDArray[np.bool_]
    alone: FloatArray
    alone_labels: npt.NDArray[np.int8]
    both: FloatArray
    both_labels: npt.NDArray[np.int8]
    ngrams_seconds: float
    encoder_seconds: FloatArray

    def judged_from(self, threshold: float | None) -> CascadeMetrics:
        """Measure the cascade with a threshold; that of 0 is the profile full, None the profile fast."""
        passed = self.held & (1 - self.alone[:, 0] >= (np.inf if threshold is None else threshold))
        scores = np.where(passed[:, None], self.both, self.alone)
        calm = (self.rows.abusive == 0) & np.isin(self.rows.source, list(self.clean))
        return CascadeMetrics(
            threshold=threshold,
            figures=measure_sources(scores, np.where(passed, self.both_labels, self.alone_labels), self.rows, clean=self.clean)["MEAN"],
            calibration_error=calibration_error(1 - scores[:, 0], self.rows, prior=self.prior),
            passed=float(passed.mean()),
            passed_clean=float(passed[calm].mean()) if calm.any() else None,
            seconds=self.ngrams_seconds + float((passed * self.encoder_seconds).mean()),
        )


def read_with_both(moderator: Moderator, second: Second, rows: Labelled, *, clean: Collection[str], seed: int) -> BothReadings:
    """Let both readers read rows, and take the time of some.

    Args:
        moderator: whose n-grams read.
        second: its encoder.
        rows: n comments.
        clean: sources whose fine rows are clean conversation.
        seed: of the choice of comments that are timed.
    """
    comments = [Comment("", text) for text in rows.text]
    told = moderator.decide(comments, fast=True)
    held = told.labels >= 0
    at = np.flatnonzero(held)
    alone = np.where(held[:, None], told.scores, (1.0, 0.0, 0.0))
    both, labels = alone.copy(), np.where(held, told.labels, 0).astype(np.int8)
    texts = prepare([comments[row] for row in at])
    log_odds = second.calibrated(told.reading.log_odds[at, :ENCODER_HEADS], second.reader.read(texts, threads=available_cores()))
    both[at] = scores_from_log_odds(log_odds)
    both_labels = labels.copy()
    both_labels[at] = labels_of(both[at], second.thresholds)
    some = sample_rows(at.size, _TIMED, seed)
    timed = [comments[row] for row in at[some]]
    ngrams = _seconds(lambda: moderator.decide(timed, fast=True, threads=1)) / max(len(timed), 1)
    encoder = np.zeros(len(rows))
    encoder[at] = _encoder_seconds(second, texts, some)
    return BothReadings(
        rows, clean, moderator.classifier.prior.abusive, held, alone, labels, both, both_labels, 1000 * ngrams, 1000 * encoder
    )


def sample_rows(count: int, most: int, seed: int) -> npt.NDArray[np.intp]:
    """Return the numbers below ``count``, ascending; of more than ``most`` as many drawn at random."""
    return np.sort(np.random.default_rng(seed).choice(count, min(count, most), replace=False)).astype(np.intp)


def _encoder_seconds(second: Second, texts: Sequence[bytes], some: npt.NDArray[np.intp]) -> FloatArray:
    """Return what an encoder takes for each text, by a line through size and CPU time of some: what is passed on is longer than most."""
    columns = np.column_stack([np.ones(len(texts)), [len(text) for text in texts]])
    spent = [_seconds(partial(second.reader.read, [texts[at]])) for at in some]
    line = np.linalg.lstsq(columns[some], np.array(spent, np.float64))[0]
    found: FloatArray = np.maximum(columns @ line, 0.0)
    return found


def _seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds that work takes, the shorter of two times."""
    spent = []
    for _ in range(2):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)
