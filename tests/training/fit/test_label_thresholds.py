"""Thresholds of the label rule: the best there are, whatever the dev rows lack."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import expit

from model.array_types import FloatArray
from model.artefact.manifest import LabelThresholds, Prior
from model.classifier import PriorChange, assign_labels
from training.fit.label_thresholds import choose_thresholds
from training.metrics.source_metrics import macro_f1
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
PRIOR = Prior(abusive=0.1, hateful=0.2)
HALF = Prior(abusive=2 / 3, hateful=0.5)


def scores(abusive: FloatArray, share: FloatArray) -> FloatArray:
    return np.column_stack([1 - abusive, abusive * (1 - share), abusive * share])


def test_thresholds_lie_in_the_middle_of_what_they_divide(rows: MakeRows) -> None:
    """Labels that the scores tell apart are told apart, with as much room on one side as on the other, in log-odds."""
    of = rows(["fine", "toxic", "hateful"] * 100)
    thresholds = choose_thresholds(scores(np.tile([0.02, 0.3, 0.3], 100), np.tile([0.5, 0.1, 0.9], 100)), of, prior=PRIOR)
    assert thresholds.abusive == pytest.approx(1 / (1 + np.exp(-(np.log(0.02 / 0.98) + np.log(0.3 / 0.7)) / 2)))
    assert thresholds.hateful == pytest.approx(0.5)


def test_rare_labels_have_their_threshold(rows: MakeRows) -> None:
    """However rare abuse is among the rows, the threshold that divides it is found."""
    of = rows(["fine"] * 5_000 + ["toxic"] * 6 + ["hateful"] * 6)
    abusive = np.concatenate([np.linspace(0.001, 0.4, 5_000), np.full(12, 0.6)])
    table = scores(abusive, np.concatenate([np.full(5_006, 0.1), np.full(6, 0.8)]))
    assert (assign_labels(table, choose_thresholds(table, of, prior=PRIOR)) == of.label).all()


@pytest.mark.parametrize(
    ("answers", "abusive", "hateful"),
    [
        (["fine", "abusive"], True, None),
        (["fine", "toxic"], True, None),
        (["not hateful", "hateful"], None, True),
        (["toxic", "hateful"], None, True),
        (["fine", "toxic", "hateful"], True, True),
        (["fine", "hateful"], True, True),
        (["fine"], None, None),
        (["hateful"], None, None),
        (["unknown"], None, None),
    ],
)
def test_thresholds_where_labels_are_missing(rows: MakeRows, answers: list[str], abusive: bool | None, hateful: bool | None) -> None:
    """A threshold goes by the question that rows answer both ways; one that nothing depends on is 0.5."""
    of = rows(answers * 4)
    likely = {"fine": 0.01, "not hateful": 0.8, "toxic": 0.8, "hateful": 0.8, "abusive": 0.8, "unknown": 0.3}
    of_these = {"hateful": 0.9, "toxic": 0.2, "not hateful": 0.2}
    table = scores(np.array([likely[a] for a in answers] * 4), np.array([of_these.get(a, 0.4) for a in answers] * 4))
    thresholds = choose_thresholds(table, of, prior=PRIOR)
    assert (0.01 < thresholds.abusive < 0.8) if abusive else thresholds.abusive == 0.5
    if hateful is None:
        assert thresholds.hateful == 0.5
    elif "toxic" in answers or "not hateful" in answers:
        assert 0.2 < thresholds.hateful < 0.9


def test_the_second_threshold_may_be_given(rows: MakeRows) -> None:
    """With the second one fixed, the first does what it can for the question that is answered."""
    of = rows(["hateful", "not hateful"] * 10)
    table = scores(np.tile([0.3, 0.05], 10), np.tile([0.5, 0.1], 10))
    thresholds = choose_thresholds(table, of, prior=PRIOR, hateful=1e-6)
    assert 0.05 < thresholds.abusive < 0.3
    assert thresholds.hateful == 1e-6


@given(
    hnp.arrays(np.float64, (12, 2), elements=st.floats(0, 1)),
    st.lists(st.sampled_from(["fine", "toxic", "hateful", "abusive", "not hateful", "unknown"]), min_size=12, max_size=12),
    st.randoms(use_true_random=False),
)
def test_thresholds_are_probabilities_and_know_no_order(rows: MakeRows, shares: FloatArray, answers: list[str], random: object) -> None:
    """Whatever the scores and answers, thresholds lie strictly between 0 and 1, and shuffled rows give the same."""
    of, table = rows(answers), scores(shares[:, 0], shares[:, 1])
    thresholds = choose_thresholds(table, of, prior=PRIOR)
    assert 0 < thresholds.abusive < 1
    assert 0 < thresholds.hateful < 1
    order = np.arange(12)
    random.shuffle(order)  # type: ignore[attr-defined]
    again = choose_thresholds(table[order], of.take(order), prior=PRIOR)
    assert [again.abusive, again.hateful] == pytest.approx([thresholds.abusive, thresholds.hateful])


def test_nothing_better_is_passed_over(rows: MakeRows) -> None:
    """Of a few rows every threshold within the bounds is tried."""
    random = np.random.default_rng(0)
    of = rows(["fine", "toxic", "hateful"] * 5)
    table = scores(random.random(15), random.random(15))
    best_chosen = macro_f1(of.label, assign_labels(table, choose_thresholds(table, of, prior=HALF)))
    grid = np.linspace(0.005, 0.995, 100)
    labels = [assign_labels(table, LabelThresholds(abusive=a, hateful=h)) for a in grid for h in grid]
    best = max(macro_f1(of.label, given) for given in labels if not given[::3].any())
    assert best_chosen >= best - 0.03


@given(st.integers(0, 100), st.floats(0.2, 3))
def test_few_fine_comments_are_called_otherwise(rows: MakeRows, seed: int, distance: float) -> None:
    """However far apart the kinds are, at most 6 % of the fine rows are called otherwise, by the other reader as well."""
    random = np.random.default_rng(seed)
    of = rows(["fine"] * 200 + ["toxic"] * 40 + ["hateful"] * 20)
    first, second = (scores(expit(random.normal(-2, 1, 260) + distance * (of.label > 0)), random.random(260)) for _ in range(2))
    rule = choose_thresholds(first, of, prior=PRIOR, within=[second])
    assert max((assign_labels(table, rule)[:200] > 0).mean() for table in (first, second)) <= 0.06


def test_more_fine_comments_may_be_called_otherwise_where_the_caller_allows_it(rows: MakeRows) -> None:
    """A looser bound is kept as well, and lets more of the abuse be found."""
    random = np.random.default_rng(0)
    of = rows(["fine"] * 400 + ["toxic"] * 80 + ["hateful"] * 40)
    table = scores(expit(random.normal(-2, 1, 520) + 1.5 * (of.label > 0)), random.random(520))
    strict, loose = (assign_labels(table, choose_thresholds(table, of, prior=PRIOR, fine_flagged=bound)) > 0 for bound in (0.02, 0.08))
    assert strict[:400].mean() <= 0.02 < loose[:400].mean() <= 0.08
    assert loose[400:].mean() > strict[400:].mean()


def test_most_abuse_is_called_so_where_it_can_be(rows: MakeRows) -> None:
    """Where at most 6 % of the fine rows have to be called otherwise for it, at most 35 % of the abusive ones are called fine."""
    of = rows(["fine"] * 1000 + ["toxic"] * 60 + ["hateful"] * 40)
    fine, abusive = np.linspace(-6, 0, 1000), np.concatenate([np.linspace(-0.4, 0.4, 60), np.linspace(-0.4, 3, 40)])
    table = scores(expit(np.concatenate([fine, abusive])), np.full(1100, 0.5))
    labels = assign_labels(table, choose_thresholds(table, of, prior=Prior(abusive=0.001, hateful=0.2)))
    assert (labels[1000:] == 0).mean() <= 0.35
    assert (labels[:1000] > 0).mean() <= 0.06


def test_as_much_abuse_is_called_so_as_costs_little(rows: MakeRows) -> None:
    """Where more than 35 % of the abusive rows are called fine in any case, a hundredth of macro-F1 is given for as few as that allows."""
    random = np.random.default_rng(1)
    of = rows(["fine"] * 7600 + ["toxic"] * 320 + ["hateful"] * 80)
    log_odds = random.normal(-3, 1.5, 8000) + np.where(random.random(8000) < 0.55, 5, 1.5) * (of.label > 0)
    table = scores(expit(log_odds), np.where(of.label == 2, 0.8, 0.2))
    rules = [LabelThresholds(abusive=float(cut), hateful=0.5) for cut in expit(np.linspace(-3, 1, 80))]
    tried = [labels for labels in (assign_labels(table, rule) for rule in rules) if (labels[:7600] > 0).mean() <= 0.055]
    best = max(tried, key=lambda labels: macro_f1(of.label, labels))
    labels = assign_labels(table, choose_thresholds(table, of, prior=Prior(abusive=0.05, hateful=0.2)))
    assert macro_f1(of.label, labels) >= macro_f1(of.label, best) - 0.011
    assert 0.35 < (labels[7600:] == 0).mean() < (best[7600:] == 0).mean() - 0.02
    assert (labels[:7600] > 0).mean() <= 0.06


def test_the_rule_follows_the_prior(rows: MakeRows) -> None:
    """At another prior, the rule that is moved there is nearly as good as one that is chosen there; an unmoved one is worse."""
    random = np.random.default_rng(3)
    of = rows(["fine"] * 2000 + ["toxic"] * 300 + ["hateful"] * 300)
    log_odds = random.normal(0, 1, 2600) * 1.5 + 2.25 * (of.label > 0) - 1.125
    table = PriorChange(Prior(abusive=0.5, hateful=0.5), PRIOR).scores(
        scores(expit(log_odds), expit(random.normal(0, 1, 2600) + 2 * (of.label == 2) - 1))
    )
    rule = choose_thresholds(table, of, prior=PRIOR)
    change = PriorChange(PRIOR, Prior(abusive=0.5, hateful=0.2))
    moved, half = change.thresholds(rule), np.r_[:600, 2000:2600]
    f1 = [
        macro_f1(of.label[half], assign_labels(change.scores(table), one)[half])
        for one in (moved, choose_thresholds(change.scores(table), of, prior=change.new))
    ]
    assert 0 < rule.response < 1
    assert moved.abusive > rule.abusive
    assert f1[0] >= f1[1] - 0.02
