"""The scoreboard: one pass computes what the separate measures do, for rows that count once or several times."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from training.evaluation.scoreboard import Scoreboard
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.slices import assign_slices
from training.metrics.metric_names import (
    AUC_ABUSIVE,
    AUC_HATEFUL,
    FALSE_POSITIVE_RATE,
    FALSE_POSITIVE_RATE_HATEFUL,
    MACRO_F1,
    METRICS,
    RECALL_ABUSIVE,
    RECALL_HATEFUL,
    SLICE_METRICS,
)
from training.metrics.source_metrics import calibration_error, measure_sources

MakeScored = Callable[..., ScoredRows]
THREE = ("fine", "toxic", "hateful")
SOURCES = {"a": THREE, "b": THREE, "c": ("hateful", "not hateful"), "d": ("abusive",)}


@pytest.mark.parametrize("clean", [None, ["a"]])
def test_metrics_are_those_of_a_training(make_scored: MakeScored, clean: list[str] | None) -> None:
    """By source and in the mean, they are those that a training prints."""
    scored = make_scored(SOURCES, clean=clean)
    values = Scoreboard(scored, assign_slices(scored.rows.text)).measure().figures
    expected = measure_sources(scored.scores, scored.labels, scored.rows, clean=clean)
    for column, source in enumerate(["a", "b", "c", "d", "MEAN"]):
        for metric in (AUC_ABUSIVE, AUC_HATEFUL, RECALL_ABUSIVE, RECALL_HATEFUL, MACRO_F1):
            value = expected[source].by_key()[metric]
            assert values[METRICS.index(metric), column] == pytest.approx(np.nan if value is None else value, nan_ok=True), (source, metric)
    assert values[METRICS.index("calibration_error"), -1] == pytest.approx(calibration_error(scored.abusive, scored.rows, prior=0.1))


def test_pooled_figures(make_scored: MakeScored) -> None:
    """Pooled figures are those of all rows that answer, as if they were one source."""
    scored = make_scored(SOURCES)
    values = dict(zip(METRICS, Scoreboard(scored, assign_slices(scored.rows.text)).measure().figures[:, -1], strict=True))
    known = scored.rows.hateful >= 0
    assert values["auc_hateful"] == pytest.approx(roc_auc_score(scored.rows.hateful[known], scored.hateful[known]))
    assert values["precision_hateful"] == pytest.approx(average_precision_score(scored.rows.hateful[known], scored.hateful[known]))
    labelled = scored.rows.label[np.isin(scored.rows.source, ["a", "b"])]
    assert values["accuracy"] == pytest.approx((labelled == scored.labels[np.isin(scored.rows.source, ["a", "b"])]).mean())


def test_the_false_positive_rate_is_the_one_allowed(make_scored: MakeScored) -> None:
    """Of clean conversation, all sources together, at most 5 % lies above the threshold."""
    scored = make_scored(SOURCES)
    pooled = Scoreboard(scored, assign_slices(scored.rows.text)).measure().figures[METRICS.index(FALSE_POSITIVE_RATE), -1]
    assert 0 < pooled <= 0.05


def test_weights_are_repetitions(make_scored: MakeScored) -> None:
    """Rows that count several times are measured as if they were repeated."""
    scored = make_scored(SOURCES, size=80)
    weights = np.random.default_rng(1).integers(0, 4, len(scored.rows)).astype(np.int32)
    order = np.repeat(np.arange(len(scored.rows)), weights)
    repeated = ScoredRows(scored.rows.take(order), scored.scores[order], scored.labels[order], scored.clean, scored.prior)
    values = Scoreboard(scored, assign_slices(scored.rows.text)).measure(weights).flatten()
    assert values == pytest.approx(Scoreboard(repeated, assign_slices(repeated.rows.text)).measure().flatten(), nan_ok=True)


@pytest.mark.parametrize("question", ["abusive", "hateful"])
def test_slice_areas_are_those_of_the_paper(make_scored: MakeScored, question: str) -> None:
    """Subgroup, BPSN and BNSP AUC are AUCs of the rows that Borkan et al. define, of the sources that answer both ways."""
    scored = make_scored(SOURCES)
    membership = assign_slices(scored.rows.text)
    values = Scoreboard(scored, membership).measure().slices
    answers, scores = getattr(scored.rows, question), getattr(scored, question)
    known = np.isin(scored.rows.source, ["a", "b"] if question == "abusive" else ["a", "b", "c"]) & (answers >= 0)
    compared = 0
    for number in range(len(membership.slices)):
        inside = membership.rows_in(number)
        for kind, rows in (
            ("auc", inside),
            ("bpsn", np.where(answers == 1, ~inside, inside)),
            ("bnsp", np.where(answers == 1, inside, ~inside)),
        ):
            rows = rows & known
            value = values[SLICE_METRICS.index(f"{kind}_{question}"), number]
            if len(set(answers[rows].tolist())) < 2:
                assert np.isnan(value)
            else:
                assert value == pytest.approx(roc_auc_score(answers[rows], scores[rows]))
                compared += 1
    assert compared > 20


def test_slice_shares_by_hand(make_scored: MakeScored) -> None:
    """False-positive rate and recall are shares of the slice's rows above the thresholds of clean conversation."""
    scored = make_scored(SOURCES, clean=["a"])
    membership = assign_slices(scored.rows.text)
    values = Scoreboard(scored, membership).measure()
    for number in range(len(membership.slices)):
        inside = membership.rows_in(number)
        for metric, known, flagged in (
            (FALSE_POSITIVE_RATE, scored.rows.abusive == 0, scored.abusive > values.thresholds[0]),
            (FALSE_POSITIVE_RATE_HATEFUL, scored.rows.hateful == 0, scored.hateful > values.thresholds[1]),
            (RECALL_ABUSIVE, scored.rows.abusive == 1, scored.abusive > values.thresholds[0]),
            (RECALL_HATEFUL, scored.rows.hateful == 1, scored.hateful > values.thresholds[1]),
        ):
            rows = known & inside
            expected = flagged[rows].mean() if rows.any() else np.nan
            assert values.slices[SLICE_METRICS.index(metric), number] == pytest.approx(expected, nan_ok=True)


def test_without_clean_conversation_there_is_no_recall(make_scored: MakeScored) -> None:
    """Where no row is clean conversation there is no threshold, and no share above it."""
    scored = make_scored({"c": ("hateful", "not hateful")})
    values = Scoreboard(scored, assign_slices(scored.rows.text)).measure()
    assert np.isnan(values.thresholds).all()
    assert np.isnan(values.figures[METRICS.index(RECALL_HATEFUL)]).all()
    assert np.isfinite(values.figures[METRICS.index("auc_hateful"), 0])
