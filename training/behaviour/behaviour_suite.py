"""Runs the behaviour test suite: how a classifier judges cases of our own that it was never trained on.

The figures mean nothing once a classifier has seen the cases, so when you improve the training, read the table that
``python -m training.behaviour.behaviour_suite`` prints, not the cases.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from model.array_types import FloatArray
from model.classifier import Classifier
from model.comment import LABELS, Comment, Label
from model.decisions import CommentJudge
from model.errors import InputError, TipstaffError
from model.moderator import Moderator
from model.profile import Profile
from model.text.pipeline import prepare
from training.behaviour.suite_cases import NEUTRAL_MENTIONS, SUITE_FOLDER, Case, build_cases
from training.public_keys import stored_as
from training.shipped_model.synthetic_templates import read_word_tables

__all__ = ["CaseScores", "format_results", "run_suite", "score_labels"]


@dataclass(frozen=True, slots=True)
class CaseScores:
    """The accuracy of a classifier on some cases. Every share lies in [0, 1], or is None where there are no such cases.

    Attributes:
        name: a capability, "capability/case", or "overall".
        cases: number of comments, at least 1.
        labels_right: share with exactly the right label.
        abusive_right: share rightly called fine or abusive.
        false_positive_rate: share of the fine ones that are called abusive.
        false_negative_rate: share of the abusive ones that are called fine.
        pairs: number of minimal pairs.
        pairs_right: share of pairs with every comment rightly called fine or abusive.
        pairs_exact: share of pairs with every label right.
    """

    name: str
    cases: int
    labels_right: float
    abusive_right: float
    false_positive_rate: float | None = field(metadata=stored_as("false_alarms"))
    false_negative_rate: float | None = field(metadata=stored_as("missed"))
    pairs: int
    pairs_right: float | None
    pairs_exact: float | None


@dataclass(frozen=True, slots=True)
class FalsePositives:
    """False positives among comments that merely mention a group.

    Attributes:
        group: its plural name, a kind of groups ("religion"), or "all".
        mentions: number of neutral comments, at least 1.
        rate: share of them whose P(abusive) reaches the threshold, in [0, 1].
    """

    group: str
    mentions: int
    rate: float = field(metadata=stored_as("alarms"))


@dataclass(frozen=True, slots=True)
class SuiteResults:
    """The results of a classifier on the suite.

    Attributes:
        overall: all cases.
        capabilities: by capability, in alphabetical order.
        cases: by "capability/case", in alphabetical order.
        threshold: P(abusive) from which a neutral mention counts as a false positive.
        neutral: all neutral mentions.
        kinds: neutral mentions by kind of group.
        groups: neutral mentions by group, highest rate first.
    """

    overall: CaseScores
    capabilities: tuple[CaseScores, ...]
    cases: tuple[CaseScores, ...]
    threshold: float
    neutral: FalsePositives
    kinds: tuple[FalsePositives, ...]
    groups: tuple[FalsePositives, ...]


def run_suite(subject: Classifier | Moderator, *, judge: CommentJudge | None = None, threshold: float | None = None) -> SuiteResults:
    """Have a classifier label all cases, and compare its labels with the right ones.

    Args:
        subject: what is tested; a moderator with its profile.
        judge: what judges with a moderator, if not the moderator itself.
        threshold: P(abusive) in [0, 1] from which a neutral mention of a group is a false positive, such as the score that 5 %
            of clean conversation exceeds; None for the threshold of the label rule.
    """
    cases = build_cases()
    comments = [Comment(str(number), case.text) for number, case in enumerate(cases)]
    if isinstance(subject, Moderator):
        decisions = (judge or subject).decide(comments)
        scores, codes = decisions.scores, decisions.labels.tolist()
        rule = subject.combined.thresholds if subject.combined is not None else subject.classifier.thresholds
    else:
        scores, rule = subject.score(prepare(comments)).scores, subject.thresholds
        codes = subject.labels(scores).tolist()
    if threshold is None:
        threshold = float(rule.abusive)
    return score_labels(cases, [LABELS[code] for code in codes], abusive=1 - scores[:, 0], threshold=threshold)


def score_labels(cases: Sequence[Case], labels: Sequence[Label], *, abusive: FloatArray, threshold: float) -> SuiteResults:
    """Compare a classifier's labels with the right ones.

    Args:
        cases: n cases, among them neutral mentions.
        labels: the classifier's, one for each case; n.
        abusive: P(abusive) of each case, shape (n,).
        threshold: P(abusive) from which a neutral mention of a group is a false positive.

    Raises:
        InputError: the number of labels or of scores is not that of the cases.
    """
    if not len(cases) == len(labels) == len(abusive):
        raise InputError(f"labels, abusive: {len(labels)} and {len(abusive)} given, {len(cases)} expected; give one a case, in their order")
    by_capability: dict[str, list[int]] = defaultdict(list)
    by_case: dict[str, list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        by_capability[case.capability].append(number)
        by_case[f"{case.capability}/{case.case}"].append(number)
    mentions = [(cases[number].group or "", bool(abusive[number] >= threshold)) for number in by_case[NEUTRAL_MENTIONS]]
    kinds = {row["they"]: row["kind"] for row in read_word_tables(SUITE_FOLDER)["group"]}
    return SuiteResults(
        overall=_case_scores("overall", range(len(cases)), cases, labels),
        capabilities=tuple(_case_scores(name, members, cases, labels) for name, members in sorted(by_capability.items())),
        cases=tuple(_case_scores(name, members, cases, labels) for name, members in sorted(by_case.items())),
        threshold=threshold,
        neutral=_false_positives(("all", flagged) for _, flagged in mentions)[0],
        kinds=_false_positives((kinds[group], flagged) for group, flagged in mentions),
        groups=_false_positives(mentions),
    )


def _case_scores(name: str, members: Sequence[int], cases: Sequence[Case], labels: Sequence[Label]) -> CaseScores:
    exact = {number: labels[number] is cases[number].label for number in members}
    right = {number: (labels[number] is Label.FINE) is (cases[number].label is Label.FINE) for number in members}
    pairs: dict[str, list[int]] = defaultdict(list)
    for number in members:
        if cases[number].pair:
            pairs[str(cases[number].pair)].append(number)
    return CaseScores(
        name=name,
        cases=len(members),
        labels_right=sum(exact.values()) / len(members),
        abusive_right=sum(right.values()) / len(members),
        false_positive_rate=_share(not right[number] for number in members if cases[number].label is Label.FINE),
        false_negative_rate=_share(not right[number] for number in members if cases[number].label is not Label.FINE),
        pairs=len(pairs),
        pairs_right=_share(all(right[number] for number in pair) for pair in pairs.values()),
        pairs_exact=_share(all(exact[number] for number in pair) for pair in pairs.values()),
    )


def _share(values: Iterable[bool]) -> float | None:
    """Return the share of values that are true; None without values."""
    hits = list(values)
    return sum(hits) / len(hits) if hits else None


def _false_positives(mentions: Iterable[tuple[str, bool]]) -> tuple[FalsePositives, ...]:
    """Return the rate of flagged mentions of each group, the highest first."""
    by_group: dict[str, list[bool]] = defaultdict(list)
    for group, flagged in mentions:
        by_group[group].append(flagged)
    results = [FalsePositives(group, len(flagged), sum(flagged) / len(flagged)) for group, flagged in by_group.items()]
    return tuple(sorted(results, key=lambda result: (-result.rate, result.group)))


def format_results(results: SuiteResults, *, worst: int = 10) -> str:
    """Return the results as lines of text: capabilities with their cases, then false positives by kind and for the worst groups."""
    headings = ("cases", "label", "abusive?", "FPR", "FNR", "pairs", "pair", "pair exact")
    lines = [" " * 28 + "".join(f"{heading:>11}" for heading in headings)]
    for capability in results.capabilities:
        lines.append(_format_line(capability, capability.name))
        parts = [part for part in results.cases if part.name.startswith(capability.name + "/")]
        lines += [_format_line(part, "  " + part.name.partition("/")[2]) for part in parts if len(parts) > 1]
    lines += [_format_line(results.overall, "overall"), ""]
    lines.append(f"false positives on neutral mention of a group, threshold {results.threshold:.4f}")
    rows = (results.neutral, *results.kinds, *results.groups[:worst])
    lines += [f"  {row.group:<26}{row.mentions:>11}{row.rate:>11.1%}" for row in rows]
    return "\n".join(lines)


def _format_line(scores: CaseScores, name: str) -> str:
    shares = (scores.labels_right, scores.abusive_right, scores.false_positive_rate, scores.false_negative_rate)
    pair_shares = (scores.pairs_right, scores.pairs_exact)
    return f"{name:<28}{scores.cases:>11}{_format_shares(shares)}{scores.pairs:>11}{_format_shares(pair_shares)}"


def _format_shares(shares: Sequence[float | None]) -> str:
    return "".join(f"{'-' if share is None else f'{share:.1%}':>11}" for share in shares)


def _main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training.behaviour.behaviour_suite", description="Run the behaviour test suite on an artefact."
    )
    parser.add_argument("artefact", nargs="?", type=Path, help="its folder; the one that ships if left out")
    parser.add_argument("--threshold", type=float, help="P(abusive) from which a neutral mention is a false positive")
    parser.add_argument(
        "--profile", type=Profile, choices=list(Profile), default=Profile.FAST, help="which readers judge (default: %(default)s)"
    )
    arguments = parser.parse_args()
    try:
        print(format_results(run_suite(Moderator.load(arguments.artefact, profile=arguments.profile), threshold=arguments.threshold)))
    except TipstaffError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
