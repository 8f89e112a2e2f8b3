"""Calls to other systems, stored until they are made: they survive restarts and are tried again.

Each call is a task. A task is handed out at least once, and again if its holder did not report before the lease ended, so handlers have
to tolerate a task that was handled already. Payloads and errors never hold the text of a comment.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, or_, select, update

from service.store.database.database import Database, insert_once
from service.store.schema.tables import outbox
from service.store.stored_types import OutboxTask, ParkedTask, TaskState

__all__ = ["MAX_ATTEMPTS", "Outbox", "retry_delay"]

MAX_ATTEMPTS = 15
"""How often a task is tried. With the delays below, the last attempt comes 53 hours after the first at the latest."""

_FIRST_DELAY = timedelta(seconds=30)
_MAX_DELAY = timedelta(hours=12)
# Enough to reach the longest delay; more doublings would only make large numbers.
_MAX_DOUBLINGS = 20


def retry_delay(attempts: int, *, share: float) -> timedelta:
    """Return how long to wait after a failure: 30 s, doubled with each attempt up to 12 h, less a random part of at most a half.

    Args:
        attempts: the number of attempts so far, from 1.
        share: a random number in [0, 1). Without it, all tasks that failed together would come back together.
    """
    full_delay = min(_FIRST_DELAY * (1 << min(attempts - 1, _MAX_DOUBLINGS)), _MAX_DELAY)
    return full_delay * (1 - share / 2)


class Outbox:
    """The calls in a database that are still to be made.

    Args:
        database: the database.
        random: returns the random number in [0, 1) for `retry_delay`; the system's if None.
    """

    def __init__(self, database: Database, *, random: Callable[[], float] | None = None) -> None:
        self._database = database
        self._random = random or SystemRandom().random

    def enqueue(self, kind: str, payload: Mapping[str, Any], *, idempotency: str, not_before: datetime | None = None) -> int:
        """Store a call that is to be made; it is on the disk when this returns.

        Args:
            kind: the kind of the call, which decides what handles it.
            payload: what the handler needs, as JSON; never the text of a comment.
            idempotency: a name for this call that no other of its kind has; enqueuing it again adds nothing.
            not_before: the earliest time for the call, in UTC; at once if None.

        Returns:
            The number of the task; if the call was enqueued before, the number of the earlier task.

        Raises:
            StoreError: the call cannot be stored, and is not.
        """
        digest = hashlib.sha256(json.dumps([kind, idempotency]).encode()).hexdigest()
        query = select(outbox.c.id).where(outbox.c.idempotency == digest)
        now = self._database.now()
        times = {"created_at": now, "due_at": not_before or now}
        values = {"kind": kind, "payload": dict(payload), "idempotency": digest, "state": TaskState.WAITING.value, "attempts": 0}
        with self._database.write_transaction() as connection:
            if (earlier := connection.execute(query).scalar()) is not None:
                return int(earlier)
            insert_once(connection, outbox, values | times)
            return int(connection.execute(query).scalar_one())

    def claim(self, *, kinds: Collection[str], limit: int, lease: timedelta) -> list[OutboxTask]:
        """Take tasks that are due; nobody else gets them before the lease ends.

        A task that was claimed too often without a report is parked, since it may be the reason why the process ends each time.

        Args:
            kinds: the kinds that the caller can handle.
            limit: the greatest number of tasks to take.
            lease: how long the tasks are withheld from others.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._database.read_transaction() as connection:
            # Usually there is nothing, and looking does not need the lock that writing takes.
            if connection.execute(self._select_due(kinds).limit(1)).first() is None:
                return []
        with self._database.write_transaction() as connection:
            rows = connection.execute(self._select_due(kinds).limit(limit).with_for_update(skip_locked=True)).all()
            exhausted_ids = [row.id for row in rows if row.attempts >= MAX_ATTEMPTS]
            if exhausted_ids:
                self._finish(connection, outbox.c.id.in_(exhausted_ids), state=TaskState.PARKED, error="no attempt came to an end")
            rows = [row for row in rows if row.attempts < MAX_ATTEMPTS]
            lease_end = self._database.now() + lease
            is_claimed = outbox.c.id.in_([row.id for row in rows])
            connection.execute(update(outbox).where(is_claimed).values(lease_until=lease_end, attempts=outbox.c.attempts + 1))
        return [
            OutboxTask(id=row.id, kind=row.kind, payload=row.payload, attempts=row.attempts + 1, created_at=row.created_at) for row in rows
        ]

    def _select_due(self, kinds: Collection[str]) -> Select[Any]:
        now = self._database.now()
        is_free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
        is_due = and_(outbox.c.state == TaskState.WAITING.value, outbox.c.due_at <= now, outbox.c.kind.in_(list(kinds)), is_free)
        return select(outbox).where(is_due).order_by(outbox.c.due_at, outbox.c.id)

    def _finish(self, connection: Connection, condition: ColumnElement[bool], *, state: TaskState, error: str | None) -> None:
        values = {"state": state.value, "finished_at": self._database.now(), "lease_until": None, "error": error}
        connection.execute(update(outbox).where(condition).values(values))

    def mark_done(self, task: OutboxTask) -> None:
        """Record that a task is done.

        Raises:
            StoreError: the database cannot be written; the task will be handed out again.
        """
        with self._database.write_transaction() as connection:
            self._finish(connection, outbox.c.id == task.id, state=TaskState.DONE, error=None)

    def mark_failed(self, task: OutboxTask, error: str, *, retry_after: timedelta | None = None) -> None:
        """Record that a task failed: it is tried again later, or parked if this was its last attempt.

        Args:
            task: the task as it was claimed; nothing changes if another worker has claimed it since.
            error: why it failed, in one line without the text of a comment.
            retry_after: how long to wait before the next attempt; `retry_delay` if None.

        Raises:
            StoreError: the database cannot be written; the task will be handed out again when its lease ends.
        """
        if task.attempts >= MAX_ATTEMPTS:
            self.park(task, error)
            return
        delay = retry_delay(task.attempts, share=self._random()) if retry_after is None else retry_after
        values = {"due_at": self._database.now() + delay, "lease_until": None, "error": error}
        with self._database.write_transaction() as connection:
            connection.execute(update(outbox).where(_is_held(task)).values(values))

    def park(self, task: OutboxTask, error: str) -> None:
        """Give a task up for good.

        Args:
            task: the task as it was claimed; nothing changes if another worker has claimed it since.
            error: why it is given up, in one line without the text of a comment.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._database.write_transaction() as connection:
            self._finish(connection, _is_held(task), state=TaskState.PARKED, error=error)

    def count_by_state(self) -> dict[TaskState, int]:
        """Count the tasks in each state.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.read_transaction() as connection:
            rows = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
        return dict.fromkeys(TaskState, 0) | {TaskState(state): count for state, count in rows}

    def list_parked(self, *, limit: int = 100) -> list[ParkedTask]:
        """List the tasks that were given up, the latest first.

        Raises:
            StoreError: the database cannot be read.
        """
        query = select(outbox).where(outbox.c.state == TaskState.PARKED.value).order_by(outbox.c.finished_at.desc()).limit(limit)
        with self._database.read_transaction() as connection:
            rows = connection.execute(query).all()
        return [ParkedTask(id=row.id, kind=row.kind, error=row.error, finished_at=row.finished_at) for row in rows]

    def delete_finished(self, *, days: int) -> int:
        """Delete the tasks that were done or parked more than ``days`` days ago, and return their number.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._database.write_transaction() as connection:
            is_old = outbox.c.finished_at < self._database.now() - timedelta(days=days)
            return int(connection.execute(delete(outbox).where(is_old)).rowcount)


def _is_held(task: OutboxTask) -> ColumnElement[bool]:
    """Return the condition that the task is still with the worker that claimed it."""
    # Each claim adds an attempt, so the report of an earlier holder matches no row.
    return and_(outbox.c.id == task.id, outbox.c.attempts == task.attempts, outbox.c.state == TaskState.WAITING.value)
