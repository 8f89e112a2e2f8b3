"""The types of what is kept. Nothing here needs a database library."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType

from model.comment import Format, Label, Verdict
from model.errors import InputError

__all__ = ["Decided", "Key", "Parked", "Ruling", "RulingId", "Scope", "State", "Task", "answers_of"]

RulingId = NewType("RulingId", int)

_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]*")


class Scope(StrEnum):
    """What a key allows."""

    SCORE = "score"
    FEEDBACK = "feedback"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key as it is kept: all but the secret.

    Attributes:
        id: names it in lists, logs and rulings; no secret.
        name: what the operator calls it.
        scopes: what it allows.
        community: whose policy and rulings it belongs to, if it is bound to one.
        created_at: when, UTC.
        last_used: the last day (UTC) on which a call came with it, if any.
        revoked_at: when it ceased to be valid, UTC; None while it is.
    """

    id: str
    name: str
    scopes: frozenset[Scope]
    community: str | None
    created_at: datetime
    last_used: date | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What we had decided about a comment when a moderator ruled on it.

    Attributes:
        fine, toxic, hateful: the scores.
        verdict: the verdict.
        artefact: the version that gave the scores, such as ``default@3f2a9c1d04be``.
    """

    fine: float
    toxic: float
    hateful: float
    verdict: Verdict
    artefact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a moderator says about a comment. The text is private: whoever must not keep it (``doNotStore``) records nothing.

    Hateful implies abusive, and not abusive implies not hateful; the answer that is implied is filled in.

    Attributes:
        dialect: through which protocol it came.
        text: the comment as its author wrote it, mark-up included.
        abusive: whether it is, None if that was not said.
        hateful: whether it is, None if that was not said, as by a client that knows "toxic" alone.
        attributes: what was said of further questions, such as ``{"profanity": True}``; small letters, digits and ``_``.
        community: where the comment stands, if known. Two rulings are about the same comment only in the same community.
        comment: the client's id of the comment, or its token for it, if any.
        format: how ``text`` is written.
        language: as the client names it (BCP 47), if it does.
        decided: our own decision, if known.
        key: the id of the key with which it came, if any.
        moderator: who ruled, if known.
        token: names this one act of ruling, where the client has a name for it that differs with each.

    Raises:
        InputError: it answers no question, answers contradict each other, or an attribute's name is wrong.
    """

    dialect: str
    text: str
    abusive: bool | None = None
    hateful: bool | None = None
    attributes: Mapping[str, bool] = field(default_factory=dict)
    community: str | None = None
    comment: str | None = None
    format: Format = Format.PLAIN
    language: str | None = None
    decided: Decided | None = None
    key: str | None = None
    moderator: str | None = None
    token: str | None = None

    def __post_init__(self) -> None:
        if self.hateful and self.abusive is False:
            raise InputError("a ruling says hateful but not abusive: hateful comments are abusive, correct one of the two")
        if self.hateful:
            object.__setattr__(self, "abusive", True)
        if self.abusive is False:
            object.__setattr__(self, "hateful", False)
        if self.abusive is None and self.hateful is None and not self.attributes:
            raise InputError("a ruling answers no question: say abusive, hateful or an attribute")
        if not all(_ATTRIBUTE.fullmatch(name) for name in self.attributes):
            raise InputError("an attribute of a ruling has a wrong name: use small letters, digits and _, a letter first")

    @property
    def label(self) -> Label | None:
        """The label that the answers come to, None if they leave it open."""
        if self.hateful:
            return Label.HATEFUL
        if self.abusive is False:
            return Label.FINE
        return Label.TOXIC if self.abusive and self.hateful is False else None


def answers_of(label: Label) -> tuple[bool, bool]:
    """Return what a label says: (abusive, hateful)."""
    return label is not Label.FINE, label is Label.HATEFUL


class State(StrEnum):
    """Where a task of the outbox stands."""

    WAITING = "waiting"
    DONE = "done"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A call to another system, claimed from the outbox.

    Attributes:
        id: names it.
        kind: who handles it.
        payload: what the handler needs, JSON; never the text of a comment.
        attempts: how often it was claimed, this time included; from 1.
        created_at: when it was enqueued, UTC.
    """

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A task that was laid aside for good.

    Attributes:
        id: names it.
        kind: who would have handled it.
        error: why, in one line.
        finished_at: when it was laid aside, UTC.
    """

    id: int
    kind: str
    error: str
    finished_at: datetime
