"""Checks, before the long work of a command, that its results can be written where the caller wants them."""

import os
from pathlib import Path

from model.errors import ArtefactError

__all__ = ["check_output_folder", "is_writable_folder"]


def check_output_folder(folder: Path) -> None:
    """Refuse a path that can be neither used nor created as a folder.

    Raises:
        ArtefactError: it is a file, or the folder that it lies in is not writable.
    """
    place = Path(os.path.realpath(folder))
    if place.exists() and not place.is_dir():
        raise ArtefactError(f"{folder}: is a file: give a folder")
    parent = next(parent for parent in place.parents if parent.exists())
    if not is_writable_folder(parent):
        raise ArtefactError(f"{folder}: {parent} is {'not writable' if parent.is_dir() else 'a file'}: choose another folder")


def is_writable_folder(folder: Path) -> bool:
    """Return whether a folder exists and files can be created in it."""
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
