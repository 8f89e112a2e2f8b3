"""Looks at everything in a registry: versions, records, signatures, aliases, the log, and what the versions learned from."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from model.errors import ArtefactError, RegistryError
from service.registry.lineage import find_snapshot_files
from service.registry.registry import Registry
from service.registry.registry_documents import AliasName, Change, LearnedTable, VersionRecord

__all__ = ["RegistryFinding", "verify_registry"]

_SNAPSHOTS = "snapshots"
_FILE_DIGITS = 12


@dataclass(frozen=True, slots=True)
class RegistryFinding:
    """What a look at one thing has found.

    Attributes:
        subject: what was looked at, such as ``default@3f2a9c1d04be`` or ``champion``.
        aspect: which side of it, such as ``content`` or ``lineage``.
        state: in words.
        is_wrong: whether something has to be mended.
    """

    subject: str
    aspect: str
    state: str
    is_wrong: bool


def verify_registry(registry: Registry, snapshots: Path) -> Iterator[RegistryFinding]:
    """Yield what a look at everything finds; only damage raises nothing, so that the rest is looked at all the same.

    Args:
        registry: the registry.
        snapshots: folder in which the site keeps its snapshots.

    Raises:
        OSError: the registry cannot be read.
    """
    changes: list[Change] = []
    yield _check("log", "entries", lambda: f"{len(_collect(registry, changes))} entries")
    pruned = {content_hash for change in changes for content_hash in change.pruned}
    there = set(registry.folders.hashes())
    for name in AliasName:
        yield _check(name.value, "alias", partial(_tell_alias, registry, name))
    for content_hash in sorted(there):
        yield from _check_version(registry, content_hash)
    for content_hash in sorted(set(registry.notes.hashes()) - there - pruned):
        yield RegistryFinding(content_hash[:12], "content", "is missing, though nobody pruned it: bring it back from a copy", True)
    for content_hash in registry.notes.hashes():
        yield from _check_lineage(registry, content_hash, snapshots)


def _collect(registry: Registry, changes: list[Change]) -> list[Change]:
    changes += registry.changes()
    return changes


def _tell_alias(registry: Registry, name: AliasName) -> str:
    alias = registry.aliases.read(name)
    if alias is None:
        return "none"
    if not registry.folders.has(alias.content_hash):
        raise RegistryError(f"{alias.version} is not in the registry: bring it back from a copy")
    if name is AliasName.CHAMPION:
        registry.fetch(alias.content_hash)
    return alias.version


def _check_version(registry: Registry, content_hash: str) -> Iterator[RegistryFinding]:
    subject = content_hash[:12]
    try:
        subject = registry.folders.version(content_hash)
    except (RegistryError, FileNotFoundError):
        yield RegistryFinding(subject, "content", "its manifest is missing or damaged: bring it back from a copy", True)
    else:
        yield _check(subject, "content", lambda: _tell_content(registry, content_hash))
    yield _check(subject, "record", lambda: _tell_record(registry, content_hash))
    yield _check(subject, "signature", lambda: _tell_signature(registry, content_hash))


def _tell_content(registry: Registry, content_hash: str) -> str:
    registry.fetch(content_hash, is_served=False)
    return "whole"


def _tell_record(registry: Registry, content_hash: str) -> str:
    record = registry.record(content_hash)
    if record.version != registry.folders.version(content_hash):
        raise RegistryError(f"its record is that of {record.version}: bring the right one back from a copy")
    for name, sha256 in registry.folders.documents(content_hash).items():
        if record.documents.get(name) != sha256:
            raise RegistryError(f"{name} is not the one that was published: bring it back from a copy")
    registry.notes.gate_reports(content_hash)
    return "whole"


def _tell_signature(registry: Registry, content_hash: str) -> str:
    signed = registry.signatures.read(content_hash)
    if signed is None:
        return "none"
    manifest = hashlib.sha256(registry.folders.manifest(content_hash)).hexdigest()
    if any(signature.manifest_sha256 != manifest for signature in signed.signatures):
        raise RegistryError("a signature is that of another manifest: sign the version anew, or bring its manifest back from a copy")
    counter = registry.signatures.counter(content_hash)
    counters = ", ".join(str(signature.counter) for signature in signed.signatures)
    if counter is None and registry.signatures.are_asked_for:
        return f"counter {counters}; by no key that this site trusts"
    return f"counter {counters}"


def _check_lineage(registry: Registry, content_hash: str, snapshots: Path) -> Iterator[RegistryFinding]:
    try:
        record = registry.record(content_hash)
    except RegistryError as error:
        yield RegistryFinding(content_hash[:12], "lineage", str(error), True)
        return
    subject = record.version or content_hash[:12]
    for table in record.learned_from:
        aspect = f"{table.kind} {table.sha256[:_FILE_DIGITS]}"
        yield _check(subject, aspect, partial(_tell_table, registry, table, snapshots))
    if record.started_from is not None:
        yield _check(subject, "started from", lambda: _tell_start(registry, record))


def _tell_start(registry: Registry, record: VersionRecord) -> str:
    start = record.started_from or ""
    if start not in registry.notes.hashes():
        return f"{start[:12]}, which never was in this registry"
    return registry.record(start).version or start[:12]


def _tell_table(registry: Registry, table: LearnedTable, snapshots: Path) -> str:
    current = registry.notes.lineage.current_hash(table.sha256)
    passed = registry.notes.lineage.former_hashes(current) - {current} if current else {table.sha256}
    if current != table.sha256:
        for old in sorted(passed):
            for file in find_snapshot_files(snapshots, old):
                raise RegistryError(f"{file.name} is still in {snapshots}, though something was forgotten from it: remove it")
    if current is None:
        return "nothing is left of it, since all of it was forgotten"
    became = "" if current == table.sha256 else f"written anew as {current[:_FILE_DIGITS]}, "
    if table.kind != "snapshot" or not (files := find_snapshot_files(snapshots, current)):
        return f"{became}kept elsewhere"
    for file in files:
        with file.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != current:
                raise RegistryError(f"{file.name} in {snapshots} was altered or damaged: bring it back from a copy")
    return f"{became}whole"


def _check(subject: str, aspect: str, tell: Callable[[], str]) -> RegistryFinding:
    try:
        return RegistryFinding(subject, aspect, tell(), False)
    except (RegistryError, ArtefactError) as error:
        return RegistryFinding(subject, aspect, str(error), True)
    except FileNotFoundError as error:
        return RegistryFinding(subject, aspect, f"{error.filename}: is missing: bring it back from a copy", True)
