"""Versions are published, checked, made champion and taken back."""

import os
from pathlib import Path

import pytest

from model.artefact.folder import shipped_folder
from model.errors import ArtefactError, RegistryError, RegistryRefusalError, TipstaffError, UnknownVersionError
from service.registry.registry import Registry, open_registry
from service.registry.registry_documents import LearnedTable, Try, VersionRecord, time_stamp
from service.registry.version_folders import read_folder_manifest
from service.settings import read_settings
from tests.service.registry.versions import MakeVersion, Publish, gate


def show(registry: Registry, version: str) -> str:
    """Notes that somebody was shown how a version differs from what is in force, and returns the hash."""
    champion, candidate = registry.in_force().content_hash, registry.content_hash(version)
    return registry.note_try(Try(champion=champion, candidate=candidate, at=time_stamp(), by="ann@desk", texts=10, changed=1))


def contents(folder: Path) -> dict[str, bytes]:
    """Returns the content of the files in a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_empty_registry_is_served_by_what_ships(registry: Registry, tmp_path: Path) -> None:
    """While nothing was activated the shipped artefact is in force, and looking makes no file."""
    assert registry.champion() is registry.candidate() is registry.former() is None
    assert registry.in_force().folder == shipped_folder()
    assert registry.versions() == []
    assert not (tmp_path / "data").exists()


def test_what_would_be_lost_with_the_process_is_no_registry(tmp_path: Path) -> None:
    """A registry in memory is refused, for a candidate that a command reports as made there would be gone when it ends."""
    with pytest.raises(RegistryError, match="lost with the process"):
        open_registry(read_settings(data_dir=tmp_path, registry="memory://models"))


def test_a_version_is_brought_in_once(registry: Registry, make_version: MakeVersion) -> None:
    """A version is named by its name and content, its folder by its whole hash; published again, folder and record stay as they are."""
    folder = make_version(1)
    content_hash = read_folder_manifest(folder).content_hash
    first = VersionRecord(created_at="2026-01-01T00:00:00+00:00", made_by="ann@desk")

    version = registry.publish(folder, first)
    again = registry.publish(folder, first.model_copy(update={"made_by": "bob@desk"}))

    assert version == again == f"small@{content_hash[:12]}"
    assert registry.record(version).made_by == "ann@desk"
    assert registry.fetch(version).name == content_hash
    assert {path.name: path.read_bytes() for path in registry.fetch(version).iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_versions_are_private(registry: Registry, publish: Publish) -> None:
    """Only this user may read a registry that is made new."""
    root = registry.fetch(publish(1)).parents[1]

    assert {path.stat().st_mode & 0o077 for path in [root, *root.rglob("*")]} == {0}


def test_a_version_may_be_named_in_several_ways(registry: Registry, publish: Publish) -> None:
    """A version is found by its name, with the profile that answers state, by the beginning of its hash, and by its alias."""
    version = publish(1)
    registry.set_candidate(version, by="timer@host")
    whole = registry.content_hash(version)

    assert {registry.content_hash(name) for name in (version, f"{version}+fast", whole[:4], whole, "candidate")} == {whole}


@pytest.mark.parametrize("name", ["", "abc", "small", "small@", "other@{hash}", "../../etc/passwd", "champion", "ffffffffffff", "small@\n"])
def test_an_unknown_version_is_refused(registry: Registry, publish: Publish, name: str) -> None:
    """What names no version of the registry is refused in one line."""
    version = publish(1)

    with pytest.raises(UnknownVersionError) as refusal:
        registry.content_hash(name.format(hash=version.rpartition("@")[2]))
    assert str(refusal.value).isprintable()


def test_activation_and_the_way_back(registry: Registry, publish: Publish) -> None:
    """An activated version is the champion, what was served before it the former one; a rollback swaps them, as often as it is asked."""
    shipped = registry.in_force().version
    version = publish(1)
    registry.set_candidate(version, by="timer@host")

    alias = registry.activate(version, by="ann@desk", seen=show(registry, version))

    assert (alias.version, alias.by, alias.unattended, alias.reason) == (version, "ann@desk", False, None)
    assert registry.champion() == alias
    assert registry.candidate() is None, "it waits for nobody's decision any more"
    assert [registry.rollback(by="bob@desk").version for _ in range(3)] == [shipped, version, shipped]
    assert registry.in_force().version == shipped


def test_activating_the_champion_changes_nothing(registry: Registry, publish: Publish) -> None:
    """A version that is champion stays so; nothing is noted, and the former champion stays what it was."""
    version = publish(1)
    first = registry.activate(version, by="ann@desk", reason="the first")

    assert registry.activate(version, by="bob@desk", reason="once more") == first
    assert len(registry.changes()) == 1


def test_activating_what_ships(registry: Registry) -> None:
    """Where the shipped model itself is made champion, there is nothing to go back to."""
    version = registry.publish(shipped_folder(), VersionRecord(created_at=time_stamp(), made_by="ann@desk"))
    registry.activate(version, by="ann@desk", reason="to begin with")

    assert registry.former() is None
    with pytest.raises(RegistryRefusalError, match="no former champion"):
        registry.rollback(by="ann@desk")


def test_rollback_needs_a_former_champion(registry: Registry) -> None:
    """With nothing before, a rollback is refused."""
    with pytest.raises(RegistryRefusalError, match="no former champion"):
        registry.rollback(by="ann@desk")


def test_a_pinned_artefact_is_in_force(tmp_path: Path, make_version: MakeVersion, publish: Publish, registry: Registry) -> None:
    """Where TIPSTAFF_ARTEFACT pins an artefact, that is in force whatever the champion is, and tries and gates are about it."""
    registry.activate(publish(1), by="ann@desk", reason="for the test")
    pinned = make_version(2)

    site = open_registry(read_settings(data_dir=tmp_path / "data", artefact=pinned))

    assert site.in_force().folder == pinned
    assert site.in_force().content_hash == read_folder_manifest(pinned).content_hash


def test_a_later_report_of_the_gate_counts(registry: Registry, publish: Publish) -> None:
    """The same version may go through the gate again; the newest report that compares it with what is in force decides."""
    shipped = registry.in_force().version
    version = publish(1, gate=gate(shipped, passed=False, gain="cannot tell"))
    seen = show(registry, version)
    with pytest.raises(RegistryRefusalError, match="gate did not let it pass"):
        registry.activate(version, by="ann@desk", seen=seen)

    publish(1, gate=gate(shipped))
    publish(1, gate=gate("other@0123456789ab", passed=False))

    assert registry.activate(version, by="ann@desk", seen=seen).version == version
    assert [report["passed"] for report in registry.notes.gate_reports(registry.content_hash(version))] == [False, True, False]


@pytest.mark.parametrize("damage", ["truncated", "altered", "alien", "manifest", "missing", "extra array", "link"])
def test_a_damaged_version_is_never_returned(registry: Registry, publish: Publish, make_version: MakeVersion, damage: str) -> None:
    """A version whose files are not those that its name stands for is not returned, not activated, and not rolled back to."""
    former, version = publish(1), publish(2)
    registry.activate(former, by="ann@desk", reason="first")
    registry.activate(version, by="ann@desk", reason="second")
    folder = registry.fetch(former)
    weights = folder / "weights.npy"
    if damage == "truncated":
        weights.write_bytes(weights.read_bytes()[:-1])
    elif damage == "altered":
        weights.write_bytes(weights.read_bytes()[:-1] + b"\x07")
    elif damage == "alien":
        for file in make_version(3).iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
    elif damage == "manifest":
        manifest = folder / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"small"', '"large"'))
    elif damage == "missing":
        weights.unlink()
    elif damage == "extra array":
        (folder / "more.npy").write_bytes(weights.read_bytes())
    else:
        weights.rename(folder / "elsewhere")
        weights.symlink_to(folder / "elsewhere")

    with pytest.raises(TipstaffError):
        registry.fetch(former)
    with pytest.raises(ArtefactError):
        registry.rollback(by="ann@desk")
    champion = registry.champion()
    assert champion is not None
    assert champion.version == version


def test_what_was_touched_since_it_was_checked_is_checked_again(registry: Registry, publish: Publish) -> None:
    """A version that was just returned is refused once a byte of it has been altered, though its size and its date are what they were."""
    version = publish(1)
    path = registry.fetch(version) / "weights.npy"
    assert registry.fetch(version) == path.parent
    date = path.stat()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(date.st_atime_ns, date.st_mtime_ns))

    with pytest.raises(ArtefactError):
        registry.fetch(version)
    with pytest.raises(ArtefactError):
        registry.activate(version, by="ann@desk", reason="a test")


def test_a_damaged_artefact_is_not_published(registry: Registry, make_version: MakeVersion) -> None:
    """What is damaged does not come into the registry."""
    folder = make_version(1)
    weights = folder / "weights.npy"
    weights.write_bytes(weights.read_bytes()[:-1])

    with pytest.raises(ArtefactError, match="truncated"):
        registry.publish(folder, VersionRecord(created_at=time_stamp(), made_by="ann@desk"))
    assert registry.versions() == []


def test_versions_know_their_tables(registry: Registry, publish: Publish) -> None:
    """The versions that learned from a table are found by its hash, also by the one that it has since something was forgotten from it."""
    first, second, third = "1" * 64, "2" * 64, "3" * 64
    version = publish(1, learned_from=(LearnedTable(kind="snapshot", sha256=first, rows=200),))
    other = publish(2, learned_from=(LearnedTable(kind="table", sha256=third, rows=10),))

    registry.add_tombstone(first, second)
    registry.add_tombstone(first, second)

    assert registry.learned_from([first]) == registry.learned_from([second]) == [version]
    assert registry.learned_from([second, third]) == [version, other]
    assert registry.learned_from(["4" * 64]) == []
    with pytest.raises(RegistryError, match="something else became"):
        registry.add_tombstone(first, None)


def test_the_stamp_tells_of_a_new_champion(registry: Registry, publish: Publish) -> None:
    """What a watcher compares differs after an activation and after a rollback, and stays the same while nothing happens."""
    version = publish(1)
    stamps = [registry.stamp(), registry.stamp()]
    registry.activate(version, by="ann@desk", reason="for the test")
    stamps += [registry.stamp(), registry.stamp()]
    registry.rollback(by="ann@desk")
    stamps.append(registry.stamp())

    assert stamps[0] == stamps[1]
    assert stamps[2] == stamps[3]
    assert len(set(stamps)) == 3
