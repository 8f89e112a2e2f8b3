"""The cases of the behaviour suite are what they promise to be, and nothing is trained on them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.comment import Label
from training.behaviour.minimal_pairs import load_pairs, pair_texts
from training.behaviour.suite_cases import NEUTRAL_MENTIONS, SUITE_FOLDER, build_cases
from training.shipped_model.synthetic_comments import make_synthetic_comments
from training.shipped_model.synthetic_templates import SYNTHETIC_FOLDER, read_word_tables

CAPABILITIES = {
    *("chosen_groups", "counter_speech", "dehumanisation", "identity", "implicit", "individuals", "names", "negation"),
    *("news", "objects", "profanity", "reclaimed", "self", "slurs", "spelling", "threats"),
}
NEAREST = 0.4
"""Templates of which two in five trigrams of words are the same are one template."""
CASES = build_cases()
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
