"""How often one key or one address calls, counted in a moving window: in this process, or in a Redis that all share."""

import logging
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv6Address, IPv6Network, ip_address
from math import ceil
from typing import Any, Protocol

from limits import RateLimitItem, parse_many
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.datastructures import Address

from service.http.problems import ProblemError, ProblemKind
from service.settings import Settings

__all__ = ["MemoryCounter", "RateLimits", "RedisCounter"]

_log = logging.getLogger("tipstaff.http")

_REDIS_SECONDS = 0.25
_REDIS_PAUSE = 1.0
_MOST_CALLERS = 100_000
_SWEPT_A_CALL = 4


class _Counter(Protocol):
    async def hit(self, limit: RateLimitItem, who: str) -> float:
        """Count a call and return 0, or do not count it and return the seconds after which it would be let in."""

    async def close(self) -> None:
        """Let go of what is open."""


class MemoryCounter:
    """Counts in this process.

    The memory storage of the library looks at every caller there is a hundred times a second. This one looks at a few with each call,
    and at ``most`` callers in all; beyond, it forgets those that were counted first.

    Args:
        most: callers that are counted at once.
    """

    def __init__(self, *, most: int = _MOST_CALLERS) -> None:
        self._most = most
        self._calls: dict[tuple[RateLimitItem, str], deque[float]] = {}

    async def hit(self, limit: RateLimitItem, who: str) -> float:
        """Count a call.

        Args:
            limit: calls in a period.
            who: calls.

        Returns:
            0 if it is within the limit; else the seconds, more than 0, after which it would be.
        """
        now = time.monotonic()
        # Whoever calls moves to the end, so that those who have not called for longest are at the front.
        calls = self._calls.pop((limit, who), None) or deque()
        self._forget(now)
        self._calls[limit, who] = calls
        oldest = now - limit.get_expiry()
        while calls and calls[0] <= oldest:
            calls.popleft()
        if len(calls) >= limit.amount:
            return calls[0] - oldest
        calls.append(now)
        return 0.0

    def _forget(self, now: float) -> None:
        for _ in range(_SWEPT_A_CALL):
            first = next(iter(self._calls), None)
            if first is None:
                return
            limit, _ = first
            if self._calls[first][-1] > now - limit.get_expiry() and len(self._calls) < self._most:
                return
            del self._calls[first]

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""


class RedisCounter:
    """Counts in a Redis that several processes share. While it does not answer, nobody is refused.

    Args:
        address: ``redis://…``.
    """

    def __init__(self, address: str) -> None:
        storage = RedisStorage(
            f"async+{address}",
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="tipstaff",
            socket_timeout=_REDIS_SECONDS,
            socket_connect_timeout=_REDIS_SECONDS,
        )
        bridge: Any = storage.bridge
        self._client = bridge.storage
        self._window = MovingWindowRateLimiter(storage)
        self._away_until = 0.0
        self._away = False

    async def hit(self, limit: RateLimitItem, who: str) -> float:
        """As `Memory.hit`."""
        now = time.monotonic()
        if now < self._away_until:
            return 0.0
        if self._away:
            # One call finds out whether it is back; the others need not wait for that.
            self._away_until = now + _REDIS_PAUSE
        try:
            allowed = await self._window.hit(limit, who)
            wait = 0.0 if allowed else (await self._window.get_window_stats(limit, who)).reset_time - time.time()
        except Exception as error:
            # Whatever a library that is not ours raises: a call must not fail because it cannot be counted.
            self._away_until = time.monotonic() + _REDIS_PAUSE
            if not self._away:
                _log.error("calls cannot be counted and are not limited meanwhile: Redis does not answer (%s)", type(error).__name__)
            self._away = True
            return 0.0
        if self._away:
            _log.info("calls are counted again: Redis answers")
        self._away, self._away_until = False, 0.0
        return 0.0 if allowed else max(wait, 0.001)

    async def close(self) -> None:
        """Close the connections."""
        with suppress(Exception):
            await self._client.aclose()


class RateLimits:
    """Refuses calls beyond the limits.

    Args:
        counter: counts.
        per_key: limits of one key.
        per_address: limits of one address.
    """

    def __init__(self, counter: _Counter, *, per_key: Sequence[RateLimitItem], per_address: Sequence[RateLimitItem]) -> None:
        self._counter = counter
        self._per_key = per_key
        self._per_address = per_address

    @classmethod
    def of(cls, settings: Settings) -> "RateLimits | None":
        """Return what the settings ask for, None if they ask for no limit."""
        if settings.limit_per_key is None and settings.limit_per_address is None:
            return None
        counter = MemoryCounter() if settings.limit_storage is None else RedisCounter(settings.limit_storage.get_secret_value())
        per_key, per_address = ([] if text is None else parse_many(text) for text in (settings.limit_per_key, settings.limit_per_address))
        return cls(counter, per_key=per_key, per_address=per_address)

    async def close(self) -> None:
        """Let go of what is open."""
        await self._counter.close()

    async def count_key(self, key: str) -> None:
        """Count a call that came with a key.

        Raises:
            ProblemError: there were too many.
        """
        await self._count(self._per_key, f"key:{key}", "with this key")

    async def count_address(self, client: Address | None) -> None:
        """Count a call that came from an address; where that is unknown, as through a Unix socket, nothing is counted.

        Raises:
            ProblemError: there were too many.
        """
        if client is not None and self._per_address:
            await self._count(self._per_address, f"address:{_counted_as(client.host)}", "from this address")

    async def _count(self, limits: Sequence[RateLimitItem], who: str, whence: str) -> None:
        for limit in limits:
            wait = await self._counter.hit(limit, who)
            if wait:
                raise ProblemError(
                    ProblemKind.RATE_LIMITED,
                    f"More calls came {whence} than the {limit} that are allowed: wait for {ceil(wait)} s.",
                    headers={"Retry-After": str(ceil(wait))},
                )


def _counted_as(host: str) -> str:
    """Return the address, or its network where one customer has a whole network to call from."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or IPv6Network((int(address) >> 64 << 64, 64)))
