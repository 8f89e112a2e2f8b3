"""What is measured of scored rows: estimates in their intervals, curves, bins, slices, and the worst mistakes."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from training.evaluation.measurement import compute_results
from training.evaluation.scored_rows import ScoredRows
from training.metrics.metric_names import METRICS, RECALL_ABUSIVE, SLICE_METRICS
from training.public_keys import with_public_keys

MakeScored = Callable[..., ScoredRows]
THREE = ("fine", "toxic", "hateful")
SOURCES = {"a": THREE, "b": THREE, "c": ("hateful", "not hateful")}


def test_every_source_and_slice_has_every_metric(make_scored: MakeScored) -> None:
    """A metric that the rows do not answer is there as None."""
    results = compute_results(make_scored(SOURCES), resamples=2)
    assert all(tuple(source.figures) == METRICS for source in results.sources)
    assert all(tuple(one.figures) == SLICE_METRICS for one in results.slices)
    assert results.sources[2].figures["auc_abusive"] is None


def test_estimates_lie_in_their_intervals(make_scored: MakeScored) -> None:
    """Low ≤ value ≤ high, for every figure with an interval."""
    results = compute_results(make_scored(SOURCES), resamples=20)
    estimates = [one for source in results.sources for one in source.figures.values() if one is not None and one.low is not None]
    assert estimates
    assert all(one.low <= one.value <= one.high for one in estimates if one.low is not None and one.high is not None)


def test_counts_are_those_of_the_rows(make_scored: MakeScored) -> None:
    """Fine, abusive, hateful and not hateful rows are counted by what is known of them."""
    scored = make_scored(SOURCES)
    third = compute_results(scored, resamples=1).sources[2]
    members = scored.sources["c"]
    assert (third.fine, third.abusive) == (0, int((scored.rows.abusive[members] == 1).sum()))
    assert third.hateful + third.not_hateful == third.rows == members.size


def test_recall_curves_rise(make_scored: MakeScored) -> None:
    """Recall never falls as more false positives are allowed, ends at 1, and at 5 % is the mean recall."""
    results = compute_results(make_scored(SOURCES), resamples=1)
    abusive = results.curves[0]
    assert np.all(np.diff(abusive.recalls) >= 0)
    recall = results.mean[RECALL_ABUSIVE]
    assert recall is not None
    assert abusive.recalls[abusive.false_positive_rates.index(0.05)] == pytest.approx(recall.value)


def test_mistakes_are_the_extremes(make_scored: MakeScored) -> None:
    """The fine rows with the highest scores come first, then the abusive ones with the lowest."""
    scored = make_scored({"a": THREE})
    mistakes = compute_results(scored, resamples=1, mistakes=3).mistakes
    fine, abusive = (np.sort(scored.abusive[scored.rows.abusive == answer]) for answer in (0, 1))
    assert [one.score for one in mistakes[:3]] == fine[::-1][:3].tolist()
    assert [one.score for one in mistakes[3:]] == abusive[:3].tolist()


def test_programs_find_the_published_keys(make_scored: MakeScored) -> None:
    """Fields with better names in the code have the keys in JSON that they were first published under."""
    document = json.loads(json.dumps(with_public_keys(compute_results(make_scored({"a": THREE}), resamples=1))))
    assert "points" in document
    assert set(document["curves"][0]) == {"question", "false_alarms", "caught"}
    assert "said" in document["reliability"][0]
    assert {"caught_abusive", "caught_hateful", "false_alarms"} < set(document["mean"])
