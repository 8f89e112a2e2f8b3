"""The scoreboard: one pass measures what the separate measures say, for rows once or repeated."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from training.evaluation.scoreboard import METRICS, SLICE_METRICS, Scoreboard, ScoredRows
from training.evaluation.slices import assign_slices
from training.evaluation.source_metrics import calibration_error, measure_sources

MakeJudged = Callable[..., ScoredRows]
THREE = ("fine", "toxic", "hateful")
SOURCES = {"a": THREE, "b": THREE, "c": ("hateful", "not hateful"), "d": ("abusive",)}


@pytest.mark.parametrize("clean", [None, ["a"]])
def test_figures_are_those_of_the_training(judged: MakeJudged, clean: list[str] | None) -> None:
    """By source and in the mean, the figures that a training prints come out the same."""
    of = judged(SOURCES, clean=clean)
    found = Scoreboard(of, assign_slices(of.rows.text)).measure().figures
    expected = measure_sources(of.scores, of.labels, of.rows, clean=clean)
    for column, source in enumerate(["a", "b", "c", "d", "MEAN"]):
        for figure in ("auc_abusive", "auc_hateful", "caught_abusive", "caught_hateful", "macro_f1"):
            value = getattr(expected[source], figure)
            assert found[METRICS.index(figure), column] == pytest.approx(np.nan if value is None else value, nan_ok=True), (source, figure)
    assert found[METRICS.index("calibration_error"), -1] == pytest.approx(calibration_error(of.abusive, of.rows, prior=0.1))


def test_pooled_figures(judged: MakeJudged) -> None:
    """Pooled figures are those of all rows that answer, as if they were one source."""
    of = judged(SOURCES)
    found = dict(zip(METRICS, Scoreboard(of, assign_slices(of.rows.text)).measure().figures[:, -1], strict=True))
    known = of.rows.hateful >= 0
    assert found["auc_hateful"] == pytest.approx(roc_auc_score(of.rows.hateful[known], of.hateful[known]))
    assert found["precision_hateful"] == pytest.approx(average_precision_score(of.rows.hateful[known], of.hateful[known]))
    labelled = of.rows.label[np.isin(of.rows.source, ["a", "b"])]
    assert found["accuracy"] == pytest.approx((labelled == of.labels[np.isin(of.rows.source, ["a", "b"])]).mean())


def test_false_alarms_are_what_was_allowed(judged: MakeJudged) -> None:
    """Of clean conversation, all sources together, at most 5 % lies above the point."""
    of = judged(SOURCES)
    pooled = Scoreboard(of, assign_slices(of.rows.text)).measure().figures[METRICS.index("false_alarms"), -1]
    assert 0 < pooled <= 0.05


def test_weights_are_repetitions(judged: MakeJudged) -> None:
    """Rows that count several times are measured as if they were written down as often."""
    of = judged(SOURCES, size=80)
    weights = np.random.default_rng(1).integers(0, 4, len(of.rows)).astype(np.int32)
    order = np.repeat(np.arange(len(of.rows)), weights)
    written = ScoredRows(of.rows.take(order), of.scores[order], of.labels[order], of.clean, of.prior)
    found = Scoreboard(of, assign_slices(of.rows.text)).measure(weights).flat()
    assert found == pytest.approx(Scoreboard(written, assign_slices(written.rows.text)).measure().flat(), nan_ok=True)


@pytest.mark.parametrize("question", ["abusive", "hateful"])
def test_slice_areas_are_those_of_the_paper(judged: MakeJudged, question: str) -> None:
    """Subgroup, BPSN and BNSP AUC are AUCs of the rows that Borkan et al. define, of the sources that answer both ways."""
    of = judged(SOURCES)
    cuts = assign_slices(of.rows.text)
    found = Scoreboard(of, cuts).measure().slices
    answers, scores = getattr(of.rows, question), getattr(of, question)
    known = np.isin(of.rows.source, ["a", "b"] if question == "abusive" else ["a", "b", "c"]) & (answers >= 0)
    seen = 0
    for number in range(len(cuts.slices)):
        inside = cuts.holds(number)
        for kind, rows in (
            ("auc", inside),
            ("bpsn", np.where(answers == 1, ~inside, inside)),
            ("bnsp", np.where(answers == 1, inside, ~inside)),
        ):
            rows = rows & known
            value = found[SLICE_METRICS.index(f"{kind}_{question}"), number]
            if len(set(answers[rows].tolist())) < 2:
                assert np.isnan(value)
            else:
                assert value == pytest.approx(roc_auc_score(answers[rows], scores[rows]))
                seen += 1
    assert seen > 20


def test_slice_shares_by_hand(judged: MakeJudged) -> None:
    """Flagged and caught are shares of the slice's rows above the points of clean conversation."""
    of = judged(SOURCES, clean=["a"])
    cuts = assign_slices(of.rows.text)
    found = Scoreboard(of, cuts).measure()
    for number in range(len(cuts.slices)):
        inside = cuts.holds(number)
        for figure, known, over in (
            ("false_alarms", of.rows.abusive == 0, of.abusive > found.points[0]),
            ("false_alarms_hateful", of.rows.hateful == 0, of.hateful > found.points[1]),
            ("caught_abusive", of.rows.abusive == 1, of.abusive > found.points[0]),
            ("caught_hateful", of.rows.hateful == 1, of.hateful > found.points[1]),
        ):
            rows = known & inside
            expected = over[rows].mean() if rows.any() else np.nan
            assert found.slices[SLICE_METRICS.index(figure), number] == pytest.approx(expected, nan_ok=True)


def test_without_clean_conversation_nothing_is_caught(judged: MakeJudged) -> None:
    """Where no row is clean conversation there is no point, and no share above it."""
    of = judged({"c": ("hateful", "not hateful")})
    found = Scoreboard(of, assign_slices(of.rows.text)).measure()
    assert np.isnan(found.points).all()
    assert np.isnan(found.figures[METRICS.index("caught_hateful")]).all()
    assert np.isfinite(found.figures[METRICS.index("auc_hateful"), 0])
