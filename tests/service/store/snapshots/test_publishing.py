"""What killed processes left is finished, what living ones are at is left alone, and what is deleted is gone."""

from pathlib import Path

import pytest
from sqlalchemy import update

from model.comment import Label
from service.settings import Settings, read_settings
from service.store.schema.tables import stored_files
from service.store.snapshots.publishing import erase_table, finish_leftovers
from service.store.snapshots.table_draft import open_draft
from service.store.store import Store
from service.store.stored_files import FileState, TableKind, set_state
from service.table_files import TableFormat
from tests.service.store.conftest import FakeClock

ROW = {"text": "a text", "label": Label.FINE.value, "source": "rulings.x", "moderator": "anna", "role": "moderator"}
ROW |= dict.fromkeys(("created_at", "id", "community", "comment"), "")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with one kind of database: what differs between them is not what these tests are about."""
    return read_settings(data_dir=tmp_path / "data")


def states(store: Store) -> list[FileState]:
    return [file.state for file in store.files.list()]


def test_a_complete_table_gets_its_name(store: Store, tmp_path: Path) -> None:
    """A process that was killed before it could rename a complete table loses nothing; one that lives is not disturbed."""
    with open_draft(store.files, TableKind.SNAPSHOT, tmp_path) as draft:
        table, _ = draft.write([ROW], table_format=TableFormat.CSV, exclusions={})
        assert [file.number for file in finish_leftovers(store.files).busy] == [draft.number]
        assert store.files.settle(table)
        assert [file.number for file in finish_leftovers(store.files).busy] == [draft.number]
        assert not table.path.exists()
    assert finish_leftovers(store.files).busy == ()
    assert sorted(tmp_path.glob("*rulings-*")) == sorted([table.path, table.path.with_name(f"{table.path.stem}.manifest.json")])
    assert states(store) == [FileState.STORED]


def test_a_table_that_was_just_begun_is_left_alone(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    """A note of which there is no file yet may be about to be written; a minute later it is removed."""
    store.files.begin(TableKind.LOG, tmp_path / ".acts.1.part")
    assert len(finish_leftovers(store.files).busy) == 1
    clock.advance(minutes=2)
    assert finish_leftovers(store.files).busy == ()
    assert states(store) == []


@pytest.mark.parametrize("state", [FileState.WRITING, FileState.CANCELLED])
def test_another_machine_has_a_day(store: Store, clock: FakeClock, tmp_path: Path, state: FileState) -> None:
    """What is written on a machine whose files cannot be seen from here is left to that machine for a day."""
    number = store.files.begin(TableKind.LOG, tmp_path / ".acts.1.part")
    with store.database.write_transaction() as connection:
        connection.execute(update(stored_files).values(host="elsewhere", state=state.value))
    clock.advance(hours=23)
    assert [file.number for file in finish_leftovers(store.files).busy] == [number]
    clock.advance(hours=2)
    assert finish_leftovers(store.files).busy == ()
    assert states(store) == []


def test_a_link_is_not_followed(store: Store, tmp_path: Path) -> None:
    """Where a link has taken the place of a file that is to be deleted, nothing behind it is overwritten, and that is said."""
    with open_draft(store.files, TableKind.SNAPSHOT, tmp_path) as draft:
        table, _ = draft.write([ROW], table_format=TableFormat.CSV, exclusions={})
        store.files.settle(table)
    finish_leftovers(store.files)
    (tmp_path / "else").write_text("somebody's")
    table.path.unlink()
    table.path.symlink_to(tmp_path / "else")
    with store.database.write_transaction() as connection:
        set_state(connection, [draft.number], FileState.DOOMED)
    (problem,) = finish_leftovers(store.files).problems
    assert str(table.path) in problem
    assert (tmp_path / "else").read_text() == "somebody's"
    assert states(store) == [FileState.DOOMED]
    table.path.unlink()
    assert [file.path for file in finish_leftovers(store.files).deleted] == [table.path]
    assert states(store) == []


def test_what_is_erased_is_overwritten(tmp_path: Path) -> None:
    """The blocks of a file that is deleted hold zeros, as another name of the same file shows."""
    path = tmp_path / "rulings-0.csv"
    path.write_text("private " * 400_000)
    path.chmod(0o400)
    (tmp_path / "other").hardlink_to(path)
    assert erase_table(path)
    assert not path.exists()
    assert set((tmp_path / "other").read_bytes()) == {0}
    assert not erase_table(path)
