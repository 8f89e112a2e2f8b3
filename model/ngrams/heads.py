"""What follows from the log-odds of the heads: probabilities, scores, codes of labels and of verdicts.

Compiled, because in NumPy these are some thirty steps of a microsecond each: for a single comment, more than it takes to
read its 300 bytes.
"""

import numpy as np

from model.array_types import FloatArray, Int8Array, IntArray
from model.ngrams.weight_tables import INTERCEPT_ROW, SLOPE_ROW
from model.numba_cache import inner, kernel

__all__ = [
    "ABUSIVE_BEGIN",
    "ABUSIVE_END",
    "ABUSIVE_HEAD",
    "ABUSIVE_WINDOW",
    "CODE_COLUMNS",
    "HATEFUL_BEGIN",
    "HATEFUL_END",
    "HATEFUL_HEAD",
    "HATEFUL_WINDOW",
    "LABEL",
    "LABEL_HEADS",
    "LABEL_SCORES",
    "VERDICT",
    "label_codes",
    "verdict_codes",
    "write_scores",
]

LABEL_HEADS = 2
"""The first heads of every classifier, which give the label: hateful, and abusive given not hateful."""
HATEFUL_HEAD, ABUSIVE_HEAD = range(LABEL_HEADS)

LABEL_SCORES = 3
"""Scores of fine, toxic and hateful, the last columns of the floats of a comment."""

CODE_COLUMNS = 6
"""The columns of the codes of a comment, which the next constants name."""
ABUSIVE_BEGIN, ABUSIVE_END, LABEL, VERDICT, HATEFUL_BEGIN, HATEFUL_END = range(CODE_COLUMNS)
"""Code of the label and code of the verdict, -1 where there is no text to judge; for the others see the windows."""
ABUSIVE_WINDOW, HATEFUL_WINDOW = slice(ABUSIVE_BEGIN, ABUSIVE_END + 1), slice(HATEFUL_BEGIN, HATEFUL_END + 1)
"""Range of normalised bytes, [begin, end), that the log-odds of the head come from: the whole comment, or its worst window."""

_FINE, _TOXIC, _HATEFUL = range(LABEL_SCORES)
_APPROVE, _REVIEW, _REJECT = range(3)
_NONE = -1  # code where there is nothing to judge
_LABEL_ABUSIVE, _LABEL_HATEFUL, _REVIEW_ABUSIVE, _REVIEW_HATEFUL, _REJECT_ABUSIVE, _REJECT_HATEFUL = range(6)  # places in bounds


def label_codes(scores: FloatArray, *, abusive: float, hateful: float) -> Int8Array:
    """Apply the label rule.

    Args:
        scores: of fine, toxic and hateful, shape (n, 3).
        abusive: lowest 1 - fine of a comment that is not fine.
        hateful: among these, lowest hateful / (1 - fine) of a comment that is hateful rather than toxic.

    Returns:
        0 fine, 1 toxic, 2 hateful; shape (n,).
    """
    codes = np.empty(len(scores), np.int8)
    _label_codes(scores, abusive, hateful, codes)
    return codes


def verdict_codes(abusive: FloatArray, hateful: FloatArray, *, review: tuple[float, float], reject: tuple[float, float]) -> Int8Array:
    """Compare scores with thresholds.

    Args:
        abusive: probabilities, shape (n,).
        hateful: probabilities, shape (n,).
        review: lowest abusive and lowest hateful that a human should see.
        reject: lowest abusive and lowest hateful that is rejected.

    Returns:
        2 reject, else 1 review, else 0 approve; -1 where a score is NaN; shape (n,).
    """
    codes = np.empty(len(abusive), np.int8)
    _verdict_codes(np.ascontiguousarray(abusive), np.ascontiguousarray(hateful), review, reject, codes)
    return codes


@inner
def write_scores(floats: FloatArray, codes: IntArray, head_rows: FloatArray, bounds: FloatArray) -> None:
    """Write the probabilities, scores, label and verdict that follow from the log-odds of one comment.

    Args:
        floats: log-odds of each head; gets their probabilities and the scores; shape (2 * heads + 3,).
        codes: the windows that the log-odds come from; gets label and verdict, -1 if the comment has no text; shape (6,).
        head_rows: see ``WeightTables``; the calibration is taken from it.
        bounds: lowest scores, shape (6,): of a comment called abusive, and of one of these called hateful, see ``label_codes``;
            abusive and hateful that ask for review; abusive and hateful that ask for rejection.
    """
    heads = head_rows.shape[1]
    for head in range(heads):
        floats[heads + head] = 1 / (1 + np.exp(-(head_rows[SLOPE_ROW, head] * floats[head] + head_rows[INTERCEPT_ROW, head])))
    hateful, abusive_given_not_hateful = float(floats[heads + HATEFUL_HEAD]), float(floats[heads + ABUSIVE_HEAD])
    fine = (1 - hateful) * (1 - abusive_given_not_hateful)
    floats[2 * heads + _FINE] = fine
    floats[2 * heads + _TOXIC] = (1 - hateful) * abusive_given_not_hateful
    floats[2 * heads + _HATEFUL] = hateful
    if codes[ABUSIVE_END] == 0:
        codes[LABEL] = codes[VERDICT] = _NONE
        return
    codes[LABEL] = _label(fine, hateful, bounds[_LABEL_ABUSIVE], bounds[_LABEL_HATEFUL])
    review, reject = (bounds[_REVIEW_ABUSIVE], bounds[_REVIEW_HATEFUL]), (bounds[_REJECT_ABUSIVE], bounds[_REJECT_HATEFUL])
    codes[VERDICT] = _verdict(1 - fine, hateful, review, reject)


@inner
def _label(fine: float, hateful: float, abusive_bound: float, hateful_bound: float) -> int:
    abusive = 1 - fine
    if abusive >= abusive_bound:
        return _HATEFUL if hateful >= hateful_bound * abusive else _TOXIC
    return _FINE


@inner
def _verdict(abusive: float, hateful: float, review: tuple[float, float], reject: tuple[float, float]) -> int:
    if np.isnan(abusive) or np.isnan(hateful):
        return _NONE
    if abusive >= reject[0] or hateful >= reject[1]:
        return _REJECT
    return _REVIEW if abusive >= review[0] or hateful >= review[1] else _APPROVE


@kernel
def _label_codes(scores: FloatArray, abusive: float, hateful: float, codes: Int8Array) -> None:
    for i in range(len(scores)):
        codes[i] = _label(scores[i, _FINE], scores[i, _HATEFUL], abusive, hateful)


@kernel
def _verdict_codes(
    abusive: FloatArray, hateful: FloatArray, review: tuple[float, float], reject: tuple[float, float], codes: Int8Array
) -> None:
    for i in range(len(abusive)):
        codes[i] = _verdict(abusive[i], hateful[i], review, reject)
