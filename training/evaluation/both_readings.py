"""Reads rows once with each reader of an artefact; every profile can be measured on these readings."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, FloatArray, Int8Array
from model.comment import Comment
from model.decisions import Decisions
from model.encoder.combined import CombinedReader
from model.moderator import Moderator
from training.evaluation.subject import JudgeBuilder
from training.metrics.source_metrics import SourceMetrics, calibration_error, measure_sources
from training.public_keys import stored_as, with_public_keys
from training.tables.labelled import Labelled

__all__ = ["BothReadings", "CascadeMetrics", "read_with_both", "sample_rows"]

_MOST_TIMED = 300
_PER_COMMENTS = 1000  # number of comments that CPU times refer to


@dataclass(frozen=True, slots=True)
class CascadeMetrics:
    """The metrics and the cost of a cascade, in which both readers read the comments from a threshold on.

    Attributes:
        threshold: P(abusive) by the n-grams; None where the n-grams decide alone.
        means: means over the sources.
        calibration_error: of P(abusive), all sources pooled; None where no source has clean and abusive rows.
        encoder_share: share of the comments that the encoder reads.
        clean_encoder_share: share of clean conversation that the encoder reads; None without any.
        seconds: CPU time for a thousand comments, on one thread.
    """

    threshold: float | None
    means: SourceMetrics
    calibration_error: float | None
    encoder_share: float = field(metadata=stored_as("passed"))
    clean_encoder_share: float | None = field(metadata=stored_as("passed_clean"))
    seconds: float

    def figures(self) -> Mapping[str, object]:
        """Return all figures by their public keys, those of the sources among the others."""
        figures = cast("dict[str, object]", with_public_keys(self))
        means = cast("dict[str, object]", figures.pop("means"))
        return means | figures


@dataclass(frozen=True, eq=False)
class BothReadings:
    """Rows that both readers have read, each once, so that any profile can be measured.

    Attributes:
        rows: n comments.
        clean: sources whose fine rows are clean conversation.
        prior: share of abusive comments that the probabilities are calibrated for.
        has_text: whether a comment holds any text; one that holds none counts as fine; shape (n,).
        first_pass: P(abusive) by which the cascade chooses the comments that the encoder reads, shape (n,).
        ngram_scores, ngram_labels: by the n-grams alone, shapes (n, 3) and (n,).
        unread_scores, unread_labels: by the cascade, of what it does not pass on, of the same shapes.
        combined_scores, combined_labels: by both readers, of the same shapes.
        ngram_seconds: CPU time of the n-grams for a thousand comments, on one thread.
        encoder_seconds: CPU time of the encoder for a thousand comments of the length of each row, shape (n,).
    """

    rows: Labelled
    clean: Collection[str]
    prior: float
    has_text: BoolArray
    first_pass: FloatArray
    ngram_scores: FloatArray
    ngram_labels: Int8Array
    unread_scores: FloatArray
    unread_labels: Int8Array
    combined_scores: FloatArray
    combined_labels: Int8Array
    ngram_seconds: float
    encoder_seconds: FloatArray

    def measure_cascade(self, threshold: float | None) -> CascadeMetrics:
        """Measure the cascade with a threshold; 0 makes it the profile full, None the profile fast."""
        by_encoder = self.has_text & (self.first_pass >= (np.inf if threshold is None else threshold))
        others = (self.ngram_scores, self.ngram_labels) if threshold is None else (self.unread_scores, self.unread_labels)
        scores = np.where(by_encoder[:, None], self.combined_scores, others[0])
        labels = np.where(by_encoder, self.combined_labels, others[1])
        is_clean = (self.rows.abusive == 0) & np.isin(self.rows.source, list(self.clean))
        return CascadeMetrics(
            threshold=threshold,
            means=measure_sources(scores, labels, self.rows, clean=self.clean)["MEAN"],
            calibration_error=calibration_error(1 - scores[:, 0], self.rows, prior=self.prior),
            encoder_share=float(by_encoder.mean()),
            clean_encoder_share=float(by_encoder[is_clean].mean()) if is_clean.any() else None,
            seconds=self.ngram_seconds + float((by_encoder * self.encoder_seconds).mean()),
        )


def read_with_both(
    fast: Moderator,
    cascade: Moderator,
    full: Moderator,
    combined: CombinedReader,
    rows: Labelled,
    *,
    clean: Collection[str],
    seed: int,
    judge_with: JudgeBuilder = lambda moderator: moderator,
) -> BothReadings:
    """Read rows with both readers, and time a sample of them.

    Args:
        fast: the n-grams alone.
        cascade: the same artefact, passing on as few comments as it can.
        full: the same artefact, with both readers for every comment.
        combined: how ``full`` combines the two readers.
        rows: n comments.
        clean: sources whose fine rows are clean conversation.
        seed: of the sample that is timed.
        judge_with: returns the judge of a moderator, as for the rest of the report.
    """
    comments = [Comment("", text) for text in rows.text]
    # At another prior the cascade passes on what it does at that of the artefact.
    first_pass = fast.first_pass(comments).raw
    has_text = first_pass.labels >= 0
    by_ngrams, by_cascade, by_both = (judge_with(moderator).decide(comments) for moderator in (fast, cascade, full))
    text_rows = np.flatnonzero(has_text)
    sample = sample_rows(text_rows.size, _MOST_TIMED, seed)
    timing_sample = [comments[row] for row in text_rows[sample]]
    encoder_seconds = np.zeros(len(rows))
    prepare = full.classifier.reader.form.prepare_for_encoder
    texts = [prepare(comments[row].text, comments[row].format) for row in text_rows.tolist()]
    encoder_seconds[text_rows] = _PER_COMMENTS * _encoder_seconds(combined, texts, sample)
    return BothReadings(
        rows=rows,
        clean=clean,
        prior=fast.prior.abusive,
        has_text=has_text,
        first_pass=np.where(has_text, 1 - first_pass.scores[:, 0], 0.0),
        ngram_scores=_scores(by_ngrams),
        ngram_labels=_labels(by_ngrams),
        unread_scores=_scores(by_cascade),
        unread_labels=_labels(by_cascade),
        combined_scores=_scores(by_both),
        combined_labels=_labels(by_both),
        ngram_seconds=_PER_COMMENTS * _cpu_seconds(lambda: fast.decide(timing_sample, threads=1)) / max(len(timing_sample), 1),
        encoder_seconds=encoder_seconds,
    )


def _scores(decisions: Decisions) -> FloatArray:
    """Return the scores; those of a comment that was not judged are those of a certainly fine one."""
    return np.where(decisions.labels[:, None] >= 0, decisions.scores, (1.0, 0.0, 0.0))


def _labels(decisions: Decisions) -> Int8Array:
    """Return the labels; a comment that was not judged is fine."""
    return np.maximum(decisions.labels, 0).astype(np.int8)


def sample_rows(count: int, most: int, seed: int) -> npt.NDArray[np.intp]:
    """Return ``min(count, most)`` distinct numbers below ``count``, drawn at random, in ascending order."""
    return np.sort(np.random.default_rng(seed).choice(count, min(count, most), replace=False)).astype(np.intp)


def _encoder_seconds(combined: CombinedReader, texts: Sequence[bytes], sample: npt.NDArray[np.intp]) -> FloatArray:
    """Return the CPU time that an encoder takes for each text, estimated from its size by a straight line through a sample.

    A mean would not do: the comments that a cascade passes on are longer than most.
    """
    sizes = np.column_stack([np.ones(len(texts)), [len(text) for text in texts]])
    sample_seconds = [_cpu_seconds(partial(combined.encoder.read, [texts[row]])) for row in sample]
    line = np.linalg.lstsq(sizes[sample], np.array(sample_seconds, np.float64))[0]
    seconds: FloatArray = np.maximum(sizes @ line, 0.0)
    return seconds


def _cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU time that work takes, in seconds; the shorter of two runs."""
    seconds = []
    for _ in range(2):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)
