"""Duplicates among labelled comments: exact copies become one row, near copies that add nothing go, contrast pairs stay together."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.tables.labelled import UNKNOWN, Labelled, Place
from training.tables.near_duplicates import find_near_duplicates

__all__ = ["NEAR_SIMILARITY", "Contradiction", "DeduplicatedRows", "canonical_key", "deduplicate"]

NEAR_SIMILARITY = 0.85
"""Jaccard similarity from which two texts' shingles make them near duplicates."""

# Emoji are kept: "I hate" followed by another one is another comment. Arrows to miscellaneous symbols, and the emoji planes.
_NOISE = re.compile(r"[^\w\u2190-\u2bff\U0001f000-\U0001faff]+|_+")
_SIDES = (None, "train", "dev")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Copies of one text that answer a question differently.

    Attributes:
        question: ``abusive``, ``hateful`` or the name of an attribute.
        yes: how many copies say yes.
        no: how many say no.
        places: where the copies that answer were read.
    """

    question: str
    yes: int
    no: int
    places: tuple[Place, ...]

    def __str__(self) -> str:
        """Return the contradiction in one line, without the text."""
        kept = "yes is kept" if self.yes > self.no else "no is kept" if self.no > self.yes else "neither is kept"
        where = ", ".join(f"{place.file} line {place.line}" for place in self.places)
        return f"{where}: the same text, {self.question}: {self.yes} say yes, {self.no} no; {kept}"


@dataclass(frozen=True, eq=False)
class DeduplicatedRows:
    """What is left of a labelled table, m rows, in the order of the first copies.

    Attributes:
        rows: the rows that are left.
        clusters: (m,) int64 numbers from 0; texts that are near duplicates of each other, directly or by others, share one.
        contrasts: (m,) bool; True where a near duplicate is left that answers otherwise.
        copies: rows merged into an earlier exact copy.
        near: rows dropped because an earlier near duplicate says the same.
        undecided: rows dropped because their copies contradict each other evenly on all they answer.
        contradictions: exact copies that answer differently, by text and question.
    """

    rows: Labelled
    clusters: NDArray[np.int64]
    contrasts: NDArray[np.bool_]
    copies: int
    near: int
    undecided: int
    contradictions: list[Contradiction]


def canonical_key(text: str) -> str:
    """Return what two copies of one text have in common: its letters, digits and emoji, case-folded; the text itself if it has none."""
    return _NOISE.sub("", text.casefold()) or text.strip()


def deduplicate(labelled: Labelled, *, threshold: float = NEAR_SIMILARITY, key: Callable[[str], str] = canonical_key) -> DeduplicatedRows:
    """Merge exact copies and drop near duplicates that add no answer.

    Rows of different ``split`` are never merged, nor dropped for one another: what stands on both sides is for ``split_rows`` to decide.
    The first copy keeps its text, source, id and weight. Each question is answered by the majority of the copies that answer it; a tie
    makes it unknown. Near duplicates that contradict each other are both kept (the smallest difference that changes the answer teaches
    most), and share a cluster.

    Args:
        labelled: the rows.
        threshold: the least Jaccard similarity of character shingles that makes near duplicates, above 0 and at most 1.
        key: maps a text to its canonical form; texts with equal forms are exact copies.

    Raises:
        ValueError: ``threshold`` is out of its range.
    """
    sides = np.fromiter((_SIDES.index(split) for split in labelled.split), dtype=np.int8, count=len(labelled))
    keys = list(map(key, labelled.text))
    first, group = _group(list(zip(keys, sides.tolist(), strict=True)))
    merged, contradictions = _merge(labelled, first, group)
    answers = _answers(merged)
    decided = np.flatnonzero((answers != UNKNOWN).any(axis=1))
    origin = first[decided]
    found = find_near_duplicates([keys[row] for row in origin], sides=sides[origin], answers=answers[decided], threshold=threshold)
    left = np.flatnonzero(found.kept)
    return DeduplicatedRows(
        rows=merged.take(decided[left]),
        clusters=_number(found.cluster[left]),
        contrasts=found.contrast[left],
        copies=len(labelled) - len(first),
        near=len(decided) - len(left),
        undecided=len(first) - len(decided),
        contradictions=contradictions,
    )


def _group(keys: Sequence[tuple[str, int]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the first row of each group of equal keys, and each row's group; groups are in order of their first rows."""
    numbers: dict[tuple[str, int], int] = {}
    group = np.fromiter((numbers.setdefault(key, len(numbers)) for key in keys), dtype=np.intp, count=len(keys))
    return np.unique(group, return_index=True)[1], group


def _merge(labelled: Labelled, first: NDArray[np.intp], group: NDArray[np.intp]) -> tuple[Labelled, list[Contradiction]]:
    merged, contradictions = {}, []
    for question, answers in {"abusive": labelled.abusive, "hateful": labelled.hateful, **labelled.attributes}.items():
        yes, no = (np.bincount(group[answers == answer], minlength=len(first)) for answer in (1, 0))
        merged[question] = np.select([yes > no, no > yes], [1, 0], UNKNOWN).astype(np.int8)
        contradicted = (yes > 0) & (no > 0)
        rows = np.flatnonzero(contradicted[group] & (answers != UNKNOWN))
        places: dict[int, list[Place]] = {}
        for row in rows.tolist():
            places.setdefault(int(group[row]), []).append(labelled.place[row])
        contradictions += [Contradiction(question, int(yes[at]), int(no[at]), tuple(copies)) for at, copies in places.items()]
    abusive, hateful = merged.pop("abusive"), merged.pop("hateful")
    return replace(labelled.take(first), abusive=abusive, hateful=hateful, attributes=merged), contradictions


def _answers(labelled: Labelled) -> NDArray[np.int8]:
    return np.stack([labelled.abusive, labelled.hateful, *labelled.attributes.values()], axis=1)


def _number(clusters: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.unique(clusters, return_inverse=True)[1].astype(np.int64)
