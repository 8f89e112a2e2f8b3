"""Calls that have to be made to other systems, kept until they are made: they survive restarts and are tried again.

A task is handed out at least once, and again if whoever had it did not report within its lease: handlers have to bear that.
Payloads and errors never hold the text of a comment.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any

from sqlalchemy import Select, and_, delete, func, or_, select, update

from service.store.database import Database
from service.store.once import insert_once
from service.store.stored_types import Parked, State, Task
from service.store.tables import outbox

__all__ = ["MAX_ATTEMPTS", "Outbox", "retry_delay"]

MAX_ATTEMPTS = 15
"""With the delays below the last attempt comes 53 hours after the first, at the latest."""

_FIRST_DELAY = timedelta(seconds=30)
_LONGEST_DELAY = timedelta(hours=12)


def retry_delay(attempts: int, *, share: float) -> timedelta:
    """Return how long to wait after a failure: 30 s, doubled each time, 12 h at most, less a random part of a half.

    Args:
        attempts: made so far, from 1.
        share: random, in [0, 1): without it all tasks that failed together would come back together.
    """
    full = min(_FIRST_DELAY * (1 << min(attempts - 1, 20)), _LONGEST_DELAY)
    return full * (1 - share / 2)


class Outbox:
    """The calls in a database that have still to be made.

    Args:
        database: where they are kept.
        random: gives the share of `retry_delay`, in [0, 1); the system if None.
    """

    def __init__(self, database: Database, *, random: Callable[[], float] | None = None) -> None:
        self._database = database
        self._random = random or SystemRandom().random

    def enqueue(self, kind: str, payload: Mapping[str, Any], *, idempotency: str, not_before: datetime | None = None) -> int:
        """Keep a call that is to be made; when this returns, it is on the disk.

        Args:
            kind: who handles it.
            payload: what the handler needs, JSON; never the text of a comment.
            idempotency: names this call among those of its kind; one that is enqueued again adds nothing.
            not_before: the earliest time, UTC; at once if None.

        Returns:
            Its number, that of the earlier one if it came before.

        Raises:
            StoreError: it cannot be kept, and is not.
        """
        name = hashlib.sha256(json.dumps([kind, idempotency]).encode()).hexdigest()
        known = select(outbox.c.id).where(outbox.c.idempotency == name)
        now = self._database.now()
        times = {"created_at": now, "due_at": not_before or now}
        values = {"kind": kind, "payload": dict(payload), "idempotency": name, "state": State.WAITING.value, "attempts": 0}
        with self._database.writing() as connection:
            if (earlier := connection.execute(known).scalar()) is not None:
                return int(earlier)
            insert_once(connection, outbox, values | times)
            return int(connection.execute(known).scalar_one())

    def claim(self, *, kinds: Collection[str], limit: int, lease: timedelta) -> list[Task]:
        """Take tasks that are due; nobody else gets them before the lease ends.

        A task that was claimed too often without a report is parked: it may be what ends the process each time.

        Args:
            kinds: that the caller can handle.
            limit: of the tasks.
            lease: how long to keep them from others.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._database.reading() as connection:
            # Looked up without the lock that writing takes: mostly there is nothing.
            if connection.execute(self._due(kinds).limit(1)).first() is None:
                return []
        with self._database.writing() as connection:
            rows = connection.execute(self._due(kinds).limit(limit).with_for_update(skip_locked=True)).all()
            lost = [row.id for row in rows if row.attempts >= MAX_ATTEMPTS]
            if lost:
                self._end(connection, lost, State.PARKED, error="no attempt came to an end")
            rows = [row for row in rows if row.attempts < MAX_ATTEMPTS]
            until = self._database.now() + lease
            chosen = outbox.c.id.in_([row.id for row in rows])
            connection.execute(update(outbox).where(chosen).values(lease_until=until, attempts=outbox.c.attempts + 1))
        return [Task(id=row.id, kind=row.kind, payload=row.payload, attempts=row.attempts + 1, created_at=row.created_at) for row in rows]

    def _due(self, kinds: Collection[str]) -> Select[Any]:
        now = self._database.now()
        free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
        due = and_(outbox.c.state == State.WAITING.value, outbox.c.due_at <= now, outbox.c.kind.in_(list(kinds)), free)
        return select(outbox).where(due).order_by(outbox.c.due_at, outbox.c.id)

    def _end(self, connection: Any, ids: list[int], state: State, *, error: str | None) -> None:
        values = {"state": state.value, "finished_at": self._database.now(), "lease_until": None, "error": error}
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(values))

    def done(self, task: Task) -> None:
        """Note that a task is done.

        Raises:
            StoreError: the database cannot be written; the task will be handed out again.
        """
        with self._database.writing() as connection:
            self._end(connection, [task.id], State.DONE, error=None)

    def failed(self, task: Task, error: str, *, retry_after: timedelta | None = None) -> None:
        """Note that a task failed: it comes back, or is parked if that was the last attempt.

        Args:
            task: as it was claimed; if others have it by now, nothing changes.
            error: why, in one line without the text of a comment.
            retry_after: how long to wait before the next attempt; `retry_delay` if None.

        Raises:
            StoreError: the database cannot be written; the task will be handed out again when its lease ends.
        """
        if task.attempts >= MAX_ATTEMPTS:
            self.park(task, error)
            return
        delay = retry_delay(task.attempts, share=self._random()) if retry_after is None else retry_after
        values = {"due_at": self._database.now() + delay, "lease_until": None, "error": error}
        with self._database.writing() as connection:
            connection.execute(update(outbox).where(*_still(task)).values(values))

    def park(self, task: Task, error: str) -> None:
        """Lay a task aside for good, with its error; arguments as of `failed`.

        Raises:
            StoreError: the database cannot be written.
        """
        values = {"state": State.PARKED.value, "finished_at": self._database.now(), "lease_until": None, "error": error}
        with self._database.writing() as connection:
            connection.execute(update(outbox).where(*_still(task)).values(values))

    def counts(self) -> dict[State, int]:
        """Count the tasks in each state.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
        return dict.fromkeys(State, 0) | {State(state): count for state, count in rows}

    def parked(self, *, limit: int = 100) -> list[Parked]:
        """List the tasks that were laid aside, the latest first.

        Raises:
            StoreError: the database cannot be read.
        """
        wanted = select(outbox).where(outbox.c.state == State.PARKED.value).order_by(outbox.c.finished_at.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return [Parked(id=row.id, kind=row.kind, error=row.error, finished_at=row.finished_at) for row in rows]

    def forget(self, *, days: int) -> int:
        """Delete tasks that were done or parked longer ago than this; return how many.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._database.writing() as connection:
            old = outbox.c.finished_at < self._database.now() - timedelta(days=days)
            return int(connection.execute(delete(outbox).where(old)).rowcount)


def _still(task: Task) -> tuple[Any, ...]:
    # Each claim counts one attempt more, so an old holder's report matches no row.
    return outbox.c.id == task.id, outbox.c.attempts == task.attempts, outbox.c.state == State.WAITING.value
