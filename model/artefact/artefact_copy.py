"""An artefact in memory, for a supervisor and its workers: they judge by the same one, whatever happens to the folder meanwhile."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from model.artefact.sealed_files import copy_to_memory, is_sealed

__all__ = ["ArtefactCopy"]


class ArtefactCopy:
    """Copies of the files of an artefact in memory. It can be sent to a process that is being started, which shares the memory.

    Args:
        folder: where the artefact comes from; errors name it.
        files: descriptors of the copies, by the names of the files; they belong to this object.
    """

    def __init__(self, folder: Path, files: Mapping[str, int]) -> None:
        self.folder = folder
        self._files = dict(files)

    @classmethod
    def of_files(cls, folder: Path, names: Iterable[str], open_file: Callable[[str], int]) -> "ArtefactCopy":
        """Copy some files.

        Args:
            folder: where they come from.
            names: their names.
            open_file: opens the file of a name for reading, and returns its descriptor. A file that is a sealed copy already is shared.

        Raises:
            OSError: there is no room for a copy, or a file cannot be read.
        """
        copy = cls(folder, {})
        for name in names:
            file = open_file(name)
            try:
                copy._files[name] = os.dup(file) if is_sealed(file) else copy_to_memory(file, name)
            finally:
                os.close(file)
        return copy

    @property
    def names(self) -> list[str]:
        """The names of the files, in order."""
        return sorted(self._files)

    def open(self, name: str) -> int:
        """Return a descriptor of the copy of a file, which the caller closes.

        Raises:
            FileNotFoundError: there is none of that name.
        """
        if name not in self._files:
            raise FileNotFoundError(name)
        return os.dup(self._files[name])

    def descriptors(self) -> dict[str, int]:
        """Return the descriptors of the copies, by the names of the files; they still belong to this object."""
        return dict(self._files)

    def duplicate(self) -> "ArtefactCopy":
        """Return another object for the same memory, which outlives this one."""
        return ArtefactCopy(self.folder, {name: os.dup(file) for name, file in self._files.items()})

    def close(self) -> None:
        """Give the memory back, once nobody has it mapped any more."""
        while self._files:
            os.close(self._files.popitem()[1])

    def __reduce__(self) -> tuple[Callable[..., "ArtefactCopy"], tuple[Path, dict[str, Any]]]:
        # Imported here, since only a supervisor needs it.
        from multiprocessing.reduction import DupFd

        return _receive, (self.folder, {name: DupFd(file) for name, file in self._files.items()})


def _receive(folder: Path, files: Mapping[str, Any]) -> ArtefactCopy:
    return ArtefactCopy(folder, {name: file.detach() for name, file in files.items()})
