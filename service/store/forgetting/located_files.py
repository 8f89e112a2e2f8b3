"""Where the files of rulings that the database knows lie now, and whether they are as they were written."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from service.store.stored_files import FileState, StoredFile, StoredFiles, host_name
from training.tables.describe_files import hash_file

__all__ = ["LocatedFiles", "StoredTable", "locate_files"]

_SHOWN_DIGITS = 12


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A complete file of rulings.

    Attributes:
        file: what the database knows of it.
        path: where it lies.
        sha256: the hash of its bytes.
    """

    file: StoredFile
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class LocatedFiles:
    """The stored files as they were found.

    Attributes:
        tables: those that are there, as they were written.
        numbers: the numbers of all of them in the database.
        problems: what is wrong with the others and what to do, in words.
        gone: the hashes of those that are gone for good, of which nobody knows what they held.
    """

    tables: tuple[StoredTable, ...]
    numbers: frozenset[int]
    problems: tuple[str, ...]
    gone: tuple[str, ...] = ()


def locate_files(
    files: StoredFiles, *, folders: Iterable[Path] = (), deleted: Collection[str] = (), only_looks: bool = False
) -> LocatedFiles:
    """Find the stored files. Those that were moved into a folder that is named here, or that holds others, are noted there.

    Args:
        files: the files that the database knows.
        folders: further folders to look in.
        deleted: the beginnings of the hashes of files that are gone for good; their notes are removed.
        only_looks: whether the notes stay as they are.

    Raises:
        StoreError: the database cannot be used.
    """
    noted = [
        StoredTable(file, file.path, file.sha256)
        for file in files.list()
        if file.state is FileState.STORED and file.path is not None and file.sha256 is not None
    ]
    places = list(dict.fromkeys([*(folder.absolute() for folder in folders), *(table.path.parent for table in noted)]))
    tables: list[StoredTable] = []
    problems: list[str] = []
    gone: list[str] = []
    for table in noted:
        problem = None
        if _is_file(table.path):
            problem = _check_content(table)
        elif (path := _find_moved(table, places)) is not None:
            if not only_looks:
                files.move(table.file, path)
            table = replace(table, path=path)
        elif any(table.sha256.startswith(beginning) for beginning in deleted):
            if not only_looks:
                files.remove([table.file.number])
            gone.append(table.sha256)
            continue
        else:
            problem = _describe_missing(table)
        if problem is None:
            tables.append(table)
        else:
            problems.append(problem)
    return LocatedFiles(tuple(tables), frozenset(table.file.number for table in noted), tuple(problems), tuple(gone))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _check_content(table: StoredTable) -> str | None:
    """Return what is wrong with a file that is there; None if nothing is."""
    advice = f"if it is not needed, delete it and add --deleted {table.sha256[:_SHOWN_DIGITS]}"
    try:
        if hash_file(table.path) == table.sha256:
            return None
    except OSError as error:
        return (
            f"{table.path}: cannot be read ({error.strerror or error}), so that nothing can be forgotten in it: make it readable; {advice}"
        )
    return f"{table.path}: was changed after it was written, so that nothing can be forgotten in it: put the original back; {advice}"


def _find_moved(table: StoredTable, folders: Sequence[Path]) -> Path | None:
    for folder in folders:
        path = folder / table.path.name
        if path != table.path and _is_file(path):
            try:
                if hash_file(path) == table.sha256:
                    return path.resolve()
            except OSError:
                continue
    return None


def _describe_missing(table: StoredTable) -> str:
    place = "" if table.file.host == host_name() else f" (it was written on {table.file.host})"
    return (
        f"{table.path}{place}: is not there, and may hold the comments: name the folder that it is in with --look-in FOLDER, or, if it was "
        f"deleted, add --deleted {table.sha256[:_SHOWN_DIGITS]}"
    )
