"""Small calls are judged in short rounds, between which the event loop does what else there is."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from service.http.admission.queue import FIRST_BYTE_AT, LAST_BYTE_AT, MAX_WAIT, Queue
from service.settings import Settings

CALLS = 100
ROUND_SECONDS = 0.02  # longer than a round may be


async def judge_all(queue: Queue, note: Callable[[int], None], *, cancelled: frozenset[int] = frozenset()) -> int:
    """Lets many calls be judged that arrive at once, the first of which takes a whole round; returns how many rounds it took."""
    rounds = 0

    async def call(number: int) -> None:
        if (turn := queue.begin_judging({"headers": []})) is not None:
            await turn
        if number == 0:
            time.sleep(ROUND_SECONDS)
        note(number)

    async def count_rounds() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(call(number)) for number in range(CALLS)]
    counting = asyncio.create_task(count_rounds())
    await asyncio.sleep(0)
    for number in cancelled:
        tasks[number].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    counting.cancel()
    return rounds


def test_others_have_their_turn_between_rounds() -> None:
    """However many calls arrive at once, a few are judged in a round, in their order, and whatever else there is to do is done between."""
    judged: list[int] = []
    rounds = asyncio.run(judge_all(Queue(Settings(queue_ms=60_000)), judged.append))

    assert judged == list(range(CALLS))
    assert rounds > CALLS / 10


def test_newest_call_is_judged_in_time_when_others_are_late() -> None:
    """When calls have waited too long already, the newest are let go on beside them: somebody is answered in time."""
    judged: list[int] = []

    def judge(number: int) -> None:
        time.sleep(0.002)
        judged.append(number)

    asyncio.run(judge_all(Queue(Settings(queue_ms=1)), judge))

    assert sorted(judged) == list(range(CALLS))
    assert judged.index(CALLS - 1) < CALLS / 4


def test_clients_that_go_away_hold_nobody_up() -> None:
    """Calls whose clients leave while they wait are passed over."""
    judged: list[int] = []
    cancelled = frozenset(range(10, 90))
    asyncio.run(judge_all(Queue(Settings(queue_ms=60_000)), judged.append, cancelled=cancelled))

    assert judged == [number for number in range(CALLS) if number not in cancelled]


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.seconds


USUAL_MS = 1000
PATIENT: dict[str, Any] = {"headers": [], MAX_WAIT: 60.0}
USUAL: dict[str, Any] = {"headers": []}
# Seconds that a call takes in these tests, by their clock; a fourth of them fill a round.
CALL_SECONDS = 0.003


class Rush:
    """Calls of several kinds that come one after another, by a clock of their own; what is noted is the order in which they go on."""

    def __init__(self, *, call_seconds: float = CALL_SECONDS) -> None:
        self.clock = Clock()
        self._call_seconds = call_seconds
        self.queue = Queue(Settings(queue_ms=USUAL_MS), clock=self.clock)
        self.order: list[str] = []
        self._calls: list[asyncio.Task[None]] = []

    def send(self, name: str, scope: dict[str, Any], *, count: int = 1) -> None:
        """Let some calls of one kind arrive."""
        self._calls += [asyncio.create_task(self._call(name, scope)) for _ in range(count)]

    async def _call(self, name: str, scope: dict[str, Any]) -> None:
        if (turn := self.queue.begin_judging(scope)) is not None:
            await turn
        self.clock.seconds += self._call_seconds
        self.order.append(name)

    async def wait_for(self, count: int) -> None:
        """Wait until so many calls have gone on."""
        while len(self.order) < count:
            await asyncio.sleep(0)

    async def end(self) -> list[str]:
        """Wait for all calls, and return the order in which they went on."""
        await asyncio.gather(*self._calls)
        return self.order


def test_a_round_has_as_many_calls_as_there_is_time_for() -> None:
    """Slow calls go on a few at a time and quick ones several, so that a round is short either way."""

    async def count_rounds(call_seconds: float) -> int:
        rush = Rush(call_seconds=call_seconds)
        rush.send("first", PATIENT, count=1000)
        rounds = 0
        while len(rush.order) < 1000:
            await asyncio.sleep(0)
            rounds += 1
        return rounds

    assert asyncio.run(count_rounds(0.02)) > 1000 / 4
    assert asyncio.run(count_rounds(0.000_5)) < 1000 / 6


def test_calls_that_may_wait_less_go_first() -> None:
    """However many calls wait that may do so for long, one that may not goes on in the next round."""

    async def run() -> tuple[int, list[str]]:
        rush = Rush()
        rush.send("patient", PATIENT, count=300)
        await rush.wait_for(40)
        before = len(rush.order)
        rush.send("usual", USUAL)
        return before, await rush.end()

    before, order = asyncio.run(run())

    assert len(order) == 301
    # At most two rounds of eight calls go on before it: the one in which it comes, and its own.
    assert order.index("usual") <= before + 2 * 8


def test_calls_that_may_wait_long_are_not_left_out() -> None:
    """While more calls come than can be judged that may wait less, every fourth turn is that of the others."""

    async def run() -> list[str]:
        rush = Rush()
        rush.send("usual", USUAL, count=200)
        rush.send("patient", PATIENT, count=20)
        return await rush.end()

    order = asyncio.run(run())
    end = len(order) - 1 - order[::-1].index("patient")

    assert order.count("patient") == 20
    assert 60 < end < 120


def test_call_that_comes_while_others_wait_is_not_late() -> None:
    """A call that arrives after others have been judged for long, while nobody else called, has waited for one round and no more."""

    async def run() -> bool:
        rush = Rush()
        rush.queue.track(range(100))
        rush.queue.note_read()
        rush.send("patient", PATIENT, count=300)
        await rush.wait_for(200)
        rush.queue.note_answer()
        assert rush.clock.seconds - 1000 > 2 * 0.1
        scope = USUAL | {LAST_BYTE_AT: rush.queue.note_read()}
        is_late = rush.queue.is_late(scope)
        await rush.end()
        return is_late

    assert not asyncio.run(run())


def test_how_long_a_call_may_wait_is_its_own() -> None:
    """A call that may wait for seconds is not late when others are, and the encoder may read it for longer."""
    clock = Clock()
    queue = Queue(Settings(queue_ms="100"), clock=clock)
    queue.track(range(100))
    read_at = {LAST_BYTE_AT: clock.seconds}
    clock.seconds += 1

    assert queue.is_late(USUAL | read_at)
    assert not queue.is_late(PATIENT | read_at)
    assert queue.latest_answer(USUAL | read_at) < clock.seconds < queue.latest_answer(PATIENT | read_at)
    # A long comment is read for longer.
    assert queue.latest_answer(USUAL | read_at) < queue.latest_answer(USUAL | read_at, seconds=0.5) < 1003
    clock.seconds += 60
    assert queue.is_late(PATIENT | read_at)


def test_a_call_waits_no_longer_than_it_says() -> None:
    """A call goes on before its turn if the time is over that it allows, so that it is told so; one that says nothing readable waits."""

    async def run() -> list[str]:
        rush = Rush()
        rush.send("patient", PATIENT, count=200)
        await rush.wait_for(4)
        for name, timeout in (("late", b"1ms"), ("unreadable", b"soon"), ("in time", b"9s")):
            rush.send(name, PATIENT | {"headers": [(b"x-request-timeout", timeout)], FIRST_BYTE_AT: rush.clock.seconds - 1})
        return await rush.end()

    order = asyncio.run(run())

    assert order.index("late") < 40
    assert order[-2:] == ["unreadable", "in time"]
