"""Which jobs are let in while others wait: each by how long it may wait itself, and nobody takes all the room."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from service.http.problems import ProblemError
from service.http.workload.deadlines import Deadline
from service.http.workload.jobs import JudgingJobs

SHORT = 100_000
LONG = 3_000_000
# A job of this effort takes two hundredths of a second by the first estimate, so that a hundred of them take two seconds in one thread.


async def stay() -> bool:
    """Wait for ever, as for a client that does not go away."""
    await asyncio.Event().wait()
    return True


class Crowd:
    """Jobs in one thread, none of which ends before all have been sent."""

    def __init__(self, jobs: JudgingJobs, released: threading.Event) -> None:
        self._jobs = jobs
        self._released = released
        self._tasks: list[tuple[str, asyncio.Task[None]]] = []

    async def send(self, name: str, *, count: int, caller: str, max_wait: float, effort: int = SHORT, is_replaceable: bool = False) -> None:
        """Send some jobs of one kind."""
        send = partial(
            self._jobs.run,
            partial(self._released.wait, 60),
            caller=caller,
            effort=effort,
            max_wait=max_wait,
            deadline=Deadline(time.monotonic() + 600),
            wait_for_leave=stay,
            is_replaceable=is_replaceable,
        )
        self._tasks += [(name, asyncio.create_task(_forget(send()))) for _ in range(count)]
        await asyncio.sleep(0)

    async def count_let_in(self) -> Counter[str]:
        """Let all jobs end; return how many of them were let in, by their name."""
        self._released.set()
        await asyncio.gather(*(task for _, task in self._tasks), return_exceptions=True)
        return Counter(name for name, task in self._tasks if task.exception() is None)


async def _forget(work: Coroutine[Any, Any, object]) -> None:
    await work


def let_in(send_all: Callable[[Crowd], Coroutine[Any, Any, None]]) -> Counter[str]:
    """Return how many jobs are let in, by their name."""

    async def run() -> Counter[str]:
        released = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            crowd = Crowd(JudgingJobs(pool, threads=1, count_cancelled=lambda _: None), released)
            try:
                await send_all(crowd)
            finally:
                counts = await crowd.count_let_in()
        return counts

    return asyncio.run(run())


def test_each_job_is_let_in_by_its_own_wait() -> None:
    """Of one caller's jobs as many are let in as will be done while they may wait, besides the few that always are."""

    async def send(crowd: Crowd) -> None:
        await crowd.send("patient", count=300, caller="a", max_wait=2.0)
        await crowd.send("usual", count=300, caller="b", max_wait=0.1)

    counts = let_in(send)

    assert counts["usual"] == 8
    assert 80 < counts["patient"] < 120


def test_jobs_that_may_wait_long_leave_room() -> None:
    """However many jobs of however many callers wait that may do so for long, those that may not are let in; and so are large ones."""

    async def send(crowd: Crowd) -> None:
        for number in range(100):
            await crowd.send("patient", count=20, caller=f"caller {number}", max_wait=60.0)
        await crowd.send("usual", count=8, caller="caller 0", max_wait=0.1)
        await crowd.send("large", count=8, caller="caller 0", max_wait=0.1, effort=LONG)

    counts = let_in(send)

    assert counts["patient"] < 2_000
    assert (counts["usual"], counts["large"]) == (8, 8)


def test_no_caller_takes_all_the_room() -> None:
    """Whoever has more jobs waiting than others leaves as much room as they take."""

    async def send(crowd: Crowd) -> None:
        await crowd.send("greedy", count=2_000, caller="a", max_wait=60.0)
        await crowd.send("other", count=50, caller="b", max_wait=60.0)

    counts = let_in(send)

    assert 100 < counts["greedy"] < 200
    assert counts["other"] == 50


def test_what_can_be_replaced_keeps_the_replacement_from_nobody() -> None:
    """Jobs that something quicker can take the place of are refused where they would wait too long, and the quicker ones are let in."""

    async def send(crowd: Crowd) -> None:
        await crowd.send("encoder", count=300, caller="a", max_wait=2.0, effort=10 * SHORT, is_replaceable=True)
        await crowd.send("n-grams", count=50, caller="a", max_wait=2.0, effort=SHORT // 10)

    counts = let_in(send)

    assert 8 <= counts["encoder"] < 20
    assert counts["n-grams"] == 50


def test_refusals_say_that_the_service_is_overloaded() -> None:
    """A job that is refused is told to come again."""
    refusals: list[ProblemError] = []

    async def send(crowd: Crowd) -> None:
        await crowd.send("usual", count=9, caller="a", max_wait=0.01)
        refusals.extend(error for _, task in crowd._tasks if task.done() and isinstance(error := task.exception(), ProblemError))

    assert let_in(send)["usual"] == 8
    assert [(refusal.kind.status, refusal.headers["Retry-After"]) for refusal in refusals] == [(503, "1")]
