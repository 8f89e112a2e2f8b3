"""The types of what is stored. Nothing here needs a database library."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType

from model.comment import Format, Label, Verdict
from model.errors import InputError

__all__ = ["ApiKey", "OutboxTask", "ParkedTask", "Ruling", "RulingId", "Scope", "ServedDecision", "StoredRuling", "TaskState"]

RulingId = NewType("RulingId", int)

_ATTRIBUTE_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Scope(StrEnum):
    """What a key allows."""

    SCORE = "score"
    FEEDBACK = "feedback"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key with which a client calls. Its secret is not part of it.

    Attributes:
        id: identifies the key in lists, logs and rulings; it is no secret.
        name: the operator's name for it.
        scopes: what it allows.
        community: the community that it is bound to, whose policy and rulings it uses; None if it is bound to none.
        created_at: when it was created, in UTC.
        last_used: the last day (UTC) on which a call came with it; None if none ever did.
        revoked_at: when it was revoked, in UTC; None while it is valid.
    """

    id: str
    name: str
    scopes: frozenset[Scope]
    community: str | None
    created_at: datetime
    last_used: date | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedDecision:
    """The answer that we had given about a comment before a moderator ruled on it.

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
    """A moderator's answers about a comment. Its text is private: where it must not be kept (``doNotStore``), no ruling is recorded.

    A hateful comment is abusive, and one that is not abusive is not hateful. The answer that follows from the other one is filled in.

    Attributes:
        dialect: the protocol through which the ruling came.
        text: the comment as its author wrote it, mark-up included.
        abusive: whether the comment is abusive; None if the moderator did not answer that.
        hateful: whether it is hateful; None if the moderator did not answer that, as with a client that knows "toxic" alone.
        attributes: answers to further questions, such as ``{"profanity": True}``; names of small letters, digits and ``_``.
        community: the community in which the comment was posted, if known. Rulings in different communities are about different
            comments.
        comment: the client's id of the comment, or its token for it, if it has one.
        format: how ``text`` is written.
        language: the language that the client names (BCP 47), if it names one.
        decision: the decision that we had served, if known.
        key: the id of the key with which the ruling came, if it came with one.
        moderator: the moderator, if known.
        token: the client's own name for this one act of ruling, different each time, if it has such a name.

    Raises:
        InputError: the ruling answers no question, its answers contradict each other, or the name of an attribute is wrong.
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
    decision: ServedDecision | None = None
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
        if not all(_ATTRIBUTE_NAME.fullmatch(name) for name in self.attributes):
            raise InputError("an attribute of a ruling has a wrong name: use small letters, digits and _, a letter first")

    @property
    def label(self) -> Label | None:
        """The label that follows from the answers; None if they leave it open."""
        if self.hateful:
            return Label.HATEFUL
        if self.abusive is False:
            return Label.FINE
        return Label.TOXIC if self.abusive and self.hateful is False else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRuling:
    """A ruling as it is in the database.

    Attributes:
        id: its number; later rulings have higher ones.
        created_at: when it was recorded, in UTC.
        ruling: the ruling; without its ``token``, of which only a digest is stored.
    """

    id: RulingId
    created_at: datetime
    ruling: Ruling


class TaskState(StrEnum):
    """The states of a task in the outbox."""

    WAITING = "waiting"
    DONE = "done"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxTask:
    """A call to another system, claimed from the outbox.

    Attributes:
        id: its number.
        kind: the kind of the call, which decides what handles it.
        payload: what the handler needs, as JSON; never the text of a comment.
        attempts: how often the task was claimed, this time included; from 1.
        created_at: when it was enqueued, in UTC.
    """

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedTask:
    """A call to another system that was given up.

    Attributes:
        id: the number of the task.
        kind: the kind of the call.
        error: why it was given up, in one line.
        finished_at: when it was given up, in UTC.
    """

    id: int
    kind: str
    error: str
    finished_at: datetime
