"""Tasks in the outbox are handled in the event loop of the service, and no failure loses one."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, text

from service.store.outbox import Outbox
from service.store.outbox_worker import OutboxWorker, TaskError, TaskHandler
from service.store.schema.tables import outbox as table
from service.store.store import Store
from service.store.stored_types import OutboxTask, TaskState
from tests.waiting import wait_until


def work(outbox: Outbox, handler: TaskHandler, *, until: Callable[[], object]) -> None:
    """Runs a worker until a condition holds."""

    async def run() -> None:
        async with OutboxWorker(outbox, {"flag": handler}, poll=0.02, grace=5):
            await asyncio.to_thread(wait_until, until, what="the worker has done its work")

    asyncio.run(run())


def read_row(store: Store) -> Row[Any]:
    """Returns the one row of the outbox."""
    with store.database.read_transaction() as connection:
        return connection.execute(table.select()).one()


def failing(error: Exception) -> Callable[[OutboxTask], Awaitable[None]]:
    async def handle(task: OutboxTask) -> None:
        raise error

    return handle


def test_tasks_are_handled(store: Store) -> None:
    """Every task goes to the handler of its kind and is done, even if there are more than run at a time; other kinds are left alone."""
    numbers = []
    for number in range(25):
        store.outbox.enqueue("flag", {"n": number}, idempotency=str(number))
    store.outbox.enqueue("other", {}, idempotency="x")

    async def handle(task: OutboxTask) -> None:
        numbers.append(task.payload["n"])

    work(store.outbox, handle, until=lambda: store.outbox.count_by_state()[TaskState.DONE] == 25)

    assert sorted(numbers) == list(range(25))
    assert store.outbox.count_by_state()[TaskState.WAITING] == 1


def test_failure_is_tried_again(store: Store) -> None:
    """A task whose handler fails waits for its next attempt, with the error."""
    outbox = Outbox(store.database, random=lambda: 0.0)
    outbox.enqueue("flag", {}, idempotency="1")

    work(outbox, failing(TaskError("they answered 503")), until=lambda: read_row(store).error)

    row = read_row(store)
    assert (row.state, row.attempts, row.error) == ("waiting", 1, "they answered 503")
    assert row.due_at == store.database.now() + timedelta(seconds=30)


@pytest.mark.parametrize("steps", range(6))
def test_worker_ends_though_it_was_just_woken(store: Store, steps: int) -> None:
    """A worker ends, however many steps the event loop has made since it was woken."""

    async def run() -> None:
        async with (
            asyncio.timeout(60) as deadline,
            OutboxWorker(store.outbox, {"flag": failing(ValueError())}, poll=60) as worker,
        ):
            await asyncio.sleep(0.2)
            worker.wake()
            for _ in range(steps):
                await asyncio.sleep(0)
        assert not deadline.expired()

    asyncio.run(run())


def test_final_failure_is_parked(store: Store) -> None:
    """A task whose handler says that another attempt is useless is given up at once."""
    store.outbox.enqueue("flag", {}, idempotency="1")

    work(store.outbox, failing(TaskError("they answered 404", final=True)), until=store.outbox.list_parked)

    assert [parked.error for parked in store.outbox.list_parked()] == ["they answered 404"]


def test_message_of_an_unexpected_error_is_hidden(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """The log and the task name the class of an unexpected error in a handler, but not its message, which may hold anything."""
    store.outbox.enqueue("flag", {}, idempotency="1")

    with caplog.at_level(logging.DEBUG, "tipstaff.store"):
        work(store.outbox, failing(ValueError("xyzzy")), until=lambda: read_row(store).error)

    assert read_row(store).error == "ValueError in its handler, the log says where"
    assert "ValueError in the handler of flag" in caplog.text
    assert "xyzzy" not in caplog.text


def test_running_handlers_end_first(store: Store) -> None:
    """A worker that ends lets its running handlers finish."""
    store.outbox.enqueue("flag", {}, idempotency="1")
    started = threading.Event()

    async def handle(task: OutboxTask) -> None:
        started.set()
        await asyncio.sleep(0.2)

    work(store.outbox, handle, until=started.is_set)

    assert store.outbox.count_by_state()[TaskState.DONE] == 1


def test_woken_worker_looks_at_once(store: Store) -> None:
    """A worker that is woken looks for tasks at once, long before its next look."""

    async def run() -> None:
        async def handle(task: OutboxTask) -> None: ...

        async with OutboxWorker(store.outbox, {"flag": handle}, poll=3600) as worker:
            await asyncio.sleep(0)
            await asyncio.to_thread(store.outbox.enqueue, "flag", {}, idempotency="1")

            def is_done() -> bool:
                return store.outbox.count_by_state()[TaskState.DONE] == 1

            worker.wake()
            await asyncio.to_thread(wait_until, is_done, what="the task is done")

    asyncio.run(run())


def rename_table(store: Store, name: str, new_name: str) -> None:
    """Renames a table, so that the store cannot use it."""
    with store.database.write_transaction() as connection:
        connection.execute(text(f"ALTER TABLE {name} RENAME TO {new_name}"))


def test_worker_survives_a_database_that_fails(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """While the outbox cannot be read, the log says so; afterwards its tasks are handled."""
    store.outbox.enqueue("flag", {}, idempotency="1")
    rename_table(store, "outbox", "lost")
    is_repaired = False

    async def handle(task: OutboxTask) -> None: ...

    def is_done() -> bool:
        nonlocal is_repaired
        if not is_repaired and "the outbox cannot be read" in caplog.text:
            rename_table(store, "lost", "outbox")
            is_repaired = True
        return is_repaired and store.outbox.count_by_state()[TaskState.DONE] == 1

    with caplog.at_level(logging.WARNING, "tipstaff.store"):
        work(store.outbox, handle, until=is_done)

    assert "the outbox cannot be read: the database" in caplog.text


def test_task_comes_back_if_its_end_cannot_be_stored(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """If a call is made but the database fails then, the log says that the task comes back, and the task keeps its lease."""
    store.outbox.enqueue("flag", {}, idempotency="1")

    async def handle(task: OutboxTask) -> None:
        await asyncio.to_thread(rename_table, store, "outbox", "lost")

    with caplog.at_level(logging.WARNING, "tipstaff.store"):
        work(store.outbox, handle, until=lambda: "comes back, its end cannot be noted" in caplog.text)

    rename_table(store, "lost", "outbox")
    row = read_row(store)
    assert (row.state, row.lease_until) == ("waiting", store.database.now() + timedelta(minutes=2))
