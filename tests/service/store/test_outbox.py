"""Calls to other systems are kept until they are made, by one worker at a time, and tried again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.store.outbox import MAX_ATTEMPTS, Outbox, retry_delay
from service.store.store import Store
from service.store.stored_types import State, Task

LEASE = timedelta(minutes=1)


def claim(store: Store, *, limit: int = 10) -> list[Task]:
    return store.outbox.claim(kinds=["flag"], limit=limit, lease=LEASE)


def test_task_is_handed_out_as_enqueued(store: Store) -> None:
    """A task comes with its payload, and is not handed out again while the lease lasts, nor once it is done."""
    number = store.outbox.enqueue("flag", {"post": 7, "why": ["a", None]}, idempotency="7")

    (task,) = claim(store)
    during = claim(store)
    store.outbox.done(task)

    assert (task.id, task.kind, task.payload, task.attempts) == (number, "flag", {"post": 7, "why": ["a", None]}, 1)
    assert (during, claim(store)) == ([], [])
    assert store.outbox.counts() == {State.WAITING: 0, State.DONE: 1, State.PARKED: 0}


def test_task_is_enqueued_once(store: Store) -> None:
    """A call that is enqueued again, at the same moment or when it is done, adds nothing; another kind's name is another."""
    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(lambda _: store.outbox.enqueue("flag", {}, idempotency="7"), range(16)))
    (task,) = claim(store)
    store.outbox.done(task)

    assert numbers == {task.id, store.outbox.enqueue("flag", {}, idempotency="7")}
    assert store.outbox.enqueue("mail", {}, idempotency="7") != task.id


def test_task_waits_for_its_time(store: Store, clock: Any) -> None:
    """A task is not handed out before the time that was set for it."""
    store.outbox.enqueue("flag", {}, idempotency="7", not_before=clock() + timedelta(hours=1))

    before = claim(store)
    clock.turn(hours=1)

    assert before == []
    assert len(claim(store)) == 1


def test_other_kinds_are_left_alone(store: Store) -> None:
    """Whoever claims gets only what it can handle, and not more than it asks for, in the order of coming."""
    for number in range(3):
        store.outbox.enqueue("flag", {"n": number}, idempotency=str(number))
    store.outbox.enqueue("mail", {}, idempotency="m")

    assert [task.payload["n"] for task in claim(store, limit=2)] == [0, 1]
    assert [task.payload["n"] for task in claim(store)] == [2]


def test_workers_never_share_a_task(store: Store) -> None:
    """However many claim at the same moment, each task goes to one of them."""
    for number in range(40):
        store.outbox.enqueue("flag", {}, idempotency=str(number))

    with ThreadPoolExecutor(8) as pool:
        claims = pool.map(lambda _: claim(store, limit=3), range(40))

    numbers = [task.id for tasks in claims for task in tasks]
    assert len(numbers) == len(set(numbers)) == 40


def test_lost_task_comes_back(store: Store, clock: Any) -> None:
    """A task whose holder vanished is handed out again when the lease ends; the old holder's report changes nothing then."""
    store.outbox.enqueue("flag", {}, idempotency="7")
    (lost,) = claim(store)
    clock.turn(minutes=1)

    (again,) = claim(store)
    store.outbox.failed(lost, "late")
    store.outbox.park(lost, "late")

    assert (again.id, again.attempts) == (lost.id, 2)
    assert claim(store) == []
    assert store.outbox.counts()[State.PARKED] == 0


def test_failed_task_comes_back_later(store: Store, clock: Any) -> None:
    """After a failure a task waits for its delay, or for as long as the other system asked."""
    outbox = Outbox(store.database, random=lambda: 0.0)
    outbox.enqueue("flag", {}, idempotency="7")
    (task,) = claim(store)
    outbox.failed(task, "503")

    clock.turn(seconds=29)
    early = claim(store)
    clock.turn(seconds=1)
    (task,) = claim(store)
    outbox.failed(task, "429", retry_after=timedelta(hours=2))
    clock.turn(minutes=119)

    assert (early, claim(store)) == ([], [])
    clock.turn(minutes=1)
    assert claim(store)[0].attempts == 3


def test_hopeless_task_is_parked(store: Store, clock: Any) -> None:
    """After its last attempt a task is laid aside with its error."""
    store.outbox.enqueue("flag", {}, idempotency="7")
    for attempt in range(MAX_ATTEMPTS):
        clock.turn(days=1)
        (task,) = claim(store)
        store.outbox.failed(task, f"error {attempt + 1}")
    clock.turn(days=1)

    assert claim(store) == []
    assert [(one.id, one.error) for one in store.outbox.parked()] == [(task.id, f"error {MAX_ATTEMPTS}")]


def test_task_that_nobody_survives_is_parked(store: Store, clock: Any) -> None:
    """A task that is claimed again and again without any report is laid aside too."""
    store.outbox.enqueue("flag", {}, idempotency="7")
    for _ in range(MAX_ATTEMPTS):
        assert len(claim(store)) == 1
        clock.turn(minutes=1)

    assert claim(store) == []
    assert [one.error for one in store.outbox.parked()] == ["no attempt came to an end"]


def test_finished_tasks_are_forgotten(store: Store, clock: Any) -> None:
    """Tasks that ended long ago are deleted; those that wait stay, however old."""
    store.outbox.enqueue("flag", {}, idempotency="1")
    (task,) = claim(store)
    store.outbox.done(task)
    store.outbox.enqueue("flag", {}, idempotency="2")
    clock.turn(days=31)

    assert store.outbox.forget(days=30) == 1
    assert store.outbox.counts() == {State.WAITING: 1, State.DONE: 0, State.PARKED: 0}


@given(attempts=st.integers(1, 1000), share=st.floats(0, 1, exclude_max=True))
def test_delays_stay_in_bounds(attempts: int, share: float) -> None:
    """A delay is never under 15 s nor over 12 h, and without its random part never shrinks."""
    assert timedelta(seconds=15) <= retry_delay(attempts, share=share) <= timedelta(hours=12)
    assert retry_delay(attempts, share=0) <= retry_delay(attempts + 1, share=0)


def test_delays_end_within_three_days() -> None:
    """All attempts together take less than three days, so that nobody waits for ever to learn that a call was given up."""
    total = sum((retry_delay(attempts, share=0) for attempts in range(1, MAX_ATTEMPTS)), timedelta())

    assert timedelta(days=1) < total < timedelta(days=3)


@pytest.mark.parametrize("error", ["a" * 10_000, "zero \0 byte"])
def test_any_error_can_be_kept(store: Store, error: str) -> None:
    """An error is kept whatever the other system made it say."""
    store.outbox.enqueue("flag", {}, idempotency="7")
    (task,) = claim(store)

    store.outbox.park(task, error)

    assert store.outbox.parked()[0].error == error.replace("\0", "\ufffd")
