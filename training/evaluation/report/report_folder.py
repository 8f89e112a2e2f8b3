"""The folder of a report: checked before the long work, and replaced in one step."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from model.artefact.atomic import replace_folder, sync_to_disk
from model.errors import ArtefactError

__all__ = ["check_report_folder", "is_writable_folder", "not_written", "write_report_folder"]


def check_report_folder(folder: Path, *, files: Collection[str], content: str) -> None:
    """Refuse, before the long work, a folder that a report cannot be written to.

    Args:
        folder: absent, empty, or the folder of an earlier report.
        files: the names of the files that a report consists of.
        content: what these files are, such as "a report".

    Raises:
        ArtefactError: it is a file, holds something else, or cannot be written.
    """
    place = Path(os.path.realpath(folder))
    if place.is_dir():
        if others := sorted(path.name for path in place.iterdir() if path.name not in files or not path.is_file() or path.is_symlink()):
            raise ArtefactError(f"{folder}: holds something other than {content} ({others[0]!a}): choose another folder")
    elif place.exists():
        raise ArtefactError(f"{folder}: is a file: give a folder")
    parent = next(parent for parent in place.parents if parent.exists())
    if not is_writable_folder(parent):
        raise ArtefactError(f"{folder}: {parent} is {'not writable' if parent.is_dir() else 'a file'}: choose another folder")


def is_writable_folder(folder: Path) -> bool:
    """Return whether a folder exists and files can be created in it."""
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def write_report_folder(folder: Path, contents: Mapping[str, str]) -> None:
    """Write all files of a report in one step: whatever happens, the folder holds those of one report.

    Args:
        folder: absent, empty, or the folder of an earlier report, which is replaced.
        contents: name → text of each file.

    Raises:
        ArtefactError: it cannot be written.
    """
    place = Path(os.path.realpath(folder))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with replace_folder(place) as fresh:
            for name, content in contents.items():
                (fresh / name).write_text(content, encoding="utf-8")
                sync_to_disk(fresh / name)
    except OSError as error:
        raise not_written(folder, error) from error


def not_written(place: Path, error: OSError) -> ArtefactError:
    """Return the error that says why a file or folder was not written, and that its earlier content is untouched."""
    reason = error.strerror or type(error).__name__
    return ArtefactError(f"{place}: not written, what was there is untouched: {reason}: make room or choose another place")
