"""A store that cannot be written finds what is there, and refuses every change."""

from pathlib import Path

import pytest

from model.errors import LostStoreError, StoreError
from service.settings import Settings, read_settings
from service.store.api_keys import ApiKeys
from service.store.database.database import Database
from service.store.database.keys_mark import KeysMark
from service.store.read_only import is_read_only, open_read_only
from service.store.rulings.act import Act
from service.store.rulings.rulings import Rulings
from service.store.store import open_store
from service.store.stored_types import Scope

RULING = Act(dialect="d", text="you fool", abusive=True)


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> Settings:
    """Settings with a folder of which nothing exists yet."""
    return read_settings(data_dir=tmp_path / "a ?#%/data")


def check_refusals(database: Database) -> None:
    for change in (lambda: Rulings(database).record(RULING), lambda: ApiKeys(database).create("more", [Scope.SCORE])):
        with pytest.raises(StoreError, match="is read-only"):
            change()


def test_database_that_was_never_made(sqlite_settings: Settings) -> None:
    """Where there is no database an empty one takes its place, from several threads too, and no file is made."""
    database = open_read_only(sqlite_settings)

    check_refusals(database)
    assert not ApiKeys(database).ever_created()
    assert Rulings(database).count() == 0
    assert not sqlite_settings.data_dir.exists()


def test_database_that_is_there(sqlite_settings: Settings) -> None:
    """What is in the database is found, what is added to it by others as well, and it is not changed."""
    store = open_store(sqlite_settings)
    store.rulings.record(RULING)
    database = open_read_only(sqlite_settings)
    counts = [Rulings(database).count()]
    _, secret = store.keys.create("forum", [Scope.SCORE])
    keys = list(ApiKeys(database).valid_by_digest().values())
    store.close()
    before = (sqlite_settings.data_dir / "tipstaff.db").read_bytes()

    check_refusals(database)
    ApiKeys(database).note_use([key.id for key in keys], ApiKeys(database).today())

    counts.append(Rulings(database).count())
    assert secret
    assert counts == [1, 1]
    assert [key.name for key in keys] == ["forum"]
    assert (sqlite_settings.data_dir / "tipstaff.db").read_bytes() == before


def test_tables_of_another_version(sqlite_settings: Settings) -> None:
    """Tables that would have to be brought up to date are refused in one line."""
    store = open_store(sqlite_settings)
    with store.database.write_transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    store.close()

    with pytest.raises(StoreError, match="start the service once where it can be written"):
        open_read_only(sqlite_settings)


def test_lost_keys(sqlite_settings: Settings) -> None:
    """An empty database takes no lost one's place where keys were made."""
    KeysMark(sqlite_settings.data_dir).make()

    with pytest.raises(LostStoreError):
        open_read_only(sqlite_settings)


def test_writable_folder_is_not_read_only(sqlite_settings: Settings, settings: Settings) -> None:
    """A folder that can be written or made is not taken for read-only, nor is a server."""
    assert not is_read_only(sqlite_settings)
    open_store(settings).close()
    assert not is_read_only(settings)
