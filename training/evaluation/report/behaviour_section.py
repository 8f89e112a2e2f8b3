"""The section about behaviour: the results of a classifier on comments of our own, each of which tests one capability."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from training.behaviour.behaviour_suite import CaseScores, run_suite
from training.behaviour.languages.behaviour_by_language import LanguageBehaviour, measure_language
from training.behaviour.languages.cases_by_language import case_languages
from training.evaluation.report.sections import Cell, ReportColumn, ReportSection, ReportTable
from training.evaluation.results import EvaluationResults
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.subject import EvaluationSubject
from training.metrics.source_metrics import ABUSIVE_FPR
from training.public_keys import with_public_keys

__all__ = ["behaviour_section"]

_ENGLISH = "en"
_MOST_GROUPS = 12
_CAPABILITY_COLUMNS = (
    *(ReportColumn("capability"), ReportColumn("cases"), ReportColumn("label right", percent=True)),
    *(ReportColumn("abusive or not", percent=True), ReportColumn("false positives", percent=True)),
    *(ReportColumn("false negatives", percent=True), ReportColumn("pairs"), ReportColumn("pairs right", percent=True)),
)
_MENTION_COLUMNS = (ReportColumn("group mentioned"), ReportColumn("mentions"), ReportColumn("false positives", percent=True))
_KIND_COLUMNS = (
    *(ReportColumn("language"), ReportColumn("kind"), ReportColumn("comments"), ReportColumn("label right", percent=True)),
    *(ReportColumn("approved", percent=True), ReportColumn("rejected", percent=True)),
)
_ATTACK_COLUMNS = (ReportColumn("language"), ReportColumn("attack"), ReportColumn("attacked"), ReportColumn("still caught", percent=True))
_LANGUAGES_INTRODUCTION = (
    "Comments of each language, written singly for this purpose, are examples of a kind: insults, threats and hate of groups, and what "
    "only looks like them. The abuse that is not approved is judged again after edits that hide it. What ships was trained on none of them."
)
_INTRODUCTION = (
    "Comments written for this purpose, from templates and singly, test one capability each; most come in minimal pairs that "
    "differ in one thing, such as whom it is aimed at, a negation or a quotation. The artefact that ships was trained on none of them. "
    "A pair is right if both its comments are. docs/behaviour.md says what each capability is."
)


def behaviour_section(subject: EvaluationSubject, scored: ScoredRows, _results: EvaluationResults) -> ReportSection:
    """Run the behaviour tests of the languages that the subject learned, and report their results; one of ``SECTION_BUILDERS``.

    Args:
        subject: what is tested.
        scored: rows with clean conversation. Plain mentions of a group should stay below the score that 5 % of it exceeds;
            without clean conversation the threshold is that of the label rule.
    """
    others = [measure_language(subject.judge, tag) for tag in subject.moderator.languages if tag in case_languages()]
    figures = {"languages": {language.language: with_public_keys(language) for language in others}} if others else {}
    if _ENGLISH not in subject.moderator.languages and others:
        return ReportSection("Behaviour", _LANGUAGES_INTRODUCTION, _language_tables(others), figures=figures)
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
        *(_language_tables(others) if others else ()),
    )
    suite = cast("Mapping[str, object]", with_public_keys(results))
    return ReportSection("Behaviour", _INTRODUCTION, tables, figures={**suite, **figures})


def _language_tables(languages: Sequence[LanguageBehaviour]) -> tuple[ReportTable, ReportTable]:
    kinds: list[Sequence[Cell]] = [
        (language.language, kind.replace("_", " "), shares.cases, shares.right, shares.approved, shares.rejected)
        for language in languages
        for kind, shares in language.kinds.items()
    ]
    attacks: list[Sequence[Cell]] = [
        (language.language, attack, number, share) for language in languages for attack, (number, share) in language.attacks.items()
    ]
    return (
        ReportTable("How comments of other languages are judged, by kind", _KIND_COLUMNS, kinds),
        ReportTable("How much of their abuse is still caught after an attack", _ATTACK_COLUMNS, attacks),
    )


def _rows(capabilities: Sequence[CaseScores]) -> list[Sequence[Cell]]:
    return [
        (
            *(scores.name, scores.cases, scores.labels_right, scores.abusive_right),
            *(scores.false_positive_rate, scores.false_negative_rate, scores.pairs, scores.pairs_right),
        )
        for scores in capabilities
    ]
