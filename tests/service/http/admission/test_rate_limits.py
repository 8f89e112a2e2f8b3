"""How often a caller may call, over real sockets, counted in memory and in a real Redis."""

import asyncio
import logging
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx
import pytest
from limits import parse

from service.http.admission import rate_limits
from service.http.admission.rate_limits import MemoryCounter
from service.store.store import Store
from service.store.stored_types import Scope
from tests.waiting import wait_until

Serve = Callable[..., AbstractContextManager[httpx.Client]]

CALL = {"comments": [{"id": "1", "text": "Good morning"}]}
PROXY = {"trusted_proxies": "127.0.0.0/8", "open": True}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class RealRedis:
    """A Redis server that can be stopped and started again at the same address."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"redis://127.0.0.1:{self._port}"

    def start(self) -> None:
        arguments = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen([self._program, *arguments], stdout=subprocess.DEVNULL)
        wait_until(self._is_up, what="Redis accepts connections")

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the server ended at once"
        try:
            socket.create_connection(("127.0.0.1", self._port)).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=60)


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealRedis]:
    """A real Redis server that runs; on a busy machine it may take its time."""
    monkeypatch.setattr(rate_limits, "_REDIS_TIMEOUT", 30.0)
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no Redis server is installed: Debian's package redis-server has one")
    server = RealRedis(program, tmp_path)
    server.start()
    yield server
    server.stop()


def _call(client: httpx.Client, secret: str | None = None, **headers: str) -> httpx.Response:
    authorization = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return client.post("/v1/moderate", json=CALL, headers=authorization | {name.replace("_", "-"): each for name, each in headers.items()})


def test_key_has_a_limit(serve: Serve, store: Store) -> None:
    """Beyond its limit a key is answered 429 with Retry-After, and other keys are not."""
    first, second = (store.keys.create(name, [Scope.SCORE])[1] for name in ("first", "second"))
    with serve(limit_per_key="2/hour") as client:
        statuses = [_call(client, first).status_code for _ in range(2)]
        refused = _call(client, first)
        other = _call(client, second)

    assert (statuses, other.status_code) == ([200, 200], 200)
    assert (refused.status_code, refused.json()["type"]) == (429, "/docs#rate-limited")
    assert 3500 < int(refused.headers["retry-after"]) <= 3600
    assert "2 per 1 hour" in refused.json()["detail"]


def test_address_has_a_limit(serve: Serve) -> None:
    """An address has a limit of its own, whatever it claims to forward; calls for health do not count."""
    with serve(limit_per_address="2/hour") as client:
        for _ in range(5):
            client.get("/healthz")
        statuses = [_call(client, X_Forwarded_For=f"192.0.2.{number}").status_code for number in range(4)]

    assert statuses == [200, 200, 429, 429]


def test_wrong_keys_count_too(serve: Serve, store: Store) -> None:
    """A caller that tries out keys reaches the limit of its address."""
    store.keys.create("forum", [Scope.SCORE])
    with serve(limit_per_address="3/hour") as client:
        assert [_call(client, f"guess-{number}").status_code for number in range(5)] == [401, 401, 401, 429, 429]


def test_addresses_behind_a_trusted_proxy(serve: Serve) -> None:
    """Behind a trusted proxy the address that it forwards counts, the last one that no trusted proxy added."""
    with serve(**PROXY, limit_per_address="1/hour") as client:
        statuses = [
            _call(client, X_Forwarded_For=forwarded).status_code
            for forwarded in ("192.0.2.1", "192.0.2.2", "192.0.2.1", "203.0.113.9, 192.0.2.2", "192.0.2.3, 127.0.0.9")
        ]

    assert statuses == [200, 200, 429, 429, 200]


def test_network_of_an_ipv6_address_counts(serve: Serve) -> None:
    """Addresses of one /64 network share a limit, others do not; an IPv4 address written as IPv6 is itself."""
    with serve(**PROXY, limit_per_address="1/hour") as client:
        forwarded = ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "192.0.2.1", "::ffff:192.0.2.1", "no address", "no address")
        statuses = [_call(client, X_Forwarded_For=address).status_code for address in forwarded]

    assert statuses == [200, 429, 200, 200, 429, 200, 429]


def test_each_of_several_limits_counts(serve: Serve) -> None:
    """If there are several limits, a call is refused as soon as it exceeds one of them."""
    with serve(limit_per_address="100/second; 3/hour") as client:
        assert [_call(client).status_code for _ in range(5)] == [200, 200, 200, 429, 429]


def test_service_behind_a_proxy_is_not_open(serve: Serve) -> None:
    """A service that trusts a proxy is reached from elsewhere, so it needs keys although it listens on a loopback address."""
    with serve(trusted_proxies="127.0.0.1") as client:
        assert _call(client).status_code == 401


def test_processes_share_limits_in_redis(serve: Serve, redis: RealRedis) -> None:
    """Services that count in one Redis share their limits."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(serve(limit_per_address="3/hour", limit_storage=redis.address)) for _ in range(2))
        responses = [_call(client) for client in (first, second, first, second, first)]

    assert [response.status_code for response in responses] == [200, 200, 200, 429, 429]
    assert 3500 < int(responses[-1].headers["retry-after"]) <= 3600


def test_nobody_is_refused_while_redis_is_away(serve: Serve, redis: RealRedis, caplog: pytest.LogCaptureFixture) -> None:
    """While Redis is away calls are answered without limit and the log says so once; when it is back they are counted again."""
    with caplog.at_level(logging.INFO, "tipstaff.http"), serve(limit_per_address="1/hour", limit_storage=redis.address) as client:
        before = [_call(client).status_code for _ in range(2)]
        redis.stop()
        away = [_call(client).status_code for _ in range(20)]
        redis.start()
        wait_until(lambda: _call(client).status_code == 429, what="calls are counted again")

    assert (before, away) == ([200, 429], [200] * 20)
    lines = [record.getMessage() for record in caplog.records if "counted" in record.getMessage()]
    assert len(lines) == 2
    assert "not limited" in lines[0]


def test_memory_forgets_callers() -> None:
    """No more callers are remembered than allowed, and those that have not called for longest are forgotten first."""

    async def count() -> list[float]:
        counter = MemoryCounter(max_callers=10)
        limit = parse("1/hour")
        first = [await counter.hit(limit, f"caller {number}") for number in range(100)]
        # The last ones are remembered, the first ones are not.
        return [max(first), await counter.hit(limit, "caller 99"), await counter.hit(limit, "caller 0")]

    highest, last, forgotten = asyncio.run(count())

    assert (highest, forgotten) == (0, 0)
    assert last > 0
