"""An artefact that is open for reading, wherever its files are, and its manifest."""

import json
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from model.artefact.manifest import PROTOCOL, Manifest, compute_seal, describe_validation_error, encode_manifest
from model.errors import ArtefactError

__all__ = ["MANIFEST", "MAX_MANIFEST_BYTES", "OpenArtefact", "open_artefact", "read_manifest"]

MANIFEST = "manifest.json"
"""The name of the file that describes an artefact."""

MAX_MANIFEST_BYTES = 4 * 2**20
"""The most bytes of a manifest."""

_AGAIN = "copy the whole folder again or train it anew"


@dataclass(frozen=True, slots=True)
class OpenArtefact:
    """The files of an artefact, open for reading.

    Attributes:
        folder: its path as the user gave it.
        names: the names of the files, in order.
        open_file: opens the file of a name, and returns its descriptor.
    """

    folder: Path
    names: Sequence[str]
    open_file: Callable[[str], int]

    def refusal(self, reason: str, advice: str = _AGAIN) -> ArtefactError:
        """Return the error that refuses the artefact."""
        return ArtefactError(f"{self.folder}: {reason}: {advice}")

    def open(self, name: str) -> int:
        """Open a plain file of the artefact and return its descriptor.

        Raises:
            ArtefactError: there is none, or it is not a plain file.
        """
        try:
            file = self.open_file(name)
        except FileNotFoundError as error:
            raise self.refusal(f"{name} is missing") from error
        except OSError as error:
            raise self.refusal(f"{name} cannot be opened ({error.strerror})", "make it a plain, readable file") from error
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise self.refusal(f"{name} is not a plain file", "make it one")
        return file


def open_artefact(folder: Path, handle: int) -> OpenArtefact:
    """Return the artefact in a folder; a link, which could lead anywhere, is no file of it.

    Args:
        folder: its path as the user gave it.
        handle: descriptor of the folder, which has to stay open.
    """

    def open_file(name: str) -> int:
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=handle)

    return OpenArtefact(folder, sorted(os.listdir(handle)), open_file)


def read_manifest(artefact: OpenArtefact) -> Manifest:
    """Return the manifest of an artefact, checked.

    Raises:
        ArtefactError: it is missing, altered, not one of ours, or of another protocol.
    """
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


def _read_manifest_bytes(artefact: OpenArtefact) -> bytes:
    with open(artefact.open(MANIFEST), "rb") as file:  # noqa: PTH123 (a descriptor)
        size = os.fstat(file.fileno()).st_size
        if size > MAX_MANIFEST_BYTES:
            raise artefact.refusal(f"{MANIFEST} is larger than {MAX_MANIFEST_BYTES} bytes", "give the folder of an artefact")
        # From its beginning: processes that share a copy share how far it has been read, too.
        return os.pread(file.fileno(), size, 0)
