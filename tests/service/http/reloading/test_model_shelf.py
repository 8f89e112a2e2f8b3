"""A model takes over between two calls, and what it took in memory is free when it is out of use."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx

from tests.service.http.reloading.site import Site, ask, served
from tests.waiting import wait_until

ServeAlone = Callable[[Site], AbstractContextManager[httpx.Client]]


def _calls_in_progress(client: httpx.Client) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("tipstaff_in_progress "))


def test_calls_in_progress_are_answered_by_the_model_before(site: Site, serve_alone: ServeAlone) -> None:
    """A call whose body is still on its way while another model takes over is answered by the one with which it began."""
    version = site.publish()
    is_activated = threading.Event()
    answers: list[httpx.Response] = []

    def body() -> Iterator[bytes]:
        yield b'{"comments": [{"id": "1", '
        assert is_activated.wait(60)
        yield b'"text": "you are an idiot"}]}'

    with serve_alone(site) as client:
        before = served(client)

        def call() -> None:
            with site.client(str(client.base_url)) as other:
                answers.append(other.post("/v1/moderate", content=body(), headers={"Content-Type": "application/json"}))

        thread = threading.Thread(target=call)
        thread.start()
        wait_until(lambda: _calls_in_progress(client) > 0, what="the call has begun")
        assert client.post("/v1/models/activate", json={"version": version, "force": "a test"}).status_code == 200
        is_activated.set()
        thread.join(60)

        assert answers[0].json()["model"].partition("+")[0] == before
        assert served(client) == version
        assert ask(client, model=before).status_code == 200
