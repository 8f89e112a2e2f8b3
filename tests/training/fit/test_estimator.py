"""The estimator: it learns what `tipstaff train` learns, and refuses what is no comment, class, weight or parameter."""

import pickle
from collections.abc import Callable
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from tests.training.fit.zorg_rows import LABELS, ROWS, TEXTS, UNSEEN, quick
from training.fit.estimator import CommentClassifier


@pytest.fixture(scope="module")
def fitted() -> CommentClassifier:
    """An estimator that has learnt all three classes."""
    return quick().fit(TEXTS, LABELS)


def test_it_learns(fitted: CommentClassifier) -> None:
    """Classes are sorted, probabilities come in their order and add up, the most probable class is predicted."""
    assert fitted.classes_.tolist() == ["fine", "hateful", "toxic"]
    assert fitted.predict(UNSEEN).tolist() == ["fine", "toxic", "hateful"]
    probabilities = fitted.predict_proba(TEXTS)
    assert probabilities.shape == (len(TEXTS), 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (fitted.predict(TEXTS) == fitted.classes_[probabilities.argmax(axis=1)]).all()
    assert fitted.score(TEXTS, LABELS) > 0.95


@pytest.mark.parametrize("pair", [("fine", "hateful"), ("fine", "toxic"), ("hateful", "toxic")])
def test_two_classes_suffice(pair: tuple[str, str]) -> None:
    """Of two classes the decision is the log-odds of the second, and nothing is said of the third."""
    texts, labels = zip(*(row for row in ROWS if row[1] in pair), strict=True)
    estimator = quick().fit(texts, labels)
    assert estimator.classes_.tolist() == list(pair)
    decision = estimator.decision_function(texts)
    assert decision.shape == (len(texts),)
    np.testing.assert_allclose(estimator.predict_proba(texts)[:, 1], 1 / (1 + np.exp(-decision)))
    assert (estimator.predict(texts) == np.where(decision > 0, *reversed(pair))).all()
    assert estimator.score(texts, labels) > 0.95


def test_probabilities_know_how_common_the_classes_were() -> None:
    """The mean probability of a class is about its share of what was learnt."""
    rows = [row for row in ROWS if row[1] == "fine"] * 3 + [row for row in ROWS if row[1] != "fine"]
    estimator = quick().fit([text for text, _ in rows], [label for _, label in rows])
    assert estimator.predict_proba([text for text, _ in rows]).mean(axis=0) == pytest.approx([0.6, 0.2, 0.2], abs=0.06)


@pytest.mark.parametrize("of", [list, tuple, np.array, lambda values: np.array(values, dtype=object), pd.Series, pd.Categorical])
def test_columns_of_any_make(fitted: CommentClassifier, of: Callable[[list[str]], Any]) -> None:
    """Lists, arrays and Series hold the same comments and classes."""
    texts = TEXTS if of is pd.Categorical else of(TEXTS)
    again = quick().fit(texts, of(LABELS))
    np.testing.assert_array_equal(again.weights_, fitted.weights_)
    np.testing.assert_array_equal(again.predict_proba(texts), fitted.predict_proba(TEXTS))


def test_a_column_of_a_frame() -> None:
    """A Series counts by position, whatever its index says."""
    frame = pd.DataFrame({"text": TEXTS, "label": LABELS}).sample(frac=0.5, random_state=0)
    assert quick().fit(frame.text, frame.label).score(frame.text, frame.label) > 0.9


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ("one comment", "one string"),
        (b"one comment", "one string"),
        (np.array([TEXTS]), r"shape \(1, \d+\)"),
        (pd.DataFrame({"text": TEXTS}), "one column"),
        ([*TEXTS[1:], None], r"X\[107\] is no string but NoneType"),
        ([b"bytes", *TEXTS[1:]], r"X\[0\] is no string but bytes"),
        (list(range(len(TEXTS))), r"X\[0\] is no string but int"),
        (TEXTS[1:], "inconsistent numbers of samples"),
    ],
)
def test_comments_that_are_none(fitted: CommentClassifier, texts: Any, words: str) -> None:
    """What is no column of strings is refused, and told why."""
    with pytest.raises(ValueError, match=words):
        quick().fit(texts, LABELS)
    if "inconsistent" not in words:
        with pytest.raises(ValueError, match=words):
            fitted.predict(texts)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([*LABELS[1:], "spam"], "'spam'; the classes are fine, toxic, hateful"),
        ([0] * len(TEXTS), "holds 0; the classes are fine, toxic, hateful"),
        ([*LABELS[1:], np.nan], "holds nan; the classes are"),
        ([*LABELS[1:], None], "holds None; the classes are"),
        (["fine"] * len(TEXTS), r"one class only \(fine\)"),
        (np.array([LABELS, LABELS]).T, "1d array"),
    ],
)
def test_classes_that_are_none(labels: Any, words: str) -> None:
    """Other classes than the three, and one alone, are refused."""
    with pytest.raises(ValueError, match=words):
        quick().fit(TEXTS, labels)


@pytest.mark.parametrize(
    "parameters",
    [
        {"epochs": 0},
        {"epochs": 1.5},
        {"rate": 0},
        {"rate": "fast"},
        {"damping": -1},
        {"sharing": 2},
        {"bits": 9},
        {"bits": 25},
        {"rate": np.nan},
    ],
)
def test_parameters_out_of_range(parameters: dict[str, Any]) -> None:
    """A parameter is checked when it is used, and named."""
    with pytest.raises(ValueError, match=next(iter(parameters))):
        quick(**parameters).fit(TEXTS, LABELS)


def test_before_the_fit() -> None:
    """Who has learnt nothing says nothing."""
    with pytest.raises(NotFittedError):
        quick().predict(TEXTS)


def test_no_comments(fitted: CommentClassifier) -> None:
    """None is a batch too; a fit needs some."""
    assert fitted.predict([]).shape == (0,)
    assert fitted.predict_proba([]).shape == (0, 3)
    with pytest.raises(ValueError, match="X is empty"):
        quick().fit([], [])


@hypothesis_settings(max_examples=20)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=8))
def test_any_text_has_probabilities(fitted: CommentClassifier, texts: list[str]) -> None:
    """Whatever is written, probabilities are, and a comment's do not depend on its neighbours."""
    together = fitted.predict_proba(texts)
    assert ((together >= 0) & (together <= 1)).all()
    np.testing.assert_allclose(together.sum(axis=1), 1)
    np.testing.assert_array_equal(together, np.concatenate([fitted.predict_proba([text]) for text in texts]))


def test_the_seed_decides() -> None:
    """The same seed gives the same weights, another one others; a RandomState is weights from."""
    first, same, other = (quick(random_state=seed).fit(TEXTS, LABELS).weights_ for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()
    state = np.random.RandomState(1)
    weights = [quick(random_state=state).fit(TEXTS, LABELS).weights_ for _ in range(2)]
    assert (weights[0] != weights[1]).any()


def test_weights_of_comments(fitted: CommentClassifier) -> None:
    """Only how weights relate to each other counts; 1 for all is none; 0 is as good as not there."""
    texts, labels = [*TEXTS, "thank you for the bus"], [*LABELS, "hateful"]
    left_out = quick().fit(texts, labels, sample_weight=[3.0] * len(TEXTS) + [0.0])
    np.testing.assert_array_equal(left_out.weights_, fitted.weights_)
    dear = quick().fit(texts, labels, sample_weight=[1.0] * len(TEXTS) + [200.0])
    assert dear.predict(texts[-1:]).tolist() == ["hateful"]


@pytest.mark.parametrize(("weight", "words"), [([-1.0] * len(TEXTS), "[Nn]egative"), ([0.0] * len(TEXTS), "zero|0"), ([1.0], "shape")])
def test_weights_that_are_none(weight: list[float], words: str) -> None:
    """Weights are checked."""
    with pytest.raises(ValueError, match=words):
        quick().fit(TEXTS, LABELS, sample_weight=weight)


def test_weights_of_classes() -> None:
    """A class that counts more is predicted more often; "balanced" makes rare ones count as common ones."""
    texts, labels = TEXTS + UNSEEN[:2], [*LABELS, "toxic", "fine"]
    rows = [row for row in zip(texts, labels, strict=True) if row[1] != "toxic"]
    rare = rows[:36] + rows[36:38]
    plain, balanced, dear = (
        quick(class_weight=weight).fit([text for text, _ in rare], [label for _, label in rare]).predict_proba(["a bus"])[0, 1]
        for weight in (None, "balanced", {"fine": 1, "hateful": 100})
    )
    assert plain < balanced < dear


def test_it_is_cloned_and_stored(fitted: CommentClassifier, tmp_path: Any) -> None:
    """A clone has the parameters and nothing learnt; what is stored says the same, and is arrays, strings and numbers only."""
    assert clone(fitted).get_params() == fitted.get_params()
    assert not hasattr(clone(fitted), "classes_")
    joblib.dump(fitted, tmp_path / "fitted")
    for again in (pickle.loads(pickle.dumps(fitted)), joblib.load(tmp_path / "fitted")):
        np.testing.assert_array_equal(again.predict_proba(TEXTS), fitted.predict_proba(TEXTS))
    assert {type(value) for name, value in vars(fitted).items() if name.endswith("_")} == {np.ndarray, str}


def test_another_normaliser_is_refused(fitted: CommentClassifier) -> None:
    """Weights are never fed what they were not fitted on."""
    old = pickle.loads(pickle.dumps(fitted))
    old.normaliser_ = "0-of-last-year"
    with pytest.raises(ValueError, match=r"0-of-last-year.*fit it anew"):
        old.predict(TEXTS)


def test_parameters_may_change_after_the_fit(fitted: CommentClassifier) -> None:
    """What is set for the next fit leaves the last one alone."""
    changed = pickle.loads(pickle.dumps(fitted)).set_params(bits=14)
    np.testing.assert_array_equal(changed.predict_proba(TEXTS), fitted.predict_proba(TEXTS))
