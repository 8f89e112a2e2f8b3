"""The store knows every file of rulings, how far it has come, and what took the place of those that are gone."""

from pathlib import Path

from service.store.store import Store
from service.store.stored_files import FileState, FinishedTable, TableKind, set_state, write_tombstones


def test_a_file_from_its_beginning_to_its_end(store: Store, tmp_path: Path) -> None:
    """A file is noted before it is written, when it is complete, and when it has its name; then it has no part any more."""
    number = store.files.begin(TableKind.LOG, tmp_path / ".part")
    (begun,) = store.files.list()
    assert (begun.number, begun.state, begun.part, begun.path, begun.created_at) == (
        number,
        FileState.WRITING,
        tmp_path / ".part",
        None,
        store.database.now(),
    )
    assert store.files.settle(FinishedTable(number=number, path=tmp_path / "table", sha256="ab", rows=3))
    (settled,) = store.files.list()
    assert (settled.state, settled.path, settled.sha256, settled.rows) == (FileState.SETTLED, tmp_path / "table", "ab", 3)
    store.files.mark_stored(settled)
    store.files.move(settled, tmp_path / "elsewhere")
    (stored,) = store.files.list()
    assert (stored.state, stored.part, stored.path, stored.kind) == (FileState.STORED, None, tmp_path / "elsewhere", TableKind.LOG)
    store.files.remove([number])
    assert store.files.list() == []


def test_who_comes_late_changes_nothing(store: Store, tmp_path: Path) -> None:
    """Whoever finishes a file that others have finished or replaced meanwhile neither removes the note of its successor nor revives it."""
    table = tmp_path / "table"
    for part in (".first", ".second"):
        number = store.files.begin(TableKind.SNAPSHOT, tmp_path / part)
        assert store.files.settle(FinishedTable(number=number, path=table, sha256="ab", rows=3))
    settled = store.files.list()
    for file in (*settled, *settled):
        store.files.mark_stored(file)
    assert [(file.number, file.state) for file in store.files.list()] == [(settled[1].number, FileState.STORED)]
    with store.database.write_transaction() as connection:
        set_state(connection, [settled[1].number], FileState.DOOMED)
    store.files.mark_stored(settled[1])
    assert [file.state for file in store.files.list()] == [FileState.DOOMED]


def test_a_cancelled_file_is_never_complete(store: Store, tmp_path: Path) -> None:
    """Once its rows were forgotten, a file that was being written cannot be settled."""
    number = store.files.begin(TableKind.SNAPSHOT, tmp_path / ".part")
    with store.database.write_transaction() as connection:
        set_state(connection, [number], FileState.CANCELLED)
    assert not store.files.settle(FinishedTable(number=number, path=tmp_path / "table", sha256="ab", rows=3))


def test_tombstones_are_kept(store: Store) -> None:
    """Each hash leads to the hash of the file in its place, the first one that was told."""
    for successors in ({"a": "b", "x": None}, {"b": "c"}, {"a": "d"}):
        with store.database.write_transaction() as connection:
            write_tombstones(connection, successors, now=store.database.now())
    assert store.files.tombstones() == {"a": "b", "b": "c", "x": None}
