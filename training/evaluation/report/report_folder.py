"""The folder of a report: checked before the long work, and replaced in one step."""

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from model.artefact.atomic import replace_folder, sync_to_disk
from model.errors import ArtefactError
from training.output_places import check_output_folder

__all__ = ["check_report_folder", "not_written", "write_private_file", "write_report_folder"]


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
    contents = place.iterdir() if place.is_dir() else ()
    if others := sorted(path.name for path in contents if path.name not in files or not path.is_file() or path.is_symlink()):
        raise ArtefactError(f"{folder}: holds something other than {content} ({others[0]!a}): choose another folder")
    check_output_folder(folder)


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
        with replace_folder(place) as temporary:
            for name, content in contents.items():
                (temporary / name).write_text(content, encoding="utf-8", errors="backslashreplace")
                sync_to_disk(temporary / name)
    except OSError as error:
        raise not_written(folder, error) from error


def write_private_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that only its owner can read, since it holds comments, all of it or none.

    Args:
        path: replaced if it is there.
        chunks: its content, written one after the other.

    Raises:
        ArtefactError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.tipstaff-{os.getpid()}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "wb") as file:  # noqa: PTH123
            file.writelines(chunks)
        sync_to_disk(temporary)
        temporary.replace(path)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def not_written(place: Path, error: OSError) -> ArtefactError:
    """Return the error that says why a file or folder was not written, and that its earlier content is untouched."""
    reason = error.strerror or type(error).__name__
    return ArtefactError(f"{place}: not written, what was there is untouched: {reason}: make room or choose another place")
