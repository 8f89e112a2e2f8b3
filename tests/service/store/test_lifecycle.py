"""A running store has its keys in memory, makes the calls in its outbox, and forgets what is too old."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from model.errors import StoreError
from service.settings import Settings
from service.store.lifecycle import purge_expired, run_store
from service.store.rulings.act import Act
from service.store.store import Store, open_store
from service.store.stored_types import OutboxTask, Scope, TaskState
from tests.waiting import wait_until

RULING = Act(dialect="d", text="you fool", abusive=True)


def test_running_store_has_its_keys_and_makes_calls(settings: Settings, store: Store) -> None:
    """The keys are in memory at once, tasks of the outbox go to their handlers, and at the end the thread of the keys is gone."""
    _, secret = store.keys.create("forum", [Scope.SCORE])
    numbers = []

    async def handle(task: OutboxTask) -> None:
        numbers.append(task.payload["n"])

    async def run() -> bool:
        async with run_store(settings, handlers={"flag": handle}) as running:
            await asyncio.to_thread(running.store.outbox.enqueue, "flag", {"n": 7}, idempotency="7")
            running.worker.wake()
            await asyncio.to_thread(
                wait_until, lambda: store.outbox.count_by_state()[TaskState.DONE] == 1, what="the call is made", seconds=60
            )
            return running.ring.find(secret) is not None

    assert asyncio.run(run())
    assert numbers == [7]
    assert store.keys.list()[0].last_used is not None


def test_old_comments_are_forgotten_at_the_start(settings: Settings, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A running store forgets the comments of rulings that are older than the settings allow, and the log says how many."""
    clock.advance(days=-100)
    with_old_ruling = open_store(settings, clock=clock)
    with_old_ruling.rulings.record(RULING)
    short_settings = settings.model_copy(update={"retention_days": 30})

    async def run() -> None:
        async with run_store(short_settings):
            await asyncio.to_thread(wait_until, lambda: "forgot the comments of 1 rulings" in caplog.text, what="the comment is forgotten")

    with caplog.at_level(logging.INFO, "tipstaff.store"):
        asyncio.run(run())

    assert list(with_old_ruling.rulings.effective()) == []
    with_old_ruling.close()


def test_calls_wait_as_long_as_the_settings_say(settings: Settings) -> None:
    """A call of a running store waits for others that hold the database as long as the settings say, and not as a command does."""
    wait = settings.database_wait

    async def run() -> Any:
        async with run_store(settings) as running:
            with running.store.database.read_transaction() as connection:
                is_sqlite = connection.dialect.name == "sqlite"
                return connection.execute(text("PRAGMA busy_timeout" if is_sqlite else "SHOW lock_timeout")).scalar()

    assert asyncio.run(run()) in {1000 * wait, f"{wait}s"}


def test_failure_to_forget_is_logged(settings: Settings, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """If old comments cannot be forgotten, the log says so, and the store keeps running."""
    with store.database.write_transaction() as connection:
        connection.execute(text("ALTER TABLE acts RENAME TO lost"))

    async def run() -> bool:
        async with run_store(settings) as running:
            await asyncio.to_thread(wait_until, lambda: "could not be forgotten" in caplog.text, what="the failure is logged")
            return bool(running.ring)

    with caplog.at_level(logging.ERROR, "tipstaff.store"):
        assert asyncio.run(run()) is False


def test_database_that_cannot_be_used_stops_the_start(settings: Settings, store: Store) -> None:
    """A store whose tables are missing does not run; nothing is left running either."""
    with store.database.write_transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    async def run() -> None:
        async with run_store(settings):
            pytest.fail("the store runs")

    with pytest.raises(StoreError, match="newer than this Tipstaff"):
        asyncio.run(run())


@pytest.mark.parametrize(("days", "count"), [(10, 1), (0, 0)])
def test_what_is_too_old_is_purged(store: Store, clock: Any, days: int, count: int) -> None:
    """Old tasks are deleted, and old comments forgotten unless they are kept for ever; rulings and younger tasks stay."""
    store.outbox.enqueue("flag", {}, idempotency="1")
    (task,) = store.outbox.claim(kinds=["flag"], limit=1, lease=timedelta(minutes=1))
    store.outbox.mark_done(task)
    store.rulings.record(RULING)
    clock.advance(days=31)
    store.outbox.enqueue("flag", {}, idempotency="2")

    assert purge_expired(store, days=days) == count

    assert store.outbox.count_by_state() == {TaskState.WAITING: 1, TaskState.DONE: 0, TaskState.PARKED: 0}
    assert (store.rulings.count(), len(list(store.rulings.effective()))) == (1, 1 - count)
