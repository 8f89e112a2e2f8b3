"""The behaviour test suite: the labels of a classifier are counted rightly, and the table shows them all."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.comment import Label
from model.errors import InputError
from model.moderator import Moderator
from model.profile import Profile
from training.behaviour.behaviour_suite import format_results, run_suite, score_labels
from training.behaviour.suite_cases import Case, build_cases

CASES = build_cases()
RIGHT = [case.label for case in CASES]
NO_ABUSE = np.zeros(len(CASES))


def test_the_right_labels_get_everything_right() -> None:
    """The right labels score 1 in every share, without a false positive or a false negative."""
    results = score_labels(CASES, RIGHT, abusive=NO_ABUSE, threshold=0.5)

    for share in (results.overall, *results.capabilities, *results.cases):
        assert (share.labels_right, share.abusive_right, share.false_positive_rate) == (1, 1, 0)
        assert share.false_negative_rate in {0, None}
        assert share.pairs_right in {1, None}
        assert share.pairs_exact in {1, None}
    assert results.neutral.rate == 0


@pytest.mark.parametrize("label", list(Label))
def test_a_constant_label_gets_no_pair_right(label: Label) -> None:
    """One label for all gets no pair of any capability right."""
    results = score_labels(CASES, [label] * len(CASES), abusive=NO_ABUSE, threshold=0.5)

    assert {share.pairs_right for share in results.capabilities} == {0}


def test_the_wrong_kind_of_abuse_is_right_but_not_exact() -> None:
    """Toxic for hateful counts as rightly abusive, and as the wrong label."""
    fine = Case("one", Label.FINE, "identity", "neutral", "p", "Poles", singly=True)
    hateful = replace(fine, text="two", label=Label.HATEFUL)

    share = score_labels([fine, hateful], [Label.FINE, Label.TOXIC], abusive=np.zeros(2), threshold=0.5).overall

    assert (share.labels_right, share.abusive_right, share.pairs_right, share.pairs_exact) == (0.5, 1, 1, 0)


def test_the_threshold_is_inclusive() -> None:
    """A neutral mention is a false positive from the threshold on, for its group, for its kind and in all."""
    neutral = Case("one", Label.FINE, "identity", "neutral", None, "Poles", singly=False)
    mentions = [neutral, replace(neutral, text="two", group="Hindus")]

    results = score_labels(mentions, [Label.FINE] * 2, abusive=np.array([0.3, 0.29]), threshold=0.3)

    assert [(of.group, of.mentions, of.rate) for of in results.groups] == [("Poles", 1, 1), ("Hindus", 1, 0)]
    assert [(of.group, of.rate) for of in results.kinds] == [("nation", 1), ("religion", 0)]
    assert results.neutral.rate == 0.5


def test_labels_that_do_not_fit_are_refused() -> None:
    """Too few labels are one clear error."""
    with pytest.raises(InputError, match=r"^labels, abusive: "):
        score_labels(CASES, RIGHT[1:], abusive=NO_ABUSE, threshold=0.5)


def test_a_moderator_is_tested_by_its_classifier() -> None:
    """A moderator and its classifier get the same results, at the threshold of the label rule unless another is given."""
    moderator = Moderator.load()

    results = run_suite(moderator)

    assert results == run_suite(moderator.classifier)
    assert results.threshold == moderator.classifier.thresholds.abusive
    assert run_suite(moderator, threshold=0.99).neutral.rate <= results.neutral.rate


def test_the_table_names_every_capability() -> None:
    """The printed table has a line for each capability and case, and for all neutral mentions."""
    lines = format_results(score_labels(CASES, RIGHT, abusive=NO_ABUSE, threshold=0.5)).splitlines()

    assert {line.split()[0] for line in lines if line} >= {case.capability for case in CASES} | {"overall", "neutral", "homonym", "all"}


def test_a_moderator_is_tested_with_its_profile(write_both: Callable[..., Path], tmp_path: Path) -> None:
    """The labels are those that a service would give: by both readers where both are asked."""
    folder = write_both(tmp_path / "both")
    fast, full = (run_suite(Moderator.load(folder, profile=profile)) for profile in (Profile.FAST, Profile.FULL))
    assert fast.overall != full.overall
    assert full.threshold == 0.4
