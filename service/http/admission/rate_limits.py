"""How often a key or an address may call, counted in a moving window: in this process, or in a Redis that processes share."""

import logging
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from math import ceil
from typing import Any, Protocol

from limits import RateLimitItem, parse_many
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.datastructures import Address

from service.http.admission.addresses import address_group
from service.http.problems import ProblemError, ProblemKind
from service.settings import Settings

__all__ = ["MemoryCounter", "RateLimits", "address_group"]

_log = logging.getLogger("tipstaff.http")

# In seconds: the wait for an answer of Redis, the pause after it did not answer, and the shortest wait that a caller is asked for.
_REDIS_TIMEOUT = 0.25
_REDIS_PAUSE = 1.0
_MIN_WAIT = 0.001
_MAX_CALLERS = 100_000
_CALLERS_SWEPT_PER_CALL = 4


class _Counter(Protocol):
    async def hit(self, limit: RateLimitItem, caller: str) -> float:
        """Count a call and return 0; or, beyond the limit, do not count it and return the seconds to wait."""

    async def close(self) -> None:
        """Close the connections."""


class MemoryCounter:
    """Counts calls in this process.

    The memory storage of the library goes through all its callers a hundred times a second. This one goes through a few with each
    call, and keeps at most ``max_callers``; beyond that it forgets those that have not called for longest.

    Args:
        max_callers: how many callers are remembered at once.
    """

    def __init__(self, *, max_callers: int = _MAX_CALLERS) -> None:
        self._max_callers = max_callers
        self._calls: dict[tuple[RateLimitItem, str], deque[float]] = {}

    async def hit(self, limit: RateLimitItem, caller: str) -> float:
        """Count a call if it is within the limit.

        Args:
            limit: how many calls are allowed in which period.
            caller: the name under which the calls are counted.

        Returns:
            0 if the call is within the limit; otherwise the seconds, more than 0, until it would be.
        """
        now = time.monotonic()
        # Each caller moves to the end, so that those that have not called for longest are at the front.
        times = self._calls.pop((limit, caller), None) or deque()
        self._forget_first(now)
        self._calls[limit, caller] = times
        window_start = now - limit.get_expiry()
        while times and times[0] <= window_start:
            times.popleft()
        if len(times) >= limit.amount:
            return times[0] - window_start
        times.append(now)
        return 0.0

    def _forget_first(self, now: float) -> None:
        """Forget a few of the callers at the front, if they have not called in their window or there are too many callers."""
        for _ in range(_CALLERS_SWEPT_PER_CALL):
            first = next(iter(self._calls), None)
            if first is None:
                return
            limit, _ = first
            if self._calls[first][-1] > now - limit.get_expiry() and len(self._calls) < self._max_callers:
                return
            del self._calls[first]

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""


class _RedisCounter:
    """Counts calls in a Redis that several processes share. While Redis does not answer, nobody is refused.

    Args:
        address: ``redis://…``.
    """

    def __init__(self, address: str) -> None:
        storage = RedisStorage(
            f"async+{address}",
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="tipstaff",
            socket_timeout=_REDIS_TIMEOUT,
            socket_connect_timeout=_REDIS_TIMEOUT,
        )
        bridge: Any = storage.bridge
        self._client = bridge.storage
        self._window = MovingWindowRateLimiter(storage)
        self._pause_end = 0.0
        self._is_away = False

    async def hit(self, limit: RateLimitItem, caller: str) -> float:
        """Count a call if it is within the limit, as `MemoryCounter.hit` does; while Redis does not answer, return 0."""
        now = time.monotonic()
        if now < self._pause_end:
            return 0.0
        if self._is_away:
            # This one call finds out whether Redis is back; the others need not wait for that.
            self._pause_end = now + _REDIS_PAUSE
        try:
            is_allowed = await self._window.hit(limit, caller)
            wait = 0.0 if is_allowed else (await self._window.get_window_stats(limit, caller)).reset_time - time.time()
        except Exception as error:
            # Whatever the library raises, a call must not fail because it cannot be counted.
            self._pause_end = time.monotonic() + _REDIS_PAUSE
            if not self._is_away:
                _log.error("calls cannot be counted and are not limited meanwhile: Redis does not answer (%s)", type(error).__name__)
            self._is_away = True
            return 0.0
        if self._is_away:
            _log.info("calls are counted again: Redis answers")
        self._is_away, self._pause_end = False, 0.0
        return 0.0 if is_allowed else max(wait, _MIN_WAIT)

    async def close(self) -> None:
        """Close the connections."""
        with suppress(Exception):
            await self._client.aclose()


class RateLimits:
    """Refuses calls beyond the limits.

    Args:
        counter: counts the calls.
        per_key: the limits of each key.
        per_address: the limits of each address.
    """

    def __init__(self, counter: _Counter, *, per_key: Sequence[RateLimitItem], per_address: Sequence[RateLimitItem]) -> None:
        self._counter = counter
        self._per_key = per_key
        self._per_address = per_address

    @classmethod
    def from_settings(cls, settings: Settings) -> "RateLimits | None":
        """Return the limits that the settings ask for; None if they ask for none."""
        if settings.limit_per_key is None and settings.limit_per_address is None:
            return None
        counter = MemoryCounter() if settings.limit_storage is None else _RedisCounter(settings.limit_storage.get_secret_value())
        per_key, per_address = ([] if text is None else parse_many(text) for text in (settings.limit_per_key, settings.limit_per_address))
        return cls(counter, per_key=per_key, per_address=per_address)

    async def close(self) -> None:
        """Close the counter's connections."""
        await self._counter.close()

    async def count_key(self, key: str) -> None:
        """Count a call that came with this key.

        Raises:
            ProblemError: there were too many calls.
        """
        await self._count(self._per_key, f"key:{key}", "with this key")

    async def count_address(self, client: Address | None) -> None:
        """Count a call that came from this address; where the address is unknown, as with a Unix socket, nothing is counted.

        Raises:
            ProblemError: there were too many calls.
        """
        if client is not None and self._per_address:
            await self._count(self._per_address, f"address:{address_group(client.host)}", "from this address")

    async def _count(self, limits: Sequence[RateLimitItem], caller: str, origin: str) -> None:
        for limit in limits:
            wait = await self._counter.hit(limit, caller)
            if wait:
                raise ProblemError(
                    ProblemKind.RATE_LIMITED,
                    f"More calls came {origin} than the {limit} that are allowed: wait for {ceil(wait)} s.",
                    headers={"Retry-After": str(ceil(wait))},
                )
