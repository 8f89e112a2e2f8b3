"""A stored classifier: a folder of plain arrays and ``manifest.json``.

Nothing in it can run. It is read in three steps: the manifest is parsed, then checked, then every array file is copied into memory
and checked against it. The workers of a service share one copy.

:func:`write_artefact` puts a whole new folder in place of the old one. Processes that have read the old one keep it, and so they do
if somebody overwrites its files.
"""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from model.array_types import AnyArray
from model.artefact.arrays import array_bytes, array_header, describe_array, ensure_storable, map_array
from model.artefact.artefact_copy import ArtefactCopy
from model.artefact.atomic import open_folder, replace_folder, sync_to_disk
from model.artefact.manifest import Description, Manifest, describe_validation_error, encode_manifest, seal_manifest
from model.artefact.open_artefact import MANIFEST, MAX_MANIFEST_BYTES, OpenArtefact, open_artefact, read_manifest
from model.artefact.shared_arrays import SharedArrays
from model.errors import ArtefactError
from model.normaliser.version import PACK_NORMALISER

__all__ = [
    "StoredArtefact",
    "copy_artefact",
    "read_artefact",
    "read_copied_manifest",
    "read_manifest_of",
    "shipped_folder",
    "write_artefact",
]

_DOCUMENTS = ("MODEL_CARD.md", "README.md", "README", "NOTICE", "LICENSE", "gate.json")
_TRIES = 16

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class StoredArtefact:
    """An artefact that was read.

    Attributes:
        manifest: its checked description.
        arrays: by file name; in memory, read-only, aligned, in C order.
    """

    manifest: Manifest
    arrays: Mapping[str, AnyArray]


def write_artefact(
    folder: Path,
    *,
    description: Description,
    arrays: Mapping[str, AnyArray],
    documents: Mapping[str, str] | None = None,
    shared: Collection[str] = (),
) -> Manifest:
    """Store an artefact in one step: a failure or a kill at any moment leaves the old folder or the new one, whole.

    Args:
        folder: absent, empty, or an artefact, which is replaced. Missing parents are created.
        description: the fields of the manifest.
        arrays: by file name (``weights.npy``); dtypes as in ArrayEntry, little-endian, finite.
        documents: further texts by name, such as ``MODEL_CARD.md`` or ``NOTICE``; a replaced artefact keeps those not given here.
        shared: names of arrays that lie elsewhere, where others have them too: the manifest names them, the folder lacks them.

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
                if name not in shared:
                    _save(fresh / name, array_header(manifest.arrays[name]), array_bytes(array))
            for name, text in texts.items():
                _save(fresh / name, text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ArtefactError(f"{folder}: not written, what was there is untouched: {reason}: make room or choose another folder") from error
    return manifest


def read_artefact(
    source: Path | ArtefactCopy, *, normaliser: str, shared: SharedArrays | None = None, ngrams_only: bool = False
) -> StoredArtefact:
    """Read an artefact.

    Args:
        source: the folder of the artefact, or a copy that `copy_artefact` made.
        normaliser: version of the normalisation of the texts that the artefact will judge.
        shared: where the arrays lie that the manifest names and the artefact itself lacks.
        ngrams_only: whether to leave out the arrays of an encoder, which are large.

    Returns:
        The manifest and the arrays. They are in memory, so that they stay what they are whatever happens to the folder. Those of one copy
        share their pages.

    Raises:
        ArtefactError: it is missing, truncated, altered, not one of ours, newer, or made for another normaliser.
    """
    if isinstance(source, ArtefactCopy):
        return _read(OpenArtefact(source.folder, source.names, source.open), normaliser, shared, ngrams_only=ngrams_only)
    return _read_folder(source, lambda artefact: _read(artefact, normaliser, shared, ngrams_only=ngrams_only))


def copy_artefact(folder: Path, *, sharing: Sequence[ArtefactCopy] = ()) -> ArtefactCopy:
    """Copy the files of an artefact into memory, from which several processes may read it.

    Args:
        folder: of the artefact.
        sharing: copies of other artefacts. A file that is the same as one of theirs shares its memory, as that of an encoder does which
            retraining leaves as it is.

    Raises:
        ArtefactError: it cannot be read, or does not have the sizes that its manifest says.
    """
    return _read_folder(folder, lambda artefact: _copy(artefact, sharing))


def read_copied_manifest(copy: ArtefactCopy) -> Manifest:
    """Return the manifest of a copy, checked.

    Raises:
        ArtefactError: it was altered, or is not one of ours.
    """
    return read_manifest(OpenArtefact(copy.folder, copy.names, copy.open))


def read_manifest_of(folder: Path) -> Manifest:
    """Return the manifest of an artefact in a folder, checked; its arrays are not read.

    Raises:
        ArtefactError: it is missing, was altered, or is not one of ours.
    """
    return _read_folder(folder, read_manifest)


def shipped_folder() -> Path:
    """Return the folder of the artefact that ships."""
    return Path(str(resources.files("model"))) / "default"


def _read_folder(folder: Path, read: Callable[[OpenArtefact], _T]) -> _T:
    """Return what a function reads from the folder of an artefact; it is called again if the folder is replaced meanwhile."""
    for attempt in range(1, _TRIES + 1):
        try:
            with open_folder(folder) as handle:
                try:
                    return read(open_artefact(folder, handle))
                except (ArtefactError, OSError):
                    if attempt == _TRIES or not _is_replaced(folder, handle):
                        raise
        except OSError as error:
            raise ArtefactError(f"{folder}: no artefact can be read here: {error.strerror}: give the folder of one") from error
    raise AssertionError("unreachable")


def _copy(artefact: OpenArtefact, sharing: Sequence[ArtefactCopy]) -> ArtefactCopy:
    manifest = read_manifest(artefact)
    if manifest.normaliser == PACK_NORMALISER:
        raise _refuse_pack(artefact)
    known = {entry.sha256: (copy, name) for copy in sharing for name, entry in read_copied_manifest(copy).arrays.items()}
    shared: dict[str, tuple[ArtefactCopy, str]] = {}
    for name, entry in manifest.arrays.items():
        with open(artefact.open(name), "rb") as file:  # noqa: PTH123 (a descriptor)
            if os.fstat(file.fileno()).st_size > entry.size + len(array_header(entry)):
                raise artefact.refusal(f"{name} is too long")
            # What the manifest says is not enough: a damaged file is to be copied, and refused, as it is.
            if entry.sha256 in known and hashlib.file_digest(file, "sha256").hexdigest() == entry.sha256:
                shared[name] = known[entry.sha256]

    def open_file(name: str) -> int:
        copy, its_name = shared.get(name, (None, name))
        return artefact.open(its_name) if copy is None else copy.open(its_name)

    return ArtefactCopy.of_files(artefact.folder, (MANIFEST, *manifest.arrays), open_file)


def _is_replaced(folder: Path, handle: int) -> bool:
    """Return whether the path leads to another folder than the open one by now."""
    try:
        return not os.path.samestat(folder.stat(), os.fstat(handle))
    except FileNotFoundError:
        return True


def _read(artefact: OpenArtefact, normaliser: str, shared: SharedArrays | None, *, ngrams_only: bool) -> StoredArtefact:
    manifest = read_manifest(artefact)
    if normaliser != manifest.normaliser == PACK_NORMALISER:
        raise _refuse_pack(artefact)
    if manifest.normaliser != normaliser:
        raise artefact.refusal(
            f"{MANIFEST} says it was trained with text normaliser {manifest.normaliser!r}, this Tipstaff has {normaliser!r}",
            "train it anew, or run the Tipstaff that made it",
        )
    for name in artefact.names:
        if name.endswith(".npy") and name not in manifest.arrays:
            raise artefact.refusal(f"{name!a} is not among the arrays of {MANIFEST}", "remove it")
    arrays = {
        name: _map(artefact, name, manifest) if shared is None or name in artefact.names else shared.map(artefact, name, entry)
        for name, entry in manifest.arrays.items()
        if not ngrams_only or name in manifest.readers[0].values()
    }
    return StoredArtefact(manifest, MappingProxyType(arrays))


def _refuse_pack(artefact: OpenArtefact) -> ArtefactError:
    return artefact.refusal("is a language pack, which judges beside a model", "name the folder that it lies in as TIPSTAFF_LANGUAGES")


def _map(artefact: OpenArtefact, name: str, manifest: Manifest) -> AnyArray:
    file = artefact.open(name)
    try:
        return map_array(file, manifest.arrays[name], name=name)
    except (ValueError, OSError) as error:
        raise artefact.refusal(f"{name} {error}") from error
    finally:
        os.close(file)


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
            document = json.loads(file.read(MAX_MANIFEST_BYTES + 1))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and {"protocol", "content_hash", "seal"} <= document.keys()


def _keep_documents(place: Path, fresh: Path, *, skip: Mapping[str, bytes]) -> None:
    """Copy the documents of a replaced artefact, but for those to skip, to the new folder."""
    for name in _DOCUMENTS:
        if name not in skip and (place / name).is_file():
            shutil.copyfile(place / name, fresh / name)
            sync_to_disk(fresh / name)
