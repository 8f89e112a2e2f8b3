"""Which model is served follows the registry; what is broken is refused, and the alarm is raised once."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from model.artefact.manifest import PolicyThresholds
from service.registry.registry import open_registry
from service.registry.trust.ed25519_signatures import SigningKey, make_key_pair
from service.settings import read_settings
from tests.service.http.reloading.site import Site, ask, served
from tests.waiting import wait_until

ServeAlone = Callable[[Site], AbstractContextManager[httpx.Client]]


def _metric(client: httpx.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def _wait_for(client: httpx.Client, version: str) -> None:
    wait_until(lambda: served(client) == version, what=f"{version} judges")


def test_an_activation_is_picked_up_by_watching(site: Site, serve_alone: ServeAlone) -> None:
    """A registry that was empty at the start is watched: what is activated judges, also after a second activation and a rollback."""
    first, second = site.publish(), site.publish()
    with serve_alone(site) as client:
        shipped = served(client)
        site.activate(first)
        _wait_for(client, first)
        site.activate(second)
        _wait_for(client, second)
        site.registry.rollback(by="operator@here")
        _wait_for(client, first)
        site.registry.rollback(by="operator@here")
        _wait_for(client, second)

        assert client.get("/v1/model").json()["version"] == second
        assert client.get("/readyz").json() == {"status": "ready", "model": second}
        assert _metric(client, f'tipstaff_artefact_info{{version="{second}"}}') == 1
        assert _metric(client, 'tipstaff_model_reloads_total{outcome="served"}') == 4
        assert shipped not in (first, second)


def test_the_champion_is_served_from_the_start(site: Site, serve_alone: ServeAlone) -> None:
    """A service that starts while the registry has a champion serves that, and keeps the former one for calls that name it."""
    former, version = site.publish(), site.publish()
    site.activate(former)
    site.activate(version)
    with serve_alone(site) as client:
        assert served(client) == version
        wait_until(lambda: ask(client, model=former).status_code == 200, what="the former one is loaded")
        assert client.post("/v1/models/rollback").json()["current"] == former


def _truncate(site: Site) -> str:
    version = site.publish()
    site.activate(version)
    path = site.place(version) / "weights.npy"
    path.write_bytes(path.read_bytes()[:-1])
    return version


def _swap_in_another(site: Site) -> str:
    version, other = site.publish(), site.publish()
    site.activate(version)
    for path in site.place(other).iterdir():
        (site.place(version) / path.name).write_bytes(path.read_bytes())
    return version


def _of_another_normaliser(site: Site) -> str:
    version = site.publish(normaliser="0")
    site.activate(version)
    return version


def _remove(site: Site) -> str:
    version = site.publish()
    site.activate(version)
    (site.place(version) / "weights.npy").unlink()
    return version


def test_a_broken_champion_is_refused(site: Site, serve_alone: ServeAlone, caplog: pytest.LogCaptureFixture) -> None:
    """The model that is served stays while the champion cannot be used: log, metric and /readyz say so, until another one can."""
    good = site.publish()
    with serve_alone(site) as client, caplog.at_level(logging.ERROR, logger="tipstaff.http"):
        before = served(client)
        for break_one in (_truncate, _swap_in_another, _of_another_normaliser, _remove):
            broken = break_one(site)
            wait_until(lambda: client.get("/readyz").json().get("refused") == broken, what="the alarm is raised")  # noqa: B023

            assert served(client) == before
            assert _metric(client, "tipstaff_model_refused") == 1
            assert client.get("/v1/models").json()["refused"]["version"] == broken
            assert sum(broken in record.getMessage() for record in caplog.records) == 1
            assert client.post("/v1/models/rollback").json()["current"] == before
            assert "refused" not in client.get("/readyz").json()
            assert _metric(client, "tipstaff_model_refused") == 0
        site.activate(good)
        _wait_for(client, good)


def test_an_unsigned_champion_is_refused(tmp_path: Path, serve_alone: ServeAlone) -> None:
    """Where signatures are demanded, a version that somebody else has made champion without one never judges; a signed one does."""
    keys = make_key_pair(tmp_path / "key")
    open_site = Site(tmp_path)
    unsigned, signed = open_site.publish(), open_site.publish()
    site = Site(tmp_path, trusted_keys=keys)
    with serve_alone(site) as client:
        before = served(client)
        open_site.activate(unsigned)
        wait_until(lambda: client.get("/readyz").json().get("refused") == unsigned, what="the alarm is raised")
        assert served(client) == before
        answer = client.post("/v1/models/activate", json={"version": signed, "force": "a test"})
        assert (answer.status_code, answer.json()["type"]) == (409, "/docs#broken-model")

        open_site.registry.sign(signed, SigningKey.read(tmp_path / "key"))
        assert client.post("/v1/models/activate", json={"version": signed, "force": "a test"}).json()["current"] == signed
        assert served(client) == signed
        assert "refused" not in client.get("/readyz").json()


def test_an_old_signed_champion_is_no_way_back(tmp_path: Path, serve_alone: ServeAlone) -> None:
    """Whoever may write to the registry alone cannot bring the former champion back, though it is signed and still in memory.

    The service itself may.
    """
    keys = make_key_pair(tmp_path / "key")
    site = Site(tmp_path, trusted_keys=keys)
    old, new = site.publish(), site.publish()
    for version in (old, new):
        site.registry.sign(version, SigningKey.read(tmp_path / "key"))
    with serve_alone(site) as client:
        site.activate(old)
        _wait_for(client, old)
        site.activate(new)
        _wait_for(client, new)
        stranger = open_registry(read_settings(data_dir=tmp_path / "elsewhere", registry=site.registry.name))
        stranger.rollback(by="eve@elsewhere")
        wait_until(lambda: client.get("/readyz").json().get("refused") == old, what="the alarm is raised")
        assert served(client) == new

        stranger.rollback(by="eve@elsewhere")
        wait_until(lambda: "refused" not in client.get("/readyz").json(), what="the alarm is over")
        assert client.post("/v1/models/rollback").json()["current"] == old
        assert served(client) == old


def test_a_registry_that_somebody_wrote_into_is_refused(site: Site, serve_alone: ServeAlone, caplog: pytest.LogCaptureFixture) -> None:
    """While nobody can tell which version is champion the model that is served stays, and the alarm is raised; then all is well again."""
    version = site.publish()
    site.activate(version)
    shown = site.settings.data_dir / "models" / "aliases" / "champion.json"
    good = shown.read_text(encoding="utf-8")
    with serve_alone(site) as client, caplog.at_level(logging.ERROR, logger="tipstaff.http"):
        shown.write_text("{}", encoding="utf-8")
        wait_until(lambda: client.get("/readyz").json().get("refused") == "unknown", what="the alarm is raised")
        assert served(client) == version
        assert sum("cannot be used" in record.getMessage() for record in caplog.records) == 1

        shown.write_text(good, encoding="utf-8")
        wait_until(lambda: "refused" not in client.get("/readyz").json(), what="the alarm is over")


@pytest.mark.nightly
def test_a_champion_that_is_whole_again_is_served(site: Site, serve_alone: ServeAlone) -> None:
    """A version whose files were still being copied when it became champion is served once they are all there."""
    with serve_alone(site) as client:
        before = served(client)
        version = _truncate(site)
        wait_until(lambda: client.get("/readyz").json().get("refused") == version, what="the alarm is raised")
        assert served(client) == before
        path = site.place(version) / "weights.npy"
        path.write_bytes(path.read_bytes() + (site.written(version) / "weights.npy").read_bytes()[-1:])
        _wait_for(client, version)
        assert "refused" not in client.get("/readyz").json()


@pytest.mark.nightly
def test_a_replica_behind_a_url_follows(tmp_path: Path, serve_alone: ServeAlone) -> None:
    """A service whose registry is behind a URL fetches a champion that others have made, and serves it within its looks."""
    site = Site(tmp_path / "one", registry=f"local://{tmp_path}/models")
    replica = Site(tmp_path / "two", registry=f"local://{tmp_path}/models")
    version = site.publish()
    with serve_alone(replica) as client:
        site.activate(version)
        _wait_for(client, version)
        assert client.post("/v1/models/rollback").status_code == 200
        assert served(client) != version


def test_a_model_that_lacks_a_language_needs_a_reason(site: Site, serve_alone: ServeAlone) -> None:
    """An unforced champion that has not learned a language which the served one has is refused; one that has learned more is not."""
    more, less = site.publish(languages=("en", "ko")), site.publish(languages=("ko",))
    with serve_alone(site) as client:
        assert client.post("/v1/models/activate", json={"version": more, "force": "test"}).status_code == 200
        korean = {"comments": [{"id": "1", "text": "오늘 날씨가 정말 좋네요. 산책하러 나가고 싶어요."}]}
        assert "foreign" not in client.post("/v1/moderate", json=korean).json()["decisions"][0]

        refusal = client.post("/v1/models/activate", json={"version": less, "seen": "0" * 12})
        assert (refusal.status_code, refusal.json()["type"]) == (409, "/docs#broken-model")
        assert "language en" in refusal.json()["detail"]
        assert served(client) == more
        assert client.post("/v1/models/activate", json={"version": less, "force": "a test"}).status_code == 200
        assert client.post("/v1/models/rollback").json()["current"] == more
        assert ask(client, model=less).status_code == 200


def test_a_model_that_lacks_a_policy_is_refused(tmp_path_factory: pytest.TempPathFactory, serve_alone: ServeAlone) -> None:
    """A champion without a policy that a community names is refused; the message names policy and community, and nothing changes."""
    folder = tmp_path_factory.mktemp("site")
    communities = folder / "communities.toml"
    communities.write_text('[community.club]\npolicy = "strict"\n', encoding="utf-8")
    site = Site(folder, communities=communities)
    thresholds = PolicyThresholds(review_abusive=0.1, review_hateful=0.1, reject_abusive=0.2, reject_hateful=0.2)
    with_it, without = site.publish(policies={"default": thresholds, "strict": thresholds}), site.publish()
    site.activate(with_it)
    with serve_alone(site) as client:
        refusal = client.post("/v1/models/activate", json={"version": without, "force": "a test"})

        assert refusal.status_code == 409
        assert "'club'" in refusal.json()["detail"]
        assert served(client) == with_it
        champion = site.registry.champion()
        assert champion is not None
        assert champion.version == with_it
