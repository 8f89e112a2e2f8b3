"""While models change, calls come in and every one of them is answered."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from benchmarks.open_loop import MixedCall, OpenLoop, Outcome, plain_request
from tests.service.http.reloading.site import COMMENT, Site
from tests.service.http.server_process import ServerProcess

Start = Callable[..., ServerProcess]

_ACTIVATIONS = 12
_RATE = 100.0  # calls a second


def _memory(server: ServerProcess) -> int:
    """Return the memory of all processes of a service in kB, shared pages counted once."""
    total = 0
    for process in [psutil.Process(server.pid), *server.children()]:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


@pytest.mark.nightly
def test_no_call_fails_and_no_memory_is_lost(site: Site, start: Start) -> None:
    """During a dozen activations and rollbacks with two workers every call is answered; afterwards the memory is what it was."""
    versions = [site.publish() for _ in range(4)]
    server = start(site, workers=2)
    address = server.ready()
    body = json.dumps({"comments": [{"id": "1", "text": COMMENT}]}).encode()
    call = plain_request("POST", "/v1/moderate", body, [("X-API-KEY", site.key)])
    before: list[int] = []

    def change_models() -> None:
        with site.client(address) as client:
            for number in range(_ACTIVATIONS):
                answer = client.post("/v1/models/activate", json={"version": versions[number % 4], "force": "a test"})
                assert answer.json()["current"] == versions[number % 4]
                assert client.post("/v1/models/rollback").status_code == 200
                time.sleep(0.5)  # so that calls come in between
                if number == 3:
                    before.append(_memory(server))

    async def call_meanwhile() -> Outcome:
        loop = OpenLoop(int(address.rpartition(":")[2]), [MixedCall("own", 1, [call])], connections=16)
        changes = asyncio.create_task(asyncio.to_thread(change_models))
        outcomes = []
        while not changes.done():
            outcomes.append(await loop.run(seconds=2, rate=_RATE))
        await changes
        await loop.close()
        total = Outcome()
        for outcome in outcomes:
            total.failed.update(outcome.failed)
            total.refused += outcome.refused
            total.latencies["own"].extend(outcome.latencies["own"])
        return total

    outcome = asyncio.run(call_meanwhile())

    assert (dict(outcome.failed), outcome.refused) == ({}, 0)
    assert len(outcome.latencies["own"]) > _RATE
    assert _memory(server) < 1.05 * before[0]
    server.stop()
