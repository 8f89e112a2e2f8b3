"""Rules about the persons behind the rulings, on rulings whose givers are known to be good or bad."""

import numpy as np
import pytest

from tests.training.retrain.conftest import FINE, TOXIC, labelled, sentences
from training.gate.persons import FORUM, OTHERS, number_persons
from training.gate.rules.gain_rules import gain_rules, trust_rule
from training.gate.rules.person_rules import (
    agreement_rule,
    fixed_answer_rule,
    flood_rule,
    influence_rule,
    persons_against_others,
    persons_with_one_answer,
    raid_rule,
    without_one_rule,
)
from training.gate.ruling_evidence import RulingEvidence
from training.retrain.ruling_rows import RulingRows

_N = 600


def scores_of(log_odds: np.ndarray) -> np.ndarray:
    """Return scores of fine, toxic and hateful, of which the last follows log-odds and the second is next to nothing."""
    hateful = 1 / (1 + np.exp(-log_odds))
    return np.column_stack([0.99 * (1 - hateful), 0.01 * (1 - hateful), hateful])


def make_evidence(*, persons: int = 4, gain: float = 1.0, seed: int = 0) -> RulingEvidence:
    """Return rulings by several persons who all say what is right, on which the candidate is better by some log-odds."""
    random = np.random.default_rng(seed)
    right = (random.random(_N) < 0.3).astype(np.int8)
    before = 1.5 * right + random.normal(size=_N) - 2
    return RulingEvidence(
        answers={"hateful": right, "abusive": right},
        before=scores_of(before),
        after=scores_of(before + gain * right + 0.3 * random.normal(size=_N)),
        weights=np.ones(_N),
        clusters=np.arange(_N),
        persons=np.arange(_N) % persons,
        names=tuple(f"m{number}" for number in range(persons)),
        texts=["text"] * _N,
    )


def with_answers(evidence: RulingEvidence, person: int, answers: np.ndarray | int) -> RulingEvidence:
    """Return the evidence in which one person says something else."""
    changed = np.where(evidence.persons == person, answers, evidence.answers["hateful"]).astype(np.int8)
    return RulingEvidence(
        answers={"hateful": changed, "abusive": changed},
        **{name: getattr(evidence, name) for name in ("before", "after", "weights", "clusters", "persons", "names", "texts")},
    )


def test_a_gain_that_all_see_rests_on_nobody() -> None:
    """With honest persons the gain is better without each of them, and nobody is under suspicion."""
    evidence = make_evidence()
    line = without_one_rule(evidence, evidence.mean_change())
    assert line.verdict == "better"
    assert line.n == _N * 3 // 4
    assert persons_with_one_answer(evidence) == {}


def test_a_gain_that_one_person_makes_is_none() -> None:
    """Where only one person's rulings show a gain, and it vanishes without them, the rule says worse."""
    evidence = make_evidence(gain=0.0)
    own = evidence.persons == 0
    liked = evidence.after.copy()
    liked[own] = scores_of(np.where(evidence.answers["hateful"][own] == 1, 8.0, -8.0))
    liked[~own] = scores_of(np.log(evidence.before[~own, 2] / (1 - evidence.before[~own, 2])) - 0.4 * evidence.answers["hateful"][~own])
    evidence = RulingEvidence(
        after=liked, **{name: getattr(evidence, name) for name in ("answers", "before", "weights", "clusters", "persons", "names", "texts")}
    )
    gain = evidence.mean_change()
    assert gain is not None
    assert gain.change > 0.01
    line = without_one_rule(evidence, gain)
    assert line.verdict == "worse"
    assert "150 rulings" in line.remark


def test_who_rules_against_all_others_is_found() -> None:
    """A person whose rulings, learned from alone, spoil the model for all others is under suspicion; one who helps is not."""
    evidence = make_evidence(gain=0.0)
    log_odds = np.log(evidence.before[:, 2] / (1 - evidence.before[:, 2]))
    spoilt, helped = (scores_of(log_odds + step * evidence.answers["hateful"]) for step in (-1.0, 0.5))
    against = persons_against_others(evidence, {0: spoilt, 1: helped})

    assert list(against) == [0]
    harmed = RulingEvidence(
        after=scores_of(log_odds - 0.5 * evidence.answers["hateful"]),
        **{name: getattr(evidence, name) for name in ("answers", "before", "weights", "clusters", "persons", "names", "texts")},
    )
    line = influence_rule(harmed, against, lambda person: evidence.before, harmed.mean_change())
    assert line.verdict == "worse"
    assert influence_rule(evidence, {}, lambda person: evidence.before, None).verdict == "no change"


@pytest.mark.parametrize("answer", [0, 1])
def test_one_answer_whatever_the_comment_is_seen(answer: int) -> None:
    """Whoever always says the same where others would not is seen, and bars a candidate whose gain the others do not show."""
    evidence = with_answers(make_evidence(), 0, answer)
    found = persons_with_one_answer(evidence)
    assert list(found) == [0]
    line = fixed_answer_rule(evidence, {0: True}, None)
    assert (line.verdict, line.figure) == ("worse", 0.25)
    assert fixed_answer_rule(evidence, {}, None).verdict == "no change"


def test_who_is_given_one_kind_of_comment_is_no_suspect() -> None:
    """A person who rules on nothing but what all call hateful gives one answer too, but an answer to the comments."""
    evidence = make_evidence()
    order = np.argsort(-evidence.answers["hateful"], kind="stable")
    persons = np.full(_N, 1)
    persons[order[:100]] = 0
    persons[order[400:]] = 2
    same = {name: getattr(evidence, name) for name in ("answers", "before", "after", "weights", "clusters", "names", "texts")}
    found = persons_with_one_answer(RulingEvidence(persons=persons, **same))
    assert found[0] is False


def test_swapped_labels_contradict_the_champion() -> None:
    """Rulings that on the whole say the opposite of what the champion knows are seen; honest ones agree with it."""
    evidence = make_evidence()
    assert trust_rule(evidence).verdict == "no change"
    swapped = evidence
    for person in range(4):
        swapped = with_answers(swapped, person, 1 - evidence.answers["hateful"])
    assert trust_rule(swapped).verdict == "worse"


def test_without_witnesses_nothing_is_a_gain() -> None:
    """Where nobody counts as a witness the gain cannot be told, and no other line of it says no change."""
    evidence = make_evidence().restricted(np.zeros(_N, np.bool_))
    verdicts = [line.verdict for line in gain_rules(evidence, evidence.mean_change())]
    assert verdicts[0] == "cannot tell"
    assert set(verdicts[1:]) == {"skipped"}


def test_without_persons_their_rules_are_skipped() -> None:
    """Rulings that name nobody, or one person alone, skip what needs two."""
    evidence = make_evidence(persons=1)
    assert without_one_rule(evidence, evidence.mean_change()).verdict == "skipped"
    assert influence_rule(evidence, {}, lambda person: evidence.before, None).verdict == "skipped"
    assert flood_rule(evidence.persons, evidence.names).verdict == "skipped"


def ruled(persons: list[str | None], roles: list[str | None], *, contesting: int = 0) -> RulingRows:
    """Return rulings by these persons."""
    count = len(persons)
    rows = RulingRows.of(labelled({"fine": sentences(FINE, count // 2, seed=1), "toxic": sentences(TOXIC, count - count // 2, seed=2)}))
    return RulingRows(
        rows.labelled,
        person=persons,
        persons=[(person,) if person else () for person in persons],
        role=roles,
        group=rows.group,
        created_at=np.arange(count, dtype=np.float64),
        community=[None] * count,
        language=[None] * count,
        agreeing=np.full(count, 1),
        contesting=np.full(count, contesting),
    )


def test_many_keys_are_one_person() -> None:
    """All keys of the forum are one person where there are moderators; persons of a few rulings are one, too."""
    persons: list[str | None] = [*["anna"] * 40, *[f"key:{number}" for number in range(60)], *[f"m{number}" for number in range(10)], None]
    roles: list[str | None] = [*["moderator"] * 40, *["forum"] * 60, *["moderator"] * 10, None]
    numbers, names = number_persons(ruled(persons, roles))

    assert names == (FORUM, "anna", OTHERS)
    assert np.bincount(numbers[numbers >= 0]).tolist() == [60, 40, 10]
    assert numbers[-1] == -1
    assert number_persons(ruled(["key:1"] * 30, ["forum"] * 30))[1] == ("key:1",)


def test_floods_raids_and_quarrels_are_seen() -> None:
    """Most rulings by one person, near duplicates of one comment, and contradictions each have a line that cannot tell."""
    persons: list[str | None] = [*["anna"] * 70, *["bob"] * 30]
    rows = ruled(persons, ["moderator"] * 100, contesting=1)
    assert flood_rule(*number_persons(rows)).verdict == "cannot tell"
    assert raid_rule(rows).verdict == "no change"
    raid = RulingRows(
        group=np.where(np.arange(100) < 30, 0, np.arange(100)),
        **{name: getattr(rows, name) for name in ("labelled", "person", "persons", "role", "created_at", "community", "language")},
        agreeing=rows.agreeing,
        contesting=rows.contesting,
    )
    assert raid_rule(raid).verdict == "cannot tell"
    assert agreement_rule(rows).verdict == "cannot tell"
    assert agreement_rule(ruled(persons, ["moderator"] * 100)).verdict == "skipped"
