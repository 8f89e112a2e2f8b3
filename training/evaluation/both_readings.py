"""Rows that both readers of an artefact have read, each once: from that, every profile can be measured."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.comment import Comment
from model.decisions import CommentJudge, Decisions
from model.encoder.combined import CombinedReader
from model.moderator import Moderator
from model.text.pipeline import prepare
from training.evaluation.source_metrics import SourceMetrics, calibration_error, measure_sources
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
        first_pass: P(abusive) by which the cascade chooses the comments that the encoder reads, shape (n,).
        alone, alone_labels: scores and labels by the n-grams, shapes (n, 3) and (n,).
        both, both_labels: the same by both readers.
        ngrams_seconds: of CPU, of one thread, that the n-grams take for a thousand comments.
        encoder_seconds: that the encoder takes for a thousand comments as long as each, shape (n,).
    """

    rows: Labelled
    clean: Collection[str]
    prior: float
    held: npt.NDArray[np.bool_]
    first_pass: FloatArray
    alone: FloatArray
    alone_labels: npt.NDArray[np.int8]
    both: FloatArray
    both_labels: npt.NDArray[np.int8]
    ngrams_seconds: float
    encoder_seconds: FloatArray

    def judged_from(self, threshold: float | None) -> CascadeMetrics:
        """Measure the cascade with a threshold; that of 0 is the profile full, None the profile fast."""
        passed = self.held & (self.first_pass >= (np.inf if threshold is None else threshold))
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


def read_with_both(
    moderator: Moderator,
    full: Moderator,
    combined: CombinedReader,
    rows: Labelled,
    *,
    clean: Collection[str],
    seed: int,
    judge_with: Callable[[Moderator], CommentJudge] = lambda moderator: moderator,
) -> BothReadings:
    """Have both readers read rows, and time how long they take for some of them.

    Args:
        moderator: of the n-grams alone.
        full: of the same artefact, with both readers for every comment.
        combined: how the latter combines them.
        rows: n comments.
        clean: sources whose fine rows are clean conversation.
        seed: of the choice of comments that are timed.
        judge_with: makes the judge of a moderator, as for the rest of the report.
    """
    comments = [Comment("", text) for text in rows.text]
    first_pass = moderator.decide(comments)
    judged = first_pass.labels >= 0
    alone, both = (judge_with(each).decide(comments) for each in (moderator, full))
    at = np.flatnonzero(judged)
    texts = prepare([comments[row] for row in at])
    sample = sample_rows(at.size, _TIMED, seed)
    timed = [comments[row] for row in at[sample]]
    ngrams = _seconds(lambda: moderator.decide(timed, threads=1)) / max(len(timed), 1)
    encoder = np.zeros(len(rows))
    encoder[at] = _encoder_seconds(combined, texts, sample)
    return BothReadings(
        rows=rows,
        clean=clean,
        prior=moderator.classifier.prior.abusive,
        held=judged,
        first_pass=np.where(judged, 1 - first_pass.scores[:, 0], 0.0),
        alone=_scores(alone),
        alone_labels=_labels(alone),
        both=_scores(both),
        both_labels=_labels(both),
        ngrams_seconds=1000 * ngrams,
        encoder_seconds=1000 * encoder,
    )


def _scores(decisions: Decisions) -> FloatArray:
    """Return the scores, with those of a fine comment where one was not judged."""
    return np.where(decisions.labels[:, None] >= 0, decisions.scores, (1.0, 0.0, 0.0))


def _labels(decisions: Decisions) -> npt.NDArray[np.int8]:
    return np.maximum(decisions.labels, 0).astype(np.int8)


def sample_rows(count: int, most: int, seed: int) -> npt.NDArray[np.intp]:
    """Return the numbers below ``count``, ascending; of more than ``most`` as many drawn at random."""
    return np.sort(np.random.default_rng(seed).choice(count, min(count, most), replace=False)).astype(np.intp)


def _encoder_seconds(second: CombinedReader, texts: Sequence[bytes], some: npt.NDArray[np.intp]) -> FloatArray:
    """Return what an encoder takes for each text, by a line through size and CPU time of some: what is passed on is longer than most."""
    columns = np.column_stack([np.ones(len(texts)), [len(text) for text in texts]])
    spent = [_seconds(partial(second.encoder.read, [texts[at]])) for at in some]
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
