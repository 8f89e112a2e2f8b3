"""Triples that test whether what a comment answers is understood: they are written by hand and **never trained on**.

Each triple is a short answer under something harmless, the same answer under something vile, which it agrees with, and a harmless comment
under an abusive one. Alone, the first two are the same text. Their wordings are none of those that training rows are written from.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import numpy as np

from model.array_types import BoolArray, FloatArray
from model.comment import LABELS, Comment, Label
from model.decisions import CommentJudge
from model.errors import TableError

__all__ = ["ContextCase", "ContextKind", "TripleAnswers", "judge_triples", "load_triples"]

_TRIPLES_FILE = Path(__file__).with_name("context_triples.jsonl")


class ContextKind(StrEnum):
    """What the comment of a case answers, and what is right."""

    INNOCENT_CONTEXT = "innocent_context"
    HOSTILE_CONTEXT = "hostile_context"
    HOSTILE_PARENT = "hostile_parent"


@dataclass(frozen=True, slots=True)
class ContextCase:
    """A comment with what it answers.

    Attributes:
        triple: number of the triple that it belongs to, from 1.
        kind: what it answers.
        comment: the comment, with a title or the text of a parent.
        label: its right label.
    """

    triple: int
    kind: ContextKind
    comment: Comment
    label: Label


def load_triples(path: Path = _TRIPLES_FILE) -> tuple[ContextCase, ...]:
    """Read the cases, in the order of the file: those of a triple follow each other in the order of ``ContextKind``.

    Args:
        path: a JSONL file, UTF-8: ``{"triple", "kind", "title", "parent_text", "text", "label"}``.

    Raises:
        TableError: a line is no such case.
    """
    cases = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
                comment = Comment(str(number), str(row["text"]), parent_text=row["parent_text"], title=row["title"])
                cases.append(ContextCase(int(row["triple"]), ContextKind(row["kind"]), comment, Label(row["label"])))
            except (ValueError, KeyError, TypeError) as error:
                raise TableError(f"{path}, line {number}: no case ({type(error).__name__}); compare it with the others") from error
    return tuple(cases)


class TripleAnswers(NamedTuple):
    """What a judge makes of n triples.

    Attributes:
        right: whether each comment is rightly called fine, or rightly something else; shape (n, 3), in the order of ``ContextKind``.
        ranked: how the abusive comment is ranked by P(abusive) against the same words under something harmless: 1 above, 0 below, 0.5 where
            both have the same; shape (n,). No threshold, and no prior, has a part in it.
    """

    right: BoolArray
    ranked: FloatArray


def judge_triples(judge: CommentJudge, cases: Sequence[ContextCase], *, in_context: bool) -> TripleAnswers:
    """Have triples judged.

    Args:
        judge: judges the comments.
        cases: the cases of n triples, in the order of ``load_triples``.
        in_context: whether the judge is told what the comments answer.
    """
    comments = [case.comment if in_context else case.comment._replace(title=None, parent_text=None) for case in cases]
    decisions = judge.decide(comments)
    is_right = (decisions.labels == LABELS.index(Label.FINE)) == np.array([case.label is Label.FINE for case in cases])
    innocent, hostile, _ = (1 - decisions.scores[:, 0]).reshape(-1, len(ContextKind)).T
    return TripleAnswers(is_right.reshape(-1, len(ContextKind)), (1 + np.sign(hostile - innocent)) / 2)
