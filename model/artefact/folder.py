"""A stored classifier: a folder of plain arrays and ``manifest.json``.

Nothing in it can run. It is read in three steps: the manifest is parsed, then checked, then every array file is mapped and
checked against it, so that all workers of a machine share one copy.

The files of an artefact are never changed, since processes that have them mapped would see that. :func:`write_artefact` puts a
whole new folder in place of the old one, and processes that have the old one mapped keep it.
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

from pydantic import ValidationError

from model.array_types import AnyArray
from model.artefact.arrays import array_bytes, array_header, describe_array, ensure_storable, map_array
from model.artefact.atomic import open_folder, replace_folder, sync_to_disk
from model.artefact.manifest import (
    PROTOCOL,
    Description,
    Manifest,
    compute_seal,
    describe_validation_error,
    encode_manifest,
    seal_manifest,
)
from model.errors import ArtefactError

__all__ = [
    "MANIFEST",
    "StoredArtefact",
    "read_artefact",
    "shipped_folder",
    "write_artefact",
]

MANIFEST = "manifest.json"
_DOCUMENTS = ("MODEL_CARD.md", "README.md", "README", "NOTICE", "LICENSE")
_MANIFEST_LIMIT = 4 * 2**20
_TRIES = 16
_AGAIN = "copy the whole folder again or train it anew"


@dataclass(frozen=True, slots=True)
class StoredArtefact:
    """An artefact that was read.

    Attributes:
        manifest: its checked description.
        arrays: by file name; mapped, read-only, aligned, in C order.
    """

    manifest: Manifest
    arrays: Mapping[str, AnyArray]


def write_artefact(
    folder: Path, *, description: Description, arrays: Mapping[str, AnyArray], documents: Mapping[str, str] | None = None
) -> Manifest:
    """Store an artefact in one step: a failure or a kill at any moment leaves the old folder or the new one, whole.

    Args:
        folder: absent, empty, or an artefact, which is replaced. Missing parents are created.
        description: the fields of the manifest.
        arrays: by file name (``weights.npy``); dtypes as in ArrayEntry, little-endian, finite.
        documents: further texts by name, such as ``MODEL_CARD.md`` or ``NOTICE``; a replaced artefact keeps those not given here.

    Returns:
        The manifest that was written.

    Raises:
        ArtefactError: the folder contains something else, an array or a document cannot be stored, or the system refuses.
    """
    storable = {name: _ensure_storable(name, array) for name, array in arrays.items()}
    if unknown := set(documents or {}).difference(_DOCUMENTS):
        raise ArtefactError(f"{min(unknown)}: not a document of an artefact: name it one of {', '.join(_DOCUMENTS)}")
    try:
        manifest = seal_manifest(description, {name: describe_array(array) for name, array in storable.items()})
    except ValidationError as error:
        raise ArtefactError(f"{folder}: not written: {describe_validation_error(error)}") from error
    texts = {name: text.encode() for name, text in (documents or {}).items()} | {MANIFEST: encode_manifest(manifest.model_dump())}
    try:
        place = Path(os.path.realpath(folder))
        place.parent.mkdir(parents=True, exist_ok=True)
        with replace_folder(place) as fresh:
            _check_replaceable(place, folder)
            _keep_documents(place, fresh, skip=texts)
            for name, array in storable.items():
                _save(fresh / name, array_header(manifest.arrays[name]), array_bytes(array))
            for name, text in texts.items():
                _save(fresh / name, text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ArtefactError(f"{folder}: not written, what was there is untouched: {reason}: make room or choose another folder") from error
    return manifest


def read_artefact(folder: Path, *, normaliser: str) -> StoredArtefact:
    """Read an artefact.

    Args:
        folder: of the artefact.
        normaliser: version of the normalisation of the texts that the artefact will judge.

    Returns:
        The manifest and the arrays, whose pages all processes share.

    Raises:
        ArtefactError: it is missing, truncated, altered, not one of ours, newer, or made for another normaliser.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            with open_folder(folder) as handle:
                try:
                    return _read(_OpenArtefact(folder, handle), normaliser)
                except (ArtefactError, OSError):
                    if attempt == _TRIES or not _is_replaced(folder, handle):
                        raise
        except OSError as error:
            raise ArtefactError(f"{folder}: no artefact can be read here: {error.strerror}: give the folder of one") from error
    raise AssertionError("unreachable")


def shipped_folder() -> Path:
    """Return the folder of the artefact that ships."""
    return Path(str(resources.files("model"))) / "default"


@dataclass(frozen=True, slots=True)
class _OpenArtefact:
    """An open folder: its descriptor, and its path as the user gave it."""

    folder: Path
    handle: int

    def refusal(self, reason: str, advice: str = _AGAIN) -> ArtefactError:
        """Return the error that refuses the artefact."""
        return ArtefactError(f"{self.folder}: {reason}: {advice}")

    def open(self, name: str) -> int:
        """Open a plain file of the folder and return its descriptor; a link, which could lead anywhere, is refused."""
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


def _is_replaced(folder: Path, handle: int) -> bool:
    """Return whether the path leads to another folder than the open one by now."""
    try:
        return not os.path.samestat(folder.stat(), os.fstat(handle))
    except FileNotFoundError:
        return True


def _read(artefact: _OpenArtefact, normaliser: str) -> StoredArtefact:
    manifest = _read_manifest(artefact)
    if manifest.normaliser != normaliser:
        raise artefact.refusal(
            f"{MANIFEST} says it was trained with text normaliser {manifest.normaliser!r}, this Tipstaff has {normaliser!r}",
            "train it anew, or run the Tipstaff that made it",
        )
    for name in sorted(os.listdir(artefact.handle)):  # noqa: PTH208 (a descriptor)
        if name.endswith(".npy") and name not in manifest.arrays:
            raise artefact.refusal(f"{name!a} is not among the arrays of {MANIFEST}", "remove it")
    arrays = {name: _map(artefact, name, manifest) for name in manifest.arrays}
    return StoredArtefact(manifest, MappingProxyType(arrays))


def _map(artefact: _OpenArtefact, name: str, manifest: Manifest) -> AnyArray:
    file = artefact.open(name)
    try:
        return map_array(file, manifest.arrays[name])
    except (ValueError, OSError) as error:
        raise artefact.refusal(f"{name} {error}") from error
    finally:
        os.close(file)


def _read_manifest(artefact: _OpenArtefact) -> Manifest:
    raw = _read_manifest_bytes(artefact)
    try:
        document = json.loads(raw)
        canonical = encode_manifest(document) if isinstance(document, dict) else b""
    except (ValueError, RecursionError) as error:
        raise artefact.refusal(f"{MANIFEST} is not valid JSON") from error
    protocol = document.get("protocol") if isinstance(document, dict) else None
    if type(protocol) is not int or protocol < 1:
        raise artefact.refusal(f"{MANIFEST} is not of a Tipstaff artefact", "give the folder of one")
    if protocol > PROTOCOL:
        raise artefact.refusal(f"written by a newer Tipstaff (protocol {protocol}, this one reads {PROTOCOL})", "upgrade Tipstaff")
    if protocol < PROTOCOL:
        raise artefact.refusal(f"written by an older Tipstaff (protocol {protocol}, this one reads {PROTOCOL})", "train it anew")
    if canonical != raw or compute_seal(document) != document.get("seal"):
        raise artefact.refusal(f"{MANIFEST} was altered or damaged (its seal does not fit)")
    try:
        return Manifest.model_validate(document)
    except (ValidationError, RecursionError) as error:
        reason = describe_validation_error(error) if isinstance(error, ValidationError) else "nested too deeply"
        raise artefact.refusal(f"{MANIFEST}: {reason}", "train it anew") from error


def _read_manifest_bytes(artefact: _OpenArtefact) -> bytes:
    with open(artefact.open(MANIFEST), "rb") as file:  # noqa: PTH123 (a descriptor)
        size = os.fstat(file.fileno()).st_size
        if size > _MANIFEST_LIMIT:
            raise artefact.refusal(f"{MANIFEST} is larger than {_MANIFEST_LIMIT} bytes", "give the folder of an artefact")
        return file.read(size)


def _ensure_storable(name: str, array: AnyArray) -> AnyArray:
    try:
        return ensure_storable(array)
    except ValueError as error:
        raise ArtefactError(f"{name}: not written: {error}") from error


def _save(path: Path, *parts: bytes | memoryview) -> None:
    with path.open("xb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def _check_replaceable(place: Path, folder: Path) -> None:
    """Refuse to replace a folder that is no artefact, or that contains other files as well."""
    if not place.exists():
        return
    if not place.is_dir():
        raise ArtefactError(f"{folder}: is a file, nothing was written: give a folder")
    names = sorted(path.name for path in place.iterdir())
    if names and not _is_artefact(place):
        raise ArtefactError(f"{folder}: holds something other than an artefact, nothing was written: choose another folder")
    for name in names:
        belongs = name == MANIFEST or name.endswith(".npy") or name in _DOCUMENTS
        if not belongs or not stat.S_ISREG((place / name).lstat().st_mode):
            raise ArtefactError(f"{folder}: {name!a} does not belong to the artefact, nothing was written: move it away first")


def _is_artefact(place: Path) -> bool:
    try:
        with (place / MANIFEST).open("rb") as file:
            document = json.loads(file.read(_MANIFEST_LIMIT + 1))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and {"protocol", "content_hash", "seal"} <= document.keys()


def _keep_documents(place: Path, fresh: Path, *, skip: Mapping[str, bytes]) -> None:
    """Copy the documents of a replaced artefact, but for those to skip, to the new folder."""
    for name in _DOCUMENTS:
        if name not in skip and (place / name).is_file():
            shutil.copyfile(place / name, fresh / name)
            sync_to_disk(fresh / name)
