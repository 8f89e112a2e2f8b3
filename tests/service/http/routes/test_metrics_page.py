"""``GET /metrics``: what is counted, and who may read it; over real sockets."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.http.app import create_app
from service.settings import read_settings
from service.store.store import Store
from service.store.stored_types import Scope

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]
Serve = Callable[..., AbstractContextManager[httpx.Client]]
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
CALL = {"comments": [{"id": "1", "text": "What a lovely morning, thank you all."}]}
GERMAN = {"comments": [{"id": "1", "text": "Das ist doch völliger Unsinn, was hier steht."}, {"id": "2", "text": ""}]}


@pytest.fixture
def fresh(running: Running, moderator: "Moderator", tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a service of this test's own, so that nothing else has been counted there."""
    with running(create_app(read_settings(data_dir=tmp_path), load=lambda _: moderator)) as client:
        yield client


def _samples(client: httpx.Client) -> Samples:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def _value(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((f"tipstaff_{name}", tuple(sorted(labels.items()))), 0)


def test_calls_are_counted(fresh: httpx.Client) -> None:
    """Calls are counted by route, dialect and status, and timed by route; all unknown paths are one route."""
    for _ in range(3):
        fresh.post("/v1/moderate", json=CALL)
    fresh.post("/v1/moderate", content=b"{", headers={"Content-Type": "application/json"})
    fresh.post("/v1/moderations", json={"input": "Good morning"})
    for at in range(5):
        fresh.get(f"/secret-{at}")

    samples = _samples(fresh)

    assert _value(samples, "calls_total", route="/v1/moderate", dialect="tipstaff", status="200") == 3
    assert _value(samples, "calls_total", route="/v1/moderate", dialect="tipstaff", status="400") == 1
    assert _value(samples, "calls_total", route="/v1/moderations", dialect="openai", status="200") == 1
    assert _value(samples, "calls_total", route="other", dialect="tipstaff", status="404") == 5
    assert _value(samples, "call_seconds_count", route="/v1/moderate") == 4
    assert _value(samples, "call_seconds_bucket", route="/v1/moderate", le="+Inf") == 4
    assert 0 < _value(samples, "call_seconds_sum", route="/v1/moderate") < 60
    assert not any("secret" in str(key) for key in samples)


def test_comments_are_counted(fresh: httpx.Client) -> None:
    """Comments are counted by label, verdict and language, whatever the protocol."""
    fresh.post("/v1/moderate", json=CALL)
    fresh.post("/v1/moderate", json=GERMAN)
    fresh.post("/v1/moderate", json={"comments": [{"id": "1", "text": "Aloha kakahiaka", "language": "haw"}]})
    fresh.post("/v1/moderations", json={"input": "What a lovely morning, thank you all."})

    samples = _samples(fresh)

    assert _value(samples, "comments_total", label="none") == 1
    assert sum(value for (name, _), value in samples.items() if name == "tipstaff_comments_total") == 5
    assert _value(samples, "verdicts_total", verdict="approve", wanted="approve", community="") == 2
    assert _value(samples, "verdicts_total", verdict="review", wanted="review", community="") == 2
    assert _value(samples, "languages_total", language="en", foreign="false") == 2
    assert _value(samples, "languages_total", language="de", foreign="true") == 1
    assert _value(samples, "languages_total", language="other", foreign="true") == 1


def test_verdicts_of_an_observing_community_are_counted(running: Running, moderator: "Moderator", tmp_path: Path) -> None:
    """Where a community only observes, the verdict that it wanted is counted beside the verdict in the answer."""
    file = tmp_path / "communities.toml"
    file.write_text('[community.watching]\nobserve = true\ndeny_words = ["morning"]\n', encoding="utf-8")
    with running(create_app(read_settings(data_dir=tmp_path, communities=file), load=lambda _: moderator)) as client:
        client.post("/c/watching/v1/moderate", json=CALL)
        samples = _samples(client)

    assert _value(samples, "verdicts_total", verdict="approve", wanted="reject", community="watching") == 1
    assert _value(samples, "calls_total", route="/v1/moderate", dialect="tipstaff", status="200") == 1


def test_state_of_the_service_is_reported(fresh: httpx.Client, moderator: "Moderator") -> None:
    """The metrics name the artefact, and report the connections, the calls that wait, the outbox and the rulings."""
    samples = _samples(fresh)

    assert _value(samples, "artefact_info", version=moderator.version) == 1
    assert _value(samples, "workers") == 1
    for name in ("connections", "in_progress", "large_waiting", "rulings"):
        assert (f"tipstaff_{name}", ()) in samples
    assert _value(samples, "outbox_tasks", state="waiting") == 0
    assert ("tipstaff_outbox_tasks", (("state", "parked"),)) in samples


def _metrics_status(client: httpx.Client, secret: str = "", **headers: str) -> int:
    """Return the status of a call for the metrics."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/metrics", headers=named | ({"Authorization": f"Bearer {secret}"} if secret else {})).status_code


def test_metrics_need_a_key_once_there_is_one(serve: Serve, store: Store) -> None:
    """Once a key was ever made the metrics need one with the scope ``admin`` on this machine too: a proxy need not show that it is one."""
    secrets = {scope: store.keys.create(scope.value, [scope])[1] for scope in Scope}
    with serve() as client:
        assert _metrics_status(client) == 401
        # As nginx passes on a call by default: with the host that it calls, and nothing of its caller.
        with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=30) as connection:
            connection.sendall(b"GET /metrics HTTP/1.0\r\nHost: 127.0.0.1:8000\r\nConnection: close\r\n\r\n")
            assert connection.makefile("rb").readline().split(b" ")[1] == b"401"
        assert {scope: _metrics_status(client, secret) for scope, secret in secrets.items()} == dict.fromkeys(Scope, 403) | {
            Scope.ADMIN: 200
        }
    for key in store.keys.list():
        store.keys.revoke(key.id)
    with serve() as client:
        assert _metrics_status(client) == 401


def test_metrics_of_a_service_of_this_machine_alone(serve: Serve) -> None:
    """While no key was ever made and nobody else can call, this machine needs none, unless a proxy on it shows itself."""
    with serve() as client:
        assert _metrics_status(client) == 200
        assert [_metrics_status(client, **{name: "192.0.2.7"}) for name in ("X_Forwarded_For", "X_Real_IP", "Forwarded")] == [401] * 3
    for settings in (
        {"open": False},
        {"host": "0.0.0.0"},
        {"host": "0.0.0.0", "open": True},
        {"trusted_proxies": "127.0.0.1", "open": True},
    ):
        with serve(**settings) as client:
            assert _metrics_status(client) == 401


def test_metrics_may_be_open(serve: Serve, store: Store) -> None:
    """Where the settings say so everybody may read the metrics, but no page of another origin."""
    store.keys.create("forum", [Scope.SCORE])
    with serve(metrics_open=True) as client:
        assert _metrics_status(client) == 200
        assert _metrics_status(client, X_Forwarded_For="192.0.2.7") == 200
        assert _metrics_status(client, Sec_Fetch_Site="cross-site") == 403
        assert _metrics_status(client, Host="evil.example") == 403


def test_number_of_series_is_bounded(fresh: httpx.Client) -> None:
    """Whatever strangers send, there are no more series than before, but for two languages."""
    fresh.post("/v1/moderate", json=CALL)

    def count_series() -> int:
        return len([key for key in _samples(fresh) if key[0] != "tipstaff_call_seconds_bucket"])

    count_series()
    fresh.get("/nowhere")
    before = count_series()
    for at in range(50):
        fresh.get(f"/nowhere/{at}", headers={"X-Request-ID": f"x{at}"})
        rare = ("ace", "ach", "ada", "ady", "aeb", "afh", "agq", "ain", "akk", "akz")[at % 10]
        fresh.post("/v1/moderate", json={"comments": [{"id": str(at), "text": "Aloha oe", "language": rare}]})

    assert count_series() <= before + 2
