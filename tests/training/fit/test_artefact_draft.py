"""The draft of an artefact: its arrays are those of the classifier, and its description holds the settings and metrics of the training."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.artefact.manifest import Prior
from model.ngrams.feature_settings import FeatureSettings
from model.policy import Policy
from training.fit.artefact_draft import ArtefactDraft, draft_artefact
from training.fit.heads_fit import FittedClassifier, fit_heads
from training.fit.ngram_weights import FitSettings
from training.fit.train_job import TrainJob
from training.metrics.source_metrics import SourceMetrics
from training.tables.labelled import Labelled

JOB = TrainJob(tables=(), out=Path("unused"), name="forum", fit=FitSettings(features=FeatureSettings(bits=10), epochs=1), dev_share=0.25)
POLICY = Policy("default", review_abusive=0.2, review_hateful=0.1, reject_abusive=0.8, reject_hateful=0.7)


@pytest.fixture(scope="module")
def fitted(rows: Callable[..., Labelled]) -> FittedClassifier:
    """A small classifier of n-grams."""
    labelled = rows(["fine", "toxic", "hateful"] * 4)
    return fit_heads(labelled, labelled, settings=JOB.fit, prior=Prior(), progress=lambda share: None)


def draft(fitted: FittedClassifier, *, sources: int = 1) -> ArtefactDraft:
    """Draft an artefact whose dev rows are of several sources."""
    metrics = {f"source {number}": SourceMetrics(rows=number) for number in range(1, sources + 1)}
    metrics["MEAN"] = SourceMetrics(rows=sum(source.rows for source in metrics.values()), auc_abusive=0.75)
    return draft_artefact(fitted, job=JOB, data=(), metrics=metrics, calibration_error=0.125, policy=POLICY)


def test_the_arrays_are_those_of_the_classifier(fitted: FittedClassifier) -> None:
    """Every array that the reader's entry names is in the draft."""
    drafted = draft(fitted)
    reader = fitted.classifier.reader
    assert set(drafted.arrays) == {value for value in drafted.description.readers[0].values() if str(value).endswith(".npy")}
    for name, array in (("weights.npy", reader.values), ("scales.npy", reader.scales), ("biases.npy", reader.biases)):
        np.testing.assert_array_equal(drafted.arrays[name], array)


def test_the_description_holds_what_a_retraining_needs(fitted: FittedClassifier) -> None:
    """Settings of the fit, share of dev rows, thresholds of the policy and metrics under their public keys."""
    description = draft(fitted).description
    assert (description.name, description.settings["epochs"], description.settings["dev_share"]) == ("forum", 1, 0.25)
    assert description.policies["default"].reject_abusive == POLICY.reject_abusive
    assert description.metrics["calibration_error"] == 0.125
    assert description.metrics["dev"]["MEAN"]["auc_abusive"] == 0.75  # type: ignore[index, call-overload]


def test_the_metrics_of_the_smallest_of_many_sources_are_left_out(fitted: FittedClassifier) -> None:
    """500 sources and their mean remain, so that the manifest can still be read."""
    dev = draft(fitted, sources=502).description.metrics["dev"]
    assert isinstance(dev, dict)
    assert len(dev) == 501
    assert {"source 1", "source 2"}.isdisjoint(dev)
    assert {"source 3", "source 502", "MEAN"} <= set(dev)
