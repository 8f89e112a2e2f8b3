"""Tells, by kind, how often a model's verdict is right: approved if and only if a comment is fine.

``python -m training.behaviour.kinds_report`` judges the authored comments that were held out of training, neutral mentions of groups,
and, where it lies beside the checkout, ``../shared/cases/judgement.jsonl``: short comments that were once judged wrongly. Nothing is
trained, and no threshold is tuned, on any of them.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from model.comment import VERDICTS, Comment, Label, Verdict
from model.decisions import CommentJudge
from model.errors import TableError, TipstaffError
from model.moderator import Moderator
from model.profile import Profile
from training.authored.held_out import make_held_out_comments
from training.behaviour.suite_cases import NEUTRAL_MENTIONS, build_cases

__all__ = [
    "CASES_FILE",
    "KindCase",
    "KindScores",
    "format_kinds",
    "held_out_cases",
    "judge_kinds",
    "neutral_cases",
    "read_cases",
    "without_parents",
]

CASES_FILE = Path("../shared/cases/judgement.jsonl")
"""Where the comments that were once judged wrongly lie beside a development checkout."""


@dataclass(frozen=True, slots=True)
class KindCase:
    """A comment, what it is an example of, and whether it is fine."""

    comment: Comment
    kind: str
    fine: bool


@dataclass(frozen=True, slots=True)
class KindScores:
    """How a model judged the comments of one kind.

    Attributes:
        kind: their kind, or "all".
        fine, abusive: numbers of comments, at least 0.
        fine_right: share of the fine ones that were approved, in [0, 1]; None without any.
        abusive_right: share of the abusive ones that were not approved, in [0, 1]; None without any.
        right: share of all that were judged rightly, in [0, 1].
    """

    kind: str
    fine: int
    abusive: int
    fine_right: float | None
    abusive_right: float | None
    right: float


def held_out_cases() -> list[KindCase]:
    """Return the authored comments that were held out of training, each with what it answers."""
    return [
        KindCase(Comment(str(number), comment.text, parent_text=comment.parent_text), comment.kind, comment.label is Label.FINE)
        for number, comment in enumerate(make_held_out_comments())
    ]


def without_parents(cases: Sequence[KindCase]) -> list[KindCase]:
    """Return the cases that answer something, as if nobody knew what: the figure to compare those with a parent with."""
    return [replace(case, comment=case.comment._replace(parent_text=None)) for case in cases if case.comment.parent_text is not None]


def neutral_cases() -> list[KindCase]:
    """Return the comments of the behaviour suite that mention a group and say nothing about it."""
    neutral = [case for case in build_cases() if f"{case.capability}/{case.case}" == NEUTRAL_MENTIONS]
    return [KindCase(Comment(str(number), case.text), "neutral", case.label is Label.FINE) for number, case in enumerate(neutral)]


def read_cases(path: Path = CASES_FILE) -> list[KindCase]:
    """Read comments that were judged wrongly: JSONL with ``kind``, ``text`` and ``right`` ("fine", "hateful" or "toxic or hateful").

    Raises:
        TableError: the file cannot be read, or a line lacks a field.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read ({type(error).__name__}); name the file with --cases") from error
    cases = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            cases.append(KindCase(Comment(str(number), str(row["text"])), str(row["kind"]), row["right"] == "fine"))
        except (ValueError, KeyError, TypeError) as error:
            raise TableError(f"{path}:{number}: not a case; write an object with kind, text and right") from error
    return cases


def judge_kinds(judge: CommentJudge, cases: Sequence[KindCase]) -> list[KindScores]:
    """Have comments judged, and return the shares of right verdicts by kind, "all" last.

    Args:
        judge: what judges.
        cases: at least one.
    """
    verdicts = judge.decide([case.comment for case in cases]).verdicts.tolist()
    by_kind: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for case, verdict in zip(cases, verdicts, strict=True):
        right = (VERDICTS[verdict] is Verdict.APPROVE) is case.fine
        by_kind[case.kind].append((case.fine, right))
    kinds = sorted(by_kind, key=lambda kind: (len(kind), kind))
    return [*(_scores(kind, by_kind[kind]) for kind in kinds), _scores("all", [pair for kind in kinds for pair in by_kind[kind]])]


def _scores(kind: str, outcomes: Sequence[tuple[bool, bool]]) -> KindScores:
    fine = [right for is_fine, right in outcomes if is_fine]
    abusive = [right for is_fine, right in outcomes if not is_fine]
    return KindScores(
        kind=kind,
        fine=len(fine),
        abusive=len(abusive),
        fine_right=sum(fine) / len(fine) if fine else None,
        abusive_right=sum(abusive) / len(abusive) if abusive else None,
        right=(sum(fine) + sum(abusive)) / len(outcomes),
    )


def format_kinds(title: str, scores: Sequence[KindScores]) -> str:
    """Return the shares as lines of text."""
    lines = [f"{title:<26}{'fine':>8}{'approved':>10}{'abusive':>9}{'caught':>8}{'right':>8}"]
    for row in scores:
        shares = [f"{'-' if share is None else f'{share:.1%}':>8}" for share in (row.fine_right, row.abusive_right, row.right)]
        lines.append(f"  {row.kind:<24}{row.fine:>8}  {shares[0]}{row.abusive:>9}{shares[1]}{shares[2]}")
    return "\n".join(lines)


def _main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training.behaviour.kinds_report", description="Tell by kind how often the verdict of a model is right."
    )
    parser.add_argument("artefact", nargs="?", type=Path, help="its folder; the one that ships if left out")
    parser.add_argument(
        "--profile", type=Profile, choices=list(Profile), default=Profile.CASCADE, help="which readers judge (default: %(default)s)"
    )
    parser.add_argument("--cases", type=Path, help=f"further comments, JSONL (default: {CASES_FILE}, if it is there)")
    arguments = parser.parse_args()
    try:
        moderator = Moderator.load(arguments.artefact, profile=arguments.profile)
        held_out = held_out_cases()
        tables = {"held-out authored comments": held_out, "answers, parents hidden": without_parents(held_out)}
        tables["neutral mentions"] = neutral_cases()
        if arguments.cases or CASES_FILE.is_file():
            tables["comments once misjudged"] = read_cases(arguments.cases or CASES_FILE)
        print("\n\n".join(format_kinds(title, judge_kinds(moderator, cases)) for title, cases in tables.items()))
    except TipstaffError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
