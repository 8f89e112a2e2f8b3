"""The types of what is stored. Nothing here needs a database library."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

__all__ = ["ApiKey", "OutboxTask", "ParkedTask", "Role", "Scope", "TaskState"]


class Scope(StrEnum):
    """What a key allows."""

    SCORE = "score"
    FEEDBACK = "feedback"
    ADMIN = "admin"


class Role(StrEnum):
    """Whose word a key carries when it says something about a comment; the later ones here overrule the earlier ones."""

    FORUM = "forum"
    """Software that passes on what its users do: no person is known by name."""
    MODERATOR = "moderator"
    LEAD = "lead"
    APPEAL = "appeal"

    @property
    def names_persons(self) -> bool:
        """Whether the moderators that its calls name count as persons."""
        return self is not Role.FORUM


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key with which a client calls. Its secret is not part of it.

    Attributes:
        id: identifies the key in lists, logs and rulings; it is no secret.
        name: the operator's name for it.
        scopes: what it allows.
        role: whose word it carries in rulings.
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
    role: Role = Role.FORUM
    last_used: date | None = None
    revoked_at: datetime | None = None


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
