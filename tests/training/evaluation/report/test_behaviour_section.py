"""The section about behaviour: its figures are those of the suite."""

import json

import numpy as np
import pytest

from model.moderator import Moderator
from training.behaviour.behaviour_suite import run_suite
from training.behaviour.languages.behaviour_by_language import measure_language
from training.evaluation.evaluate import SECTION_BUILDERS
from training.evaluation.measurement import compute_results
from training.evaluation.report.behaviour_section import behaviour_section
from training.evaluation.scored_rows import score_labelled_rows
from training.evaluation.subject import EvaluationSubject
from training.tables.labelled import Labelled, Place


def rows() -> Labelled:
    """Twenty fine rows and ten abusive ones."""
    texts = [f"a lovely day number {n}" for n in range(20)] + [f"you are a stupid idiot {n}" for n in range(10)]
    abusive = np.array([0] * 20 + [1] * 10, np.int8)
    return Labelled(
        text=texts,
        abusive=abusive,
        hateful=np.zeros(30, np.int8),
        source=["own"] * 30,
        split=["dev"] * 30,
        id=[str(n) for n in range(30)],
        weight=np.ones(30),
        target=[None] * 30,
        attributes={},
        place=[Place("own.csv", n) for n in range(30)],
    )


def test_the_section_has_the_results_of_the_suite() -> None:
    """Its figures are those of the suite at the score that 5 % of clean conversation exceeds; every capability has its line."""
    moderator = Moderator.load()
    scored = score_labelled_rows(moderator, rows(), clean=None)
    section = behaviour_section(EvaluationSubject(moderator), scored, compute_results(scored, resamples=10, seed=0))
    results = run_suite(moderator, threshold=float(np.quantile(scored.abusive[scored.is_clean], 0.95)))

    assert [row[0] for row in section.tables[0].rows] == ["overall", *(share.name for share in results.capabilities)]
    assert section.tables[0].rows[0][2] == results.overall.labels_right
    assert section.tables[1].rows[0][2] == results.neutral.rate


def test_every_report_has_languages_behaviour_and_robustness() -> None:
    """No section has to be asked for."""
    assert [step for step, _ in SECTION_BUILDERS] == ["languages", "behaviour", "attacks"]


def test_a_reader_of_another_language_is_tested_in_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of German alone gets the German comments, one of both languages those of English as well; the figures are JSON."""
    moderator = Moderator.load()
    scored = score_labelled_rows(moderator, rows(), clean=None)
    results = compute_results(scored, resamples=2, seed=0)
    german = measure_language(moderator, "de")

    for languages, tables in ((("de",), 2), (("en", "de"), 4)):
        monkeypatch.setattr(Moderator, "languages", languages)
        section = behaviour_section(EvaluationSubject(moderator), scored, results)
        assert len(section.tables) == tables
        assert [row[:3] for row in section.tables[-2].rows] == [
            ("de", kind.replace("_", " "), shares.cases) for kind, shares in german.kinds.items()
        ]
        assert [row[2] for row in section.tables[-1].rows] == [number for number, _ in german.attacks.values()]
        assert json.dumps(section.figures, allow_nan=False)


def test_programs_find_the_suite_under_its_public_keys() -> None:
    """The figures in report.json have the keys that they were first published under."""
    moderator = Moderator.load()
    scored = score_labelled_rows(moderator, rows(), clean=None)
    figures = behaviour_section(EvaluationSubject(moderator), scored, compute_results(scored, resamples=2, seed=0)).figures
    assert set(figures) == {"overall", "capabilities", "cases", "threshold", "neutral", "kinds", "groups"}
    assert isinstance(figures["overall"], dict)
    assert {"false_alarms", "missed"} < set(figures["overall"])
    assert isinstance(figures["neutral"], dict)
    assert set(figures["neutral"]) == {"group", "mentions", "alarms"}
