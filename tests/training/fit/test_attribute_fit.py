"""Attribute heads: what is published, what they are measured on, and what a training takes over."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import StoredArtefact, read_artefact
from model.artefact.manifest import AttributeEvidence, Calibration, Prior
from model.moderator import build_classifier
from model.ngrams.feature_settings import FeatureSettings
from model.normaliser.version import normaliser_version
from training.fit.attribute_fit import (
    ATTRIBUTE_ORDER,
    LEAST_ANSWERS,
    LEAST_AUC,
    AttributeHeads,
    attribute_evidence,
    fit_attributes,
    inherit_attributes,
    label_shares,
    measured_weights,
    prior_shares,
)
from training.fit.heads_fit import fit_heads
from training.fit.ngram_weights import FitSettings
from training.fit.train import build_artefact
from training.fit.train_job import TrainJob
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
PRIOR = Prior(abusive=0.1, hateful=0.2)
SETTINGS = FitSettings(features=FeatureSettings(bits=12), epochs=4)


@pytest.fixture
def table(rows: MakeRows) -> Labelled:
    """1,200 rows, half of them rude; the first 400 answer whether they insult, the others have their label alone."""
    rude = np.arange(1_200) % 2
    words = np.where(rude, np.where(np.arange(1_200) < 400, "idiot", "zorg"), "thanks")
    nouns = np.random.default_rng(0).integers(0, 400, (1_200, 6))
    text = [" ".join([word, *(f"n{noun}" for noun in some)]) for word, some in zip(words, nouns, strict=True)]
    answers = np.where(np.arange(1_200) < 400, rude, -1)
    return rows(["toxic" if bad else "fine" for bad in rude], text=text, source=["a", "b", "c"] * 400, insult=answers)


def test_a_head_starts_from_the_label_heads(table: Labelled) -> None:
    """What a head was never shown it judges as the label heads do: comments that are abusive in other words count as insults."""
    heads = fit_attributes(table, table.take([]), settings=SETTINGS, prior=PRIOR)
    assert heads.names == ("insult",)
    assert heads.evidence["insult"].source is None
    fitted = fit_heads(table, table.take(range(400)), settings=SETTINGS, prior=PRIOR, progress=lambda share: None)
    insult = fitted.classifier.score([b"zorg", b"thanks"]).attributes["insult"]
    assert insult[0] > insult[1]


@pytest.mark.parametrize(("yes", "no", "is_evidence"), [(100, 100, True), (99, 300, False), (300, 99, False)])
def test_answers_are_pooled_over_sources(rows: MakeRows, yes: int, no: int, is_evidence: bool) -> None:
    """A hundred rows must say yes, and a hundred no; it does not matter which source they are of."""
    assert LEAST_ANSWERS == 100
    answers = np.array([1] * yes + [0] * no + [-1] * 500, np.int8)
    source = [f"source{row % 7}" for row in range(answers.size)]
    of = rows(["toxic" if answer == 1 else "fine" for answer in answers], source=source, insult=answers)
    evidence = attribute_evidence(of, answers, answers.astype(np.float64), shares=label_shares(of), prior=PRIOR)
    assert (evidence is not None) == is_evidence
    if evidence is not None:
        assert (evidence.positives, evidence.negatives, evidence.auc) == (yes, no, 1.0)
        assert evidence.share == pytest.approx(0.08 / 0.98)


def test_rows_weigh_what_the_prior_says(rows: MakeRows) -> None:
    """Of the weight nine tenths are fine rows, however few were asked; rows that do not answer, or only their source does, have none."""
    of = rows(["fine", "toxic", "toxic", "hateful", "abusive", "fine", "toxic"], insult=[0, 1, 1, 1, 0, 0, -1])
    weights = measured_weights(of, of.attributes["insult"], prior_shares(PRIOR))
    np.testing.assert_allclose(weights, [0.45, *[0.08 / 3] * 2, 0.02, 0.08 / 3, 0.45, 0])
    again = replace(of, reread=np.array([True, True, False, True, False, False, True]))
    np.testing.assert_allclose(measured_weights(again, of.attributes["insult"], prior_shares(PRIOR)), [0.9, 0.08, 0, 0.02, 0, 0, 0])
    np.testing.assert_allclose(label_shares(of), [1 / 3, 1 / 2, 1 / 6])
    np.testing.assert_allclose(label_shares(again), [0.25, 0.5, 0.25])
    unlabelled = rows(["unknown"] * 4, insult=[1, 0, 1, -1])
    np.testing.assert_allclose(measured_weights(unlabelled, unlabelled.attributes["insult"], prior_shares(PRIOR)), [1 / 3, 1 / 3, 1 / 3, 0])


def test_what_cannot_be_told_is_not_published(table: Labelled) -> None:
    """An attribute whose AUC may be below the bound, and one that few rows answer, have no head; without any there are none."""
    coin = np.random.default_rng(1).integers(0, 2, 1_200).astype(np.int8)
    few = np.where(np.arange(1_200) < 150, table.attributes["insult"], -1).astype(np.int8)
    heads = fit_attributes(replace(table, attributes={"coin": coin, "few": few}), table.take([]), settings=SETTINGS, prior=PRIOR)
    assert (heads.names, heads.values.shape) == ((), (1 << 12, 0))
    assert 0.5 < LEAST_AUC < 1
    assert fit_attributes(replace(table, attributes={}), table.take([]), settings=SETTINGS, prior=PRIOR).names == ()


def test_the_order_is_that_of_the_encoder() -> None:
    """Heads come in the order of the artefact that they are inherited from; what is fitted anew takes the place of what is there."""
    assert ATTRIBUTE_ORDER == ("insult", "threat", "profanity", "sexually_explicit", "severe_toxicity")
    old, new = make_heads("threat", "insult", value=1), make_heads("insult", "rude", value=2)
    joined = new.with_inherited(old)
    assert joined.names == ("threat", "insult", "rude")
    assert joined.values[0].tolist() == [1, 2, 2]
    assert [joined.evidence[name].auc for name in joined.names] == [0.9, 0.8, 0.8]


def make_heads(*names: str, value: int) -> AttributeHeads:
    """Heads whose weights are all alike."""
    evidence = AttributeEvidence(positives=100, negatives=100, auc=1 - value / 10, auc_low=0.8)
    return AttributeHeads(
        np.full((1 << 12, len(names)), value, np.int8),
        np.ones(len(names)),
        np.zeros(len(names)),
        dict.fromkeys(names, Calibration(slope=2.0, intercept=-1.0)),
        dict.fromkeys(names, evidence),
    )


@pytest.fixture
def stored(table: Labelled, tmp_path: Path) -> StoredArtefact:
    """An artefact with one attribute."""
    job = TrainJob(tables=(), out=tmp_path / "old", fit=SETTINGS)
    build_artefact(table, job=job, data=(), report_progress=lambda step, share: None)
    return read_artefact(tmp_path / "old", normaliser=normaliser_version())


def test_weights_are_taken_over_where_features_are_the_same(stored: StoredArtefact, table: Labelled) -> None:
    """A training whose tables answer no attribute keeps the scores of the artefact that it starts from, also in a larger table."""
    texts = [text.encode() for text in table.text[:20]]
    before = build_classifier(stored).score(texts).attributes["insult"]
    for bits in (12, 13):
        settings = replace(SETTINGS, features=replace(SETTINGS.features, bits=bits))
        inherited = inherit_attributes(stored, settings.features, encoder_heads=2)
        without = replace(table, attributes={})
        fitted = fit_heads(
            without, without.take(range(400)), settings=settings, prior=PRIOR, inherited=inherited, progress=lambda share: None
        )
        np.testing.assert_allclose(fitted.classifier.score(texts).attributes["insult"], before)
        assert fitted.evidence["insult"] == stored.manifest.attributes["insult"]


def test_other_features_leave_the_attribute_to_the_encoder(stored: StoredArtefact, table: Labelled) -> None:
    """Weights for other features are not taken over: the n-grams then give every comment the share of comments that have the attribute."""
    settings = replace(SETTINGS, features=replace(SETTINGS.features, pairs=0.1))
    assert inherit_attributes(stored, settings.features, encoder_heads=2).names == ()
    inherited = inherit_attributes(stored, settings.features, encoder_heads=3)
    without = replace(table, attributes={})
    fitted = fit_heads(without, without.take(range(400)), settings=settings, prior=PRIOR, inherited=inherited, progress=lambda share: None)
    insult = fitted.classifier.score([b"idiot", b"thanks"]).attributes["insult"]
    assert insult == pytest.approx(stored.manifest.attributes["insult"].share, rel=1e-6)
