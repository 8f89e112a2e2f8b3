"""Who may call, over a real socket."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest

from service.store.store import Store
from service.store.stored_types import Scope
from tests.waiting import wait_until

Serve = Callable[..., AbstractContextManager[httpx.Client]]

CALL = {"comments": [{"id": "1", "text": "Good morning"}]}
WRONG = "wrong-secret-of-nobody"


def _status(client: httpx.Client, secret: str | None = None) -> int:
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return client.post("/v1/moderate", json=CALL, headers=headers).status_code


def _wait_for(client: httpx.Client, status: int) -> None:
    wait_until(lambda: _status(client) == status, what=f"a call without a key is answered {status}")


def test_loopback_without_keys_is_open(serve: Serve) -> None:
    """A service that only this machine can reach and that never had a key admits everybody, whatever key they send."""
    with serve() as client:
        assert (_status(client), _status(client, WRONG)) == (200, 200)


def test_first_key_ends_openness_for_good(serve: Serve, store: Store) -> None:
    """Once a key has been made calls need one, even after the last one is revoked and the service is restarted."""
    with serve() as client:
        _wait_for(client, 200)
        key, secret = store.keys.create("forum", [Scope.SCORE])
        _wait_for(client, 401)
        assert _status(client, secret) == 200
        store.keys.revoke(key.id)
    with serve() as client:
        assert (_status(client), _status(client, secret)) == (401, 401)


def test_without_keys_nobody_may_call_from_elsewhere(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A service that others can reach and that has no key says what to do, in the log at its start and in each answer."""
    with caplog.at_level(logging.WARNING, "tipstaff.http"), serve(host="0.0.0.0") as client:
        response = client.post("/v1/moderate", json=CALL)

    assert response.status_code == 401
    assert response.json()["type"] == "/docs#unauthenticated"
    assert response.headers["www-authenticate"] == 'Bearer realm="tipstaff"'
    assert "tipstaff keys create" in response.json()["detail"]
    assert "TIPSTAFF_OPEN=true" in response.json()["detail"]
    assert [record.getMessage().startswith("there is no valid key") for record in caplog.records] == [True]


def test_open_service_admits_everybody_but_no_wrong_key(serve: Serve, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """With open set, calls without a key are admitted, and a key that is sent has to be right once there are keys."""
    _, secret = store.keys.create("forum", [Scope.SCORE])
    with caplog.at_level(logging.WARNING, "tipstaff.http"), serve(host="0.0.0.0", open=True) as client:
        assert (_status(client), _status(client, secret), _status(client, WRONG)) == (200, 200, 401)
    assert any("without a key" in record.getMessage() for record in caplog.records)


def test_loopback_can_be_closed(serve: Serve) -> None:
    """With open set to false, calls to a loopback address need a key from the beginning."""
    with serve(open=False) as client:
        assert _status(client) == 401


def test_key_is_accepted_where_clients_put_it(serve: Serve, store: Store) -> None:
    """The same key works as Bearer, as X-API-KEY and in the query; elsewhere, or wrong, it is answered 401."""
    _, secret = store.keys.create("forum", [Scope.SCORE])
    with serve() as client:

        def status(query: str = "", **headers: str) -> int:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return client.post(f"/v1/moderate{query}", json=CALL, headers=named).status_code

        accepted = [
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

    assert accepted == [200] * len(accepted)
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
    """Neither supervisors nor readers of the documentation need a key."""
    store.keys.create("forum", [Scope.SCORE])
    with serve() as client:
        paths = ("/healthz", "/readyz", "/docs", "/openapi.json")
        assert [client.get(path).status_code for path in paths] == [200] * len(paths)
