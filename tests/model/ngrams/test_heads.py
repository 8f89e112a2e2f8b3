"""What follows from log-odds: scores that sum to one, the label rule, the verdict."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import LABELS, VERDICTS
from model.ngrams import heads
from model.ngrams.heads import ABUSIVE_WINDOW, CODE_COLUMNS, HATEFUL_WINDOW, LABEL, LABEL_SCORES, VERDICT
from model.ngrams.weight_tables import INTERCEPT_ROW, SLOPE_ROW
from tests.model.python_bodies import python_bodies

BOUNDS = np.array([0.5, 0.4, 0.3, 0.2, 0.9, 0.8])
HEADS = 3
HEAD_ROWS = np.zeros((7, HEADS))
HEAD_ROWS[SLOPE_ROW] = [2.0, 0.5, 1.0]
HEAD_ROWS[INTERCEPT_ROW] = [0.25, -0.5, 0.0]
log_odds = st.lists(st.floats(-30, 30), min_size=HEADS, max_size=HEADS)


def finish(values: list[float], *, size: int = 5) -> tuple[list[float], list[int]]:
    """Return floats and codes of a comment of so many bytes."""
    floats, codes = np.zeros(2 * HEADS + LABEL_SCORES), np.zeros(CODE_COLUMNS, np.int64)
    floats[:HEADS] = values
    codes[ABUSIVE_WINDOW] = codes[HATEFUL_WINDOW] = 0, size
    heads.write_scores(floats, codes, HEAD_ROWS, BOUNDS)
    return floats.tolist(), codes.tolist()


@given(log_odds)
def test_scores_follow_from_the_calibrated_log_odds(values: list[float]) -> None:
    """Probabilities are logistic functions of the calibrated log-odds; the three scores are made of them and sum to one."""
    floats, _ = finish(values)

    calibrated = HEAD_ROWS[SLOPE_ROW] * values + HEAD_ROWS[INTERCEPT_ROW]
    np.testing.assert_allclose(floats[HEADS : 2 * HEADS], 1 / (1 + np.exp(-calibrated)))
    hateful, abusive = floats[HEADS : HEADS + 2]
    np.testing.assert_allclose(floats[-LABEL_SCORES:], [(1 - hateful) * (1 - abusive), (1 - hateful) * abusive, hateful], atol=1e-15)
    assert sum(floats[-LABEL_SCORES:]) == pytest.approx(1)


@given(log_odds)
def test_label_and_verdict_are_those_of_the_scores(values: list[float]) -> None:
    """One comment gets the codes that its scores get in an array."""
    floats, codes = finish(values)

    scores = np.array([floats[-LABEL_SCORES:]])
    assert codes[LABEL] == heads.label_codes(scores, abusive=0.5, hateful=0.4)[0]
    verdict = heads.verdict_codes(1 - scores[:, 0], scores[:, 2], review=(0.3, 0.2), reject=(0.9, 0.8))[0]
    assert codes[VERDICT] == verdict


def test_a_comment_without_text_has_no_label_and_no_verdict() -> None:
    """Where there is nothing to judge both codes are -1, however high the scores of nothing are."""
    _, codes = finish([9.0, 9.0, 0.0], size=0)

    assert (codes[LABEL], codes[VERDICT]) == (-1, -1)


@pytest.mark.parametrize(
    ("scores", "label"),
    [
        ([0.51, 0.09, 0.40], "fine"),
        ([0.50, 0.31, 0.19], "toxic"),
        ([0.50, 0.30, 0.20], "hateful"),
        ([0.40, 0.30, 0.30], "hateful"),
        ([0.00, 1.00, 0.00], "toxic"),
    ],
)
def test_the_label_rule(scores: list[float], label: str) -> None:
    """A comment is abusive from one threshold on, and hateful if that is a large enough part; both thresholds are inclusive."""
    codes = heads.label_codes(np.array([scores]), abusive=0.5, hateful=0.4)

    assert [LABELS[code] for code in codes] == [label]


def test_the_gravest_verdict_is_given() -> None:
    """Either score may ask for a verdict, thresholds are inclusive, and where a score is missing there is none."""
    abusive, hateful = np.array([0.29, 0.3, 0.0, 0.9, 0.0, np.nan]), np.array([0.19, 0.0, 0.2, 0.0, 0.8, 1.0])

    codes = heads.verdict_codes(abusive, hateful, review=(0.3, 0.2), reject=(0.9, 0.8))

    assert [VERDICTS[code] for code in codes[:-1]] == ["approve", "review", "review", "reject", "reject"]
    assert codes[-1] == -1


def test_compiled_or_not_is_the_same() -> None:
    """The machine code does what the Python that it is compiled from does."""
    rows = [[0.0, 0.0, 0.0], [-3.0, 2.0, 1.0], [4.0, -1.0, 0.0], [-9.0, -9.0, 0.0], [-0.5, 9.0, 0.0]]
    compiled = [finish(row, size=size) for row in rows for size in (0, 5)]
    scores = np.array([floats[-LABEL_SCORES:] for floats, _ in compiled])
    abusive = np.append(1 - scores[1:, 0], np.nan)
    labels = heads.label_codes(scores, abusive=0.5, hateful=0.4).tolist()
    verdicts = heads.verdict_codes(abusive, scores[:, 2], review=(0.3, 0.2), reject=(0.9, 0.8)).tolist()

    with python_bodies(heads):
        for (floats, codes), (expected_floats, expected_codes) in zip(
            [finish(row, size=size) for row in rows for size in (0, 5)], compiled, strict=True
        ):
            assert floats == pytest.approx(expected_floats, rel=1e-12)
            assert codes == expected_codes
        assert heads.label_codes(scores, abusive=0.5, hateful=0.4).tolist() == labels
        assert heads.verdict_codes(abusive, scores[:, 2], review=(0.3, 0.2), reject=(0.9, 0.8)).tolist() == verdicts
