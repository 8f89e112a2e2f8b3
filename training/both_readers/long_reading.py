"""Reads long dev rows as the model will read them, and chooses how much a passage has to exceed what the whole would need.

The worst of many passages looks worse than it is. What is subtracted from their log-odds is the least, of some tenths, with which hardly
any long text of our own in which nothing is wrong is called anything but fine.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from model.array_types import FloatArray
from model.classifier import Classifier, assign_labels
from model.comment import Comment
from model.encoder.combined import CombinedReader
from model.ngrams.heads import LABEL_HEADS
from model.text.pipeline import prepare
from model.threads import available_cores, run_in_slices
from training.robustness.long_texts import clean_long_texts

__all__ = ["fit_passage_discount", "read_long_rows", "scores_from_log_odds"]

_LENGTHS = (400, 2000)  # words of the texts that are tried
_DISCOUNTS = np.arange(12, 41) / 10
_MOST_FLAGGED = 0.02
_IGNORED = 100.0  # a discount so large that the parts that it is subtracted from never count
_WORK = 1 << 20  # bytes of the n-grams that take as long as a long comment


def scores_from_log_odds(log_odds: FloatArray) -> FloatArray:
    """Return the scores of fine, toxic and hateful for calibrated log-odds of the two heads; (n, 2) to (n, 3)."""
    hateful, abusive = (1 / (1 + np.exp(-log_odds))).T
    return np.column_stack([(1 - hateful) * (1 - abusive), (1 - hateful) * abusive, hateful])


def read_long_rows(combined: CombinedReader, classifier: Classifier, texts: Sequence[bytes], log_odds: FloatArray) -> FloatArray:
    """Return log-odds with those of the comments that are read in parts as the model will read them.

    Args:
        combined: the encoder, combined with the n-grams.
        classifier: the n-grams.
        texts: n comments, as ``model.text.pipeline.prepare`` leaves them.
        log_odds: their calibrated log-odds by both readers if none were read in parts, shape (n, heads).
    """
    read = log_odds.copy()
    combined.encoder.prepare()

    def run(lo: int, hi: int) -> None:
        for row in range(lo, hi):
            reading = combined.read_long(classifier, texts[row])
            if reading is not None:
                read[row] = reading.log_odds

    run_in_slices(run, np.arange(len(texts) + 1) * _WORK, available_cores())
    return read


def fit_passage_discount(combined: CombinedReader, classifier: Classifier) -> float:
    """Return what has to be subtracted from the log-odds of passages; see the module.

    Args:
        combined: the encoder, combined with the n-grams, and the label rule.
        classifier: the n-grams.
    """
    texts = prepare([Comment("", each.text) for each in clean_long_texts("tuning", lengths=_LENGTHS)])
    nothing = np.full((len(texts), combined.heads), -np.inf)
    by_windows = replace(combined, passage_discount=_IGNORED)
    by_passages = replace(combined, window_discount=_IGNORED, passage_discount=0.0)
    windows, passages = (read_long_rows(reader, classifier, texts, nothing)[:, :LABEL_HEADS] for reader in (by_windows, by_passages))
    for discount in _DISCOUNTS.tolist():
        labels = assign_labels(scores_from_log_odds(np.maximum(windows, passages - discount)), combined.thresholds)
        if (labels > 0).mean() <= _MOST_FLAGGED:
            return float(discount)
    return float(_DISCOUNTS[-1])
