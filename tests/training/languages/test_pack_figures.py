"""The figures of packs: the area under the curve, its interval, and what is told at all."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from training.languages.pack_figures import area, measure_pack, told_answers
from training.tables.labelled import Labelled, Place


def dev_rows(abusive: list[int], hateful: list[int]) -> Labelled:
    """Return rows with these answers."""
    n = len(abusive)
    places = [Place("file", 1)] * n
    return Labelled(
        [""] * n,
        np.array(abusive, np.int8),
        np.array(hateful, np.int8),
        [""] * n,
        ["dev"] * n,
        [""] * n,
        np.ones(n),
        [None] * n,
        {},
        places,
    )


def test_area_with_ties() -> None:
    """The area is that of scikit-learn, ties included."""
    random = np.random.default_rng(5)
    yes, scores = random.random(80) < 0.3, random.integers(0, 9, 80).astype(np.float64)
    assert area(yes, scores) == pytest.approx(roc_auc_score(yes, scores))


def test_figures_of_both_questions() -> None:
    """Each question is measured on the rows that answer it, and its interval holds the figure."""
    rows = dev_rows([0] * 20 + [1] * 20 + [-1] * 5, [0] * 20 + [1] * 10 + [-1] * 10 + [0] * 5)
    scores = np.random.default_rng(1).dirichlet((1, 1, 1), 45)
    figures = measure_pack(scores, rows)
    assert (figures["abusive"]["positives"], figures["abusive"]["negatives"]) == (20, 20)
    assert (figures["hateful"]["positives"], figures["hateful"]["negatives"]) == (10, 25)
    assert all(figure["auc_low"] <= figure["auc"] <= figure["auc_high"] for figure in figures.values())


def test_few_rows_give_no_figure() -> None:
    """Where hardly any row is hateful, there is no figure of it."""
    figures = measure_pack(np.full((40, 3), 1 / 3), dev_rows([0] * 20 + [1] * 20, [0] * 38 + [1] * 2))
    assert set(figures) == {"abusive"}


@pytest.mark.parametrize(
    ("abusive", "hateful", "told"),
    [(0.9, 0.8, ("abusive", "hateful")), (0.9, 0.7, ("abusive",)), (0.9, None, ("abusive",)), (0.7, 0.9, ()), (None, None, ())],
)
def test_what_is_told(abusive: float | None, hateful: float | None, told: tuple[str, ...]) -> None:
    """An answer is told where its area is large enough; without abuse, nothing is."""
    figures = {name: {"auc": auc} for name, auc in (("abusive", abusive), ("hateful", hateful)) if auc is not None}
    assert told_answers(figures, learned_rows=9_999) == told


@pytest.mark.parametrize(("rows", "high", "told"), [(10_000, 0.76, ("abusive",)), (9_999, 0.76, ()), (10_000, 0.74, ())])
def test_what_many_rows_teach_is_told_unless_it_is_certainly_bad(rows: int, high: float, told: tuple[str, ...]) -> None:
    """A pack of many rows tells abuse where its interval reaches the least area; one of few rows only where the figure itself does."""
    assert told_answers({"abusive": {"auc": 0.7, "auc_high": high}}, learned_rows=rows) == told
