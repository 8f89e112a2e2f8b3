"""Small calls are judged in short rounds, between which the event loop does what else there is."""

import asyncio
import time
from collections.abc import Callable

from service.http.admission.queue import Queue
from service.settings import Settings

CALLS = 100
ROUND_SECONDS = 0.02  # longer than a round may be


async def judge_all(queue: Queue, note: Callable[[int], None], *, cancelled: frozenset[int] = frozenset()) -> int:
    """Lets many calls be judged that arrive at once, the first of which takes a whole round; returns how many rounds it took."""
    rounds = 0

    async def call(number: int) -> None:
        if (turn := queue.begin_judging()) is not None:
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
