"""Labelled comments as columns, the form in which all steps of training exchange them."""

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from model.array_types import BoolArray, FloatArray, Int8Array
from model.comment import Comment, Label

__all__ = ["ANSWERS_OF_LABEL", "UNKNOWN", "Labelled", "Place", "RowContext", "encode_answers", "encode_labels"]

UNKNOWN = -1
"""The answer of a row to a question that its source does not answer."""
ANSWERS_OF_LABEL: Mapping[str, tuple[int, int]] = MappingProxyType({Label.FINE: (0, 0), Label.TOXIC: (1, 0), Label.HATEFUL: (1, 1)})
"""Label → whether a comment that has it is abusive, and whether it is hateful."""


class Place(NamedTuple):
    """Where a row was read: the file, and its line (CSV, JSONL) or row number (Parquet), counted from 1."""

    file: str
    line: int


class RowContext(NamedTuple):
    """What a labelled comment answers: the text of its parent, and the title of what it comments on; None where that is not known."""

    parent_text: str | None
    title: str | None


@dataclass(frozen=True, eq=False)
class Labelled:
    """n labelled comments, column by column.

    Answers are 1 (yes), 0 (no) or -1 (``UNKNOWN``); hateful implies abusive, and not abusive implies not hateful.

    Attributes:
        text: (n,) the comments as they were written.
        abusive: (n,) int8 answers.
        hateful: (n,) int8 answers.
        source: (n,) where each comment comes from; weights, splits and metrics use it.
        split: (n,) ``"train"``, ``"dev"``, or None where the table does not say.
        id: (n,) the table's identifier of each comment; with ``source`` unique only if the table made it so.
        weight: (n,) float64, at least 0: the weight of each row in training.
        target: (n,) the source's word for the group that is attacked or spoken of, or None.
        attributes: name → (n,) int8 answers to a further question.
        place: (n,) the file and line that each row was read from.
        context: (n,) what each comment answers, None where that is not known; None instead of the list if it is known of none.
        reread: (n,) whether the answers are those of a reader who follows our definitions, rather than those of the source.
    """

    text: list[str]
    abusive: Int8Array
    hateful: Int8Array
    source: list[str]
    split: list[str | None]
    id: list[str]
    weight: FloatArray
    target: list[str | None]
    attributes: dict[str, Int8Array]
    place: list[Place]
    context: list[RowContext | None] | None = None
    reread: BoolArray = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __len__(self) -> int:
        """Return the number of comments."""
        return len(self.text)

    def __post_init__(self) -> None:
        """Refuse columns of unequal length: everything later indexes them together."""
        if not self.reread.size:
            object.__setattr__(self, "reread", np.zeros(len(self.text), np.bool_))
        arrays: list[Sized] = [self.reread, self.abusive, self.hateful, self.weight, *self.attributes.values()]
        lists: list[Sized] = [self.source, self.split, self.id, self.target, self.place, *([self.context] if self.context else [])]
        if any(len(column) != len(self.text) for column in arrays + lists):
            raise ValueError("every column of Labelled must be as long as text")

    @property
    def label(self) -> Int8Array:
        """(n,) codes into ``model.comment.LABELS``; -1 where the two answers do not decide between the three."""
        labels = np.full(len(self), UNKNOWN, dtype=np.int8)
        labels[self.abusive == 0] = 0
        labels[(self.abusive == 1) & (self.hateful == 0)] = 1
        labels[self.hateful == 1] = 2
        return labels

    def comments(self) -> list[Comment]:
        """Return the comments as the model takes them, with what they answer."""
        if self.context is None:
            return [Comment("", text) for text in self.text]
        return [
            Comment("", text) if context is None else Comment("", text, parent_text=context.parent_text, title=context.title)
            for text, context in zip(self.text, self.context, strict=True)
        ]

    def take(self, indices: Sequence[int] | NDArray[np.intp]) -> Self:
        """Return the rows at ``indices``, in that order; a row may be taken more than once."""
        order = np.asarray(indices, dtype=np.intp)
        rows = order.tolist()
        return type(self)(
            text=[self.text[row] for row in rows],
            abusive=self.abusive[order],
            hateful=self.hateful[order],
            source=[self.source[row] for row in rows],
            split=[self.split[row] for row in rows],
            id=[self.id[row] for row in rows],
            weight=self.weight[order],
            target=[self.target[row] for row in rows],
            attributes={name: answers[order] for name, answers in self.attributes.items()},
            place=[self.place[row] for row in rows],
            context=None if self.context is None else [self.context[row] for row in rows],
            reread=self.reread[order],
        )

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """Return the rows of all ``parts`` one after another; an attribute that a part lacks is unknown there."""
        names = sorted({name for part in parts for name in part.attributes})
        return cls(
            text=[text for part in parts for text in part.text],
            abusive=_concatenate_answers([part.abusive for part in parts]),
            hateful=_concatenate_answers([part.hateful for part in parts]),
            source=[source for part in parts for source in part.source],
            split=[split for part in parts for split in part.split],
            id=[key for part in parts for key in part.id],
            weight=np.concatenate([np.empty(0), *(part.weight for part in parts)]),
            target=[target for part in parts for target in part.target],
            attributes={
                name: _concatenate_answers([part.attributes.get(name, _unknown_answers(len(part))) for part in parts]) for name in names
            },
            place=[place for part in parts for place in part.place],
            context=_concatenate_contexts(parts),
            reread=np.concatenate([np.zeros(0, np.bool_), *(part.reread for part in parts)]),
        )


def encode_answers(values: Sequence[bool | None]) -> Int8Array:
    """Return yes, no and None as 1, 0 and ``UNKNOWN``."""
    return np.array([UNKNOWN if value is None else value for value in values], dtype=np.int8)


def encode_labels(labels: Sequence[str | None]) -> tuple[Int8Array, Int8Array]:
    """Return what labels answer to *abusive?* and to *hateful?*, both (n,); ``UNKNOWN`` where there is no label, or another one."""
    answers = [ANSWERS_OF_LABEL.get(label or "", (UNKNOWN, UNKNOWN)) for label in labels]
    abusive, hateful = np.array(answers, np.int8).reshape(-1, 2).T
    return np.ascontiguousarray(abusive), np.ascontiguousarray(hateful)


def _unknown_answers(size: int) -> Int8Array:
    return np.full(size, UNKNOWN, dtype=np.int8)


def _concatenate_contexts(parts: Sequence[Labelled]) -> list[RowContext | None] | None:
    if all(part.context is None for part in parts):
        return None
    return [context for part in parts for context in (part.context or [None] * len(part))]


def _concatenate_answers(answers: list[Int8Array]) -> Int8Array:
    return np.concatenate([_unknown_answers(0), *answers])
