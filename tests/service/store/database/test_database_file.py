"""A database whose file is removed, replaced or cut off while it is in use acknowledges nothing, and recovers when the file is back."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from model.errors import StoreError
from service.settings import read_settings
from service.store.rulings.act import Act
from service.store.store import Store, open_store

Change = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder."""
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    """A store with one ruling."""
    store = open_store(read_settings(data_dir=folder))
    record(store, "before")
    yield store
    store.close()


def record(store: Store, text: str) -> None:
    store.rulings.record(Act(dialect="d", text=text, abusive=True))


def texts(store: Store) -> list[str]:
    return [entry.text for entry in store.rulings.effective()]


def move(source: str, target: str) -> Change:
    def change(folder: Path) -> None:
        (folder / source).rename(folder / target)

    return change


def move_all(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    for path in folder.iterdir():
        path.rename(folder.parent / "elsewhere" / path.name)


def move_all_back(folder: Path) -> None:
    for path in (folder.parent / "elsewhere").iterdir():
        path.rename(folder / path.name)


def rename_folder(folder: Path) -> None:
    folder.rename(folder.with_name("renamed"))


def rename_folder_back(folder: Path) -> None:
    folder.with_name("renamed").rename(folder)


@pytest.mark.parametrize(
    ("damage", "repair"),
    [
        pytest.param(move("tipstaff.db", "away"), move("away", "tipstaff.db"), id="file"),
        pytest.param(move("tipstaff.db-wal", "away"), move("away", "tipstaff.db-wal"), id="log"),
        pytest.param(move("tipstaff.db-shm", "away"), move("away", "tipstaff.db-shm"), id="index of the log"),
        pytest.param(move_all, move_all_back, id="all files, as if a volume were gone"),
        pytest.param(rename_folder, rename_folder_back, id="folder"),
    ],
)
def test_file_that_is_gone(store: Store, folder: Path, damage: Change, repair: Change) -> None:
    """Without its file, or one that belongs to it, nothing is read or written and no file is made; when it is back, all is as before."""
    damage(folder)
    before = sorted(folder.parent.rglob("*"))

    for call in (lambda: record(store, "lost"), lambda: texts(store), store.database.check_file, store.database.checkpoint):
        with pytest.raises(StoreError, match="put it back"):
            call()

    assert sorted(folder.parent.rglob("*")) == before
    repair(folder)
    record(store, "after")
    assert texts(store) == ["before", "after"]


def replace(folder: Path) -> None:
    shutil.copy(folder / "tipstaff.db", folder / "copy")
    (folder / "copy").replace(folder / "tipstaff.db")


def replace_by_nothing(folder: Path) -> None:
    (folder / "empty").touch()
    (folder / "empty").replace(folder / "tipstaff.db")


def cut_off(size: int) -> Change:
    def change(folder: Path) -> None:
        with (folder / "tipstaff.db").open("r+b") as file:
            file.truncate(size)

    return change


@pytest.mark.parametrize("damage", [replace, replace_by_nothing, cut_off(0), cut_off(4096)])
def test_another_file(store: Store, folder: Path, damage: Change) -> None:
    """Nothing is acknowledged that would go into a file that was removed, cut off, or is not the one that was opened."""
    store.database.checkpoint()
    store.database.check_file()
    damage(folder)

    for call in (lambda: record(store, "lost"), lambda: texts(store), store.database.check_file):
        with pytest.raises(StoreError, match="while it was in use"):
            call()


def test_file_that_goes_while_a_ruling_is_stored(store: Store, folder: Path) -> None:
    """A change that is written while the file is removed is not acknowledged."""

    def write() -> None:
        with store.database.write_transaction() as connection:
            connection.exec_driver_sql("DELETE FROM acts")
            (folder / "tipstaff.db").unlink()

    with pytest.raises(StoreError, match="put it back"):
        write()


def test_other_connections_may_end(store: Store, folder: Path) -> None:
    """Commands may open and close the database, and it may be closed and opened here, without an alarm."""
    other = open_store(read_settings(data_dir=folder))
    record(other, "other")
    other.close()
    record(store, "after")
    store.close()
    other = open_store(read_settings(data_dir=folder))
    other.close()

    record(store, "again")

    assert texts(store) == ["before", "other", "after", "again"]
