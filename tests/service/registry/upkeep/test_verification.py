"""A look at a registry finds whatever is damaged, and follows tables over what was forgotten from them."""

import hashlib
from pathlib import Path

import pytest

from service.registry.registry import Registry
from service.registry.registry_documents import LearnedTable
from service.registry.trust.ed25519_signatures import SigningKey, make_key_pair
from service.registry.upkeep.verification import RegistryFinding, verify_registry
from tests.service.registry.versions import Publish


@pytest.fixture
def snapshots(tmp_path: Path) -> Path:
    """The folder in which the site keeps its snapshots."""
    folder = tmp_path / "data/snapshots"
    folder.mkdir(parents=True)
    return folder


def write_snapshot(folder: Path, content: bytes) -> str:
    """Writes a snapshot and returns its hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    (folder / f"rulings-{sha256[:12]}.parquet").write_bytes(content)
    (folder / f"rulings-{sha256[:12]}.manifest.json").write_text("{}")
    return sha256


def wrong(registry: Registry, snapshots: Path) -> list[RegistryFinding]:
    return [finding for finding in verify_registry(registry, snapshots) if finding.is_wrong]


def test_a_whole_registry_is_whole(registry: Registry, publish: Publish, snapshots: Path, tmp_path: Path) -> None:
    """With versions, a champion, signatures and snapshots in order nothing is wrong, nor in an empty registry."""
    assert wrong(registry, snapshots) == []
    make_key_pair(tmp_path / "key")
    snapshot = write_snapshot(snapshots, b"rulings")
    version = publish(1, learned_from=(LearnedTable(kind="snapshot", sha256=snapshot, rows=3),))
    registry.activate(version, by="ann@desk", reason="a test")
    registry.sign(version, SigningKey.read(tmp_path / "key"))

    findings = list(verify_registry(registry, snapshots))

    assert not any(finding.is_wrong for finding in findings)
    assert {(finding.subject, finding.state) for finding in findings} >= {("champion", version), (version, "counter 1"), (version, "whole")}


@pytest.mark.parametrize(
    "damage", ["array", "manifest", "card", "record", "record of another", "folder", "alias", "log", "signature", "gate"]
)
def test_damage_is_found(registry: Registry, publish: Publish, snapshots: Path, tmp_path: Path, damage: str) -> None:
    """Whatever is altered or missing is found, and nothing else is said to be wrong with the other version."""
    version, other = publish(1), publish(2)
    registry.activate(version, by="ann@desk", reason="a test")
    folder = registry.fetch(version)
    root = folder.parents[1]
    if damage == "array":
        (folder / "weights.npy").write_bytes(b"")
    elif damage == "manifest":
        (folder / "manifest.json").write_bytes(b"{}")
    elif damage == "card":
        (folder / "MODEL_CARD.md").write_text("splendid")
    elif damage == "record":
        (root / f"records/{folder.name}.json").unlink()
    elif damage == "record of another":
        (root / f"records/{folder.name}.json").write_bytes((root / f"records/{registry.content_hash(other)}.json").read_bytes())
    elif damage == "folder":
        (folder / "manifest.json").unlink()
        (folder).rename(tmp_path / "away")
    elif damage == "alias":
        (root / "aliases/champion.json").write_text("{}")
    elif damage == "log":
        (root / "log/000001.json").write_text("{}")
    elif damage == "signature":
        make_key_pair(tmp_path / "key")
        registry.sign(other, SigningKey.read(tmp_path / "key"))
        (root / f"signatures/{registry.content_hash(other)}.json").rename(root / f"signatures/{folder.name}.json")
    else:
        (root / f"gates/{folder.name}").mkdir(parents=True)
        (root / f"gates/{folder.name}/0001.json").write_text("[")

    findings = wrong(registry, snapshots)

    assert findings
    assert not any(finding.subject == other for finding in findings)


def test_tables_are_followed_over_tombstones(registry: Registry, publish: Publish, snapshots: Path) -> None:
    """A snapshot that was written anew is found under its new hash; one of which nothing is left, and one kept elsewhere, are no fault."""
    old, empty, new = "a" * 64, "b" * 64, write_snapshot(snapshots, b"less")
    tables = [LearnedTable(kind="snapshot", sha256=sha256, rows=3) for sha256 in (old, empty)]
    version = publish(1, learned_from=(*tables, LearnedTable(kind="table", sha256="c" * 64, rows=3)))
    registry.add_tombstone(old, new)
    registry.add_tombstone(empty, None)

    states = {finding.aspect: finding.state for finding in verify_registry(registry, snapshots) if finding.subject == version}

    assert states[f"snapshot {old[:12]}"] == f"written anew as {new[:12]}, whole"
    assert "nothing is left" in states[f"snapshot {empty[:12]}"]
    assert states["table cccccccccccc"] == "kept elsewhere"
    assert wrong(registry, snapshots) == []


def test_a_snapshot_that_should_be_gone_is_found(registry: Registry, publish: Publish, snapshots: Path) -> None:
    """A snapshot from which something was forgotten, and that is still there, is wrong; so is one that was altered."""
    old, other = write_snapshot(snapshots, b"all"), write_snapshot(snapshots, b"others")
    publish(1, learned_from=tuple(LearnedTable(kind="snapshot", sha256=sha256, rows=3) for sha256 in (old, other)))
    registry.add_tombstone(old, write_snapshot(snapshots, b"less"))
    (snapshots / f"rulings-{other[:12]}.parquet").write_bytes(b"altered")

    states = [finding.state for finding in wrong(registry, snapshots)]

    assert len(states) == 2
    assert any("is still in" in state for state in states)
    assert any("was altered or damaged" in state for state in states)


def test_tombstones_in_a_circle_are_found(registry: Registry, publish: Publish, snapshots: Path) -> None:
    """Tombstones that lead in a circle end nothing: they are found, and no look at them lasts for ever."""
    first, second = "a" * 64, "b" * 64
    publish(1, learned_from=(LearnedTable(kind="snapshot", sha256=first, rows=3),))
    registry.add_tombstone(first, second)
    registry.add_tombstone(second, first)

    assert ["circle" in finding.state for finding in wrong(registry, snapshots)] == [True]
    assert registry.learned_from([second]) != []
