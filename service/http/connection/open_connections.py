"""The open connections: how many there may be, of one address and of all, and which gives way when there is no room."""

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

from service.http.admission.addresses import ProxyList, address_group
from service.http.refusal_forms import PROBLEM_DOCUMENTS, Refusals
from service.settings import Settings

if TYPE_CHECKING:
    from service.http.admission.queue import Queue
    from service.http.observability.metrics import Metrics

__all__ = ["Connections"]

# Seconds between two sweeps.
_SWEEP_INTERVAL = 1.0
# Seconds for which a connection that had to make room stays open: clients that open another at once would keep us busy with that.
_PARKING_TIME = 5.0
# Bytes of requests that have arrived while an earlier one of the same connection is being answered, for all connections together.
_MAX_UNREAD_BYTES = 16 * 1024 * 1024


class _Connection(Protocol):
    """What this module needs to know of a connection."""

    group: "_Group | None"
    place: "dict[_Connection, None] | None"
    was_answered: bool

    def close_if_slow(self, now: float) -> None: ...

    def give_way(self) -> None: ...

    def end(self) -> None: ...


class _Group:
    """The connections of one address, or of all trusted proxies.

    Attributes:
        limit: how many there may be; None for trusted proxies, whose connections are not counted.
        size: how many are open.
        strangers: those that wait for their client and have never answered a call, in the order in which they began to wait.
        guests: those that wait for their client and have answered a call before, in the same order.
    """

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.size = 0
        self.strangers: dict[_Connection, None] = {}
        self.guests: dict[_Connection, None] = {}

    def longest_waiting(self) -> "_Connection | None":
        return next(iter(self.strangers), None) or next(iter(self.guests), None)


class Connections:
    """The open connections of a service; it belongs to the event loop's thread.

    A connection waits for its client while nothing has been sent, or only a part of a call. If there is no room for a new
    connection, the one that has waited for longest makes room: of the same address if that has as many as it may have, otherwise
    of the address that has most. A connection whose call is being answered is never closed for that. The other stays open for a few
    seconds more, without its place, in which it takes that of another again if a call arrives after all.

    uvicorn waits for ever for the head of a request, for the first byte of a connection, and for a client to read the end of
    an answer. A sweep each second closes the connections that take too long.

    Args:
        settings: how long a client may take, how much it may send before the body, and how many connections there may be.
        queue: takes note of when calls are read and answered.
        metrics: count the connections that are closed early.
        refusals: makes the refusals of what never becomes a call.

    Attributes:
        head_timeout: the seconds that a client may take for the head of a request.
        idle_timeout: the seconds for which a client may send nothing between requests.
        max_head_bytes: how long the headers and trailers of a request may be together.
    """

    def __init__(self, settings: Settings, queue: "Queue", metrics: "Metrics", refusals: Refusals = PROBLEM_DOCUMENTS) -> None:
        self.queue = queue
        self.refusals = refusals
        self.head_timeout: float = settings.header_timeout
        self.idle_timeout: float = settings.keep_alive_timeout
        self.max_head_bytes = settings.max_header_bytes
        self._metrics = metrics
        self._max_connections = settings.max_connections
        self._max_of_address = settings.max_connections_per_address
        self._proxies = ProxyList(settings.proxies)
        self._proxy_group = _Group(None)
        self._groups: dict[str, _Group] = {}
        self._connections: set[_Connection] = set()
        # Connections that had to make room, and when, in that order.
        self._parked: dict[_Connection, float] = {}
        self._unread_bytes = 0

    def __len__(self) -> int:
        """Return how many connections are open."""
        return len(self._connections)

    def add(self, connection: _Connection, host: str | None) -> bool:
        """Add a connection that waits for its client, in the place of another if need be; return whether it was added.

        Args:
            connection: the connection.
            host: the address at its other end; None if that is not known, as with a Unix socket.
        """
        group = self._find_group(host)
        at_limit = group.limit is not None and group.size >= group.limit
        if at_limit or len(self._connections) >= self._max_connections:
            victim = group.longest_waiting() if at_limit else self._longest_waiting()
            if victim is None:
                self.count_closing("too-many")
                return False
            self.remove(victim)
            self.count_closing("gave-way")
            self._park(victim)
        self._connections.add(connection)
        if host is not None and group.limit is not None:
            self._groups.setdefault(address_group(host), group)
        group.size += 1
        connection.group = group
        self.note_waiting(connection)
        return True

    def _park(self, connection: _Connection) -> None:
        connection.give_way()
        self._parked[connection] = time.monotonic()
        if len(self._parked) > self._max_connections:
            self._end_first()

    def _end_first(self) -> None:
        connection = next(iter(self._parked))
        del self._parked[connection]
        connection.end()

    def _find_group(self, host: str | None) -> _Group:
        if host is None or host in self._proxies:
            return self._proxy_group
        return self._groups.get(address_group(host)) or _Group(self._max_of_address)

    def _longest_waiting(self) -> _Connection | None:
        for group in sorted(self._groups.values(), key=lambda group: group.size, reverse=True):
            if (victim := group.longest_waiting()) is not None:
                return victim
        return self._proxy_group.longest_waiting()

    def remove(self, connection: _Connection) -> None:
        """Take note that a connection is closed; it need not be one that was added."""
        self._connections.discard(connection)
        self._parked.pop(connection, None)
        group = connection.group
        if group is not None:
            self.note_busy(connection)
            group.size -= 1
            connection.group = None

    def drop_empty_groups(self) -> None:
        """Forget the addresses that have no connection any more."""
        self._groups = {name: group for name, group in self._groups.items() if group.size}

    def note_waiting(self, connection: _Connection) -> None:
        """Take note that a connection waits for its client, from now on."""
        group, place = connection.group, connection.place
        if group is not None:
            if place is not None:
                del place[connection]
            connection.place = place = group.guests if connection.was_answered else group.strangers
            place[connection] = None

    def note_busy(self, connection: _Connection) -> None:
        """Take note that a call has arrived completely, so that its client waits for us."""
        place = connection.place
        if place is not None:
            del place[connection]
            connection.place = None

    def hold_unread(self, count: int) -> bool:
        """Take note that this many more bytes wait to be read, fewer if the number is negative; return whether there is room."""
        if count > 0 and self._unread_bytes + count > _MAX_UNREAD_BYTES:
            return False
        self._unread_bytes += count
        return True

    def count_closing(self, reason: str) -> None:
        """Count a connection that is refused, or closed before its client wants that, for one of a few reasons."""
        self._metrics.count_closing(reason)

    async def sweep_forever(self) -> None:
        """Close the connections of clients that are too slow, again and again."""
        while True:
            await asyncio.sleep(_SWEEP_INTERVAL)
            self.drop_empty_groups()
            now = time.monotonic()
            while self._parked and now - next(iter(self._parked.values())) > _PARKING_TIME:
                self._end_first()
            for connection in list(self._connections):
                connection.close_if_slow(now)
