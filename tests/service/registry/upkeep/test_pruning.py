"""Old versions are removed, never one that somebody may need."""

from pathlib import Path

from service.registry.registry import Registry, open_registry
from service.registry.registry_documents import ChangeKind
from service.registry.upkeep.pruning import prune_versions
from service.registry.upkeep.verification import verify_registry
from service.settings import read_settings
from tests.service.registry.versions import Publish


def test_what_is_needed_stays(registry: Registry, publish: Publish) -> None:
    """The champion, the former one, the candidate and whatever any of those that stay was started from stay; the rest goes."""
    root = publish(0)
    middle = publish(1, started_from=registry.content_hash(root))
    former = publish(2, started_from=registry.content_hash(middle))
    unwanted = [publish(3), publish(4, started_from=registry.content_hash(root))]
    champion = publish(5)
    candidate = publish(6)
    registry.activate(former, by="ann@desk", reason="first")
    shipped = registry.former()
    registry.activate(champion, by="ann@desk", reason="second")
    registry.set_candidate(candidate, by="timer@host")

    removed = prune_versions(registry, keep=0, by="ann@desk")

    assert shipped is not None
    assert set(removed) == {*unwanted, shipped.version}
    assert {record.version for record in registry.versions()} == {root, middle, former, champion, candidate}
    assert not any(finding.is_wrong for finding in verify_registry(registry, registry.fetch("champion")))


def test_what_a_site_is_pinned_to_stays(publish: Publish, registry: Registry, tmp_path: Path) -> None:
    """A version that TIPSTAFF_ARTEFACT names, wherever its folder is, stays."""
    version, other = publish(1), publish(2)
    pinned = open_registry(read_settings(data_dir=tmp_path / "data", artefact=registry.fetch(version)))

    assert prune_versions(pinned, keep=0, by="ann@desk") == [other]


def test_the_newest_stay(registry: Registry, publish: Publish) -> None:
    """As many of the versions that were made last as are asked for stay, with what they were started from."""
    root = publish(0)
    versions = [publish(seed, started_from=registry.content_hash(root) if seed == 4 else None) for seed in range(1, 5)]

    assert prune_versions(registry, keep=2, by="ann@desk") == versions[:2]
    assert prune_versions(registry, keep=2, by="ann@desk") == []


def test_what_was_removed_is_remembered(registry: Registry, publish: Publish) -> None:
    """The log says who removed which versions, and their records stay; nothing is noted where nothing was removed."""
    version = publish(1)
    content_hash = registry.content_hash(version)

    assert prune_versions(registry, keep=5, by="ann@desk") == []
    assert registry.changes() == []
    assert prune_versions(registry, keep=0, by="ann@desk") == [version]

    (change,) = registry.changes()
    assert (change.kind, change.by, change.pruned) == (ChangeKind.PRUNE, "ann@desk", (content_hash,))
    assert registry.record(content_hash).version == version
    assert registry.versions() == []


def test_a_pruned_version_may_come_back(registry: Registry, publish: Publish) -> None:
    """Published anew, a version that was removed is there again, under the record that it had."""
    version = publish(1)
    prune_versions(registry, keep=0, by="ann@desk")

    assert publish(1, made_by="bob@desk") == version
    assert registry.record(version).made_by == "ann@desk"
    assert registry.fetch(version).is_dir()
