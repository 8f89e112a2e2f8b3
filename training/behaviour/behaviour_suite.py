"""Judging: behaviour tests of our own, which judge a classifier and are **never trained on**.

Cases belong to capabilities (what is tested, such as "negation") and, within these, to cases ("attitude", "person"). Most are
minimal pairs: comments that differ in one thing and deserve different labels. The folder ``suite`` holds templates, tables of words
and singly written comments in the format of ``synthetic_rows``, with a capability written "capability/case"; its templates and words
differ from those of the synthetic rows. The figures mean nothing once a classifier has seen the cases, so whoever improves the
training reads the table that ``python -m training.behaviour.behaviour_suite`` prints, not the cases.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model.classifier import Classifier
from model.comment import LABELS, Comment, Label
from model.errors import InputError, TipstaffError
from model.moderator import Moderator
from model.profile import Profile
from model.text.pipeline import prepare
from training.shipped_model.synthetic_comments import make_synthetic_comments
from training.shipped_model.synthetic_templates import read_word_tables

__all__ = [
    "NEUTRAL_MENTIONS",
    "SUITE_FOLDER",
    "Case",
    "CaseScores",
    "FalsePositives",
    "SuiteResults",
    "build_cases",
    "format_results",
    "run_suite",
    "score_labels",
]

SUITE_FOLDER = Path(__file__).with_name("suite")
NEUTRAL_MENTIONS = "identity/neutral"
"""The case whose comments mention a group and say nothing of it."""

SEED = 7

_FRAMES = (
    *("hm, {}", "{} fwiw", "{} lol", "right then: {}", "so yeah, {}", "{} - there, i said it", "look, {}", "ps {}", "{} :)", "#2 {}"),
    *("@thread {}", "{} (sent from the bus)", "Evening all. {}", "{} Bye for now.", "reply to the post above: {}", "{} #mondaythoughts"),
    *("I rarely write in this section. {}", "{} My tea is going cold so I leave it at that.", "{} Can someone pin this?"),
    "The radio had a piece on all this while I was stuck in the car, and I missed half of it. {} Now back to the match.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One comment that judges.

    Attributes:
        text: the comment.
        label: what it deserves.
        capability: what is tested.
        case: which part of it.
        pair: the same for the comments of a minimal pair (or triple, where one is toxic and one hateful), else None.
        group: plural name of the group that it speaks of, if it speaks of one.
        singly: whether it was written singly, not made of a template.
    """

    text: str
    label: Label
    capability: str
    case: str
    pair: str | None
    group: str | None
    singly: bool


@dataclass(frozen=True, slots=True)
class CaseScores:
    """How much of some cases a classifier gets right. Every share lies in [0, 1], or is None where there is nothing to share.

    Attributes:
        name: a capability, "capability/case", or "overall".
        cases: number of comments, at least 1.
        labels_right: share with exactly the right label.
        abusive_right: share rightly called fine or abusive.
        false_alarms: share of the fine ones that are called abusive.
        missed: share of the abusive ones that are called fine.
        pairs: number of minimal pairs.
        pairs_right: share of pairs with every comment rightly called fine or abusive.
        pairs_exact: share of pairs with every label right.
    """

    name: str
    cases: int
    labels_right: float
    abusive_right: float
    false_alarms: float | None
    missed: float | None
    pairs: int
    pairs_right: float | None
    pairs_exact: float | None


@dataclass(frozen=True, slots=True)
class FalsePositives:
    """False alarms on comments that merely mention a group.

    Attributes:
        group: its plural name, a kind of groups ("religion"), or "all".
        mentions: number of neutral comments, at least 1.
        alarms: share of them whose score of abusive reaches the threshold, in [0, 1].
    """

    group: str
    mentions: int
    alarms: float


@dataclass(frozen=True, slots=True)
class SuiteResults:
    """What the judging cases say of a classifier.

    Attributes:
        overall: all cases.
        capabilities: by capability, in alphabetical order.
        cases: by "capability/case", in alphabetical order.
        threshold: the score of abusive from which a neutral mention counts as a false alarm.
        neutral: all neutral mentions.
        kinds: neutral mentions by kind of group.
        groups: neutral mentions by group, most alarms first.
    """

    overall: CaseScores
    capabilities: tuple[CaseScores, ...]
    cases: tuple[CaseScores, ...]
    threshold: float
    neutral: FalsePositives
    kinds: tuple[FalsePositives, ...]
    groups: tuple[FalsePositives, ...]


def build_cases(seed: int = SEED) -> tuple[Case, ...]:
    """Return all cases; no text twice, whatever its case and punctuation, and no pair that lost a side.

    Args:
        seed: of the choice of words and of how the comments are written. Published figures use the default.
    """
    written = make_synthetic_comments(seed, SUITE_FOLDER, frames=_FRAMES)
    made = tuple({_bare(lesson.text): lesson for lesson in reversed(written)}.values())[::-1]
    sides: dict[str, set[Label]] = defaultdict(set)
    for lesson in made:
        sides[lesson.pair or ""].add(lesson.label)
    return tuple(
        Case(
            text=lesson.text,
            label=lesson.label,
            capability=lesson.capability.partition("/")[0],
            case=lesson.capability.partition("/")[2],
            pair=lesson.pair,
            group=lesson.group,
            singly=(lesson.pair or "").startswith("single."),
        )
        for lesson in made
        if lesson.pair is None or len(sides[lesson.pair]) > 1
    )


def _bare(text: str) -> str:
    """Return what is left of a text without case and punctuation."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def run_suite(judged: Classifier | Moderator, *, threshold: float | None = None) -> SuiteResults:
    """Let the cases judge a classifier.

    Args:
        judged: what is judged; a moderator by its profile.
        threshold: score of abusive in [0, 1] from which a neutral mention of a group is a false alarm, such as the one that 5 % of
            clean conversation reaches; None for that of the label rule.
    """
    asked = build_cases()
    comments = [Comment(str(number), case.text) for number, case in enumerate(asked)]
    if isinstance(judged, Moderator):
        told = judged.decide(comments)
        scores, labels = told.scores, [LABELS[code] for code in told.labels]
        rule = judged.combined.thresholds if judged.combined is not None else judged.classifier.thresholds
    else:
        scores, rule = judged.score(prepare(comments)).scores, judged.thresholds
        labels = [LABELS[code] for code in judged.labels(scores)]
    if threshold is None:
        threshold = float(rule.abusive)
    return score_labels(asked, labels, abusive=1 - scores[:, 0], threshold=threshold)


def score_labels(asked: Sequence[Case], labels: Sequence[Label], *, abusive: npt.NDArray[np.float64], threshold: float) -> SuiteResults:
    """Compare answers with the right ones.

    Args:
        asked: n cases, among them neutral mentions.
        labels: what each is called; n.
        abusive: score of abusive of each, shape (n,).
        threshold: from which score a neutral mention of a group is a false alarm.

    Raises:
        InputError: labels or scores are not as many as the cases.
    """
    if not len(asked) == len(labels) == len(abusive):
        raise InputError(f"labels, abusive: {len(labels)} and {len(abusive)} given, {len(asked)} expected; give one a case, in their order")
    by_capability: dict[str, list[int]] = defaultdict(list)
    by_case: dict[str, list[int]] = defaultdict(list)
    for at, case in enumerate(asked):
        by_capability[case.capability].append(at)
        by_case[f"{case.capability}/{case.case}"].append(at)
    mentions = [(asked[at].group or "", bool(abusive[at] >= threshold)) for at in by_case[NEUTRAL_MENTIONS]]
    kinds = {row["they"]: row["kind"] for row in read_word_tables(SUITE_FOLDER)["group"]}
    return SuiteResults(
        overall=_share("overall", range(len(asked)), asked, labels),
        capabilities=tuple(_share(name, of, asked, labels) for name, of in sorted(by_capability.items())),
        cases=tuple(_share(name, of, asked, labels) for name, of in sorted(by_case.items())),
        threshold=threshold,
        neutral=_alarms(("all", alarm) for _, alarm in mentions)[0],
        kinds=_alarms((kinds[group], alarm) for group, alarm in mentions),
        groups=_alarms(mentions),
    )


def _share(name: str, of: Sequence[int], asked: Sequence[Case], labels: Sequence[Label]) -> CaseScores:
    exact = {at: labels[at] is asked[at].label for at in of}
    right = {at: (labels[at] is Label.FINE) is (asked[at].label is Label.FINE) for at in of}
    pairs: dict[str, list[int]] = defaultdict(list)
    for at in of:
        if asked[at].pair:
            pairs[str(asked[at].pair)].append(at)
    return CaseScores(
        name=name,
        cases=len(of),
        labels_right=sum(exact.values()) / len(of),
        abusive_right=sum(right.values()) / len(of),
        false_alarms=_mean(not right[at] for at in of if asked[at].label is Label.FINE),
        missed=_mean(not right[at] for at in of if asked[at].label is not Label.FINE),
        pairs=len(pairs),
        pairs_right=_mean(all(right[at] for at in pair) for pair in pairs.values()),
        pairs_exact=_mean(all(exact[at] for at in pair) for pair in pairs.values()),
    )


def _mean(values: Iterable[bool]) -> float | None:
    hits = list(values)
    return sum(hits) / len(hits) if hits else None


def _alarms(mentions: Iterable[tuple[str, bool]]) -> tuple[FalsePositives, ...]:
    found: dict[str, list[bool]] = defaultdict(list)
    for group, alarm in mentions:
        found[group].append(alarm)
    shares = [FalsePositives(group, len(raised), sum(raised) / len(raised)) for group, raised in found.items()]
    return tuple(sorted(shares, key=lambda of: (-of.alarms, of.group)))


def format_results(results: SuiteResults, *, worst: int = 10) -> str:
    """Return the results as lines of text: capabilities with their cases, then false alarms by kind and for the worst groups."""
    heads = ("", "cases", "label", "abusive?", "alarms", "missed", "pairs", "pair", "pair exact")
    lines = [f"{heads[0]:<28}" + "".join(f"{head:>11}" for head in heads[1:])]
    for of in results.capabilities:
        lines.append(_line(of, of.name))
        parts = [part for part in results.cases if part.name.startswith(of.name + "/")]
        lines += [_line(part, "  " + part.name.partition("/")[2]) for part in parts if len(parts) > 1]
    lines += [_line(results.overall, "overall"), "", f"false alarms on neutral mention of a group, threshold {results.threshold:.4f}"]
    lines += [f"  {of.group:<26}{of.mentions:>11}{of.alarms:>11.1%}" for of in (results.neutral, *results.kinds, *results.groups[:worst])]
    return "\n".join(lines)


def _line(of: CaseScores, name: str) -> str:
    shares = (of.labels_right, of.abusive_right, of.false_alarms, of.missed)
    told = "".join(f"{'-' if share is None else f'{share:.1%}':>11}" for share in shares)
    pairs = "".join(f"{'-' if share is None else f'{share:.1%}':>11}" for share in (of.pairs_right, of.pairs_exact))
    return f"{name:<28}{of.cases:>11}{told}{of.pairs:>11}{pairs}"


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.behaviour.behaviour_suite", description="Judge how an artefact behaves.")
    parser.add_argument("artefact", nargs="?", type=Path, help="its folder; the one that ships if left out")
    parser.add_argument("--threshold", type=float, help="score of abusive from which a neutral mention is a false alarm")
    parser.add_argument(
        "--profile", type=Profile, choices=list(Profile), default=Profile.FAST, help="which readers judge (default: %(default)s)"
    )
    asked = parser.parse_args()
    try:
        print(format_results(run_suite(Moderator.load(asked.artefact, profile=asked.profile), threshold=asked.threshold)))
    except TipstaffError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
