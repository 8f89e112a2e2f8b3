"""From a figure and its error to a verdict."""

import numpy as np
import pytest

from training.gate.paired_areas import PairedChange
from training.gate.rules.rule_verdicts import judge_gain, judge_harm, rulings_needed, several_looks


def change(value: float, error: float, *, n: int = 500) -> PairedChange:
    """Return a change from 0.7."""
    return PairedChange(0.7, 0.7 + value, error, n, np.zeros(0), np.zeros(0, np.int64))


@pytest.mark.parametrize(
    ("value", "error", "verdict"),
    [
        (0.03, 0.01, "better"),
        (0.03, 0.02, "cannot tell"),
        (0.0028, 0.001, "no change"),  # surely above 0, but not worth an exchange
        (0.0, 0.002, "no change"),
        (0.0, 0.02, "cannot tell"),
        (-0.03, 0.01, "worse"),
        (0.0, 0.0, "no change"),
    ],
)
def test_a_gain_has_to_be_shown(value: float, error: float, verdict: str) -> None:
    """Better needs the whole interval above 0 and a gain worth an exchange."""
    assert judge_gain("gain", "", change(value, error), least=0.005).verdict == verdict


@pytest.mark.parametrize(
    ("value", "error", "verdict", "on_a_kit"),
    [
        (0.0, 0.002, "no change", "no change"),
        (0.02, 0.005, "better", "better"),
        (-0.005, 0.005, "cannot tell", "no change"),
        (-0.005, 0.001, "no change", "no change"),
        (-0.02, 0.005, "worse", "worse"),
        (-0.02, 0.02, "cannot tell", "cannot tell"),
    ],
)
def test_harm_has_to_be_shown_too(value: float, error: float, verdict: str, on_a_kit: str) -> None:
    """Worse needs a fall that is beyond the limit and no accident; a kit stays the same, so that a fall within the limit is none."""
    assert judge_harm("kit", "", change(value, error), limit=0.01).verdict == verdict
    assert judge_harm("kit", "", change(value, error), limit=0.01, is_kit=True).verdict == on_a_kit


def test_more_rulings_are_named_where_they_help() -> None:
    """Four times the rulings halve the error; where the change is seen already, or would never be, none are named."""
    assert rulings_needed(100, 0.02, target=0.02 * 2.8) == 10
    needed = rulings_needed(100, 0.04, target=0.02 * 2.8)
    assert needed is not None
    assert 290 <= needed <= 320
    assert rulings_needed(100, 0.02, target=1e-6) is None
    assert rulings_needed(0, 0.02, target=0.1) is None
    assert judge_gain("gain", "", change(0.02, 0.02), least=0.005).more is not None
    assert judge_gain("gain", "", change(0.03, 0.001), least=0.005).more is None
    assert judge_harm("kit", "", change(-0.02, 0.02), limit=0.01, is_kit=True).more is None


def test_who_looks_often_looks_more_strictly() -> None:
    """One look at 2.5 % is the usual 1.96 standard errors, forty looks need more."""
    assert several_looks(0.025, 1) == pytest.approx(1.96, abs=0.001)
    assert several_looks(0.025, 40) > 3.2
