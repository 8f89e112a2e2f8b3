"""The cases of the behaviour test suite: comments of our own that test a classifier; it is **never trained on** them.

Cases belong to capabilities (what is tested, such as "negation") and, within these, to parts ("attitude", "person"). Most are
minimal pairs: comments that differ in one thing and have different labels. The folder ``suite`` holds templates, tables of words
and singly written comments in the format of the synthetic rows, with a capability written "capability/part"; its templates and words
differ from those of the synthetic rows.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from model.comment import Label
from training.shipped_model.synthetic_comments import make_synthetic_comments

__all__ = ["NEUTRAL_MENTIONS", "SUITE_FOLDER", "Case", "build_cases"]

SUITE_FOLDER = Path(__file__).with_name("suite")
NEUTRAL_MENTIONS = "identity/neutral"
"""The case whose comments mention a group and say nothing about it."""

_SEED = 7

_FRAMES = (
    *("hm, {}", "{} fwiw", "{} lol", "right then: {}", "so yeah, {}", "{} - there, i said it", "look, {}", "ps {}", "{} :)", "#2 {}"),
    *("@thread {}", "{} (sent from the bus)", "Evening all. {}", "{} Bye for now.", "reply to the post above: {}", "{} #mondaythoughts"),
    *("I rarely write in this section. {}", "{} My tea is going cold so I leave it at that.", "{} Can someone pin this?"),
    "The radio had a piece on all this while I was stuck in the car, and I missed half of it. {} Now back to the match.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One comment of the suite.

    Attributes:
        text: the comment.
        label: its right label.
        capability: the capability that it tests.
        case: the part of the capability.
        pair: the same for the comments of a minimal pair (or triple, where one is toxic and one hateful), else None.
        group: plural name of the group that it speaks of, if it speaks of one.
        singly: whether it was written singly, not made from a template.
    """

    text: str
    label: Label
    capability: str
    case: str
    pair: str | None
    group: str | None
    singly: bool


def build_cases(seed: int = _SEED) -> tuple[Case, ...]:
    """Return all cases; no text occurs twice, case and punctuation aside, and every pair has both its sides.

    Args:
        seed: of the choice of words and of how the comments are written. Published figures use the default.
    """
    # The comments are entered in reverse, so that of equal texts the first one remains.
    by_text = {_bare(comment.text): comment for comment in reversed(make_synthetic_comments(seed, SUITE_FOLDER, frames=_FRAMES))}
    comments = tuple(by_text.values())[::-1]
    sides: dict[str, set[Label]] = defaultdict(set)
    for comment in comments:
        sides[comment.pair or ""].add(comment.label)
    return tuple(
        Case(
            text=comment.text,
            label=comment.label,
            capability=comment.capability.partition("/")[0],
            case=comment.capability.partition("/")[2],
            pair=comment.pair,
            group=comment.group,
            singly=(comment.pair or "").startswith("single."),
        )
        for comment in comments
        if comment.pair is None or len(sides[comment.pair]) > 1
    )


def _bare(text: str) -> str:
    """Return the words of a text without case and punctuation."""
    return " ".join(re.findall(r"\w+", text.casefold()))
