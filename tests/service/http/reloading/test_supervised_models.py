"""Several workers serve one model at any time, whichever of them was asked, and whichever was killed."""

import signal
import threading
from collections.abc import Callable
from contextlib import suppress

import httpx
import psutil
import pytest

from service.registry.registry import open_registry
from tests.service.http.reloading.site import Site, ask
from tests.service.http.server_process import ServerProcess
from tests.waiting import wait_until

Start = Callable[..., ServerProcess]


def _workers(server: ServerProcess) -> list[psutil.Process]:
    workers = []
    for child in server.children():
        with suppress(psutil.NoSuchProcess):  # it has ended
            if "spawn_main" in " ".join(child.cmdline()):
                workers.append(child)
    return workers


def _served_by_all(site: Site, address: str, **fields: str) -> set[str]:
    """Return the versions that answer over many new connections, of which each worker gets some."""
    answers = set()
    for _ in range(16):
        with site.client(address) as client:
            answers.add(str(ask(client, **fields).json().get("model")).partition("+")[0])
    return answers


def test_all_workers_change_at_once(site: Site, start: Start) -> None:
    """After an activation by a call, by the command line, a rollback and the death of a worker, all workers serve and keep the same."""
    first, second, broken = site.publish(), site.publish(), site.publish(normaliser="0")
    server = start(site, workers=2)
    address = server.ready()
    with site.client(address) as client:
        assert client.post("/v1/models/activate", json={"version": first, "force": "a test"}).json()["current"] == first
        assert _served_by_all(site, address) == {first}
        site.activate(second)
        wait_until(lambda: _served_by_all(site, address) == {second}, what="all workers have seen the activation")

        refusal = client.post("/v1/models/activate", json={"version": broken, "force": "a test"})
        assert (refusal.status_code, refusal.json()["type"]) == (409, "/docs#broken-model")
        assert _served_by_all(site, address) == {second}

    killed, *_ = _workers(server)
    killed.kill()
    wait_until(lambda: len({worker.pid for worker in _workers(server)} - {killed.pid}) == 2, what="another worker is started")
    server.ready()
    assert _served_by_all(site, address) == {second}
    assert _served_by_all(site, address, model=first) == {first}
    with site.client(address) as client:
        assert client.post("/v1/models/rollback").json()["current"] == first
    assert _served_by_all(site, address) == {first}
    assert not any("Traceback" in line for line in server.stop())


@pytest.mark.nightly
def test_kills_leave_one_model(site: Site, start: Start) -> None:
    """However often workers and supervisors are killed during an activation, what serves afterwards is the champion, in all workers."""
    versions = [site.publish() for _ in range(3)]
    for round_number in range(8):
        with_server = start(site, workers=2)
        address = with_server.ready()
        version = versions[round_number % 3]

        def activate(address: str = address, version: str = version) -> None:
            try:
                with site.client(address) as client:
                    client.post("/v1/models/activate", json={"version": version, "force": "a test"})
            except httpx.HTTPError:
                pass  # whoever was to answer has been killed

        thread = threading.Thread(target=activate)
        thread.start()
        if round_number % 2:
            _workers(with_server)[0].send_signal(signal.SIGKILL)
            thread.join(120)
            with_server.ready()
        else:
            with_server.kill_supervisor()
            thread.join(120)
            with_server = start(site, workers=2)
            address = with_server.ready()
        champion = open_registry(site.settings).champion()
        expected = site.registry.in_force().version if champion is None else champion.version
        wait_until(lambda: _served_by_all(site, address) == {expected}, what="all workers serve the champion")  # noqa: B023
        with_server.stop()
