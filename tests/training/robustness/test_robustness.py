"""Robustness: which comments are attacked, what counts as escaped and as over-reach, and that nothing but the rows matters."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from model.moderator import Moderator
from model.profile import Profile
from training.robustness.attacks import ATTACKS
from training.robustness.robustness import RobustnessResults, heaviest_words, measure_robustness
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
Words = Sequence[tuple[int, int]]

FINE = [f"I watered the {thing} on {day}" for thing in ("roses", "beans", "lawn", "tulips") for day in ("Monday", "Friday", "Sunday")]
TOXIC = [
    f"you {kind} {name}" for kind in ("stupid", "worthless", "fucking", "pathetic") for name in ("idiot", "moron", "bastard", "asshole")
]


def idle(text: str, words: Words, rng: random.Random) -> str:
    return text


def gardening(text: str, words: Words, rng: random.Random) -> str:
    return FINE[0]


def insulting(text: str, words: Words, rng: random.Random) -> str:
    return f"{text} you fucking idiot"


@pytest.fixture(scope="module")
def moderator() -> Moderator:
    """The artefact that ships."""
    return Moderator.load()


@pytest.fixture(scope="module")
def table(rows: MakeRows) -> Labelled:
    """Fine and toxic comments that any classifier can distinguish."""
    return rows(["fine"] * len(FINE) + ["toxic"] * len(TOXIC), text=FINE + TOXIC)


@pytest.fixture(scope="module")
def results(moderator: Moderator, table: Labelled) -> RobustnessResults:
    """The results of three attacks whose effect is known."""
    return measure_robustness(moderator, table, attacks={"idle": idle, "gardening": gardening, "insulting": insulting})


def test_an_idle_attack_changes_nothing(results: RobustnessResults) -> None:
    """When nothing is done no comment escapes and none is newly flagged."""
    assert (results.attacks[0].escaped.value, results.attacks[0].newly_flagged.value, results.attacks[0].over_reach.value) == (0, 0, 0)


def test_a_comment_that_is_no_longer_flagged_has_escaped(results: RobustnessResults) -> None:
    """Abusive comments that score like clean ones after an attack count as escaped."""
    assert (results.attacks[1].escaped.value, results.attacks[1].true_positives) == (1, results.true_positives)


def test_insults_are_over_reach(results: RobustnessResults) -> None:
    """Clean comments that are flagged after an attack count, net and gross."""
    attack = results.attacks[2]
    assert attack.newly_flagged.value > 0.8
    assert attack.over_reach.value == pytest.approx(attack.newly_flagged.value, abs=0.1)


def test_intervals_hold_their_figures(results: RobustnessResults) -> None:
    """Every figure lies in its interval, and every interval among what is possible."""
    for attack in results.attacks:
        for figure in (attack.escaped, attack.newly_flagged):
            assert 0 <= figure.low <= figure.value <= figure.high <= 1
        assert -1 <= attack.over_reach.low <= attack.over_reach.value <= attack.over_reach.high <= 1


def test_the_order_of_the_rows_does_not_matter(moderator: Moderator, table: Labelled) -> None:
    """What an attack does to a comment depends on the comment alone."""
    attacks = {name: ATTACKS[name] for name in ("typo_swap", "leet", "friendly")}
    backwards = table.take(range(len(table))[::-1])
    assert measure_robustness(moderator, table, attacks=attacks) == measure_robustness(moderator, backwards, attacks=attacks)


def test_a_classifier_will_do(moderator: Moderator, table: Labelled) -> None:
    """A classifier in training can be attacked before it is stored, with the same results."""
    attacks = {"leet": ATTACKS["leet"]}
    assert measure_robustness(moderator.classifier, table, attacks=attacks) == measure_robustness(moderator, table, attacks=attacks)


def test_a_limit_draws_a_sample(moderator: Moderator, table: Labelled) -> None:
    """No more comments are attacked than asked for."""
    (attack,) = measure_robustness(moderator, table, attacks={"idle": idle}, limit=5).attacks
    assert (attack.true_positives, attack.clean) == (5, 5)


def test_only_clean_sources_are_clean(moderator: Moderator, rows: MakeRows) -> None:
    """Fine rows of other sources set no threshold and are not attacked."""
    table = rows(["fine"] * 12 + ["toxic"] * 16, text=FINE + TOXIC, source=["garden"] * 6 + ["other"] * 22)
    (attack,) = measure_robustness(moderator, table, attacks={"idle": idle}, clean=["garden"]).attacks
    assert attack.clean == 6


@pytest.mark.parametrize("answers", [["fine", "fine"], ["toxic", "hateful"]])
def test_both_kinds_are_needed(moderator: Moderator, rows: MakeRows, answers: list[str]) -> None:
    """Without clean or without abusive comments there is nothing to measure."""
    with pytest.raises(ValueError, match="both are needed"):
        measure_robustness(moderator, rows(answers))


def test_heavy_words_are_those_of_the_insult(moderator: Moderator) -> None:
    """Three words at most, in the order of the text; short words, mentions and addresses are left alone."""
    text = "@idiot11 I saw https://moron.example, you fucking worthless bastard of a gardener"
    assert [text[begin:end] for begin, end in heaviest_words(moderator.classifier, text)] == ["fucking", "worthless", "bastard"]


def test_a_text_without_words_has_none(moderator: Moderator) -> None:
    """Nothing is results in a text of signs."""
    assert heaviest_words(moderator.classifier, "!! 12 :-)") == ()


def test_a_profile_is_attacked_as_it_judges(write_both: Callable[..., Path], tmp_path: Path, table: Labelled) -> None:
    """Where both readers judge, both are attacked: the threshold is that of their scores."""
    folder = write_both(tmp_path / "both")
    fast, full = (
        measure_robustness(Moderator.load(folder, profile=profile), table, attacks={"idle": idle})
        for profile in (Profile.FAST, Profile.FULL)
    )
    assert fast.threshold != full.threshold
