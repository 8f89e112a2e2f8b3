"""Searches every table and every file anew for comments that were removed, down to the bytes, and says place by place what is left."""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from model.errors import StoreError, TableError
from service.store.forgetting.byte_search import ByteSearch
from service.store.forgetting.database_rows import count_cells, find_rows, text_cells
from service.store.forgetting.file_rows import find_file_rows
from service.store.forgetting.forget_report import RemovalPlace
from service.store.forgetting.forget_search import FoundRows
from service.store.forgetting.located_files import StoredTable, locate_files
from service.store.forgetting.wanted_comments import WantedComments
from service.store.snapshots.snapshot_manifest import manifest_path
from service.store.snapshots.stored_table import read_stored_table
from service.store.store import Store

__all__ = ["ForgetProof", "prove_forgotten"]

# Models and what was fetched of them hold no texts.
_MODEL_FOLDERS = ("models", "registry-cache")
_MOST_TRIES = 20
_PAUSE_SECONDS = 0.25
_ADVICE = "run this again; if it stays so, stop the service, run `sqlite3 FILE VACUUM`, and run this again"
_KEPT_REMARK = "some of the words are in other comments too, which stay"


@dataclass(frozen=True)
class ForgetProof:
    """The result of a search after a removal.

    Attributes:
        places: every place that was searched.
        problems: what is left and what to do, in words.
    """

    places: tuple[RemovalPlace, ...]
    problems: tuple[str, ...]


@dataclass
class _Search:
    """What is collected on the way; the values are those that must not be found any more."""

    store: Store
    found: FoundRows
    wanted: WantedComments
    values: frozenset[str]
    byte_search: ByteSearch
    places: list[RemovalPlace]
    problems: list[str]


def prove_forgotten(store: Store, found: FoundRows, wanted: WantedComments, *, data_dir: Path) -> ForgetProof:
    """Search for comments after their removal.

    Tables and files are read as rows, and searched byte by byte for texts, authors, ids and digests of eight bytes or more.

    Args:
        store: the store.
        found: the rows that were removed.
        wanted: the comments.
        data_dir: a folder in which other files are searched too.

    Raises:
        StoreError: the database cannot be read.
    """
    authors = wanted.request.authors
    values = frozenset(found.texts | found.names | found.rows.digests | authors)
    search = _Search(store, found, wanted, values, ByteSearch(values), [], [])
    _search_tables(search)
    _search_database_bytes(search)
    searched = _search_files(search)
    _search_other_files(search, data_dir, searched)
    return ForgetProof(tuple(search.places), tuple(search.problems))


def _search_tables(search: _Search) -> None:
    found = search.found
    with search.store.database.read_transaction() as connection:
        left = find_rows(connection, search.wanted)
        # Not names: a moderator or a key may be called as an author is.
        counts = count_cells(connection, found.texts | found.rows.digests)
    rows = {"acts": (len(found.rows.acts), len(left.acts)), "outbox": (len(found.rows.tasks), len(left.tasks))}
    for table, cells in counts.items():
        removed, remaining = rows.get(table, (0, 0))
        if table not in rows:
            search.places.append(RemovalPlace(f"table {table}", removed, cells))
            continue
        # In these, rows count: a text may be another comment's as well.
        remark = f"{cells} texts are those of other comments too, which stay: forget these by their own ids" if cells else ""
        search.places.append(RemovalPlace(f"table {table}", removed, remaining, remark))
    if left.acts or left.tasks:
        search.problems.append("something about these comments was stored again meanwhile: run this again")


def _search_database_bytes(search: _Search) -> None:
    database = search.store.database
    try:
        database.free_deleted()
    except StoreError as error:
        search.problems.append(f"{error}; the rows that were deleted may still be in its files")
    for _ in range(_MOST_TRIES):
        # Whoever still reads what was there before keeps the log as it is.
        database.checkpoint()
        hits = {path: _find(search, path) for path in database.disk_files()}
        with database.read_transaction() as connection:
            held = ByteSearch(set().union(*hits.values())).find_in_texts(text_cells(connection))
        if not any(found - held for found in hits.values()):
            break
        time.sleep(_PAUSE_SECONDS)
    for path, found in hits.items():
        left = len(found - held)
        search.places.append(RemovalPlace(f"{path} (bytes)", 0, left, _KEPT_REMARK if found & held else ""))
        if left:
            search.problems.append(f"{path}: its bytes still hold what was removed, since another process reads them: {_ADVICE}")


def _search_files(search: _Search) -> set[Path]:
    """Search the files that the database knows and those whose places they took; return the former."""
    old_files = {file.table.path: file for file in search.found.files if file.places}
    searched: set[Path] = set()
    for table in locate_files(search.store.files, only_looks=True).tables:
        searched |= {table.path, manifest_path(table.path)}
        old_files.pop(table.path, None)
        search.places.append(_search_table(search, table))
    for path, file in old_files.items():
        search.places.append(RemovalPlace(str(path), len(file.places), int(path.exists()), "deleted"))
        if path.exists():
            search.problems.append(f"{path}: could not be deleted: delete it")
    return searched


def _search_table(search: _Search, table: StoredTable) -> RemovalPlace:
    try:
        left = len(find_file_rows(table, search.wanted).places)
        hits = _find(search, table.path) | _find(search, manifest_path(table.path))
        held = ByteSearch(hits).find_in_texts(_text_cells(table.path)) if hits else set()
    except (TableError, OSError) as error:
        search.problems.append(f"{table.path}: cannot be searched ({type(error).__name__}): run this again")
        return RemovalPlace(str(table.path), 0, None, "not searched")
    if left or hits - held:
        search.problems.append(f"{table.path}: still holds what was to be removed: make its folder writable and run this again")
    return RemovalPlace(str(table.path), 0, left + len(hits - held), _KEPT_REMARK if held else "")


def _search_other_files(search: _Search, data_dir: Path, searched: set[Path]) -> None:
    """Search the other files below the folder of the data, except for models, which hold no texts."""
    own = searched | {path.resolve() for path in search.store.database.disk_files()}
    count = left = 0
    for path in sorted(data_dir.rglob("*")):
        if path.relative_to(data_dir).parts[0] in _MODEL_FOLDERS or path.resolve() in own or not path.is_file():
            continue
        count += 1
        try:
            hits = _find(search, path) | _find_in_cells(path, search.values)
        except OSError as error:
            search.problems.append(f"{path}: cannot be searched ({error.strerror or error}): make it readable and run this again")
            continue
        if hits:
            with search.store.database.read_transaction() as connection:
                hits -= ByteSearch(hits).find_in_texts(text_cells(connection))
        if hits:
            left += 1
            search.problems.append(f"{path}: holds what was to be forgotten, and is not one of the files that the store knows: delete it")
    search.places.append(RemovalPlace(f"{data_dir} ({count} other files)", 0, left))


def _find(search: _Search, path: Path) -> set[str]:
    try:
        return search.byte_search.find_in_file(path)
    except FileNotFoundError:
        return set()


def _find_in_cells(path: Path, values: Collection[str]) -> set[str]:
    """Return the values that are cells of a Parquet file, whose bytes are compressed; none if it is no such file."""
    if path.suffix != ".parquet":
        return set()
    try:
        return {cell for cell in _text_cells(path) if cell in values}
    except (TableError, OSError):
        return set()


def _text_cells(path: Path) -> Iterator[str]:
    for row in read_stored_table(path):
        yield from (cell for cell in row.values() if isinstance(cell, str))
