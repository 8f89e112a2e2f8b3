"""The figures that the manifest of a language pack records."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.languages.recorded_figures import READ_ANEW, AnswerFigure, measured_on, recorded_figures, rows_learned

FIGURE = {"auc": 0.81, "auc_low": 0.76, "auc_high": 0.86, "positives": 90, "negatives": 210}
NAMES = st.sampled_from(["fast", "cascade", "abusive", "hateful", "auc", "positives", "rows"])
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers(-2, 2) | st.floats(0, 2) | st.text("ab"),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def test_figures_are_read_by_profile() -> None:
    """Each profile has its figures, without what was not measured; and the pack says how many rows it learned from."""
    metrics = {"dev": {"fast": {"abusive": FIGURE}, "cascade": {"abusive": FIGURE, "hateful": FIGURE}}, "rows": 4012}

    figures = recorded_figures(metrics)

    assert {profile: list(answers) for profile, answers in figures.items()} == {"fast": ["abusive"], "cascade": ["abusive", "hateful"]}
    assert figures["fast"]["abusive"] == AnswerFigure(auc=0.81, auc_low=0.76, auc_high=0.86, positives=90, negatives=210)
    assert rows_learned(metrics, [12]) == 4012
    assert measured_on(metrics | {"measured_on": READ_ANEW}) == READ_ANEW


@pytest.mark.parametrize("recorded", [{}, {"dev": None}, {"dev": {"fast": {"abusive": {"auc": 1.5}}}}, {"dev": {"MEAN": {"auc": 0.8}}}])
def test_what_is_recorded_in_another_way_is_no_figure(recorded: dict[str, Any]) -> None:
    """A pack that records nothing, or something else, has no figures, and its tables say how many rows it learned from."""
    assert recorded_figures(recorded) == {}
    assert rows_learned(recorded, [12, 8]) == 20
    assert measured_on(recorded) is None


@given(ANYTHING)
def test_any_record_is_read(recorded: Any) -> None:
    """Whatever an operator's pack records in the place of figures, reading it fails never."""
    figures = recorded_figures({"dev": recorded})

    assert all(0 <= figure.auc <= 1 for answers in figures.values() for figure in answers.values())
