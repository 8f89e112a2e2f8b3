"""A site that asks for signatures serves nothing unsigned and nothing older than what it has served."""

import json
import shutil
from pathlib import Path

import pytest

from model.artefact.folder import shipped_folder
from model.errors import RegistryError, UntrustedVersionError
from service.registry.registry import Registry, open_registry
from service.registry.registry_documents import VersionRecord, time_stamp
from service.registry.trust.ed25519_signatures import SigningKey, make_key_pair
from service.settings import read_settings
from tests.service.registry.versions import MakeVersion, Publish


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    """A private key."""
    make_key_pair(tmp_path / "key")
    return SigningKey.read(tmp_path / "key")


@pytest.fixture
def registry(tmp_path: Path, key: SigningKey) -> Registry:
    """The registry of a site that asks for signatures by the key."""
    return open_site(tmp_path)


def open_site(tmp_path: Path, data: str = "data") -> Registry:
    """Returns the registry as a site of its own data folder sees it."""
    return open_registry(read_settings(data_dir=tmp_path / data, registry=tmp_path / "models", trusted_keys=tmp_path / "key.pub"))


def serve(registry: Registry, version: str) -> None:
    """Makes a version the champion, and serves it as a service does."""
    registry.activate(version, by="ann@desk", reason="a test")
    registry.fetch("champion")
    registry.confirm_served("champion")


def test_unsigned_versions_are_not_served(registry: Registry, publish: Publish, key: SigningKey) -> None:
    """A version is neither activated nor fetched to be served before a trusted key has signed it; it may be looked at."""
    version = publish(1)

    with pytest.raises(UntrustedVersionError, match="is not signed by a key of TIPSTAFF_TRUSTED_KEYS"):
        registry.fetch(version)
    with pytest.raises(UntrustedVersionError, match="is not signed"):
        registry.activate(version, by="ann@desk", reason="whatever the gate says")
    assert registry.fetch(version, is_served=False).is_dir()

    registry.sign(version, key)
    serve(registry, version)
    assert registry.in_force().version == version


def test_what_was_checked_cannot_be_changed_afterwards(registry: Registry, publish: Publish, key: SigningKey, tmp_path: Path) -> None:
    """A version is read from a copy in the data folder, so that whoever may write to the registry cannot change it after the check."""
    version = publish(1)
    registry.sign(version, key)

    assert registry.fetch(version).is_relative_to(tmp_path / "data")


def test_other_metadata_is_another_manifest(registry: Registry, publish: Publish, key: SigningKey, make_version: MakeVersion) -> None:
    """A manifest whose languages were altered has the same content hash, yet not the signature; brought back, it has it again."""
    version = publish(1)
    registry.sign(version, key)
    other = make_version(1, languages=("en", "de")) / "manifest.json"
    manifest = Path(registry.name) / "versions" / registry.fetch(version).name / "manifest.json"
    signed = manifest.read_bytes()

    manifest.write_bytes(other.read_bytes())
    with pytest.raises(UntrustedVersionError):
        registry.fetch(version)
    manifest.write_bytes(signed)
    assert registry.fetch(version).is_dir()


def test_an_old_signed_version_is_no_way_back(registry: Registry, publish: Publish, key: SigningKey, tmp_path: Path) -> None:
    """Somebody who may write to the registry alone cannot bring back an old version, although it is signed."""
    old, new = publish(1), publish(2)
    registry.sign(old, key)
    registry.sign(new, key)
    serve(registry, old)
    serve(registry, new)

    # The site of the attacker has the same registry and keys, but not the data folder of the first one.
    attacker = open_site(tmp_path, "elsewhere")
    attacker.rollback(by="eve@desk")

    with pytest.raises(UntrustedVersionError, match="counter 1, and this site has served 2"):
        registry.fetch("champion")


def test_an_emptied_registry_is_no_way_back(registry: Registry, publish: Publish, key: SigningKey) -> None:
    """Nor does the site fall back to the model that ships when somebody takes the champion away."""
    version = publish(1)
    registry.sign(version, key)
    serve(registry, version)

    shutil.rmtree(Path(registry.name) / "log")
    shutil.rmtree(Path(registry.name) / "aliases")

    with pytest.raises(RegistryError, match="has no champion"):
        registry.champion()
    with pytest.raises(RegistryError, match="has no champion"):
        registry.in_force()


def test_the_site_itself_may_roll_back(registry: Registry, publish: Publish, key: SigningKey) -> None:
    """A rollback by the site that served the former champion brings it back; the next version with a higher counter ends that."""
    old, new, newest = publish(1), publish(2), publish(3)
    for version in (old, new, newest):
        registry.sign(version, key)
    serve(registry, old)
    serve(registry, new)

    assert registry.rollback(by="ann@desk").version == old
    assert registry.fetch("champion").is_dir()
    registry.confirm_served("champion")
    serve(registry, newest)
    with pytest.raises(UntrustedVersionError, match="counter 1, and this site has served 3"):
        registry.fetch(old)


def test_a_version_signed_anew_comes_back(registry: Registry, publish: Publish, key: SigningKey) -> None:
    """Signed anew, with a higher counter, an old version is served again, at every site."""
    old, new = publish(1), publish(2)
    registry.sign(old, key)
    registry.sign(new, key)
    serve(registry, old)
    serve(registry, new)

    assert registry.sign(old, key) == 3
    serve(registry, old)
    with pytest.raises(UntrustedVersionError):
        registry.fetch(new)


def test_a_version_never_served_here_is_not_rolled_back_to(registry: Registry, publish: Publish, key: SigningKey, tmp_path: Path) -> None:
    """What another site served is no former champion of this one."""
    old, new = publish(1), publish(2)
    registry.sign(old, key)
    registry.sign(new, key)
    other = open_site(tmp_path, "other")
    serve(other, old)
    serve(other, new)
    registry.fetch("champion")
    registry.confirm_served("champion")

    with pytest.raises(UntrustedVersionError, match="counter 1"):
        registry.rollback(by="ann@desk")
    assert registry.in_force().version == new


def test_what_ships_needs_no_signature(registry: Registry, publish: Publish, key: SigningKey) -> None:
    """The model that came with the installation is served without a signature, and a rollback of the site leads back to it."""
    assert registry.in_force().folder == shipped_folder()
    version = publish(1)
    registry.sign(version, key)
    serve(registry, version)

    assert registry.rollback(by="ann@desk").version.startswith("default@")
    assert registry.fetch("champion").is_dir()


def test_the_counter_is_higher_than_any(registry: Registry, publish: Publish, key: SigningKey, tmp_path: Path) -> None:
    """A new signature has a higher counter than all by its key in the registry, and than what the site has served."""
    first, second = publish(1), publish(2)

    assert [registry.sign(version, key) for version in (first, second, first)] == [1, 2, 3]
    serve(registry, first)
    shutil.rmtree(Path(registry.name) / "signatures")
    assert registry.sign(second, key) == 4


@pytest.mark.parametrize("content", [b"", b"{", b'{"counter": -1}', b'{"format": 1, "counter": 1, "versions": {"x": 1}}'])
def test_a_damaged_memory_is_refused(registry: Registry, publish: Publish, key: SigningKey, tmp_path: Path, content: bytes) -> None:
    """Where the site cannot tell what it has served, it says so and serves nothing of the registry, rather than anything that is signed."""
    version = publish(1)
    registry.sign(version, key)
    serve(registry, version)
    memory = tmp_path / "data/served-signatures.json"
    assert memory.stat().st_mode & 0o077 == 0
    assert json.loads(memory.read_bytes())["counter"] == 1

    memory.write_bytes(content)

    with pytest.raises(RegistryError, match="was altered or damaged"):
        registry.fetch(version)


def test_without_trusted_keys_nothing_is_asked_for(tmp_path: Path, make_version: MakeVersion) -> None:
    """A site that names no keys serves unsigned versions and keeps no memory of counters."""
    site = open_registry(read_settings(data_dir=tmp_path / "free"))
    version = site.publish(make_version(1), VersionRecord(created_at=time_stamp(), made_by="ann@desk"))
    serve(site, version)

    assert not (tmp_path / "free/served-signatures.json").exists()
