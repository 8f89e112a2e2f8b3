"""What follows from the log-odds of the heads: probabilities, scores, label codes, verdict codes.

Compiled, because in NumPy these are some thirty steps of a microsecond each: for a single comment, more than it takes to
read its 300 bytes.
"""

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.numba_cache import inner, kernel

__all__ = [
    "ABUSIVE_WINDOW",
    "CODE_COLUMNS",
    "HATEFUL_WINDOW",
    "LABEL",
    "LABEL_HEADS",
    "LABEL_SCORES",
    "VERDICT",
    "finish",
    "label_codes",
    "verdict_codes",
]

LABEL_HEADS = 2
"""The first heads of every classifier, which give the label: hateful, and abusive given not hateful."""

LABEL_SCORES = 3
"""Scores of fine, toxic and hateful, the last columns of the floats of a comment."""

CODE_COLUMNS = 6
"""The columns of the codes of a comment, which the next constants name."""
LABEL, VERDICT = 2, 3
"""Code of the label and code of the verdict, -1 where there is no text to judge."""
ABUSIVE_WINDOW, HATEFUL_WINDOW = slice(0, 2), slice(4, 6)
"""Range of normalised bytes, [begin, end), that the log-odds of the head come from: the whole comment, or its worst window."""

Codes = npt.NDArray[np.int8]


def label_codes(scores: FloatArray, *, abusive: float, hateful: float) -> Codes:
    """Apply the label rule.

    Args:
        scores: of fine, toxic and hateful, shape (n, 3).
        abusive: lowest 1 - fine of what is not fine.
        hateful: of that, lowest hateful / (1 - fine) of what is hateful rather than toxic.

    Returns:
        0 fine, 1 toxic, 2 hateful; shape (n,).
    """
    codes = np.empty(len(scores), np.int8)
    _label_codes(scores, abusive, hateful, codes)
    return codes


def verdict_codes(abusive: FloatArray, hateful: FloatArray, *, review: tuple[float, float], reject: tuple[float, float]) -> Codes:
    """Compare scores with thresholds.

    Args:
        abusive: probabilities, shape (n,).
        hateful: probabilities, shape (n,).
        review: lowest abusive and lowest hateful that a human should see.
        reject: lowest abusive and lowest hateful that is turned away.

    Returns:
        2 reject, else 1 review, else 0 approve; -1 where a score is NaN; shape (n,).
    """
    codes = np.empty(len(abusive), np.int8)
    _verdict_codes(np.ascontiguousarray(abusive), np.ascontiguousarray(hateful), review, reject, codes)
    return codes


@inner
def finish(floats: FloatArray, codes: npt.NDArray[np.int64], lines: FloatArray, bounds: FloatArray) -> None:
    """Do all that follows from the log-odds of one comment.

    Args:
        floats: log-odds of each head, then room for their probabilities and for the scores, shape (2 * heads + 3,).
        codes: the range that they are of, then room for label and verdict, -1 if that range ends at 0, which is of nothing; shape (6,).
        lines: as of ``features.Weights``; the calibration is taken from there.
        bounds: lowest scores, shape (6,): of what is called abusive, and what of that hateful; abusive and hateful that ask
            for review; abusive and hateful that ask for rejection.
    """
    heads = lines.shape[1]
    for head in range(heads):
        floats[heads + head] = 1 / (1 + np.exp(-(lines[4, head] * floats[head] + lines[5, head])))
    hateful, given = float(floats[heads]), float(floats[heads + 1])
    fine = (1 - hateful) * (1 - given)
    floats[2 * heads] = fine
    floats[2 * heads + 1] = (1 - hateful) * given
    floats[2 * heads + 2] = hateful
    if codes[1] == 0:
        codes[2] = codes[3] = -1
        return
    codes[2] = _label(fine, hateful, bounds[0], bounds[1])
    codes[3] = _verdict(1 - fine, hateful, (bounds[2], bounds[3]), (bounds[4], bounds[5]))


@inner
def _label(fine: float, hateful: float, abusive_bound: float, hateful_bound: float) -> int:
    p = 1 - fine
    if p >= abusive_bound:
        return 2 if hateful >= hateful_bound * p else 1
    return 0


@inner
def _verdict(abusive: float, hateful: float, review: tuple[float, float], reject: tuple[float, float]) -> int:
    if np.isnan(abusive) or np.isnan(hateful):
        return -1
    if abusive >= reject[0] or hateful >= reject[1]:
        return 2
    return 1 if abusive >= review[0] or hateful >= review[1] else 0


@kernel
def _label_codes(scores: FloatArray, abusive: float, hateful: float, codes: Codes) -> None:
    for i in range(len(scores)):
        codes[i] = _label(scores[i, 0], scores[i, 2], abusive, hateful)


@kernel
def _verdict_codes(
    abusive: FloatArray, hateful: FloatArray, review: tuple[float, float], reject: tuple[float, float], codes: Codes
) -> None:
    for i in range(len(abusive)):
        codes[i] = _verdict(abusive[i], hateful[i], review, reject)
