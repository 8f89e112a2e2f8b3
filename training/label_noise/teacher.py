"""Has an encoder teach the n-grams: what it says of a comment, and what the source of the comment says, make the label that they learn.

The encoder knows our definitions better than most sources do, and the n-grams cannot see what it sees in a comment, but can learn what it
says of hundreds of thousands of them (distillation; Hinton, Vinyals & Dean 2015). For each row that was not read again, its probabilities
of fine, toxic and hateful are multiplied by how likely the source's answers are for each label, and scaled to sum to one. Without an
encoder these likelihoods alone stand for the answers.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.comment import Comment
from model.encoder.session import EncoderReader
from model.ngrams.heads import LABEL_HEADS
from model.text.pipeline import prepare
from model.threads import available_cores
from training.label_noise.known_labels import KnownLabels, log_label_probabilities
from training.label_noise.source_confusion import SourceConfusion
from training.tables.labelled import Labelled

__all__ = ["doubtful_rows", "know_labels", "label_distributions"]

_ROWS_AT_ONCE = 4096  # after which progress is reported


def doubtful_rows(rows: Labelled, confusion: SourceConfusion) -> npt.NDArray[np.intp]:
    """Return the numbers of the rows whose answers are those of a source that is known to err."""
    return np.flatnonzero(~rows.reread & np.isin(rows.source, sorted(confusion.by_source)))


def know_labels(
    rows: Labelled,
    confusion: SourceConfusion,
    *,
    encoder: EncoderReader | None = None,
    cache: Path | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> KnownLabels:
    """Return what is known of the labels of rows: by their answers, or, where these are doubtful, by source and teacher.

    Args:
        rows: n rows to learn from.
        confusion: how their sources err.
        encoder: the teacher; None if there is none.
        cache: folder where its log-odds are kept for the next run on the same rows; None to keep nothing.
        progress: called with the share of the reading that is done.
    """
    known, doubtful = KnownLabels.from_answers(rows), doubtful_rows(rows, confusion)
    of_doubtful = rows.take(doubtful)
    likelihoods = confusion.likelihoods(of_doubtful.source, of_doubtful.abusive, of_doubtful.hateful)
    if encoder is None:
        weights = known.weights.copy()
        weights[doubtful] = likelihoods
        return KnownLabels(weights, known.is_distribution)
    log_odds = _read(encoder, of_doubtful.text, cache=cache, progress=progress)
    return known.replaced(doubtful, label_distributions(log_odds[:, :LABEL_HEADS], likelihoods))


def label_distributions(log_odds: FloatArray, likelihoods: FloatArray) -> FloatArray:
    """Return the distribution over fine, toxic and hateful by what a teacher says of rows and what their sources say, shape (n, 3).

    Args:
        log_odds: of the two label heads by the teacher, shape (n, 2).
        likelihoods: how likely the sources' answers are for each label, shape (n, 3).
    """
    joint = log_label_probabilities(log_odds) + np.log(likelihoods)
    distributions = np.exp(joint - joint.max(axis=1, keepdims=True))
    scaled: FloatArray = distributions / distributions.sum(axis=1, keepdims=True)
    return scaled


def _read(encoder: EncoderReader, texts: Sequence[str], *, cache: Path | None, progress: Callable[[float], None]) -> FloatArray:
    """Return the encoder's log-odds of n texts, shape (n, heads), from the cache if it has read them before."""
    kept = None if cache is None else cache / f"teacher-{_fingerprint(encoder, texts)}.npy"
    if kept is not None and kept.is_file():
        stored: FloatArray = np.load(kept, allow_pickle=False)
        return stored
    parts = [np.empty((0, encoder.heads))]
    for start in range(0, len(texts), _ROWS_AT_ONCE):
        part = prepare([Comment("", text) for text in texts[start : start + _ROWS_AT_ONCE]])
        parts.append(encoder.read(part, threads=available_cores()))
        progress(min(1.0, (start + _ROWS_AT_ONCE) / len(texts)))
    log_odds = np.concatenate(parts)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(f".{os.getpid()}.npy")
        np.save(unfinished, log_odds)
        unfinished.replace(kept)
    return log_odds


def _fingerprint(encoder: EncoderReader, texts: Sequence[str]) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(encoder.network).tobytes())
    for text in texts:
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return digest.hexdigest()[:16]
