"""Two artefacts on the same rows: differences, their intervals, McNemar's test, and the comments whose label changed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from training.comparison.paired import MEAN, POOLED, Comparison, compare_rows, mcnemar
from training.evaluation.scored_rows import ScoredRows
from training.metrics.source_metrics import auc
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
MakeScored = Callable[..., ScoredRows]


@pytest.mark.parametrize(("one", "other"), [(0, 0), (1, 0), (3, 3), (10, 2), (2, 10), (40, 61), (500, 499)])
def test_mcnemar_is_exact_for_few(one: int, other: int) -> None:
    """Below a thousand discordant rows it is the binomial test."""
    p, method = mcnemar(one, other)
    assert method == "exact"
    assert p == pytest.approx(binomtest(one, one + other).pvalue if one + other else 1.0)


@pytest.mark.parametrize(("one", "other"), [(500, 500), (600, 500), (1000, 10), (100_000, 100_800)])
def test_mcnemar_is_chi_squared_for_many(one: int, other: int) -> None:
    """From a thousand on it is the chi-squared test with the continuity correction."""
    p, method = mcnemar(one, other)
    assert method == "chi-squared"
    assert p == pytest.approx(chi2.sf(max(abs(one - other) - 1, 0) ** 2 / (one + other), 1))


def test_both_methods_agree_where_they_meet() -> None:
    """The step from one method to the other is small."""
    assert mcnemar(460, 539)[0] == pytest.approx(mcnemar(461, 539)[0], abs=0.002)


def test_an_artefact_does_not_differ_from_itself(pair: tuple[ScoredRows, ScoredRows]) -> None:
    """All changes are 0, no label changes, nothing is significant."""
    same = compare_rows(pair[0], pair[0], resamples=20)
    assert {(one.change, one.low, one.high, one.p) for one in same.differences} == {(0.0, 0.0, 0.0, 1.0)}
    assert {(test.only_first, test.only_second, test.p) for test in same.tests} == {(0, 0, 1.0)}
    assert same.changes == ()


def test_a_difference_is_second_less_first(comparison: Comparison, pair: tuple[ScoredRows, ScoredRows], table: Labelled) -> None:
    """The values are those of the artefacts, and the change is their difference."""
    members = slice(0, 75)
    (difference,) = [one for one in comparison.differences if (one.source, one.figure) == ("a", "auc_abusive")]
    assert [difference.first, difference.second] == pytest.approx([auc(table.abusive[members], one.abusive[members]) for one in pair])
    assert difference.change == pytest.approx(difference.second - difference.first)


def test_a_clear_gain_is_significant(comparison: Comparison) -> None:
    """The interval of a large gain leaves out 0, and its p-value is small."""
    (difference,) = [one for one in comparison.differences if (one.source, one.figure) == (POOLED, "auc_abusive")]
    assert difference.low is not None
    assert difference.p is not None
    assert difference.low > 0
    assert difference.p < 0.05


def test_swapping_the_artefacts(comparison: Comparison, pair: tuple[ScoredRows, ScoredRows]) -> None:
    """Swapping the artefacts changes the signs, swaps the counts, and leaves the p-values alone."""
    swapped = compare_rows(pair[1], pair[0], resamples=200)
    assert [-one.change for one in swapped.differences] == pytest.approx([one.change for one in comparison.differences])
    assert [one.p for one in swapped.differences] == [one.p for one in comparison.differences]
    assert [(one.only_second, one.only_first, one.p) for one in swapped.tests] == [
        (one.only_first, one.only_second, one.p) for one in comparison.tests
    ]


def test_every_source_the_mean_and_the_pool(comparison: Comparison) -> None:
    """There are differences for each source, for their mean, and for all rows."""
    assert list(dict.fromkeys(one.source for one in comparison.differences)) == ["a", "b", MEAN, POOLED]


def test_tests_count_the_rows_that_answer(comparison: Comparison, table: Labelled) -> None:
    """A row takes part in the test of a question only if its answer is known."""
    counts = {test.question: test.rows for test in comparison.tests if test.source == POOLED}
    assert counts == {"label": 130, "abusive": 140, "hateful": int((table.hateful >= 0).sum())}


def test_every_changed_label_is_listed(comparison: Comparison, pair: tuple[ScoredRows, ScoredRows]) -> None:
    """The changes are the rows whose labels differ, with their place and both labels."""
    assert [change.row for change in comparison.changes] == np.flatnonzero(pair[0].labels != pair[1].labels).tolist()
    assert all(change.first != change.second and change.file == "t.csv" and change.line == change.row + 2 for change in comparison.changes)


@pytest.mark.parametrize(
    ("answer", "labels", "outcome", "truth"),
    [
        ("fine", (1, 0), "better", "fine"),
        ("fine", (1, 2), "open", "fine"),
        ("toxic", (1, 0), "worse", "toxic"),
        ("hateful", (0, 2), "better", "hateful"),
        ("abusive", (0, 1), "better", "abusive"),
        ("abusive", (1, 2), "open", "abusive"),
        ("not hateful", (2, 0), "better", "not hateful"),
        ("not hateful", (0, 1), "open", "not hateful"),
        ("unknown", (0, 2), "open", "unknown"),
    ],
)
def test_a_change_is_better_or_worse_by_what_is_known(
    rows: MakeRows, answer: str, labels: tuple[int, int], outcome: str, truth: str
) -> None:
    """What is known of a comment decides; where it does not, the outcome is open."""
    one = rows([answer, "fine", "toxic", "hateful"])
    first, second = (
        ScoredRows(one, np.full((4, 3), 1 / 3), np.array([label, 0, 1, 2], np.int8), frozenset(one.source), 0.1) for label in labels
    )
    (change,) = compare_rows(first, second, resamples=2).changes
    assert (change.outcome, change.truth) == (outcome, truth)


def test_other_rows_are_refused(pair: tuple[ScoredRows, ScoredRows], make_scored: MakeScored) -> None:
    """Scores of different rows, or with different clean sources, cannot be compared."""
    fewer = make_scored(pair[0].rows.take(range(100)), seed=1, skill=0.2, version="poor@1")
    with pytest.raises(ValueError, match="same rows"):
        compare_rows(fewer, pair[1])
    with pytest.raises(ValueError, match="same rows"):
        compare_rows(replace(pair[0], clean=frozenset({"a"})), pair[1])
