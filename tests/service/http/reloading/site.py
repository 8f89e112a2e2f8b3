"""A site with a registry, whose versions are the shipped n-grams with other thresholds: quick to load, and told apart by their verdicts."""

import itertools
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from model.artefact.folder import read_artefact, shipped_folder, write_artefact
from model.artefact.manifest import Description
from model.normaliser.version import normaliser_version
from service.registry.registry import Registry, open_registry
from service.registry.registry_documents import VersionRecord, time_stamp
from service.settings import Settings, read_settings
from service.store.store import open_store
from service.store.stored_types import Scope

COMMENT = "you are an idiot"


class Site:
    """A data folder with a registry and a key.

    Args:
        folder: the data folder.
        settings: settings of the site.

    Attributes:
        settings: of the site.
        registry: its versions.
        key: a secret that allows everything.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.options = {"profile": "fast", "queue_ms": 60_000} | settings
        self.settings: Settings = read_settings(data_dir=folder, port=0, **self.options)
        self.registry: Registry = open_registry(self.settings)
        self._folder = folder
        self._numbers = itertools.count(1)
        self._written: dict[str, Path] = {}
        with closing(open_store(self.settings)) as store:
            self.key = store.keys.create("operator", [Scope.SCORE, Scope.ADMIN])[1]

    def write(self, **changes: Any) -> Path:
        """Write another artefact, and return its folder; ``changes`` are fields of its manifest."""
        stored = read_artefact(shipped_folder(), normaliser=normaliser_version())
        ngrams = stored.manifest.readers[0]
        fields = {name: getattr(stored.manifest, name) for name in Description.model_fields}
        number = next(self._numbers)
        policies = {name: policy.model_copy(update={"review_abusive": 0.2 + number / 1000}) for name, policy in fields["policies"].items()}
        description = Description(**(fields | {"readers": (ngrams,), "policies": policies} | changes))
        folder = self._folder / f"artefact-{number}"
        write_artefact(
            folder, description=description, arrays={name: stored.arrays[name] for name in stored.arrays if name in ngrams.values()}
        )
        return folder

    def publish(self, **changes: Any) -> str:
        """Publish another version, and return it."""
        folder = self.write(**changes)
        version = self.registry.publish(folder, VersionRecord(created_at=time_stamp(), made_by="a test"))
        self._written[version] = folder
        return version

    def written(self, version: str) -> Path:
        """Return the folder from which a version was published."""
        return self._written[version]

    def place(self, version: str) -> Path:
        """Return the folder in which the registry keeps a version."""
        return self._folder / "models" / "versions" / self.registry.content_hash(version)

    def activate(self, version: str) -> None:
        """Make a version champion as the command line does."""
        self.registry.activate(version, by="operator@here", reason="a test")

    def client(self, address: str) -> httpx.Client:
        """Return a client with the key of the site."""
        return httpx.Client(base_url=address, headers={"X-API-KEY": self.key}, timeout=120)


def ask(client: httpx.Client, **fields: Any) -> httpx.Response:
    """Have a comment judged."""
    return client.post("/v1/moderate", json={"comments": [{"id": "1", "text": COMMENT}]} | fields)


def served(client: httpx.Client) -> str:
    """Return the version that judges, without the profile."""
    answer = ask(client)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["model"]).partition("+")[0]
