"""The part of the report about behaviour: what it tells is what the suite finds."""

import numpy as np

from model.moderator import Moderator
from training.behaviour.behaviour_suite import run_suite
from training.evaluation.evaluate import SECTION_BUILDERS
from training.evaluation.report.behaviour_section import behaviour_section
from training.evaluation.results import compute_results
from training.evaluation.scoreboard import score_rows as judge_rows
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


def test_the_section_tells_what_the_suite_finds() -> None:
    """Its figures are those of the suite at the score that 5 % of clean conversation exceeds; every capability has its line."""
    moderator = Moderator.load()
    judged = judge_rows(moderator, rows(), clean=None)
    section = behaviour_section(moderator, judged, compute_results(judged, resamples=10, seed=0))
    found = run_suite(moderator, threshold=float(np.quantile(judged.abusive[judged.calm], 0.95)))

    assert [row[0] for row in section.tables[0].rows] == ["overall", *(share.name for share in found.capabilities)]
    assert section.tables[0].rows[0][2] == found.overall.labels_right
    assert section.tables[1].rows[0][2] == found.neutral.alarms


def test_every_report_tells_behaviour_and_robustness() -> None:
    """Neither part has to be asked for."""
    assert [step for step, _ in SECTION_BUILDERS] == ["behaviour", "attacks"]
