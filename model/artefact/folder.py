"""A stored classifier: a folder of plain arrays and ``manifest.json``.

Nothing in it can run. Reading goes parse → check → map: the manifest is parsed and checked, then every array file is
mapped and checked against it, so that all workers of a machine share one copy.

An artefact is never changed where it lies (who has it mapped would see that); :func:`write` puts a whole new folder in
its place, and who has the old one mapped keeps it.
"""

import json
import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from model.artefact import arrays as arrayfile
from model.artefact.arrays import Array
from model.artefact.atomic import open_folder, replace_folder, sync_to_disk
from model.artefact.manifest import (
    ATTRIBUTE_PREFIX,
    HEADS,
    PROTOCOL,
    Description,
    Manifest,
    compute_seal,
    describe_validation_error,
    encode_manifest,
    seal_manifest,
)
from model.errors import ArtefactError
from model.profile import Profile

__all__ = [
    "DOCUMENTS",
    "MANIFEST",
    "StoredArtefact",
    "artefact_version",
    "profile_version",
    "public_fields",
    "read_artefact",
    "shipped_folder",
    "write_artefact",
]

MANIFEST = "manifest.json"
DOCUMENTS = ("MODEL_CARD.md", "README.md", "README", "NOTICE", "LICENSE")
_MANIFEST_LIMIT = 4 * 2**20
_PUBLIC = ("protocol", "name", "normaliser", "labels", "languages", "prior", "thresholds", "policies", "metrics", "content_hash")
_TRIES = 16
_AGAIN = "copy the whole folder again or train it anew"


@dataclass(frozen=True, slots=True)
class StoredArtefact:
    """An artefact as read.

    Attributes:
        manifest: its checked description.
        arrays: by file name; mapped, read-only, aligned, C order.
    """

    manifest: Manifest
    arrays: Mapping[str, Array]


def write_artefact(
    folder: Path, *, description: Description, arrays: Mapping[str, Array], documents: Mapping[str, str] | None = None
) -> Manifest:
    """Store an artefact, all at once: a failure or a kill at any moment leaves what was there before, or the new one.

    Args:
        folder: where; absent, empty, or an artefact, which is replaced. Missing parents are made.
        description: what the manifest is to say.
        arrays: by file name (``weights.npy``); dtypes as in ArrayEntry, little-endian, finite.
        documents: further texts by name, one of ``DOCUMENTS``; those of a replaced artefact are kept unless given anew.

    Returns:
        The manifest as written.

    Raises:
        ArtefactError: the folder holds something else, an array or a document is not storable, or the disk refuses.
    """
    ready = {name: _storable(name, array) for name, array in arrays.items()}
    if unknown := set(documents or {}).difference(DOCUMENTS):
        raise ArtefactError(f"{min(unknown)}: not a document of an artefact: name it one of {', '.join(DOCUMENTS)}")
    try:
        manifest = seal_manifest(description, {name: arrayfile.describe(array) for name, array in ready.items()})
    except ValidationError as error:
        raise ArtefactError(f"{folder}: not written: {describe_validation_error(error)}") from error
    texts = {name: text.encode() for name, text in (documents or {}).items()} | {MANIFEST: encode_manifest(manifest.model_dump())}
    try:
        place = Path(os.path.realpath(folder))
        place.parent.mkdir(parents=True, exist_ok=True)
        with replace_folder(place) as fresh:
            _check_replaceable(place, folder)
            _keep_documents(place, fresh, skip=texts)
            for name, array in ready.items():
                _save(fresh / name, arrayfile.header(manifest.arrays[name]), arrayfile.raw(array))
            for name, text in texts.items():
                _save(fresh / name, text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ArtefactError(f"{folder}: not written, what was there is untouched: {reason}: make room or choose another folder") from error
    return manifest


def read_artefact(folder: Path, *, normaliser: str) -> StoredArtefact:
    """Read an artefact: parse, check, map.

    Args:
        folder: where it lies.
        normaliser: the version of the text normalisation that will feed it.

    Returns:
        The manifest and the arrays, whose pages all processes share.

    Raises:
        ArtefactError: it is missing, truncated, altered, foreign, newer, or made for another normaliser.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            with open_folder(folder) as handle:
                try:
                    return _read(_Place(folder, handle), normaliser)
                except (ArtefactError, OSError):
                    if attempt == _TRIES or not _replaced(folder, handle):
                        raise
        except OSError as error:
            raise ArtefactError(f"{folder}: no artefact can be read here: {error.strerror}: give the folder of one") from error
    raise AssertionError("unreachable")


def artefact_version(manifest: Manifest) -> str:
    """Return what an artefact is called, such as ``default@3f2a9c1d04be``."""
    return f"{manifest.name}@{manifest.content_hash[:12]}"


def profile_version(manifest: Manifest, profile: Profile) -> str:
    """Return what an artefact is called in every answer: where it holds an encoder, with the profile, ``default@3f2a9c1d04be+cascade``.

    Raises:
        ArtefactError: the profile asks for an encoder, and there is none.
    """
    if len(manifest.readers) > 1:
        return f"{artefact_version(manifest)}+{profile.value}"
    if profile is Profile.FAST:
        return artefact_version(manifest)
    raise ArtefactError(
        f"artefact {artefact_version(manifest)}: holds no encoder, which the profile {profile.value} asks for: use the profile fast"
    )


def shipped_folder() -> Path:
    """Return the folder of the artefact that ships."""
    return Path(str(resources.files("model"))) / "default"


def public_fields(manifest: Manifest) -> dict[str, Any]:
    """Return the part of a manifest that anybody may see, JSON-ready: no paths, no settings, no library versions."""
    document = manifest.model_dump(mode="json")
    shown = {key: document[key] for key in _PUBLIC} | {"version": artefact_version(manifest)}
    published = [head.removeprefix(ATTRIBUTE_PREFIX) for head in manifest.heads[len(HEADS) :]]
    shown["attributes"] = {name: _without_paths(document["attributes"][name]) for name in published}
    shown["data"] = [_without_paths(source) for source in document["data"]]
    return shown


def _without_paths(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry with the file name of its source alone, and its origin only where that is a web address."""
    shown = dict(entry) | {"source": entry["source"].replace("\\", "/").rstrip("/").rpartition("/")[2]}
    if not shown.get("origin", "").startswith(("https://", "http://")):
        shown.pop("origin", None)
    return shown


@dataclass(frozen=True, slots=True)
class _Place:
    """An opened folder, and what the user calls it."""

    folder: Path
    handle: int

    def refusal(self, what: str, advice: str = _AGAIN) -> ArtefactError:
        return ArtefactError(f"{self.folder}: {what}: {advice}")

    def open(self, name: str) -> int:
        """Open a plain file of the folder; never a link, which could lead out of it."""
        try:
            file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self.handle)
        except FileNotFoundError as error:
            raise self.refusal(f"{name} is missing") from error
        except OSError as error:
            raise self.refusal(f"{name} cannot be opened ({error.strerror})", "make it a plain, readable file") from error
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise self.refusal(f"{name} is not a plain file", "make it one")
        return file


def _replaced(folder: Path, handle: int) -> bool:
    try:
        return not os.path.samestat(folder.stat(), os.fstat(handle))
    except FileNotFoundError:
        return True


def _read(place: _Place, normaliser: str) -> StoredArtefact:
    manifest = _manifest(place)
    if manifest.normaliser != normaliser:
        raise place.refusal(
            f"{MANIFEST} says it was trained with text normaliser {manifest.normaliser!r}, this Tipstaff has {normaliser!r}",
            "train it anew, or run the Tipstaff that made it",
        )
    for name in sorted(os.listdir(place.handle)):  # noqa: PTH208 (a descriptor)
        if name.endswith(".npy") and name not in manifest.arrays:
            raise place.refusal(f"{name!a} is not among the arrays of {MANIFEST}", "remove it")
    arrays = {name: _mapped(place, name, manifest) for name in manifest.arrays}
    return StoredArtefact(manifest, MappingProxyType(arrays))


def _mapped(place: _Place, name: str, manifest: Manifest) -> Array:
    file = place.open(name)
    try:
        return arrayfile.mapped(file, manifest.arrays[name])
    except (ValueError, OSError) as error:
        raise place.refusal(f"{name} {error}") from error
    finally:
        os.close(file)


def _manifest(place: _Place) -> Manifest:
    raw = _manifest_bytes(place)
    try:
        document = json.loads(raw)
        canonical = encode_manifest(document) if isinstance(document, dict) else b""
    except (ValueError, RecursionError) as error:
        raise place.refusal(f"{MANIFEST} is not valid JSON") from error
    protocol = document.get("protocol") if isinstance(document, dict) else None
    if type(protocol) is not int or protocol < 1:
        raise place.refusal(f"{MANIFEST} is not of a Tipstaff artefact", "give the folder of one")
    if protocol > PROTOCOL:
        raise place.refusal(f"written by a newer Tipstaff (protocol {protocol}, this one reads {PROTOCOL})", "upgrade Tipstaff")
    if protocol < PROTOCOL:
        raise place.refusal(f"written by an older Tipstaff (protocol {protocol}, this one reads {PROTOCOL})", "train it anew")
    if canonical != raw or compute_seal(document) != document.get("seal"):
        raise place.refusal(f"{MANIFEST} was altered or damaged (its seal does not fit)")
    try:
        return Manifest.model_validate(document)
    except (ValidationError, RecursionError) as error:
        what = describe_validation_error(error) if isinstance(error, ValidationError) else "nested too deeply"
        raise place.refusal(f"{MANIFEST}: {what}", "train it anew") from error


def _manifest_bytes(place: _Place) -> bytes:
    with open(place.open(MANIFEST), "rb") as file:  # noqa: PTH123 (a descriptor)
        size = os.fstat(file.fileno()).st_size
        if size > _MANIFEST_LIMIT:
            raise place.refusal(f"{MANIFEST} is larger than {_MANIFEST_LIMIT} bytes", "give the folder of an artefact")
        return file.read(size)


def _storable(name: str, array: Array) -> Array:
    try:
        return arrayfile.storable(array)
    except ValueError as error:
        raise ArtefactError(f"{name}: not written: {error}") from error


def _save(path: Path, *parts: bytes | memoryview) -> None:
    with path.open("xb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def _check_replaceable(place: Path, folder: Path) -> None:
    """Refuse to replace what is no artefact, or holds what somebody else put there."""
    if not place.exists():
        return
    if not place.is_dir():
        raise ArtefactError(f"{folder}: is a file, nothing was written: give a folder")
    names = sorted(path.name for path in place.iterdir())
    if names and not _is_artefact(place):
        raise ArtefactError(f"{folder}: holds something other than an artefact, nothing was written: choose another folder")
    for name in names:
        known = name == MANIFEST or name.endswith(".npy") or name in DOCUMENTS
        if not known or not stat.S_ISREG((place / name).lstat().st_mode):
            raise ArtefactError(f"{folder}: {name!a} does not belong to the artefact, nothing was written: move it away first")


def _is_artefact(place: Path) -> bool:
    try:
        with (place / MANIFEST).open("rb") as file:
            document = json.loads(file.read(_MANIFEST_LIMIT + 1))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and {"protocol", "content_hash", "seal"} <= document.keys()


def _keep_documents(place: Path, fresh: Path, *, skip: Mapping[str, bytes]) -> None:
    for name in DOCUMENTS:
        if name not in skip and (place / name).is_file():
            shutil.copyfile(place / name, fresh / name)
            sync_to_disk(fresh / name)
