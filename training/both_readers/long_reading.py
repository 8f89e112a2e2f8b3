"""Reads long dev rows as the model will read them, and chooses how much is subtracted from the log-odds of passages.

The worst of many passages looks worse than it is. What is subtracted is the least, in tenths, with which passages add hardly any fine
comment to those that are called otherwise: neither among the long dev rows, nor among long texts of our own in which nothing is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.artefact.manifest import LabelThresholds
from model.classifier import Classifier, assign_labels
from model.comment import Comment
from model.encoder.combined import CombinedReader
from model.ngrams.heads import LABEL_HEADS
from model.text.pipeline import prepare
from model.threads import available_cores, run_in_slices
from training.robustness.long_texts import clean_long_texts
from training.tables.labelled import Labelled

__all__ = ["LongRows", "fit_passage_discount", "read_clean_texts", "read_long_rows", "scores_from_log_odds"]

_LENGTHS = (400, 2000)  # words of the texts that are tried
_DISCOUNTS = np.arange(61) / 10
_MOST_ADDED = 0.02  # share of the fine comments that passages may add to those that are called otherwise
_WORK = 1 << 20  # bytes of the n-grams that take as long as a long comment


@dataclass(frozen=True)
class LongRows:
    """What both readers make of comments that are read in parts.

    Attributes:
        rows: their numbers, shape (m,).
        windows: calibrated log-odds of the worst window of each, shape (m, heads).
        passages: those of the worst passage, before anything is subtracted, shape (m, heads).
    """

    rows: npt.NDArray[np.intp]
    windows: FloatArray
    passages: FloatArray

    def log_odds(self, discount: float) -> FloatArray:
        """Return the log-odds of the comments where so much is subtracted from those of passages, shape (m, heads)."""
        worst: FloatArray = np.maximum(self.windows, self.passages - discount)
        return worst

    def share_added(self, discount: float, rule: LabelThresholds, chosen: npt.NDArray[np.bool_] | None = None) -> float:
        """Return the share of comments that are not fine for the sake of a passage alone; ``chosen`` says which of the m count."""
        by_windows, by_both = (
            assign_labels(scores_from_log_odds(odds[:, :LABEL_HEADS]), rule) > 0 for odds in (self.windows, self.log_odds(discount))
        )
        added = by_both & ~by_windows if chosen is None else (by_both & ~by_windows)[chosen]
        return float(added.mean()) if added.size else 0.0


def scores_from_log_odds(log_odds: FloatArray) -> FloatArray:
    """Return the scores of fine, toxic and hateful for calibrated log-odds of the two heads; (n, 2) to (n, 3)."""
    hateful, abusive = (1 / (1 + np.exp(-log_odds))).T
    return np.column_stack([(1 - hateful) * (1 - abusive), (1 - hateful) * abusive, hateful])


def read_long_rows(combined: CombinedReader, classifier: Classifier, texts: Sequence[bytes]) -> LongRows:
    """Have both readers read those of n comments that are longer than a window of the encoder.

    Args:
        combined: the encoder, combined with the n-grams.
        classifier: the n-grams.
        texts: the comments, as ``model.text.pipeline.prepare`` leaves them.
    """
    read: dict[int, tuple[FloatArray, FloatArray]] = {}
    combined.encoder.prepare()

    def run(lo: int, hi: int) -> None:
        for row in range(lo, hi):
            reading = combined.read_long(classifier, texts[row])
            if reading is not None:
                read[row] = reading.windows, reading.passages

    run_in_slices(run, np.arange(len(texts) + 1) * _WORK, available_cores())
    rows = sorted(read)
    odds = np.array([read[row] for row in rows]).reshape(len(rows), 2, combined.heads)
    return LongRows(np.array(rows, np.intp), odds[:, 0], odds[:, 1])


def read_clean_texts(combined: CombinedReader, classifier: Classifier) -> LongRows:
    """Have both readers read long texts of our own in which nothing is wrong."""
    texts = prepare([Comment("", each.text) for each in clean_long_texts("tuning", lengths=_LENGTHS)])
    return read_long_rows(combined, classifier, texts)


def fit_passage_discount(long_rows: LongRows, clean_texts: LongRows, dev: Labelled, rule: LabelThresholds) -> float:
    """Return what has to be subtracted from the log-odds of passages; see the module.

    Args:
        long_rows: the long ones of the dev rows.
        clean_texts: long texts in which nothing is wrong.
        dev: the dev rows.
        rule: of the label.
    """
    fine = dev.abusive[long_rows.rows] == 0
    for discount in _DISCOUNTS.tolist():
        if max(long_rows.share_added(discount, rule, fine), clean_texts.share_added(discount, rule)) <= _MOST_ADDED:
            return float(discount)
    return float(_DISCOUNTS[-1])
