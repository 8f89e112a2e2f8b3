"""Robustness: who is attacked, what counts as escaped and as over-reach, and that the figures rest on nothing but the rows."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from model.moderator import Moderator
from model.profile import Profile
from training.evaluation.measurement import compute_results
from training.evaluation.report.robustness_section import robustness_section
from training.evaluation.scored_rows import score_rows
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
    """Fine and toxic comments that any classifier tells apart."""
    return rows(["fine"] * len(FINE) + ["toxic"] * len(TOXIC), text=FINE + TOXIC)


@pytest.fixture(scope="module")
def found(moderator: Moderator, table: Labelled) -> RobustnessResults:
    """What three attacks come to whose effect is known."""
    return measure_robustness(moderator, table, attacks={"idle": idle, "gardening": gardening, "insulting": insulting})


def test_an_idle_attack_changes_nothing(found: RobustnessResults) -> None:
    """Nobody escapes and nobody is newly flagged when nothing is done."""
    assert (found.attacks[0].escaped.value, found.attacks[0].newly_flagged.value, found.attacks[0].over_reach.value) == (0, 0, 0)


def test_what_is_no_longer_caught_has_escaped(found: RobustnessResults) -> None:
    """Caught comments that score like clean ones after an attack count as escaped."""
    assert (found.attacks[1].escaped.value, found.attacks[1].true_positives) == (1, found.true_positives)


def test_insults_are_over_reach(found: RobustnessResults) -> None:
    """Clean comments that are flagged after an attack count, net and gross."""
    attack = found.attacks[2]
    assert attack.newly_flagged.value > 0.8
    assert attack.over_reach.value == pytest.approx(attack.newly_flagged.value, abs=0.1)


def test_intervals_hold_their_figures(found: RobustnessResults) -> None:
    """Every figure lies in its interval, and every interval among what is possible."""
    for attack in found.attacks:
        for figure in (attack.escaped, attack.newly_flagged):
            assert 0 <= figure.low <= figure.value <= figure.high <= 1
        assert -1 <= attack.over_reach.low <= attack.over_reach.value <= attack.over_reach.high <= 1


def test_the_order_of_the_rows_does_not_matter(moderator: Moderator, table: Labelled) -> None:
    """What an attack does to a comment depends on the comment alone."""
    chosen = {name: ATTACKS[name] for name in ("typo_swap", "leet", "friendly")}
    backwards = table.take(range(len(table))[::-1])
    assert measure_robustness(moderator, table, attacks=chosen) == measure_robustness(moderator, backwards, attacks=chosen)


def test_a_classifier_will_do(moderator: Moderator, table: Labelled) -> None:
    """What is being trained can be attacked before it is stored."""
    chosen = {"leet": ATTACKS["leet"]}
    assert measure_robustness(moderator.classifier, table, attacks=chosen) == measure_robustness(moderator, table, attacks=chosen)


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
    """Nothing is found in a text of signs."""
    assert heaviest_words(moderator.classifier, "!! 12 :-)") == ()


def test_a_part_of_the_report(moderator: Moderator, table: Labelled) -> None:
    """The report has a row and a figure for every attack."""
    judged = score_rows(moderator, table)
    section = robustness_section(moderator, judged, compute_results(judged, resamples=2))
    assert len(section.tables[0].rows) == len(ATTACKS)
    assert isinstance(section.figures["attacks"], dict)
    assert set(section.figures["attacks"]) == set(ATTACKS)


def test_a_report_without_abuse(moderator: Moderator, rows: MakeRows) -> None:
    """Where nothing is caught the part says so instead of failing."""
    judged = score_rows(moderator, rows(["fine"] * 12, text=FINE))
    assert not robustness_section(moderator, judged, compute_results(judged, resamples=2)).tables


def test_a_profile_is_attacked_as_it_judges(write_both: Callable[..., Path], tmp_path: Path, table: Labelled) -> None:
    """What escapes both readers is told where both judge."""
    folder = write_both(tmp_path / "both")
    fast, full = (
        measure_robustness(Moderator.load(folder, profile=profile), table, attacks={"idle": idle})
        for profile in (Profile.FAST, Profile.FULL)
    )
    assert fast.threshold != full.threshold
