"""The whole loop on a running service: rulings come in over HTTP, are learned, gated, tried, activated, served, and taken back."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.store.store import open_store
from service.store.stored_types import Role, Scope
from tests.service.cli.calls import Call
from tests.service.http.reloading.site import Site, served
from tests.service.http.server_process import ServerProcess
from tests.service.retraining.teaching_rows import teaching_rows
from tests.waiting import wait_until

INSULT = "you zibble lamp, nobody asked you"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site whose champion is the shipped n-grams; commands of this process are given in it."""
    monkeypatch.setenv("TIPSTAFF_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TIPSTAFF_PROFILE", "fast")
    site = Site(tmp_path)
    site.activate(site.publish())
    return site


def make_key(site: Site, name: str, role: Role) -> dict[str, str]:
    """Makes a key that may hand in rulings, and returns the header that carries it."""
    with closing(open_store(site.settings)) as store:
        return {"X-API-KEY": store.keys.create(name, [Scope.FEEDBACK], role=role)[1]}


def rulings(number: int, *, label: str | None = None) -> list[dict[str, Any]]:
    """Returns rulings for ``/v1/rulings``; ``label`` in place of the right ones."""
    return [
        {"comment": str(place), "text": row[0], "label": label or row[1], "moderator": row[2], "act": f"{label}-{place}"}
        for place, row in enumerate(teaching_rows(number))
    ]


def hand_in(client: httpx.Client, key: dict[str, str], acts: list[dict[str, Any]]) -> None:
    answer = client.post("/v1/rulings", json={"rulings": acts}, headers=key)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["rulings"]) == len(acts)


def label_of(client: httpx.Client, text: str) -> str:
    """Returns what the service calls a comment."""
    answer = client.post("/v1/moderate", json={"comments": [{"id": "1", "text": text}]})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["decisions"][0]["label"])


def run(call: Call, *arguments: object) -> dict[str, Any]:
    """Returns what a command prints as JSON."""
    result = call(*arguments, "--json")
    assert result.code == 0, result.err
    document: dict[str, Any] = json.loads(result.out)
    return document


def test_rulings_become_the_served_model_and_can_be_taken_back(call: Call, site: Site, tmp_path: Path) -> None:
    """Moderators teach, a later forum does not; the candidate is tried, activated, served; a rollback brings the old one back."""
    moderators, forum = make_key(site, "console", Role.MODERATOR), make_key(site, "forum", Role.FORUM)
    before = site.registry.in_force().version
    with ServerProcess(tmp_path, **site.options) as server, site.client(server.address()) as client:
        wait_until(lambda: client.get("/readyz").status_code == 200, what="the service is ready")
        assert (served(client), label_of(client, INSULT)) == (before, "fine")
        hand_in(client, moderators, rulings(240))
        hand_in(client, forum, rulings(240, label="fine"))

        made = run(call, "retrain")
        record = site.registry.record(made["version"])
        assert made["gate"]["passed"], made["gate"]
        assert record.settings["roles"] == {"moderator": 240}
        assert record.settings["rows"] == {"rulings.native": {"fine": 80, "toxic": 80, "hateful": 80}}
        assert [(table.kind, table.sha256[:12]) for table in record.learned_from] == [
            ("snapshot", made["snapshot"].split("-")[-1].split(".")[0])
        ]
        assert served(client) == before

        seen = run(call, "models", "try", "candidate")["seen"]
        assert call("models", "activate", "candidate", "--seen", seen).code == 0
        wait_until(lambda: served(client) == made["version"], what="the candidate is served")
        assert label_of(client, INSULT) == "toxic"

        assert call("models", "rollback").code == 0
        wait_until(lambda: served(client) == before, what="the former champion is served")
        assert label_of(client, INSULT) == "fine"
