"""How much memory the bodies of unfinished calls may take together, and which of them gives way when that is not enough."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from service.heap_trim import trim_heap
from service.http.admission.queue import overload_problem
from service.settings import Settings

__all__ = ["BodyBudget", "BodyBudgets", "HeldBody"]

# How many of the largest bodies may be unfinished at once: of callers without a key, and of those with one.
_KEYLESS_BODIES = 16
_KEYED_BODIES = 32
# The heap is trimmed every few seconds, if this many bytes were held in the meantime.
_TRIM_INTERVAL = 5.0
_MIN_PEAK = 8 * 1024 * 1024
# Seconds. A body that is younger never gives way to another of the same caller.
_GRACE = 1.0


@dataclass(eq=False)
class HeldBody:
    """The part of an unfinished body that is in memory.

    Attributes:
        owner: who sends it: a key or an address.
        end: ends the reading, when the body has to give way.
        since: when its reading began, in seconds of ``time.monotonic``.
        size: its bytes so far.
        gave_way: whether it had to give way to another body.
    """

    owner: str
    end: Callable[[], None]
    since: float
    size: int = 0
    gave_way: bool = False


class BodyBudget:
    """The memory for the unfinished bodies of some callers; it belongs to the event loop's thread.

    When it is used up, the caller who holds most of it loses a body, the one that has been unfinished for longest. So nobody who
    holds back the end of a body, or of hundreds, keeps others from sending theirs.

    Args:
        limit: the bytes that all of the bodies may have together.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = self._peak = 0
        # A dict keeps the order in which the bodies began.
        self._bodies: dict[str, dict[HeldBody, None]] = {}
        self._sizes: dict[str, int] = {}

    @property
    def held(self) -> int:
        """How many bytes are held."""
        return self._held

    def grow(self, body: HeldBody, count: int) -> None:
        """Take note that a body has grown by this many bytes.

        Raises:
            ProblemError: there is no room for them, or the body has had to give way to another.
        """
        if body.gave_way:
            raise overload_problem()
        while self._held + count > self._limit:
            victim = self._choose_victim(body, count)
            if victim is None:
                raise overload_problem()
            self.release(victim)
            victim.gave_way = True
            victim.end()
        self._bodies.setdefault(body.owner, {})[body] = None
        self._sizes[body.owner] = self._sizes.get(body.owner, 0) + count
        self._held += count
        self._peak = max(self._peak, self._held)
        body.size += count

    def take_peak(self) -> int:
        """Return how many bytes were held at most since the last call of this."""
        peak, self._peak = self._peak, self._held
        return peak

    def _choose_victim(self, body: HeldBody, count: int) -> HeldBody | None:
        largest = max(self._sizes, key=self._sizes.__getitem__, default=None)
        if largest is None:
            return None
        if self._sizes[largest] > self._sizes.get(body.owner, 0) + count:
            return next(iter(self._bodies[largest]))
        oldest = next(iter(self._bodies.get(body.owner, ())), None)
        return oldest if oldest is not body and oldest is not None and time.monotonic() - oldest.since > _GRACE else None

    def release(self, body: HeldBody) -> None:
        """Take note that a body is held no longer; a body that is not held is ignored."""
        bodies = self._bodies.get(body.owner, {})
        if body not in bodies:
            return
        del bodies[body]
        self._held -= body.size
        self._sizes[body.owner] -= body.size
        if not bodies:
            del self._bodies[body.owner], self._sizes[body.owner]


class BodyBudgets:
    """The memory for unfinished bodies: callers without a key have a part of their own, and cannot take that of the others.

    Args:
        settings: how large one body may be.

    Attributes:
        keyed: for callers whose key has been checked.
        keyless: for all others.
    """

    def __init__(self, settings: Settings) -> None:
        self.keyed = BodyBudget(_KEYED_BODIES * settings.max_body_bytes)
        self.keyless = BodyBudget(_KEYLESS_BODIES * settings.max_body_bytes)

    async def trim_forever(self) -> None:
        """Give memory back to the system after much of it was held, again and again."""
        while True:
            await asyncio.sleep(_TRIM_INTERVAL)
            if self.keyed.take_peak() + self.keyless.take_peak() > _MIN_PEAK:
                # In a thread, since it takes some milliseconds.
                await asyncio.to_thread(trim_heap)
