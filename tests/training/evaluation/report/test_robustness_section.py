"""The section about robustness: a row and figures for every attack, or words where there is nothing to attack."""

from collections.abc import Callable

import pytest

from model.moderator import Moderator
from training.evaluation.measurement import compute_results
from training.evaluation.report.robustness_section import robustness_section
from training.evaluation.scored_rows import score_labelled_rows
from training.evaluation.subject import EvaluationSubject
from training.robustness.attacks import ATTACKS
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
FINE = [f"I watered the {thing} on {day}" for thing in ("roses", "beans", "lawn", "tulips") for day in ("Monday", "Friday", "Sunday")]
TOXIC = [f"you {kind} {name}" for kind in ("stupid", "worthless", "pathetic") for name in ("idiot", "moron", "bastard")]


@pytest.fixture(scope="module")
def moderator() -> Moderator:
    """The artefact that ships."""
    return Moderator.load()


def test_every_attack_has_a_row_and_figures(moderator: Moderator, rows: MakeRows) -> None:
    """The figures have the keys that they were first published under."""
    scored = score_labelled_rows(moderator, rows(["fine"] * len(FINE) + ["toxic"] * len(TOXIC), text=FINE + TOXIC))
    section = robustness_section(EvaluationSubject(moderator), scored, compute_results(scored, resamples=2))
    attacks = section.figures["attacks"]
    assert isinstance(attacks, dict)
    assert [row[0].replace(" ", "_") for row in section.tables[0].rows if isinstance(row[0], str)] == list(attacks) == list(ATTACKS)
    assert set(section.figures) == {"threshold", "abusive", "caught", "attacks"}
    assert set(attacks["leet"]) == {"caught", "escaped", "clean", "newly_flagged", "over_reach"}
    assert set(attacks["leet"]["escaped"]) == {"value", "low", "high"}


def test_without_flagged_abuse_the_section_says_so(moderator: Moderator, rows: MakeRows) -> None:
    """Rows without abuse make a section of words instead of an error."""
    scored = score_labelled_rows(moderator, rows(["fine"] * len(FINE), text=FINE))
    section = robustness_section(EvaluationSubject(moderator), scored, compute_results(scored, resamples=2))
    assert "nothing to attack" in section.introduction
    assert (section.tables, dict(section.figures)) == ((), {})
