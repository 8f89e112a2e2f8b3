"""The folders of versions: brought in, checked, and brought out to where a process reads them."""

import hashlib
import json
import os
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from model.artefact.atomic import open_folder
from model.artefact.folder import read_artefact
from model.artefact.manifest import Manifest
from model.artefact.open_artefact import MANIFEST, open_artefact, read_manifest
from model.artefact.public_view import artefact_version
from model.errors import ArtefactError, RegistryError
from service.registry.storage.registry_files import RegistryFiles

__all__ = ["VersionFolders", "check_artefact", "read_folder_manifest"]

_FOLDER = "versions"
_HASH = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MOST_CACHED = 4


_State = tuple[tuple[str, int, int, int, int], ...]


class VersionFolders:
    """The folders of the versions in a registry, each named by the content hash of the artefact that it holds.

    Args:
        files: the files of the registry.
        cache: folder of this machine for copies of versions.
        is_private: whether versions are read from the cache alone, so that nobody who may write to the registry can change them after
            they were checked; versions behind a URL always are.
    """

    def __init__(self, files: RegistryFiles, cache: Path, *, is_private: bool) -> None:
        self._files = files
        self._cache = cache
        self._root = None if is_private else files.root
        self._checked: tuple[str, _State] | None = None

    @property
    def name(self) -> str:
        """The registry, for messages."""
        return self._files.name

    def hashes(self) -> list[str]:
        """Return the content hashes of the versions that are there, sorted."""
        return [name for name in self._files.names(_FOLDER) if _HASH.fullmatch(name)]

    def has(self, content_hash: str) -> bool:
        """Return whether a version is there."""
        return self._files.has(f"{_path(content_hash)}/{MANIFEST}")

    def manifest(self, content_hash: str) -> bytes:
        """Return the bytes of the manifest of a version, unchecked.

        Raises:
            FileNotFoundError: there is no such version.
        """
        return self._files.read(f"{_path(content_hash)}/{MANIFEST}")

    def version(self, content_hash: str) -> str:
        """Return the name of a version that is there, such as ``default@3f2a9c1d04be``.

        Raises:
            RegistryError: its manifest is damaged.
        """
        try:
            name = json.loads(self.manifest(content_hash))["name"]
        except (ValueError, KeyError, TypeError, RecursionError):
            name = None
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise RegistryError(f"{self.name}/{_path(content_hash)}/{MANIFEST}: was altered or damaged: bring it back from a copy")
        return f"{name}@{content_hash[:12]}"

    def put(self, folder: Path, content_hash: str) -> None:
        """Copy an artefact that was checked into the registry, unless it is there."""
        self._files.put_folder(folder, _path(content_hash), last=MANIFEST)

    def remove(self, content_hash: str) -> None:
        """Remove a version; its manifest goes first, so that nobody takes what is left for one."""
        if self._files.root is None:
            self._files.remove(f"{_path(content_hash)}/{MANIFEST}")
        self._files.remove(_path(content_hash))

    def local(self, content_hash: str) -> Path:
        """Return the folder of this machine that holds a version, checked against its manifest and its name.

        Raises:
            ArtefactError: it is missing, truncated, altered, or another one.
            OSError: the registry cannot be read.
        """
        if self._root is not None:
            folder = self._root / _path(content_hash)
            self._check_untouched(folder, content_hash)
            return folder
        cached = self._cache / content_hash
        if not self._is_cached(content_hash, cached):
            self._fetch(content_hash, cached)
        with suppress(OSError):
            cached.touch()
        return cached

    def _check_untouched(self, folder: Path, content_hash: str) -> None:
        """Check a version, unless it was the last one and no file of it was touched since: whoever activates one has just fetched it."""
        state = _read_state(folder)
        if not state or self._checked != (content_hash, state):
            check_artefact(folder, content_hash)
            self._checked = content_hash, state

    def copy(self, source: Path, target: Path, content_hash: str) -> None:
        """Copy the files of a version that was checked into an empty folder, and check the copy.

        Raises:
            ArtefactError: somebody changed it meanwhile.
        """
        for file in sorted(source.iterdir()):
            if file.is_file() and not file.is_symlink():
                shutil.copyfile(file, target / file.name)
        check_artefact(target, content_hash)

    def documents(self, content_hash: str) -> dict[str, str]:
        """Return the SHA-256 of the texts in the folder of a version, by name; arrays and manifest have hashes of their own."""
        path = _path(content_hash)
        names = [name for name in self._files.names(path) if not name.endswith(".npy") and name != MANIFEST]
        return {name: hashlib.sha256(self._files.read(f"{path}/{name}")).hexdigest() for name in names}

    def read_document(self, content_hash: str, name: str) -> str | None:
        """Return a text in the folder of a version, such as ``MODEL_CARD.md``; None if there is none."""
        with suppress(FileNotFoundError):
            return self._files.read(f"{_path(content_hash)}/{name}").decode("utf-8", "replace")
        return None

    def _is_cached(self, content_hash: str, cached: Path) -> bool:
        """Return whether the cache holds a version whole, and with the manifest that it has in the registry now."""
        try:
            check_artefact(cached, content_hash)
            return (cached / MANIFEST).read_bytes() == self.manifest(content_hash)
        except (ArtefactError, FileNotFoundError):
            return False

    def _fetch(self, content_hash: str, cached: Path) -> None:
        """Copy a version into the cache; it appears there when it was checked."""
        self._cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._cache / f".part-{content_hash}-{secrets.token_hex(8)}"
        part.mkdir(mode=0o700)
        try:
            try:
                self._files.get_folder(_path(content_hash), part)
            except FileNotFoundError:
                raise ArtefactError(f"{self._files.name}/{_path(content_hash)}: is missing: bring it back from a copy") from None
            check_artefact(part, content_hash, name=f"{self._files.name}/{_path(content_hash)}")
            if cached.exists():
                cached.rename(part.with_name(f"{part.name}-old"))
            with suppress(OSError):  # another process has brought the same version meanwhile
                part.rename(cached)
            check_artefact(cached, content_hash)
        finally:
            for left in self._cache.glob(f"{part.name}*"):
                shutil.rmtree(left, ignore_errors=True)
        self._forget_old()

    def _forget_old(self) -> None:
        """Remove all but the versions in the cache that were read last."""
        with suppress(OSError):
            cached = sorted(
                (entry for entry in self._cache.iterdir() if _HASH.fullmatch(entry.name)), key=lambda entry: entry.stat().st_mtime
            )
            for folder in cached[:-_MOST_CACHED]:
                shutil.rmtree(folder, ignore_errors=True)


def read_folder_manifest(folder: Path) -> Manifest:
    """Return the manifest of an artefact, checked; its arrays are not.

    Raises:
        ArtefactError: it cannot be read, or was altered.
    """
    try:
        with open_folder(folder) as handle:
            return read_manifest(open_artefact(folder, handle))
    except OSError as error:
        raise ArtefactError(f"{folder}: no artefact can be read here: {error.strerror}: give the folder of one") from error


def check_artefact(folder: Path, content_hash: str, *, name: str | None = None) -> Manifest:
    """Return the manifest of an artefact, of which every byte was checked.

    Args:
        folder: the folder.
        content_hash: the hash that it has to have.
        name: what to call it in messages; the folder if None.

    Raises:
        ArtefactError: it is missing, truncated, altered, or another one.
    """
    name = name or str(folder)
    try:
        manifest = read_folder_manifest(folder)
        if manifest.content_hash != content_hash:
            raise ArtefactError(
                f"{folder}: holds the version {artefact_version(manifest)}, not {content_hash[:12]}: bring that back from a copy"
            )
        # Whether this Tipstaff can judge with it is another question, which whoever loads it asks.
        read_artefact(folder, normaliser=manifest.normaliser)
    except ArtefactError as error:
        raise ArtefactError(str(error).replace(str(folder), name, 1)) from error
    return manifest


def _read_state(folder: Path) -> _State:
    """Return what changes whenever a file of a folder is written or replaced; empty if the folder cannot be read."""
    try:
        states = sorted((entry.name, entry.stat(follow_symlinks=False)) for entry in os.scandir(folder))
    except OSError:
        return ()
    # Nobody but the system sets the time of the last change (ctime), and it moves with every write.
    return tuple((name, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns) for name, status in states)


def _path(content_hash: str) -> str:
    return f"{_FOLDER}/{content_hash}"
