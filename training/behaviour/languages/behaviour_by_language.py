"""Tells by language how comments of our own are judged that nothing learned from, and how much of the abuse is still caught under attack.

A judge is asked as a site asks it: about all comments at once, with nothing said about their languages unless that is wanted. Comments that
our own training comments hold too, as the commonest insults do, are left out: their figures would say nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.comment import LABELS, VERDICTS, Comment, Verdict
from model.decisions import CommentJudge
from training.authored.language_comments import load_language_comments
from training.behaviour.languages.attacks_by_language import LANGUAGE_ATTACKS, attack_text
from training.behaviour.languages.cases_by_language import LanguageCase, LanguageKind, read_language_cases

__all__ = ["LanguageBehaviour", "LanguageShares", "format_attacks", "format_behaviour", "measure_language", "untaught_cases"]

_ABUSIVE = (LanguageKind.INSULT, LanguageKind.THREAT, LanguageKind.GROUP_HATE)
_FINE = (LanguageKind.GROUP_MENTION, LanguageKind.COUNTER_SPEECH, LanguageKind.INNOCENT)


@dataclass(frozen=True, slots=True)
class LanguageShares:
    """How comments were judged; each share lies in [0, 1].

    Attributes:
        cases: number of comments, at least 0; the shares are NaN where there are none.
        right: share with a right label.
        approved: share approved.
        rejected: share rejected.
        mislabelled: share with a label that is not right; one that was not judged has none.
    """

    cases: int
    right: float
    approved: float
    rejected: float
    mislabelled: float


@dataclass(frozen=True, slots=True)
class LanguageBehaviour:
    """How the comments of a language were judged.

    Attributes:
        language: its tag.
        kinds: by kind; a kind without comments is missing.
        abusive, fine: those that are abusive, and those that are fine.
        attacks: by name of the attack, the number of abusive comments that were not approved before it, and changed by it, and the share
            of them that is not approved after it either; None where there are none.
        left_out: number of comments that were not asked about because they were taught.
    """

    language: str
    kinds: Mapping[LanguageKind, LanguageShares]
    abusive: LanguageShares
    fine: LanguageShares
    attacks: Mapping[str, tuple[int, float | None]]
    left_out: int


def untaught_cases(language: str) -> tuple[LanguageCase, ...]:
    """Return the cases of a language that none of our own training comments holds, case, signs and blanks aside.

    Raises:
        TableError: the language has no cases, or a file is wrong.
    """
    taught = {_letters(comment.text) for comment in load_language_comments(language)}
    return tuple(case for case in read_language_cases(language) if _letters(case.text) not in taught)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def measure_language(judge: CommentJudge, language: str, *, stated: bool = False, seed: int = 0) -> LanguageBehaviour:
    """Have the cases of a language judged, the abusive ones under every attack as well.

    Args:
        judge: what judges: a site, or the moderator of a pack alone.
        language: the tag.
        stated: whether the comments come with their language.
        seed: of the attacks.

    Raises:
        TableError: the language has no cases, or a file is wrong.
    """
    cases = untaught_cases(language)
    abusive = [number for number, case in enumerate(cases) if not case.fine]
    attacked = [
        (attack, number, text)
        for attack in LANGUAGE_ATTACKS
        for number in abusive
        if (text := attack_text(cases[number].text, attack=attack, seed=seed)) is not None
    ]
    texts = [*(case.text for case in cases), *(text for _, _, text in attacked)]
    decisions = judge.decide([Comment("", text, language=language if stated else None) for text in texts])
    labels, verdicts = decisions.labels.tolist(), [VERDICTS[code] if code >= 0 else Verdict.APPROVE for code in decisions.verdicts.tolist()]
    outcomes = [
        (bool(label >= 0 and LABELS[label] in case.right), bool(label >= 0 and LABELS[label] not in case.right), verdict)
        for case, label, verdict in zip(cases, labels, verdicts, strict=False)
    ]
    caught: dict[str, list[bool]] = {attack: [] for attack in LANGUAGE_ATTACKS}
    for (attack, number, _), verdict in zip(attacked, verdicts[len(cases) :], strict=True):
        if verdicts[number] is not Verdict.APPROVE:
            caught[attack].append(verdict is not Verdict.APPROVE)
    by_kind = defaultdict(list)
    for case, outcome in zip(cases, outcomes, strict=True):
        by_kind[case.kind].append(outcome)
    return LanguageBehaviour(
        language=language,
        kinds={kind: _shares(by_kind[kind]) for kind in LanguageKind if by_kind[kind]},
        abusive=_shares([outcome for kind in _ABUSIVE for outcome in by_kind[kind]]),
        fine=_shares([outcome for kind in _FINE for outcome in by_kind[kind]]),
        attacks={attack: (len(kept), _mean(kept) if kept else None) for attack, kept in caught.items()},
        left_out=len(read_language_cases(language)) - len(cases),
    )


def _shares(outcomes: Sequence[tuple[bool, bool, Verdict]]) -> LanguageShares:
    return LanguageShares(
        cases=len(outcomes),
        right=_mean([right for right, _, _ in outcomes]),
        approved=_mean([verdict is Verdict.APPROVE for _, _, verdict in outcomes]),
        rejected=_mean([verdict is Verdict.REJECT for _, _, verdict in outcomes]),
        mislabelled=_mean([wrong for _, wrong, _ in outcomes]),
    )


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else float("nan")


def format_behaviour(languages: Sequence[LanguageBehaviour]) -> str:
    """Return a table in Markdown, a language a line and the mean of the languages last.

    Args:
        languages: at least one.
    """
    headings = ("insults", "threats", "hate", "mentions", "counter-speech", "innocent", "fine: called abusive", "rejected", "label right")
    lines = [f"| | comments | {' | '.join(headings)} |", "|---" * (len(headings) + 2) + "|"]
    table = [_behaviour_row(language) for language in languages]
    for language, row in zip(languages, table, strict=True):
        cases = language.abusive.cases + language.fine.cases
        lines.append(f"| {language.language} | {cases} | {' | '.join(map(_percent, row))} |")
    means = [_nan_mean(column) for column in zip(*table, strict=True)]
    total = sum(language.abusive.cases + language.fine.cases for language in languages)
    return "\n".join([*lines, f"| mean | {total} | {' | '.join(map(_percent, means))} |"])


def _behaviour_row(language: LanguageBehaviour) -> list[float]:
    """Return the shares of abuse that is not approved and of fine comments that are, by kind, and what went wrong."""
    nothing = _shares([])
    abusive = [1 - language.kinds.get(kind, nothing).approved for kind in _ABUSIVE]
    fine = [language.kinds.get(kind, nothing).approved for kind in _FINE]
    parts = (language.abusive, language.fine)
    right = float(np.average([part.right if part.cases else 0 for part in parts], weights=[part.cases for part in parts]))
    return [*abusive, *fine, language.fine.mislabelled, language.fine.rejected, right]


def format_attacks(languages: Sequence[LanguageBehaviour]) -> str:
    """Return a table in Markdown of the share of abuse that is still caught, by language and attack, and the mean of the languages last.

    Args:
        languages: at least one.
    """
    lines = [f"| | caught | {' | '.join(LANGUAGE_ATTACKS)} |", "|---" * (len(LANGUAGE_ATTACKS) + 2) + "|"]
    table = [[1 - language.abusive.approved, *_attack_shares(language)] for language in languages]
    lines += [f"| {language.language} | {' | '.join(map(_percent, row))} |" for language, row in zip(languages, table, strict=True)]
    return "\n".join([*lines, f"| mean | {' | '.join(_percent(_nan_mean(column)) for column in zip(*table, strict=True))} |"])


def _attack_shares(language: LanguageBehaviour) -> list[float]:
    """Return the share that is still caught by attack, NaN where nothing was."""
    return [float("nan") if share is None else share for _, share in language.attacks.values()]


def _nan_mean(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def _percent(share: float) -> str:
    return "-" if np.isnan(share) else f"{share:.0%}"
