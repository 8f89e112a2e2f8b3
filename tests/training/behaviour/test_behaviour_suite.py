"""The behaviour test suite: its cases are what they promise to be, nothing is trained on them, and they are counted rightly."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.comment import Label
from model.errors import InputError
from model.moderator import Moderator
from model.profile import Profile
from training.behaviour.behaviour_suite import NEUTRAL_MENTIONS, SUITE_FOLDER, Case, build_cases, format_results, run_suite, score_labels
from training.behaviour.minimal_pairs import load_pairs, pair_texts
from training.shipped_model.synthetic_comments import make_synthetic_comments
from training.shipped_model.synthetic_templates import SYNTHETIC_FOLDER, read_word_tables

CAPABILITIES = {
    *("chosen_groups", "counter_speech", "dehumanisation", "identity", "implicit", "individuals", "names", "negation"),
    *("news", "objects", "profanity", "reclaimed", "self", "slurs", "spelling", "threats"),
}
NEAREST = 0.4
"""Templates of which two in five trigrams of words are the same are one template."""
CASES = build_cases()
RIGHT = [case.label for case in CASES]
NO_ABUSE = np.zeros(len(CASES))
SLOT = re.compile(r"\{(a )?[a-z]+[2-9]?\}")


def bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def sides(folder: Path) -> Iterator[str]:
    """Yield the templates of a folder, each side by itself."""
    for path in sorted(folder.glob("*_*.txt")):
        for line in path.read_text("utf-8").splitlines():
            if line and not line.startswith(("==", "# ")):
                for side in line.removeprefix("+ ").removeprefix("- ").split(" || "):
                    yield re.sub(r"^(toxic|hateful): ", "", side)


def trigrams(template: str) -> set[tuple[str, ...]]:
    """Return the trigrams of a template's words, whatever its slots are called."""
    words = re.findall(r"[\w']+", SLOT.sub(" _ ", template).lower())
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)} - {("_", "_", "_")}


def test_there_are_many_cases() -> None:
    """At least 2,000 cases are made of templates and at least 350 are written singly, in all capabilities."""
    singly = sum(case.singly for case in CASES)

    assert singly >= 350
    assert len(CASES) - singly >= 2000
    assert {case.capability for case in CASES} == CAPABILITIES


def test_the_same_seed_gives_the_same_cases() -> None:
    """Cases depend on nothing but the seed, and on that they do."""
    assert build_cases() == CASES
    assert build_cases(1) != CASES


def test_no_case_occurs_twice() -> None:
    """No two cases are the same but for case and punctuation."""
    assert max(Counter(bare(case.text) for case in CASES).values()) == 1


def test_no_slot_stays_open() -> None:
    """Every slot of every template was filled."""
    assert [case.text for case in CASES if "{" in case.text or "}" in case.text] == []


def test_every_case_has_its_names() -> None:
    """Each capability has cases with names of their own."""
    assert all(case.case for case in CASES)


@pytest.mark.parametrize("name", sorted({f"{case.capability}/{case.case}" for case in CASES} - {NEUTRAL_MENTIONS}))
def test_every_case_has_both_sides(name: str) -> None:
    """A constant answer gets no case right: half of each is fine, and half is not."""
    labels = Counter(case.label is Label.FINE for case in CASES if f"{case.capability}/{case.case}" == name)

    assert 0.4 <= labels[True] / labels.total() <= 0.6


@pytest.mark.parametrize("capability", sorted(CAPABILITIES))
def test_every_capability_rests_on_many_templates(capability: str) -> None:
    """At least 15 templates make each side of a capability."""
    templates: dict[bool, set[str]] = defaultdict(set)
    for case in CASES:
        if case.capability == capability and case.pair and not case.singly:
            templates[case.label is Label.FINE].add(case.pair.rpartition(".")[0])

    assert min(len(templates[True]), len(templates[False])) >= 15


def test_a_pair_is_one_fine_comment_and_its_twins() -> None:
    """The comments of a pair, two or three, have different labels, one of them fine, and test one case."""
    pairs = defaultdict(list)
    for case in CASES:
        if case.pair:
            pairs[case.pair].append(case)

    assert len(pairs) >= 1000
    for pair in pairs.values():
        assert len({case.label for case in pair}) == len(pair) in {2, 3}
        assert sum(case.label is Label.FINE for case in pair) == 1
        assert len({(case.capability, case.case) for case in pair}) == 1


def test_many_groups_are_merely_mentioned() -> None:
    """Neutral mentions are fine, and name each of at least 60 groups at least five times, of six kinds."""
    neutral = [case for case in CASES if f"{case.capability}/{case.case}" == NEUTRAL_MENTIONS]
    mentions = Counter(case.group for case in neutral)

    assert {case.label for case in neutral} == {Label.FINE}
    assert len(mentions) >= 60
    assert min(mentions.values()) >= 5
    assert len({row["kind"] for row in read_word_tables(SUITE_FOLDER)["group"] if row["they"] in mentions}) == 6


def test_no_template_is_one_of_the_training() -> None:
    """The suite does not repeat the synthetic training rows in other words: templates share few of their trigrams."""
    trained_on = [trigrams(side) for side in sides(SYNTHETIC_FOLDER)]
    holders: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, synthetic in enumerate(trained_on):
        for trigram in synthetic:
            holders[trigram].add(number)
    near = []
    for template in sides(SUITE_FOLDER):
        own = trigrams(template)
        others = (trained_on[number] for number in set().union(*(holders[trigram] for trigram in own & holders.keys())))
        near += [template for other in others if len(own & other) >= NEAREST * len(own | other)]

    assert near == []


def test_nothing_is_trained_on_a_case() -> None:
    """No case occurs among the synthetic training rows, nor among the minimal pairs."""
    others = {bare(comment.text) for comment in make_synthetic_comments()} | {bare(text) for text in pair_texts(load_pairs())}

    assert [case.text for case in CASES if bare(case.text) in others] == []


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

    assert {line.split()[0] for line in lines if line} >= CAPABILITIES | {"overall", "neutral", "homonym", "all"}


def test_a_moderator_is_tested_with_its_profile(write_both: Callable[..., Path], tmp_path: Path) -> None:
    """The labels are those that a service would give: by both readers where both are asked."""
    folder = write_both(tmp_path / "both")
    fast, full = (run_suite(Moderator.load(folder, profile=profile)) for profile in (Profile.FAST, Profile.FULL))
    assert fast.overall != full.overall
    assert full.threshold == 0.4
