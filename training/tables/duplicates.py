"""Removes duplicates among labelled comments: merges exact copies, and drops near duplicates that add no answer."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.array_types import BoolArray, Int8Array, IntArray
from training.tables.labelled import UNKNOWN, Labelled, Place
from training.tables.near_duplicates import find_near_duplicates, group_near_duplicates

__all__ = ["NEAR_SIMILARITY", "RAID_SIMILARITY", "DeduplicatedRows", "canonical_key", "deduplicate", "number_near_groups"]

NEAR_SIMILARITY = 0.85
"""The Jaccard similarity of their sets of shingles from which two texts are near duplicates."""

RAID_SIMILARITY = 0.6
"""The Jaccard similarity from which two comments may be of one raid: whoever sends variants of a text changes parts of it."""

# What is different in each copy of a raid: whom it is sent to, where it leads, and its number.
_VARIABLE = re.compile(r"https?://\S+|www\.\S+|[@#][\w.-]+|/?\bu/[\w-]+|\d+")
# Emoji remain, in the blocks from arrows to miscellaneous symbols and in the emoji planes, because they can change what a comment means.
_NOISE = re.compile(r"[^\w\u2190-\u2bff\U0001f000-\U0001faff]+|_+")
_LABEL_QUESTIONS = ("abusive", "hateful")
_SIDES = (None, "train", "dev")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Copies of one text that answer a question differently.

    Attributes:
        question: ``abusive``, ``hateful`` or the name of an attribute.
        yes: number of copies that answer yes.
        no: number of copies that answer no.
        places: the places of the copies that answer.
    """

    question: str
    yes: int
    no: int
    places: tuple[Place, ...]

    def __str__(self) -> str:
        """Return the contradiction in one line, without the text."""
        outcome = "yes is kept" if self.yes > self.no else "no is kept" if self.no > self.yes else "neither is kept"
        places = ", ".join(f"{place.file} line {place.line}" for place in self.places)
        return f"{places}: the same text, {self.question}: {self.yes} say yes, {self.no} no; {outcome}"


@dataclass(frozen=True, eq=False)
class DeduplicatedRows:
    """A labelled table without duplicates: m rows, in the order of the first copies.

    Attributes:
        rows: the m rows.
        clusters: (m,) int64 numbers from 0; texts that are near duplicates of each other, directly or through others, share one.
        contrasts: (m,) bool; True where a near duplicate that answers otherwise is among the rows.
        copies: rows merged into an earlier exact copy.
        near: rows dropped because an earlier near duplicate gives the same answers.
        undecided: rows dropped because their copies contradict each other evenly on all they answer.
        contradictions: exact copies that answer differently, by text and question.
    """

    rows: Labelled
    clusters: IntArray
    contrasts: BoolArray
    copies: int
    near: int
    undecided: int
    contradictions: list[Contradiction]


def canonical_key(text: str) -> str:
    """Return the canonical form of a text: its letters, digits and emoji, case-folded; the stripped text if it has none."""
    return _NOISE.sub("", text.casefold()) or text.strip()


def number_near_groups(texts: Sequence[str], *, threshold: float = RAID_SIMILARITY) -> IntArray:
    """Return the near-duplicate group of each of n texts: copies, and variants of one text as a raid or a campaign sends them.

    Case, punctuation, mentions, links and numbers make no difference. Who is grouped with whom does not depend on the order of the texts.

    Args:
        texts: (n,) the texts, without mark-up.
        threshold: the least Jaccard similarity of character shingles that makes near duplicates, above 0 and at most 1.

    Returns:
        (n,) int64: numbers from 0 without gaps, in the order in which the groups first occur.

    Raises:
        ValueError: ``threshold`` is out of its range.
    """
    return group_near_duplicates([_raid_key(text) for text in texts], threshold=threshold)


def _raid_key(text: str) -> str:
    remainder = _VARIABLE.sub(" ", text)
    return canonical_key(remainder) or canonical_key(text)


def deduplicate(labelled: Labelled, *, threshold: float = NEAR_SIMILARITY, key: Callable[[str], str] = canonical_key) -> DeduplicatedRows:
    """Merge exact copies and drop near duplicates that add no answer.

    Rows of different ``split`` are never merged, nor dropped for one another: ``split_rows`` decides on texts that are in train and in dev.
    Copies answer the same, too, where that is known. The first copy keeps its text, source, id and weight. Each question is answered by
    the majority of the copies that answer it, of those that were read again if some were; a tie makes it unknown. Near duplicates that
    contradict each other are both kept, since small differences that change the answer teach most; they share a cluster.

    Args:
        labelled: the rows.
        threshold: the least Jaccard similarity of character shingles that makes near duplicates, above 0 and at most 1.
        key: maps a text to its canonical form; texts with equal forms are exact copies.

    Raises:
        ValueError: ``threshold`` is out of its range.
    """
    sides = np.fromiter((_SIDES.index(split) for split in labelled.split), dtype=np.int8, count=len(labelled))
    keys = list(map(key, labelled.text))
    if labelled.context is not None:
        # The same answer to another question is no copy.
        keys = [
            text if context is None else f"{text}\n{key(' '.join(filter(None, context)))}"
            for text, context in zip(keys, labelled.context, strict=True)
        ]
    first_rows, groups = _group_equal(list(zip(keys, sides.tolist(), strict=True)))
    merged, contradictions = _merge_copies(labelled, first_rows, groups)
    answers = _stack_answers(merged)
    decided = np.flatnonzero((answers != UNKNOWN).any(axis=1))
    origins = first_rows[decided]
    near = find_near_duplicates([keys[row] for row in origins], sides=sides[origins], answers=answers[decided], threshold=threshold)
    remaining = np.flatnonzero(near.is_kept)
    return DeduplicatedRows(
        rows=merged.take(decided[remaining]),
        clusters=_number_clusters(near.cluster[remaining]),
        contrasts=near.is_contrast[remaining],
        copies=len(labelled) - len(first_rows),
        near=len(decided) - len(remaining),
        undecided=len(first_rows) - len(decided),
        contradictions=contradictions,
    )


def _group_equal(keys: Sequence[tuple[str, int]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first row of each group of equal keys, and each row's group; groups are in the order of their first rows."""
    numbers: dict[tuple[str, int], int] = {}
    groups = np.fromiter((numbers.setdefault(key, len(numbers)) for key in keys), dtype=np.intp, count=len(keys))
    return np.unique(groups, return_index=True)[1], groups


def _merge_copies(labelled: Labelled, first_rows: NDArray[np.intp], groups: NDArray[np.intp]) -> tuple[Labelled, list[Contradiction]]:
    """Return one row for each group, its questions answered by the majority, and where copies contradict each other."""
    is_reread = np.bincount(groups, labelled.reread, len(first_rows)) > 0
    # The answers of a reader who follows our definitions are worth more than any number of others.
    is_outdone = is_reread[groups] & ~labelled.reread
    majorities: dict[str, Int8Array] = {}
    contradictions = []
    for question, answers in {"abusive": labelled.abusive, "hateful": labelled.hateful, **labelled.attributes}.items():
        if question in _LABEL_QUESTIONS:
            answers = np.where(is_outdone, np.int8(UNKNOWN), answers)
        yes, no = (np.bincount(groups[answers == answer], minlength=len(first_rows)) for answer in (1, 0))
        majorities[question] = np.select([yes > no, no > yes], [1, 0], UNKNOWN).astype(np.int8)
        is_contradicted = (yes > 0) & (no > 0)
        rows = np.flatnonzero(is_contradicted[groups] & (answers != UNKNOWN))
        places: dict[int, list[Place]] = {}
        for row in rows.tolist():
            places.setdefault(int(groups[row]), []).append(labelled.place[row])
        contradictions += [Contradiction(question, int(yes[group]), int(no[group]), tuple(copies)) for group, copies in places.items()]
    abusive, hateful = majorities.pop("abusive"), majorities.pop("hateful")
    merged = replace(labelled.take(first_rows), abusive=abusive, hateful=hateful, attributes=majorities, reread=is_reread)
    return merged, contradictions


def _stack_answers(labelled: Labelled) -> Int8Array:
    """Return the answers to all questions, shape (rows, questions)."""
    return np.stack([labelled.abusive, labelled.hateful, *labelled.attributes.values()], axis=1)


def _number_clusters(clusters: IntArray) -> IntArray:
    """Return the clusters with numbers from 0, without gaps."""
    return np.unique(clusters, return_inverse=True)[1].astype(np.int64)
