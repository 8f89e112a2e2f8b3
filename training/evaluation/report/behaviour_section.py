"""The part of a report that tells how a classifier behaves on comments of our own that test one capability each."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from model.moderator import Moderator
from training.behaviour.behaviour_suite import CaseScores
from training.behaviour.behaviour_suite import run_suite as judge_behaviour
from training.evaluation.report.sections import Cell, ReportColumn, ReportSection, ReportTable
from training.evaluation.results import EvaluationResults
from training.evaluation.scoreboard import ScoredRows

__all__ = ["behaviour_section"]

_ALARMS = 0.05
_MENTIONED = 12
_SHARES = (
    *(
        ReportColumn("capability"),
        ReportColumn("cases"),
        ReportColumn("label right", percent=True),
        ReportColumn("abusive or not", percent=True),
    ),
    *(
        ReportColumn("false alarms", percent=True),
        ReportColumn("missed", percent=True),
        ReportColumn("pairs"),
        ReportColumn("pairs right", percent=True),
    ),
)
_MENTIONS = (ReportColumn("who is mentioned"), ReportColumn("mentions"), ReportColumn("false alarms", percent=True))
_INTRODUCTION = (
    "Comments written for this purpose, from templates and singly, test one capability each; most come in minimal pairs that "
    "differ in one thing, such as whom it is aimed at, a negation or a quotation. None of them taught the artefact that ships. "
    "A pair is right if both its comments are. docs/behaviour.md says what each capability is."
)


def behaviour_section(moderator: Moderator, judged: ScoredRows, _results: EvaluationResults) -> ReportSection:
    """Judge the behaviour tests and tell what came of it, as a part of the report; for ``training.evaluation.evaluate.SECTION_BUILDERS``.

    Args:
        moderator: what is tested.
        judged: rows with clean conversation, of which 5 % exceed the score that plain mentions of a group should stay below;
            without any, the label rule's threshold is taken.
    """
    point = float(np.quantile(judged.abusive[judged.calm], 1 - _ALARMS)) if judged.calm.any() else None
    found = judge_behaviour(moderator, threshold=point)
    mentions = [(one.group, one.mentions, one.alarms) for one in (found.neutral, *found.kinds, *found.groups[:_MENTIONED])]
    tables = (
        ReportTable("How often it is right, by capability", _SHARES, _rows([found.overall, *found.capabilities])),
        ReportTable("Plain mentions of a group above the 5 % point: all, by kind, and the groups that suffer most", _MENTIONS, mentions),
    )
    return ReportSection("Behaviour", _INTRODUCTION, tables, figures=asdict(found))


def _rows(shares: Sequence[CaseScores]) -> list[Sequence[Cell]]:
    return [(of.name, of.cases, of.labels_right, of.abusive_right, of.false_alarms, of.missed, of.pairs, of.pairs_right) for of in shares]
