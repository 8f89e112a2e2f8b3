"""Arrays that several artefacts name and that lie in a folder of their own: each is read and checked once in a process."""

import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from model.array_types import AnyArray
from model.artefact.arrays import map_array
from model.artefact.manifest import ArrayEntry
from model.artefact.open_artefact import OpenArtefact

__all__ = ["SharedArrays"]

_MISSING = "install tipstaff-languages, which has the arrays that language packs share, or copy the whole folder again"


class SharedArrays:
    """The arrays that artefacts share, such as the network and the pieces of an encoder; any number of threads may share one object.

    An array is whatever file the manifest of an artefact names, if its SHA-256 is the one that the manifest says.

    Attributes:
        folders: where they lie; the first that has the right file counts.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._arrays: dict[tuple[str, str], AnyArray] = {}
        self._lock = Lock()

    def map(self, artefact: OpenArtefact, name: str, entry: ArrayEntry) -> AnyArray:
        """Return an array that an artefact names.

        Args:
            artefact: names it; errors are about the artefact.
            name: the name of the file.
            entry: what the manifest of the artefact says about the array.

        Raises:
            ArtefactError: there is no such file, or it is not the one described.
        """
        key = name, entry.sha256
        with self._lock:
            if key not in self._arrays:
                self._arrays[key] = self._read(artefact, name, entry)
            return self._arrays[key]

    def _read(self, artefact: OpenArtefact, name: str, entry: ArrayEntry) -> AnyArray:
        places = [folder / name for folder in self.folders if (folder / name).exists()]
        if not places:
            raise artefact.refusal(f"{name} is missing", _MISSING)
        for place in places:
            file = OpenArtefact(artefact.folder, (), lambda _, place=place: _open_file(place)).open(name)  # type: ignore[misc]
            try:
                return map_array(file, entry, name=name)
            except (ValueError, OSError) as error:
                problem = artefact.refusal(f"{name} of {place.parent.name!a} {error}")
                problem.__cause__ = error
            finally:
                os.close(file)
        raise problem


def _open_file(place: Path) -> int:
    return os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
