"""The event loop of a service, and clients that connect many at a time."""

import asyncio
import socket
from contextlib import ExitStack

from service.http.connection.service_loop import ServiceLoop

CLIENTS = 160


async def count_rounds(listener: socket.socket) -> int:
    """Returns how many rounds of the event loop it takes until all of many waiting clients are accepted."""
    loop = asyncio.get_running_loop()
    accepted: list[int] = []
    rounds = 0
    is_done = asyncio.Event()

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted.append(rounds)
            transport.close()
            if len(accepted) == CLIENTS:
                is_done.set()

    def count() -> None:
        nonlocal rounds
        rounds += 1
        if not is_done.is_set():
            loop.call_soon(count)

    with ExitStack() as stack:
        server = await loop.create_server(Protocol, sock=listener, backlog=CLIENTS)
        for _ in range(CLIENTS):
            stack.enter_context(socket.create_connection(listener.getsockname()))
        count()
        await asyncio.wait_for(is_done.wait(), 60)
        server.close()
        await server.wait_closed()
    return accepted[-1]


def test_clients_are_accepted_many_at_a_time() -> None:
    """Whoever connects very often does not fill the queue of new connections: each round of the event loop takes many from it."""
    with socket.create_server(("127.0.0.1", 0), backlog=CLIENTS) as listener, asyncio.Runner(loop_factory=ServiceLoop) as runner:
        assert runner.run(count_rounds(listener)) < CLIENTS / 4
