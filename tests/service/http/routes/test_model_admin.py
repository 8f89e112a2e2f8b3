"""Administrators see the versions, activate one, and go back, and nobody else does."""

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import httpx

from service.http.app import create_app
from service.http.reloading.model_feeds import LoneModels
from service.settings import Settings
from service.store.store import open_store
from service.store.stored_types import Scope
from tests.service.http.reloading.site import Site, ask, served

Running = Callable[..., AbstractContextManager[httpx.Client]]
MakeKey = Callable[..., str]
CALLS = (("GET", "/v1/models"), ("POST", "/v1/models/activate"), ("POST", "/v1/models/rollback"))


def test_they_need_the_scope_admin(running: Running, make_key: MakeKey, tmp_path: Path) -> None:
    """Without a key, even on an open service, and with a key of other scopes, none of them is answered."""
    site = Site(tmp_path)
    other = make_key(tmp_path, Scope.SCORE, Scope.FEEDBACK)
    models = LoneModels()
    with running(create_app(site.settings, load=models.load, feed=models)) as client:
        for method, path in CALLS:
            assert client.request(method, path).status_code == 401
            assert client.request(method, path, headers={"X-API-KEY": other}).status_code == 403


def test_activation_and_rollback(running: Running, tmp_path: Path) -> None:
    """An activation is answered when the version judges; a rollback leads back; the registry knows whose key it was, and the reason."""
    site = Site(tmp_path)
    first, second = site.publish(), site.publish()
    models = LoneModels()
    with running(create_app(site.settings, load=models.load, feed=models)) as client:
        client.headers["X-API-KEY"] = site.key
        shipped = served(client)

        answer = client.post("/v1/models/activate", json={"version": first, "force": "no gate here"})
        assert answer.json() == {"current": first, "former": shipped, "sequence": 1}
        assert served(client) == first
        assert (
            client.post("/v1/models/activate", json={"version": second.partition("@")[2], "force": "shorter"}).json()["current"] == second
        )
        assert client.post("/v1/models/rollback").json() == {"current": first, "former": second, "sequence": 3}
        assert served(client) == first

        listed = client.get("/v1/models").json()
        assert (listed["current"], listed["former"]) == (first, second)
        aliases = {entry["version"]: entry["aliases"] for entry in listed["versions"]}
        assert (aliases[first], aliases[second], aliases[shipped]) == (["champion"], ["former"], [])
        (change, *_) = site.registry.changes()
        with closing(open_store(site.settings)) as store:
            (key,) = store.keys.list()
        assert (change.by, change.reason) == (key.id, "no gate here")


def test_what_may_not_be_activated(running: Running, tmp_path: Path) -> None:
    """A version without a ground, one that is not there and one that is damaged are refused with different problems; nothing changes."""
    site = Site(tmp_path)
    version, damaged = site.publish(), site.publish()
    path = site.place(damaged) / "weights.npy"
    path.write_bytes(path.read_bytes()[:1000])
    models = LoneModels()
    with running(create_app(site.settings, load=models.load, feed=models)) as client:
        client.headers["X-API-KEY"] = site.key
        before = served(client)
        for body, kind in [
            ({"version": version}, "not-activated"),
            ({"version": version, "seen": "abc"}, "not-activated"),
            ({"version": "default@000000000000", "force": "a test"}, "unknown-model"),
            ({"version": damaged, "force": "a test"}, "broken-model"),
        ]:
            answer = client.post("/v1/models/activate", json=body)
            assert (answer.status_code, answer.json()["type"]) == (409, f"/docs#{kind}")
        wrong: list[object] = [
            {},
            {"version": version, "force": ""},
            {"version": version, "seen": "a", "force": "b"},
            {"version": 1},
            [version],
        ]
        for content in wrong:
            assert client.post("/v1/models/activate", json=content).status_code == 422
        assert client.post("/v1/models/rollback").json()["type"] == "/docs#not-activated"

        assert served(client) == before
        assert site.registry.champion() is None
        assert client.get("/readyz").json()["model"].partition("+")[0] == before


def test_a_pinned_artefact_stays(running: Running, tmp_path: Path) -> None:
    """Where the artefact is pinned, the registry is not served, and an activation is refused with the reason."""
    site = Site(tmp_path)
    version = site.publish()
    pinned = Site(tmp_path, artefact=site.write())
    models = LoneModels()
    with running(create_app(pinned.settings, load=models.load, feed=models)) as client:
        client.headers["X-API-KEY"] = pinned.key
        before = served(client)
        answer = client.post("/v1/models/activate", json={"version": version, "force": "a test"})

        assert answer.json()["type"] == "/docs#not-activated"
        assert "TIPSTAFF_ARTEFACT" in answer.json()["detail"]
        assert client.post("/v1/models/rollback").status_code == 409
        assert served(client) == before
        assert client.get("/v1/models").json()["current"] == before


def test_an_app_without_a_feed_has_one_model(
    running: Running, settings: Settings, moderator: object, make_key: MakeKey, tmp_path: Path
) -> None:
    """An app that was built around a model refuses to change it."""
    own = settings.model_copy(update={"data_dir": tmp_path})
    key = make_key(tmp_path, Scope.ADMIN, Scope.SCORE)
    with running(create_app(own, load=lambda _: moderator)) as client:  # type: ignore[arg-type,return-value]
        client.headers["X-API-KEY"] = key
        assert client.post("/v1/models/rollback").json()["type"] == "/docs#not-activated"
        assert client.get("/v1/models").json()["versions"] == []


def test_pins(running: Running, tmp_path: Path) -> None:
    """A call that names a version is answered by that one while it is kept, otherwise with a problem, and never by another."""
    site = Site(tmp_path)
    gone, former, current = (site.publish() for _ in range(3))
    models = LoneModels()
    with running(create_app(site.settings, load=models.load, feed=models)) as client:
        client.headers["X-API-KEY"] = site.key
        for version in (gone, former, current):
            assert client.post("/v1/models/activate", json={"version": version, "force": "a test"}).status_code == 200
        for kept in (former, current):
            own, openai, detoxify, perspective = _ask_each(client, kept)
            assert own.json()["model"] == openai.json()["model"] == kept
            assert detoxify.headers["X-Tipstaff-Model"] == perspective.headers["X-Tipstaff-Model"] == kept
        assert ask(client, model=f"{former}+cascade").status_code == 409

        own, openai, detoxify, perspective = _ask_each(client, gone)
        assert (own.status_code, own.json()["type"]) == (409, "/docs#unknown-model")
        assert (openai.status_code, openai.json()["error"]["code"], openai.headers["x-should-retry"]) == (404, "model_not_found", "false")
        assert (detoxify.status_code, perspective.status_code) == (422, 400)

        # These protocols take any name for a model; what cannot be a version is passed over, as ever.
        own, openai, detoxify, _ = _ask_each(client, "you idiot")
        assert own.status_code == 409
        assert "idiot" not in own.text
        assert openai.json()["model"] == detoxify.headers["X-Tipstaff-Model"] == current


def _ask_each(client: httpx.Client, version: str) -> tuple[httpx.Response, ...]:
    """Have a version judge in each protocol that has a place for its name."""
    analyze = {"comment": {"text": "you idiot"}, "requestedAttributes": {f"TOXICITY@{version}": {}}}
    return (
        ask(client, model=version),
        client.post("/v1/moderations", json={"input": "x", "model": version}),
        client.post("/api/v1/classify", json={"content": "x", "model": version}),
        client.post("/v1alpha1/comments:analyze", json=analyze),
    )
