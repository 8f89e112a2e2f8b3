"""The registry of a site: the versions of its model, immutable and named by their content, and which of them is in force."""

from collections.abc import Collection, Hashable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from model.artefact.folder import shipped_folder
from model.artefact.open_artefact import MANIFEST
from model.errors import RegistryError, RegistryRefusalError, UnknownVersionError
from service.registry.activation import ActivationRequest, GateJson, Ground, check_request
from service.registry.aliases import Aliases
from service.registry.in_force import InForce, describe_in_force
from service.registry.registry_documents import (
    Alias,
    AliasName,
    Change,
    Try,
    VersionRecord,
    time_stamp,
)
from service.registry.storage.open_files import open_registry_files
from service.registry.storage.registry_files import RegistryFiles
from service.registry.trust.ed25519_signatures import SigningKey, TrustedKeys
from service.registry.trust.site_trust import SiteTrust
from service.registry.trust.version_signatures import VersionSignatures
from service.registry.version_folders import VersionFolders, check_artefact, read_folder_manifest
from service.registry.version_names import find_version
from service.registry.version_notes import HASH_DIGITS, VersionNotes

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["Registry", "open_registry"]

_CACHE = "registry-cache"


class Registry:
    """A registry. Versions may be given by `NAME@HASH12`, by the beginning of their hash, or by an alias.

    Every method may raise `RegistryError` where something in it is damaged, and `OSError` where its files cannot be read or written.

    Attributes:
        folders: of the versions.
        aliases: which version is in force.
        notes: about the versions.
        signatures: of the versions.
        pinned: folder of the artefact that the site is pinned to; None if there is none.

    Args:
        files: its files.
        data_dir: the data folder of the site.
        pinned: folder of the artefact that the site is pinned to; None if there is none.
        trusted: the keys by one of which a version has to be signed before it is served; None asks for no signatures.
    """

    def __init__(self, files: RegistryFiles, data_dir: Path, *, pinned: Path | None = None, trusted: TrustedKeys | None = None) -> None:
        self._files = files
        self.folders = VersionFolders(files, data_dir / _CACHE, is_private=trusted is not None)
        self.aliases = Aliases(files, self.folders)
        self.notes = VersionNotes(files)
        self.pinned = pinned
        own = (shipped_folder() / MANIFEST).read_bytes()
        self.signatures = VersionSignatures(files, self.folders, None if trusted is None else SiteTrust(trusted, data_dir, own))

    @property
    def name(self) -> str:
        """Its folder or URL, for messages."""
        return self._files.name

    # What there is.

    def champion(self) -> Alias | None:
        """Return what is to be served; None while the registry has no champion.

        Raises:
            RegistryError: somebody else wrote into the aliases or the log, or took them away from a site that asks for signatures.
        """
        alias = self.aliases.read(AliasName.CHAMPION)
        if alias is None and self.signatures.floor:
            raise RegistryError(
                f"{self.name}: has no champion, though this site has served signed versions: bring the registry back from a copy"
            )
        return alias

    def stamp(self) -> Hashable:
        """Return a value that differs once there is another champion; cheap to make where the registry is a folder."""
        return self.aliases.stamp()

    def candidate(self) -> Alias | None:
        """Return the version that was made last and waits for somebody's decision; None if there is none."""
        return self.aliases.read(AliasName.CANDIDATE)

    def former(self) -> Alias | None:
        """Return what `rollback` leads to; None if nothing was champion before."""
        return self.aliases.read(AliasName.FORMER)

    def in_force(self) -> InForce:
        """Return the artefact that the site judges with: the pinned one, else the champion, else the one that ships."""
        if self.pinned is None and (alias := self.champion()) is not None:
            return InForce(alias.version, alias.content_hash, None)
        return describe_in_force(self.pinned or shipped_folder())

    def versions(self) -> list[VersionRecord]:
        """Return the records of the versions that are there, those made first first."""
        return self.notes.records(self.folders.hashes())

    def content_hash(self, version: str) -> str:
        """Return the content hash of a version that is there.

        Raises:
            UnknownVersionError: there is no such version, or several fit.
        """
        with suppress(ValueError):
            alias = self.aliases.read(AliasName(version))
            if alias is None:
                raise UnknownVersionError(f"there is no {version} yet: `tipstaff models list` shows what there is")
            return alias.content_hash
        return find_version(self.folders, version)

    def record(self, version: str) -> VersionRecord:
        """Return what was noted about a version when it was published; also of one that was pruned, by its whole hash."""
        return self.notes.record(version if len(version) == HASH_DIGITS else self.content_hash(version))

    def records(self) -> list[VersionRecord]:
        """Return the records of all versions that were ever published, those made first first."""
        return self.notes.records(self.notes.hashes())

    def changes(self) -> list[Change]:
        """Return everything that was ever done, oldest first."""
        return self.aliases.entries()

    # What may be done.

    def publish(self, folder: Path, record: VersionRecord) -> str:
        """Bring an artefact into the registry; one that is there stays as it is, with its record, but for a new report of the gate.

        Args:
            folder: of the artefact.
            record: what is to be known of it.

        Returns:
            Its version.

        Raises:
            ArtefactError: it cannot be read, or is damaged.
        """
        content_hash = read_folder_manifest(folder).content_hash
        check_artefact(folder, content_hash)
        with self._files.locked():
            self.folders.put(folder, content_hash)
            # The one that is there may have been published under another name.
            version = self.folders.version(content_hash)
            documents = self.folders.documents(content_hash)
            noted = record.model_copy(update={"version": version, "content_hash": content_hash, "documents": documents})
            self.notes.add_record(noted)
            if record.gate is not None:
                self.notes.add_gate_report(content_hash, record.gate)
        return version

    def set_candidate(self, version: str, *, by: str) -> Alias:
        """Make a version the candidate."""
        return self.aliases.set_candidate(self.content_hash(version), ActivationRequest(by=by))

    def activate(self, version: str, *, by: str, seen: str | None = None, reason: str | None = None, unattended: bool = False) -> Alias:
        """Make a version the champion. The one that was so far is then the former one.

        Args:
            version: the version.
            by: who does it, such as ``user@host``.
            seen: the hash of the try that the person saw.
            reason: why it is forced, without a try and whatever the gate says.
            unattended: whether no person does it, so that every rule of the gate has to say *better* or *no change*.

        Raises:
            RegistryRefusalError: the ground is not good enough, or somebody else changed the champion at the same time.
            ArtefactError: the version is damaged.
            UntrustedVersionError: the site may not serve it.
        """
        request = ActivationRequest(by=by, seen=seen, reason=reason, unattended=unattended)
        before = self.aliases.read(AliasName.CHAMPION)
        content_hash = self.content_hash(version)
        if before is not None and before.content_hash == content_hash:
            return before
        in_force = self.in_force()
        ground = Ground(
            version=self.folders.version(content_hash),
            content_hash=content_hash,
            in_force=in_force.content_hash,
            gate=self.gate_report(content_hash, in_force.content_hash),
            shown=self.notes.find_try(seen),
        )
        check_request(request, ground)
        self.fetch(content_hash)
        started = self._note_start(in_force, by) if before is None and in_force.content_hash != content_hash else None
        return self.aliases.set_champion(content_hash, request, before=before, former=before or started)

    def rollback(self, *, by: str) -> Alias:
        """Make the former champion the champion again; the one that was so far is then the former one.

        Raises:
            RegistryRefusalError: there is no former champion, or somebody else changed the champion at the same time.
            ArtefactError: it is damaged.
            UntrustedVersionError: the site may not serve it.
        """
        before, former = self.aliases.read(AliasName.CHAMPION), self.aliases.read(AliasName.FORMER)
        if before is None or former is None:
            raise RegistryRefusalError("there is no former champion to go back to")
        self.signatures.readmit(former.content_hash)
        self.fetch(former.content_hash)
        return self.aliases.swap(ActivationRequest(by=by), before=before, former=former)

    def fetch(self, version: str, *, is_served: bool = True) -> Path:
        """Return the folder of this machine that holds a version, of which every byte was checked.

        Args:
            version: the version.
            is_served: whether it is to be served, so that it has to be signed where the site asks for signatures; False to look at it.

        Raises:
            ArtefactError: it is truncated, altered, or another one.
            UntrustedVersionError: it is not signed by a trusted key, or what was served here is newer.
        """
        content_hash = self.content_hash(version)
        folder = self.folders.local(content_hash)
        if is_served:
            self.signatures.check(content_hash, folder)
        return folder

    def check_served_again(self, version: str) -> None:
        """Refuse a version that a service still holds, since it served it before, if the site may not serve it any more.

        Raises:
            UnknownVersionError: it is not in the registry.
            UntrustedVersionError: what was served here is newer.
        """
        if self.signatures.are_asked_for:
            self.signatures.check(self.content_hash(version))

    def export(self, version: str, target: Path) -> str:
        """Copy a version, checked, into an empty folder of this machine, and return its name."""
        content_hash = self.content_hash(version)
        source = self.fetch(content_hash, is_served=False)
        target.mkdir(parents=True, exist_ok=True)
        self.folders.copy(source, target, content_hash)
        return self.folders.version(content_hash)

    def confirm_served(self, version: str) -> None:
        """Note that the site serves a version now: where it asks for signatures, none with a lower counter is served after it."""
        self.signatures.note_served(self.content_hash(version))

    def sign(self, version: str, key: SigningKey) -> int:
        """Sign a version, and return the counter of the signature, which is higher than that of every other."""
        content_hash = self.content_hash(version)
        self.fetch(content_hash, is_served=False)
        return self.signatures.sign(content_hash, key)

    # What is noted beside.

    def gate_report(self, version: str, champion: str) -> GateJson | None:
        """Return the newest report of the gate that compares a version with a champion (its hash); the newest of all if none does."""
        return self.notes.gate_report(self.content_hash(version), champion)

    def add_tombstone(self, old: str, new: str | None) -> None:
        """Note that a table of the hash ``old`` was written anew as ``new``, or that nothing is left of it."""
        with self._files.locked():
            self.notes.lineage.add(old, new)

    def learned_from(self, sha256s: Collection[str]) -> list[str]:
        """Return the versions that learned from tables of these hashes, also under hashes that the tables had before; pruned ones too."""
        return [record.version or "" for record in self.notes.learned_from(sha256s)]

    def note_try(self, shown: Try) -> str:
        """Note that somebody was shown how two versions differ, and return the hash by which `activate` knows it."""
        with self._files.locked():
            return self.notes.add_try(shown)

    def _note_start(self, in_force: InForce, by: str) -> Alias:
        """Bring what is served without a champion into the registry, so that a rollback can lead back to it."""
        if in_force.folder is not None:
            self.publish(
                in_force.folder, VersionRecord(created_at=time_stamp(), made_by=by, remarks=("served before there was a champion",))
            )
        return self.aliases.new(in_force.content_hash, ActivationRequest(by=by, reason="served before there was a champion"))


def open_registry(settings: "Settings") -> Registry:
    """Return the registry of a site; nothing is made before something is written.

    Raises:
        RegistryError: it cannot be opened, or the file of trusted keys cannot be used.
        OSError: the file of trusted keys cannot be read.
    """
    trusted = None if settings.trusted_keys is None else TrustedKeys.read(settings.trusted_keys)
    place = settings.registry or str(settings.data_dir / "models")
    if place.startswith("memory:"):
        raise RegistryError("memory: what is in there would be lost with the process: name a folder, or the URL of a store")
    files = open_registry_files(place)
    return Registry(files, settings.data_dir, pinned=settings.artefact, trusted=trusted)
