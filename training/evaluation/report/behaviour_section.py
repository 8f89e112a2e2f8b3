"""The section about behaviour: the results of a classifier on comments of our own, each of which tests one capability."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from training.behaviour.behaviour_suite import CaseScores, run_suite
from training.evaluation.report.sections import Cell, ReportColumn, ReportSection, ReportTable
from training.evaluation.results import EvaluationResults
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.subject import EvaluationSubject
from training.metrics.source_metrics import ABUSIVE_FPR
from training.public_keys import with_public_keys

__all__ = ["behaviour_section"]

_MOST_GROUPS = 12
_CAPABILITY_COLUMNS = (
    *(ReportColumn("capability"), ReportColumn("cases"), ReportColumn("label right", percent=True)),
    *(ReportColumn("abusive or not", percent=True), ReportColumn("false positives", percent=True)),
    *(ReportColumn("false negatives", percent=True), ReportColumn("pairs"), ReportColumn("pairs right", percent=True)),
)
_MENTION_COLUMNS = (ReportColumn("group mentioned"), ReportColumn("mentions"), ReportColumn("false positives", percent=True))
_INTRODUCTION = (
    "Comments written for this purpose, from templates and singly, test one capability each; most come in minimal pairs that "
    "differ in one thing, such as whom it is aimed at, a negation or a quotation. The artefact that ships was trained on none of them. "
    "A pair is right if both its comments are. docs/behaviour.md says what each capability is."
)


def behaviour_section(subject: EvaluationSubject, scored: ScoredRows, _results: EvaluationResults) -> ReportSection:
    """Run the behaviour suite and report its results; one of ``training.evaluation.evaluate.SECTION_BUILDERS``.

    Args:
        subject: what is tested.
        scored: rows with clean conversation. Plain mentions of a group should stay below the score that 5 % of it exceeds;
            without clean conversation the threshold is that of the label rule.
    """
    threshold = float(np.quantile(scored.abusive[scored.is_clean], 1 - ABUSIVE_FPR)) if scored.is_clean.any() else None
    results = run_suite(subject.moderator, judge=subject.judge, threshold=threshold)
    mentions = [
        (mention.group, mention.mentions, mention.rate) for mention in (results.neutral, *results.kinds, *results.groups[:_MOST_GROUPS])
    ]
    tables = (
        ReportTable("How often it is right, by capability", _CAPABILITY_COLUMNS, _rows([results.overall, *results.capabilities])),
        ReportTable(
            "Plain mentions of a group above the 5 % threshold: all, by kind, and the groups that suffer most", _MENTION_COLUMNS, mentions
        ),
    )
    figures = cast("Mapping[str, object]", with_public_keys(results))
    return ReportSection("Behaviour", _INTRODUCTION, tables, figures=figures)


def _rows(capabilities: Sequence[CaseScores]) -> list[Sequence[Cell]]:
    return [
        (
            *(scores.name, scores.cases, scores.labels_right, scores.abusive_right),
            *(scores.false_positive_rate, scores.false_negative_rate, scores.pairs, scores.pairs_right),
        )
        for scores in capabilities
    ]
