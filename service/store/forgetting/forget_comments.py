"""Removes comments from every table of the database and every file that it knows of, in one step that a crash does not divide.

The files are written anew first, beside the old ones. Then one transaction removes the rows, dooms the old files and settles the new ones.
What follows it, renaming and deleting, is finished by whoever comes next if this process is killed.
"""

import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from model.errors import StoreError
from service.store.forgetting.database_rows import delete_rows, find_rows
from service.store.forgetting.file_rows import FileRows
from service.store.forgetting.forget_proof import prove_forgotten
from service.store.forgetting.forget_report import ForgetReport, RemovalPlace, RewrittenFile
from service.store.forgetting.forget_search import FoundRows, find_everywhere
from service.store.forgetting.located_files import locate_files
from service.store.forgetting.wanted_comments import ForgetRequest, WantedComments
from service.store.snapshots.publishing import LeftoverReport, finish_leftovers
from service.store.snapshots.snapshot_manifest import read_exclusions
from service.store.snapshots.stored_table import table_format_of
from service.store.snapshots.table_draft import open_draft
from service.store.store import Store
from service.store.stored_files import FileState, FinishedTable, list_files, lock_files, set_state, settle_file, write_tombstones

__all__ = ["forget_comments"]

_MOST_ROUNDS = 240
_PAUSE_SECONDS = 0.25
_FORGOTTEN = "forgotten"


class _ChangedMeanwhileError(Exception):
    """The files that the database knows are not those that were looked through."""


@dataclass(frozen=True)
class _Removal:
    files: tuple[RewrittenFile, ...]
    problems: tuple[str, ...]


def forget_comments(
    store: Store,
    request: ForgetRequest,
    *,
    data_dir: Path,
    look_in: Iterable[Path] = (),
    deleted: Collection[str] = (),
    dry_run: bool = False,
) -> ForgetReport:
    """Remove comments from every table and every file of rulings that the store knows of, then search all of them anew.

    Args:
        store: the store.
        request: the comments.
        data_dir: the folder of the data, in which files that the store does not know are searched too.
        look_in: further folders in which files may lie that were moved.
        deleted: the beginnings of the hashes of files that are gone for good.
        dry_run: whether only to look.

    Returns:
        What was removed and is left. What could not be done is among its problems.

    Raises:
        StoreError: the database cannot be used; nothing was removed.
    """
    look_in = list(look_in)
    finished: set[str] = set()
    gone: set[str] = set()
    for _ in range(_MOST_ROUNDS):
        leftovers = LeftoverReport((), (), ()) if dry_run else finish_leftovers(store.files)
        # An earlier call that was killed could not say what had learned from these.
        finished |= {file.sha256 for file in leftovers.deleted if file.sha256 is not None}
        if any(file.state is FileState.SETTLED for file in leftovers.busy):
            time.sleep(_PAUSE_SECONDS)
            continue
        located = locate_files(store.files, folders=look_in, deleted=deleted, only_looks=dry_run)
        gone.update(located.gone)
        wanted = WantedComments(request)
        found = find_everywhere(store.database, located.tables, wanted)
        problems = [*leftovers.problems, *located.problems, *found.problems]
        if dry_run:
            files, places = _would_be_rewritten(found), _places(store, found)
            return _report(store, found, wanted, files=files, places=places, gone=gone, problems=problems)
        try:
            removal = _remove(store, found, wanted, known_numbers=located.numbers)
        except _ChangedMeanwhileError:
            time.sleep(_PAUSE_SECONDS)
            continue
        problems += [*removal.problems, *_finish(store)]
        proof = prove_forgotten(store, found, wanted, data_dir=data_dir)
        problems += proof.problems
        report = _report(store, found, wanted, files=removal.files, places=proof.places, gone=gone, problems=problems)
        return replace(report, learned_hashes=_with_ancestors(store, [*report.learned_hashes, *finished]))
    raise StoreError("files of rulings were written all the time, and nothing was forgotten: run this again when no export is running")


def _remove(store: Store, found: FoundRows, wanted: WantedComments, *, known_numbers: frozenset[int]) -> _Removal:
    """Write the files anew, then remove and replace everything in one transaction.

    Raises:
        _ChangedMeanwhileError: nothing was removed; other files or acts have come.
        StoreError: the same, because the database cannot be written.
    """
    tables: dict[int, FinishedTable | None] = {}
    problems: list[str] = []
    held = [file for file in found.files if file.places]
    with ExitStack() as drafts:
        for file in held:
            try:
                tables[file.table.file.number] = _write_anew(drafts, store, file)
            except OSError as error:
                problems.append(
                    f"{file.table.path}: cannot be written anew ({error.strerror or error}): make its folder writable and run this again"
                )
        rewritten = [_rewritten(file, tables[file.table.file.number]) for file in held if file.table.file.number in tables]
        with store.database.write_transaction() as connection:
            lock_files(connection)
            new_numbers = {table.number for table in tables.values() if table is not None}
            _require_unchanged(connection, known_numbers=known_numbers, old_numbers=set(tables), new_numbers=new_numbers)
            known = wanted.size
            rows = find_rows(connection, wanted)
            if wanted.size != known or not all(settle_file(connection, table) for table in tables.values() if table is not None):
                raise _ChangedMeanwhileError
            delete_rows(connection, rows)
            set_state(connection, tables, FileState.DOOMED)
            write_tombstones(connection, {file.old_sha256: file.new_sha256 for file in rewritten}, now=store.database.now())
    return _Removal(tuple(rewritten), tuple(problems))


def _write_anew(drafts: ExitStack, store: Store, file: FileRows) -> FinishedTable | None:
    """Write a file without the rows that are to be forgotten; return None if none would be left.

    Raises:
        OSError: it cannot be written.
    """
    remaining = file.read_others()
    if not remaining:
        return None
    exclusions = read_exclusions(file.table.path)
    exclusions[_FORGOTTEN] = exclusions.get(_FORGOTTEN, 0) + len(file.places)
    draft = drafts.enter_context(open_draft(store.files, file.table.file.kind, file.table.path.parent))
    try:
        return draft.write(remaining, table_format=table_format_of(file.table.path), exclusions=exclusions)[0]
    except OSError:
        draft.discard(store.files)
        raise


def _require_unchanged(connection: Connection, *, known_numbers: frozenset[int], old_numbers: set[int], new_numbers: set[int]) -> None:
    """Make sure that all complete files were looked through, and cancel those that are being written from what is removed now.

    Raises:
        _ChangedMeanwhileError: other files are complete by now, or some were replaced.
    """
    files = list_files(connection)
    complete = {file.number for file in files if file.state in (FileState.STORED, FileState.SETTLED)}
    if not complete <= known_numbers or not old_numbers <= complete:
        raise _ChangedMeanwhileError
    writing = {file.number for file in files if file.state is FileState.WRITING} - new_numbers
    set_state(connection, writing, FileState.CANCELLED)


def _finish(store: Store) -> list[str]:
    """Rename the new files, delete the old ones, and wait for those that were cancelled; return what could not be done."""
    for _ in range(_MOST_ROUNDS):
        leftovers = finish_leftovers(store.files)
        cancelled = [file for file in leftovers.busy if file.state is FileState.CANCELLED]
        if not cancelled:
            return list(leftovers.problems)
        time.sleep(_PAUSE_SECONDS)
    return [
        *leftovers.problems,
        *(f"{file.part}: an export on {file.host} is giving this file up: run this again when it has ended" for file in cancelled),
    ]


def _rewritten(file: FileRows, table: FinishedTable | None) -> RewrittenFile:
    new_path, new_sha256 = (None, None) if table is None else (table.path, table.sha256)
    return RewrittenFile(file.table.path, file.table.sha256, new_path, new_sha256, len(file.places))


def _would_be_rewritten(found: FoundRows) -> tuple[RewrittenFile, ...]:
    return tuple(_rewritten(file, None) for file in found.files if file.places)


def _places(store: Store, found: FoundRows) -> tuple[RemovalPlace, ...]:
    """Return where comments were found, before anything is removed."""
    return (
        RemovalPlace("table acts", len(found.rows.acts)),
        RemovalPlace("table outbox", len(found.rows.tasks)),
        *(RemovalPlace(str(file.table.path), len(file.places)) for file in found.files),
        *(
            RemovalPlace(str(file.path or file.part), 0, remark="left by a call that was killed, and deleted by the next one")
            for file in store.files.list()
            if file.state is not FileState.STORED
        ),
    )


def _report(
    store: Store,
    found: FoundRows,
    wanted: WantedComments,
    *,
    files: Sequence[RewrittenFile],
    places: tuple[RemovalPlace, ...],
    gone: Iterable[str],
    problems: Sequence[str],
) -> ForgetReport:
    held = [file.table.sha256 for file in found.files if file.places]
    return ForgetReport(
        comments=wanted.count,
        places=places,
        files=tuple(files),
        learned_hashes=_with_ancestors(store, held),
        gone_hashes=_with_ancestors(store, gone),
        problems=tuple(problems),
        comment_ids=tuple(sorted(wanted.comment_ids)),
    )


def _with_ancestors(store: Store, hashes: Iterable[str]) -> tuple[str, ...]:
    """Return the hashes of files, and those of the files in whose places they came: these held all that they hold."""
    held = set(hashes)
    successors = store.files.tombstones()
    while grown := {old for old, new in successors.items() if new in held} - held:
        held |= grown
    return tuple(sorted(held))
