"""Calls to other systems are stored until one worker makes them, and tried again if they fail."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.store.outbox import MAX_ATTEMPTS, Outbox, retry_delay
from service.store.store import Store
from service.store.stored_types import OutboxTask, TaskState

LEASE = timedelta(minutes=1)


def claim(store: Store, *, limit: int = 10) -> list[OutboxTask]:
    return store.outbox.claim(kinds=["flag"], limit=limit, lease=LEASE)


def test_task_is_handed_out_as_enqueued(store: Store) -> None:
    """A task has its payload, and is handed out again neither before its lease ends nor once it is done."""
    number = store.outbox.enqueue("flag", {"post": 7, "tags": ["a", None]}, idempotency="7")

    (task,) = claim(store)
    claims = [claim(store)]
    store.outbox.mark_done(task)

    assert (task.id, task.kind, task.payload, task.attempts) == (number, "flag", {"post": 7, "tags": ["a", None]}, 1)
    assert [*claims, claim(store)] == [[], []]
    assert store.outbox.count_by_state() == {TaskState.WAITING: 0, TaskState.DONE: 1, TaskState.PARKED: 0}


def test_task_is_enqueued_once(store: Store) -> None:
    """A call that is enqueued again, at the same moment or after it is done, adds nothing; a name of another kind is another call."""
    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(lambda _: store.outbox.enqueue("flag", {}, idempotency="7"), range(16)))
    (task,) = claim(store)
    store.outbox.mark_done(task)

    assert numbers == {task.id, store.outbox.enqueue("flag", {}, idempotency="7")}
    assert store.outbox.enqueue("mail", {}, idempotency="7") != task.id


def test_task_waits_for_its_time(store: Store, clock: Any) -> None:
    """A task is not handed out before the time that was set for it."""
    store.outbox.enqueue("flag", {}, idempotency="7", not_before=clock() + timedelta(hours=1))

    early_claim = claim(store)
    clock.advance(hours=1)

    assert early_claim == []
    assert len(claim(store)) == 1


def test_other_kinds_are_left_alone(store: Store) -> None:
    """A worker gets only tasks of its kinds, no more than it asks for, in the order in which they were enqueued."""
    for number in range(3):
        store.outbox.enqueue("flag", {"n": number}, idempotency=str(number))
    store.outbox.enqueue("mail", {}, idempotency="m")

    assert [task.payload["n"] for task in claim(store, limit=2)] == [0, 1]
    assert [task.payload["n"] for task in claim(store)] == [2]


def test_workers_never_share_a_task(store: Store) -> None:
    """However many workers claim tasks at the same moment, each task goes to one of them."""
    for number in range(40):
        store.outbox.enqueue("flag", {}, idempotency=str(number))

    with ThreadPoolExecutor(8) as pool:
        claims = pool.map(lambda _: claim(store, limit=3), range(40))

    numbers = [task.id for tasks in claims for task in tasks]
    assert len(numbers) == len(set(numbers)) == 40


def test_lost_task_comes_back(store: Store, clock: Any) -> None:
    """A task whose worker vanished is handed out again when the lease ends, and a late report of the first worker changes nothing."""
    store.outbox.enqueue("flag", {}, idempotency="7")
    (first,) = claim(store)
    clock.advance(minutes=1)

    (second,) = claim(store)
    store.outbox.mark_failed(first, "late")
    store.outbox.park(first, "late")

    assert (second.id, second.attempts) == (first.id, 2)
    assert claim(store) == []
    assert store.outbox.count_by_state()[TaskState.PARKED] == 0


def test_failed_task_comes_back_later(store: Store, clock: Any) -> None:
    """After a failure a task waits for its delay, or for as long as the other system asks."""
    outbox = Outbox(store.database, random=lambda: 0.0)
    outbox.enqueue("flag", {}, idempotency="7")
    (task,) = claim(store)
    outbox.mark_failed(task, "503")

    clock.advance(seconds=29)
    early_claim = claim(store)
    clock.advance(seconds=1)
    (task,) = claim(store)
    outbox.mark_failed(task, "429", retry_after=timedelta(hours=2))
    clock.advance(minutes=119)

    assert (early_claim, claim(store)) == ([], [])
    clock.advance(minutes=1)
    assert claim(store)[0].attempts == 3


def test_task_is_parked_after_its_last_attempt(store: Store, clock: Any) -> None:
    """After its last attempt has failed, a task is given up with its error."""
    store.outbox.enqueue("flag", {}, idempotency="7")
    for attempt in range(MAX_ATTEMPTS):
        clock.advance(days=1)
        (task,) = claim(store)
        store.outbox.mark_failed(task, f"error {attempt + 1}")
    clock.advance(days=1)

    assert claim(store) == []
    assert [(parked.id, parked.error) for parked in store.outbox.list_parked()] == [(task.id, f"error {MAX_ATTEMPTS}")]


def test_task_that_nobody_survives_is_parked(store: Store, clock: Any) -> None:
    """A task that is claimed again and again without any report is given up too."""
    store.outbox.enqueue("flag", {}, idempotency="7")
    for _ in range(MAX_ATTEMPTS):
        assert len(claim(store)) == 1
        clock.advance(minutes=1)

    assert claim(store) == []
    assert [parked.error for parked in store.outbox.list_parked()] == ["no attempt came to an end"]


def test_finished_tasks_are_deleted(store: Store, clock: Any) -> None:
    """Tasks that were finished long ago are deleted; tasks that wait stay, however old they are."""
    store.outbox.enqueue("flag", {}, idempotency="1")
    (task,) = claim(store)
    store.outbox.mark_done(task)
    store.outbox.enqueue("flag", {}, idempotency="2")
    clock.advance(days=31)

    assert store.outbox.delete_finished(days=30) == 1
    assert store.outbox.count_by_state() == {TaskState.WAITING: 1, TaskState.DONE: 0, TaskState.PARKED: 0}


@given(attempts=st.integers(1, 1000), share=st.floats(0, 1, exclude_max=True))
def test_delays_stay_in_bounds(attempts: int, share: float) -> None:
    """A delay is at least 15 s and at most 12 h, and without its random part it never shrinks from one attempt to the next."""
    assert timedelta(seconds=15) <= retry_delay(attempts, share=share) <= timedelta(hours=12)
    assert retry_delay(attempts, share=0) <= retry_delay(attempts + 1, share=0)


def test_delays_end_within_three_days() -> None:
    """All attempts together take between one and three days, so that a call survives an outage but is given up in time."""
    total = sum((retry_delay(attempts, share=0) for attempts in range(1, MAX_ATTEMPTS)), timedelta())

    assert timedelta(days=1) < total < timedelta(days=3)


@pytest.mark.parametrize("error", ["a" * 10_000, "zero \0 byte"])
def test_any_error_can_be_stored(store: Store, error: str) -> None:
    """An error is stored, however long it is and whatever characters it holds."""
    store.outbox.enqueue("flag", {}, idempotency="7")
    (task,) = claim(store)

    store.outbox.park(task, error)

    assert store.outbox.list_parked()[0].error == error.replace("\0", "\ufffd")
