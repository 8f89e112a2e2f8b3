"""Heads: what rows can teach, and what must be shown before an attribute is published."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from model.artefact.manifest import HEADS, Prior
from model.errors import TableError
from model.ngrams.feature_settings import FeatureSettings
from training.fit.attribute_fit import LEAST_AUC
from training.fit.heads_fit import FittedClassifier, LearnableLabels, fit_heads
from training.fit.ngram_weights import FitSettings
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
SETTINGS = FitSettings(features=FeatureSettings(bits=12))
Answers = npt.NDArray[np.int8]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["fine", "toxic", "hateful"], LearnableLabels(abusive=True, hateful=True, toxic=True)),
        (["fine", "abusive", "hateful"], LearnableLabels(abusive=True, hateful=True, toxic=True)),
        (["fine", "abusive"], LearnableLabels(abusive=True, hateful=False, toxic=True)),
        (["fine", "toxic"], LearnableLabels(abusive=True, hateful=False, toxic=True)),
        (["fine", "hateful"], LearnableLabels(abusive=True, hateful=True, toxic=False)),
        (["not hateful", "hateful"], LearnableLabels(abusive=False, hateful=True, toxic=False)),
        (["not hateful", "hateful", "toxic"], LearnableLabels(abusive=False, hateful=True, toxic=False)),
    ],
)
def test_what_rows_can_teach(rows: MakeRows, answers: list[str], expected: LearnableLabels) -> None:
    """A question is taught where rows answer it both ways; what is not is said."""
    learnable = LearnableLabels.from_rows(rows(answers))
    assert learnable == expected
    assert len(list(learnable.remarks())) == (0 if expected == LearnableLabels(abusive=True, hateful=True, toxic=True) else 1)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (["fine"], "no row to learn from is toxic or hateful"),
        (["not hateful"], "no row to learn from is toxic or hateful"),
        (["unknown"], "no row to learn from is toxic or hateful"),
        (["toxic"], "no row to learn from is fine"),
        (["hateful"], "no row to learn from is fine"),
        (["abusive"], "no row to learn from is fine"),
        (["toxic", "hateful"], "no row to learn from is fine"),
        (["abusive", "not hateful"], "no row to learn from is fine"),
    ],
)
def test_rows_that_teach_nothing(rows: MakeRows, answers: list[str], words: str) -> None:
    """Rows without an opposite are refused, and it is said which are missing."""
    with pytest.raises(TableError, match=words):
        LearnableLabels.from_rows(rows(answers))


def trained(rows: MakeRows, **attributes: Answers) -> FittedClassifier:
    """A classifier of 600 rows, half of which judge; "rude" marks half of them, "calm" the others."""
    random = np.random.default_rng(0)
    rude = np.arange(600) % 2
    nouns = random.integers(0, 50, 600)
    texts = [f"{'idiot' if bad else 'thanks'} for thing{noun}" for bad, noun in zip(rude, nouns, strict=True)]
    of = rows(["toxic" if bad else "fine" for bad in rude], text=texts, **attributes)
    return fit_heads(of.take(range(300)), of.take(range(300, 600)), settings=SETTINGS, prior=Prior(), progress=lambda share: None)


def test_only_attributes_that_are_shown_are_published(rows: MakeRows) -> None:
    """What the head can tell is published with its evidence and is calibrated; what it cannot, or few rows answer, is not."""
    rude = (np.arange(600) % 2).astype(np.int8)
    coin = np.random.default_rng(1).integers(0, 2, 600).astype(np.int8)
    rare = np.where(np.arange(600) < 190, rude, -1).astype(np.int8)
    fitted = trained(rows, coin=coin, insult=rude, rare=rare)
    classifier = fitted.classifier
    assert classifier.heads == (*HEADS, "attribute.insult")
    assert set(fitted.evidence) == {"insult"}
    assert fitted.evidence["insult"].auc_low >= LEAST_AUC
    reader = classifier.reader
    assert reader.values.shape == (1 << 12, 3)
    insult = classifier.score([b"idiot for thing7", b"thanks for thing7"]).attributes["insult"]
    assert insult[0] > 0.9
    assert insult[1] < 0.1


def test_attributes_leave_the_labels_alone(rows: MakeRows) -> None:
    """Whether attributes are there, published or not, moves no score."""
    rude = (np.arange(600) % 2).astype(np.int8)
    texts = [b"idiot for thing7", b"thanks for thing7"]
    np.testing.assert_array_equal(trained(rows).classifier.score(texts).scores, trained(rows, insult=rude).classifier.score(texts).scores)
