"""The gate kit: comments of our own on which a candidate must not be worse than the champion. It ships, and nothing is trained on it.

It is made of three parts: the cases of the behaviour suite (neutral mentions of groups among them), the minimal pairs, and the authored
comments that were held out of training. A fourth, attacks, is made of the site's own rows (`training.gate.attack_rules`).
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from model.array_types import BoolArray, Int8Array, IntArray
from model.comment import LABELS, Comment, Label
from training.authored.held_out import make_held_out_comments
from training.behaviour.languages.behaviour_by_language import untaught_cases
from training.behaviour.languages.cases_by_language import LanguageKind, case_languages
from training.behaviour.minimal_pairs import load_pairs
from training.behaviour.suite_cases import NEUTRAL_MENTIONS, SUITE_FOLDER, build_cases
from training.shipped_model.synthetic_templates import read_word_tables

__all__ = ["AUTHORED", "BEHAVIOUR", "PAIRS", "GateKit", "build_gate_kit"]

BEHAVIOUR, PAIRS, AUTHORED = "behaviour", "pairs", "authored"
"""The parts of the kit."""
_MOST_AUTHORED = 1500  # of some 3,000: with both readers, reading them is what the gate takes longest for


@dataclass(frozen=True, eq=False)
class GateKit:
    """n comments of our own, column by column.

    Attributes:
        comments: as the model takes them.
        labels: (n,) codes into ``LABELS``: the right ones.
        parts: (n,) the part of the kit that each is of.
        clusters: (n,) comments that were written together, such as the two of a minimal pair, have one number.
        groups: (n,) plural name of the group that a comment of the suite speaks of, else None.
        kinds: group → kind of group, such as "religion".
        is_neutral: (n,) whether the comment mentions a group and says nothing about it.
        digest: SHA-256 of all of it.
    """

    comments: tuple[Comment, ...]
    labels: Int8Array
    parts: tuple[str, ...]
    clusters: IntArray
    groups: tuple[str | None, ...]
    kinds: dict[str, str]
    is_neutral: BoolArray
    digest: str

    def __len__(self) -> int:
        """Return n."""
        return len(self.comments)

    @property
    def abusive(self) -> Int8Array:
        """(n,) 1 where the right label is toxic or hateful, else 0."""
        is_abusive: Int8Array = (self.labels > 0).astype(np.int8)
        return is_abusive

    @property
    def hateful(self) -> Int8Array:
        """(n,) 1 where the right label is hateful, else 0."""
        is_hateful: Int8Array = (self.labels == LABELS.index(Label.HATEFUL)).astype(np.int8)
        return is_hateful

    def rows_of(self, part: str) -> IntArray:
        """Return the numbers of the comments of a part."""
        return np.flatnonzero(np.array([each == part for each in self.parts]))


@dataclass(frozen=True, slots=True)
class _KitRow:
    text: str
    label: Label
    part: str
    cluster: str
    group: str | None = None
    neutral: bool = False


@cache
def build_gate_kit(tag: str | None = None) -> GateKit:
    """Return the kit; every process makes the same one.

    Args:
        tag: the language of the pack that is examined, whose kit is made of the behaviour tests in it; None for a model for English.
    """
    rows = [*_suite_rows(), *_pair_rows(), *_authored_rows()] if tag is None else _language_rows(tag)
    numbers = {cluster: number for number, cluster in enumerate(dict.fromkeys(row.cluster for row in rows))}
    lines = "\n".join(f"{row.label} {row.part} {row.cluster} {row.group} {row.text}" for row in rows)
    return GateKit(
        comments=tuple(Comment("", row.text) for row in rows),
        labels=np.array([LABELS.index(row.label) for row in rows], np.int8),
        parts=tuple(row.part for row in rows),
        clusters=np.array([numbers[row.cluster] for row in rows], np.int64),
        groups=tuple(row.group for row in rows),
        kinds={row["they"]: row["kind"] for row in read_word_tables(SUITE_FOLDER)["group"]},
        is_neutral=np.array([row.neutral for row in rows], np.bool_),
        digest=hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest(),
    )


def _language_rows(tag: str) -> list[_KitRow]:
    if tag not in case_languages():
        return []
    return [
        _KitRow(case.text, _one_label(case.right), BEHAVIOUR, f"{case.kind}:{number}", neutral=case.kind is LanguageKind.GROUP_MENTION)
        for number, case in enumerate(untaught_cases(tag))
    ]


def _one_label(right: frozenset[Label]) -> Label:
    """Return the mildest of the right labels."""
    return next(label for label in LABELS if label in right)


def _suite_rows() -> list[_KitRow]:
    rows = []
    for number, case in enumerate(build_cases()):
        kind = f"{case.capability}/{case.case}"
        # The cases of a pair differ in one thing; those of none were filled into one of a few templates, and count singly.
        cluster = f"{kind}:{case.pair or number}"
        rows.append(_KitRow(case.text, case.label, BEHAVIOUR, cluster, case.group, kind == NEUTRAL_MENTIONS))
    return rows


def _pair_rows() -> list[_KitRow]:
    return [_KitRow(side.text, side.label, PAIRS, f"pair:{pair.id}") for pair in load_pairs() for side in (pair.a, pair.b)]


def _authored_rows() -> list[_KitRow]:
    comments = [comment for comment in make_held_out_comments() if comment.parent_text is None]
    drawn = sorted(comments, key=lambda comment: hashlib.sha256(comment.text.encode("utf-8", "surrogatepass")).digest())[:_MOST_AUTHORED]
    # Comments of one line of the files differ in the words that fill its slots; their first words tell which line it was.
    return [_KitRow(comment.text, comment.label, AUTHORED, f"{comment.kind}:{_beginning(comment.text)}") for comment in drawn]


def _beginning(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold())[:3])
