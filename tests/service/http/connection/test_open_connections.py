"""Which connections there is room for, of one address and of all."""

from collections.abc import Sequence
from typing import Any

import pytest

from service.http.admission.queue import Queue
from service.http.connection.open_connections import Connections
from service.http.observability.metrics import Metrics
from service.settings import Settings


class Client:
    """A connection of a client that keeps us waiting."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.group: Any = None
        self.place: Any = None
        self.was_answered = False
        self.gave_way = self.has_ended = False

    def close_if_slow(self, now: float) -> None:
        """Is never slow."""

    def give_way(self) -> None:
        """Take note of it."""
        self.gave_way = True

    def end(self) -> None:
        """Take note of it."""
        self.has_ended = True


class Room:
    """The connections of a service, and its clients in the order in which they came."""

    def __init__(self, **limits: object) -> None:
        settings = Settings(**limits)  # type: ignore[arg-type]
        self.metrics = Metrics()
        self.connections = Connections(settings, Queue(settings), self.metrics)
        self.clients: list[Client] = []

    def admit(self, host: str, *, answered: bool = False, busy: bool = False) -> bool:
        """A client connects, and may have been answered or be waiting for an answer; return whether there was room."""
        client = Client(f"{host} {len(self.clients)}")
        is_in = self.connections.add(client, host)
        client.was_answered = answered
        self.connections.note_waiting(client)
        if answered or busy:
            self.connections.note_busy(client)
        if answered and not busy:
            self.connections.note_waiting(client)
        self.clients.append(client)
        return is_in

    def gone(self) -> Sequence[int]:
        """The numbers of the clients that had to make room."""
        return [number for number, client in enumerate(self.clients) if client.gave_way]


def test_longest_wait_makes_room() -> None:
    """Those that have never been answered make room first, then those that have; the longest wait counts, and no call ends early."""
    room = Room(max_connections=4)
    for options in ({"answered": True}, {"busy": True}, {}, {}, {}, {}, {"busy": True}, {"busy": True}, {"busy": True}):
        assert room.admit("192.0.2.1", **options)

    assert room.gone() == [0, 2, 3, 4, 5]
    assert not room.admit("192.0.2.1")
    assert len(room.connections) == 4


def test_no_room_among_busy_connections() -> None:
    """Where every connection is being answered, a newcomer is refused, and that is counted."""
    room = Room(max_connections=2)

    assert [room.admit("192.0.2.1", busy=True) for _ in range(3)] == [True, True, False]
    assert room.metrics.totals()["closed_connections", "too-many"] == 1


@pytest.mark.parametrize(
    ("hosts", "together"),
    [
        (("192.0.2.1", "192.0.2.1"), True),
        (("192.0.2.1", "192.0.2.2"), False),
        (("192.0.2.1", "::ffff:192.0.2.1"), True),
        (("2001:db8::1", "2001:db8::2"), True),
        (("2001:db8::1", "2001:db8:0:0:ffff::2"), True),
        (("2001:db8::1", "2001:db8:0:1::1"), False),
    ],
)
def test_limit_of_an_address(hosts: tuple[str, str], together: bool) -> None:
    """An address has a limit of its own, IPv6 by its /64 network, IPv4 however it is written; others are not affected."""
    room = Room(max_connections_per_address=1)
    for host in hosts:
        assert room.admit(host)

    assert room.gone() == ([0] if together else [])


@pytest.mark.parametrize("proxies", ["127.0.0.1", "127.0.0.0/8", "*"])
def test_trusted_proxies_are_not_counted(proxies: str) -> None:
    """A trusted proxy, behind which there are many callers, has as many connections as there is room for."""
    room = Room(max_connections=5, max_connections_per_address=1, trusted_proxies=proxies)

    assert all(room.admit("127.0.0.1", busy=True) for _ in range(5))
    assert not room.admit("127.0.0.1")


def test_address_with_most_connections_makes_room() -> None:
    """Where all addresses together have too many connections, the one that has most loses one, however long others have waited."""
    room = Room(max_connections=6)
    room.admit("192.0.2.1", answered=True)
    for _ in range(5):
        room.admit("192.0.2.2")
    for number in range(3, 6):
        room.admit(f"192.0.2.{number}")

    assert room.gone() == [1, 2, 3]


def test_places_become_free() -> None:
    """A connection that ends leaves its place to another, and its address is forgotten in the end."""
    room = Room(max_connections_per_address=1)
    for _ in range(3):
        assert room.admit("192.0.2.1", busy=True)
        room.connections.remove(room.clients[-1])
        room.connections.remove(room.clients[-1])
        room.connections.drop_empty_groups()

    assert len(room.connections) == 0
    assert room.gone() == []


def test_unread_requests_have_a_limit_together() -> None:
    """What has arrived too early takes a bounded amount of memory, whichever connections it belongs to."""
    connections = Room().connections
    megabytes = [connections.hold_unread(1024 * 1024) for _ in range(17)]
    connections.hold_unread(-1024 * 1024)

    assert megabytes == [True] * 16 + [False]
    assert connections.hold_unread(1024 * 1024)


def test_few_wait_without_a_place() -> None:
    """Connections that have made room stay open for a while, but never more of them than there are places."""
    room = Room(max_connections=3)
    for _ in range(9):
        room.admit("192.0.2.1")

    assert room.gone() == [0, 1, 2, 3, 4, 5]
    assert [client.has_ended for client in room.clients] == [True] * 3 + [False] * 6
