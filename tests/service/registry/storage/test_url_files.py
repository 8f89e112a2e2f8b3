"""A registry in an object store: here one that speaks like S3, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model.errors import RegistryError
from service.registry.storage.url_files import UrlFiles
from tests.service.registry.versions import MakeVersion
from tests.service.s3_store import start_s3_store

_PATIENCE = 120

USE = """
import json, sys
from pathlib import Path
import s3fs
from model.errors import TipstaffError
from service.registry.registry import open_registry
from service.registry.registry_documents import VersionRecord
from service.registry.storage.open_files import open_registry_files
from service.registry.upkeep.pruning import prune_versions
from service.registry.upkeep.verification import verify_registry
from service.settings import read_settings

data, *folders = map(Path, sys.argv[1:])
s3fs.S3FileSystem(use_listings_cache=False).mkdir("site")
registry = open_registry(read_settings(data_dir=data, registry="s3://site/models"))
seen = {"before": registry.champion()}
first, second, third = (
    registry.publish(folder, VersionRecord(created_at=str(number), made_by="ann")) for number, folder in enumerate(folders)
)
registry.activate(first, by="ann", reason="first")
registry.activate(second, by="ann", reason="second")
seen["champion"] = registry.champion().version == second
seen["fetched"] = registry.fetch("champion").is_relative_to(data)
seen["again"] = registry.fetch("champion") == registry.fetch(second)
files = open_registry_files("s3://site/models")
seen["created"] = [files.create("log/000009.json", content) for content in (b"one", b"two")]
files.remove("log/000009.json")
seen["rolled back"] = registry.rollback(by="ann").version == first
seen["pruned"] = third in prune_versions(registry, keep=0, by="ann")
seen["left"] = len(registry.versions())
seen["whole"] = not any(finding.is_wrong for finding in verify_registry(registry, data))
files.replace(f"versions/{registry.champion().content_hash}/weights.npy", b"half")
import shutil
shutil.rmtree(data / "registry-cache")
try:
    registry.fetch("champion")
except TipstaffError as error:
    seen["damaged"] = str(error)
print(json.dumps(seen))
"""


def test_a_registry_in_s3(tmp_path: Path, make_version: MakeVersion) -> None:
    """Behind a URL of S3 versions are published, made champion, fetched into the data folder, taken back and pruned as in a folder.

    An entry of the log is created once, and a damaged version is refused under its address.
    """
    folders = [make_version(seed) for seed in range(3)]
    with start_s3_store(tmp_path) as environment:
        command = [sys.executable, "-W", "ignore", "-c", USE, str(tmp_path / "data"), *map(str, folders)]
        done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=_PATIENCE)

    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert "s3://site/models/versions/" in seen.pop("damaged")
    assert seen.pop("before") is None
    assert seen.pop("created") == [True, False]
    assert seen.pop("left") == 2
    assert all(seen.values()), seen


def test_a_password_in_the_url_is_in_no_message() -> None:
    """The name of a registry stands in logs and errors: the user of its URL stays in it, the password does not."""
    files = UrlFiles.open("memory://ann:top-secret@host/models")
    with pytest.raises(RegistryError, match="ann:…@host") as refusal:
        UrlFiles.open("nowhere://ann:top-secret@host/models")

    assert files.name == "memory://ann:…@host/models"
    assert "secret" not in str(refusal.value)
