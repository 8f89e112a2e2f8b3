"""Who may call, over a real socket."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from service.http.admission.access import is_loopback
from service.http.app import create_app
from service.settings import Settings, read_settings
from service.store.store import Store, open_store
from service.store.stored_types import Scope

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]
Serve = Callable[..., AbstractContextManager[httpx.Client]]

CALL = {"comments": [{"id": "1", "text": "Good morning"}]}
WRONG = "wrong-secret-of-nobody"


@pytest.fixture
def serve(running: Running, moderator: "Moderator", tmp_path: Path) -> Serve:
    """A function that serves with the given settings and a store in the test's folder."""

    def begin(**given: object) -> AbstractContextManager[httpx.Client]:
        return running(create_app(read_settings(data_dir=tmp_path, **given), load=lambda _: moderator))

    return begin


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store of that service, opened a second time as `tipstaff keys` does."""
    store = open_store(Settings(data_dir=tmp_path))
    yield store
    store.close()


def _status(client: httpx.Client, secret: str | None = None) -> int:
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return client.post("/v1/moderate", json=CALL, headers=headers).status_code


def _until(client: httpx.Client, status: int) -> None:
    while _status(client) != status:
        pass


def test_loopback_without_keys_is_open(serve: Serve) -> None:
    """A service that only this machine reaches and that never had a key lets everybody in, whatever key they bring along."""
    with serve() as client:
        assert (_status(client), _status(client, WRONG)) == (200, 200)


def test_first_key_ends_openness_for_good(serve: Serve, store: Store) -> None:
    """Once a key is made calls need one, and they still do when the last one is revoked and the service starts anew."""
    with serve() as client:
        _until(client, 200)
        key, secret = store.keys.create("forum", [Scope.SCORE])
        _until(client, 401)
        assert _status(client, secret) == 200
        store.keys.revoke(key.id)
    with serve() as client:
        assert (_status(client), _status(client, secret)) == (401, 401)


def test_without_key_nobody_calls_from_elsewhere(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A service that others can reach and that has no key says at its start and in each answer what to do."""
    with caplog.at_level(logging.WARNING, "tipstaff.http"), serve(host="0.0.0.0") as client:
        response = client.post("/v1/moderate", json=CALL)

    assert response.status_code == 401
    assert response.json()["type"] == "/docs#unauthenticated"
    assert response.headers["www-authenticate"] == 'Bearer realm="tipstaff"'
    assert "tipstaff keys create" in response.json()["detail"]
    assert "TIPSTAFF_OPEN=true" in response.json()["detail"]
    assert [record.getMessage().startswith("there is no valid key") for record in caplog.records] == [True]


def test_open_lets_everybody_in_but_no_wrong_key(serve: Serve, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """With open set, whoever brings no key is let in, and a key that comes along has to be right once there are keys."""
    _, secret = store.keys.create("forum", [Scope.SCORE])
    with caplog.at_level(logging.WARNING, "tipstaff.http"), serve(host="0.0.0.0", open=True) as client:
        assert (_status(client), _status(client, secret), _status(client, WRONG)) == (200, 200, 401)
    assert any("without a key" in record.getMessage() for record in caplog.records)


def test_loopback_can_be_closed(serve: Serve) -> None:
    """With open set to false a service on a loopback address needs keys from the first."""
    with serve(open=False) as client:
        assert _status(client) == 401


def test_key_is_taken_where_clients_put_it(serve: Serve, store: Store) -> None:
    """The same key works as Bearer, as X-API-KEY and in the query; elsewhere, or wrong, it is answered 401."""
    _, secret = store.keys.create("forum", [Scope.SCORE])
    with serve() as client:

        def status(query: str = "", **headers: str) -> int:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return client.post(f"/v1/moderate{query}", json=CALL, headers=named).status_code

        taken = [
            status(Authorization=f"Bearer {secret}"),
            status(Authorization=f"bearer  {secret}"),
            status(X_API_KEY=secret),
            status(f"?alt=json&key={secret}"),
            status(f"?key={secret}", Authorization="Basic dXNlcjpwYXNz"),
        ]
        refused = [
            status(),
            status(Authorization=secret),
            status(Authorization="Bearer"),
            status(Authorization=f"Basic {secret}"),
            status(X_API_KEY=secret[:-1]),
            status("?key="),
            status("?key=%ff%00&key=" + secret),
            status("?" + "&".join(["key=x"] * 60)),
            status(f"?key={secret}", Authorization=f"Bearer {WRONG}"),
        ]

    assert taken == [200] * len(taken)
    assert refused == [401] * len(refused)


def test_unknown_key_is_not_quoted(serve: Serve, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """A key that is not known is answered 401 as RFC 6750 says it, and appears neither in the answer nor in the log."""
    store.keys.create("forum", [Scope.SCORE])
    with caplog.at_level(logging.DEBUG, "tipstaff"), serve() as client:
        response = client.post("/v1/moderate", json=CALL, headers={"Authorization": f"Bearer {WRONG}"})

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="tipstaff", error="invalid_token"'
    assert WRONG not in response.text
    assert not any(WRONG in record.getMessage() for record in caplog.records if record.name.startswith("tipstaff"))


def test_scope_counts(serve: Serve, store: Store) -> None:
    """A key for feedback or administration alone does not score: 403 names the scope that is missing."""
    _, secret = store.keys.create("console", [Scope.FEEDBACK, Scope.ADMIN])
    with serve() as client:
        response = client.post("/v1/moderate", json=CALL, headers={"X-API-KEY": secret})

    assert response.status_code == 403
    assert response.json()["type"] == "/docs#forbidden"
    assert "score" in response.json()["detail"]
    assert 'error="insufficient_scope", scope="score"' in response.headers["www-authenticate"]


def test_health_and_documentation_need_no_key(serve: Serve, store: Store) -> None:
    """Supervisors and whoever reads the documentation need no key."""
    store.keys.create("forum", [Scope.SCORE])
    with serve() as client:
        paths = ("/healthz", "/readyz", "/docs", "/openapi.json")
        assert [client.get(path).status_code for path in paths] == [200] * len(paths)


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        *[("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
        *[("10.0.0.1", False), ("example.org", False), ("localhost.example.org", False)],
    ],
)
def test_loopback_addresses_are_known(host: str, alone: bool) -> None:
    """An address counts as loopback only if no other machine can reach it."""
    assert is_loopback(host) == alone
