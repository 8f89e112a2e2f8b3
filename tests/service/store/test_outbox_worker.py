"""What waits in the outbox is handled beside everything else, and a failure never loses a task."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from service.store.outbox import Outbox
from service.store.outbox_worker import Handler, OutboxWorker, TaskError
from service.store.store import Store
from service.store.stored_types import State, Task


async def until(met: Callable[[], bool]) -> None:
    """Waits until a condition is met."""
    for _ in range(2000):
        if await asyncio.to_thread(met):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


def work(outbox: Outbox, handler: Handler, *, met: Callable[[], bool], then: Callable[[OutboxWorker], None] | None = None) -> None:
    """Runs a worker until a condition is met."""

    async def run() -> None:
        async with OutboxWorker(outbox, {"flag": handler}, poll=0.02, grace=5) as worker:
            if then:
                then(worker)
            await until(met)

    asyncio.run(run())


def failing(error: Exception) -> Callable[[Task], Awaitable[None]]:
    async def handle(task: Task) -> None:
        raise error

    return handle


def test_tasks_are_handled(store: Store) -> None:
    """Every task of a known kind goes to its handler and is done; there may be more than run at a time."""
    seen = []
    for number in range(25):
        store.outbox.enqueue("flag", {"n": number}, idempotency=str(number))
    store.outbox.enqueue("other", {}, idempotency="x")

    async def handle(task: Task) -> None:
        seen.append(task.payload["n"])

    work(store.outbox, handle, met=lambda: store.outbox.counts()[State.DONE] == 25)

    assert sorted(seen) == list(range(25))
    assert store.outbox.counts()[State.WAITING] == 1


def test_failure_is_tried_again(store: Store) -> None:
    """A handler that fails leaves its task waiting; one that says so for good parks it with the reason."""
    outbox = Outbox(store.database, random=lambda: 0.0)
    outbox.enqueue("flag", {}, idempotency="1")

    def held() -> Task | None:
        with store.database.reading() as connection:
            from service.store.tables import outbox as table

            row = connection.execute(table.select()).one()
        return row if row.error else None  # type: ignore[return-value]

    work(outbox, failing(TaskError("they answered 503")), met=lambda: held() is not None)

    found = held()
    assert found is not None
    assert (found.state, found.attempts, found.error) == ("waiting", 1, "they answered 503")  # type: ignore[attr-defined]
    assert found.due_at == store.database.now() + timedelta(seconds=30)  # type: ignore[attr-defined]


@pytest.mark.parametrize("steps", range(6))
def test_it_ends_though_it_was_just_woken(store: Store, steps: int) -> None:
    """However far the loop has come with waking it, a worker that is to end does."""

    async def run() -> None:
        async with (
            asyncio.timeout(20) as patience,
            OutboxWorker(store.outbox, {"flag": failing(ValueError())}, poll=60) as worker,
        ):
            await asyncio.sleep(0.2)
            worker.wake()
            for _ in range(steps):
                await asyncio.sleep(0)
        assert not patience.expired()

    asyncio.run(run())


def test_final_failure_is_parked(store: Store) -> None:
    """A handler that says that trying again is useless has its task laid aside at once."""
    store.outbox.enqueue("flag", {}, idempotency="1")

    work(store.outbox, failing(TaskError("they answered 404", final=True)), met=lambda: store.outbox.counts()[State.PARKED] == 1)

    assert store.outbox.parked()[0].error == "they answered 404"


def test_our_own_mistake_gives_nothing_away(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """A handler that breaks is named in the log and in the task by the kind of its error, not by its message."""
    store.outbox.enqueue("flag", {}, idempotency="1")

    with caplog.at_level(logging.DEBUG, "tipstaff.store"):
        work(store.outbox, failing(ValueError("xyzzy")), met=lambda: "attempt 1" in caplog.text)

    assert "ValueError in the handler of flag" in caplog.text
    assert "xyzzy" not in caplog.text


def test_tasks_at_work_end_first(store: Store) -> None:
    """A worker that ends lets what it has begun come to its end."""
    store.outbox.enqueue("flag", {}, idempotency="1")
    begun = []

    async def handle(task: Task) -> None:
        begun.append(task)
        await asyncio.sleep(0.2)

    work(store.outbox, handle, met=lambda: bool(begun))

    assert store.outbox.counts()[State.DONE] == 1


def test_woken_worker_looks_at_once(store: Store) -> None:
    """A worker that is told of a new task does not wait for its next look."""

    async def run() -> None:
        async def handle(task: Task) -> None: ...

        async with OutboxWorker(store.outbox, {"flag": handle}, poll=3600) as worker:
            await asyncio.sleep(0)
            await asyncio.to_thread(store.outbox.enqueue, "flag", {}, idempotency="1")

            def done() -> bool:
                return store.outbox.counts()[State.DONE] == 1

            worker.wake()
            await until(done)

    asyncio.run(run())
