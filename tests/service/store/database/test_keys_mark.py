"""A mark outside the database remembers that keys were made."""

import stat
from pathlib import Path

import pytest

from model.errors import LostStoreError
from service.settings import Settings, read_settings
from service.store.api_keys import ApiKeys
from service.store.database.keys_mark import KeysMark
from service.store.keyring import KeyRing
from service.store.schema.views import drop_views
from service.store.store import Store, open_store
from service.store.stored_types import Scope


def empty(settings: Settings) -> None:
    """Take all tables from a database, as if it were another one."""
    store = open_store(settings)
    with store.database.write_transaction() as connection:
        drop_views(connection)
        for table in ("alembic_version", "outbox", "acts", "keys", "stored_files", "tombstones"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
    store.close()


def test_first_key_is_marked(settings: Settings, store: Store) -> None:
    """The mark is made with the first key, readable to this user alone, and says what it is for; before, there is none."""
    mark = KeysMark(settings.data_dir)
    assert not mark.exists()

    store.keys.create("forum", [Scope.SCORE])

    assert mark.exists()
    assert stat.S_IMODE(mark.path.stat().st_mode) == 0o600
    assert "nobody is let in without a key" in mark.path.read_text()


def test_keys_of_an_earlier_version_are_marked(settings: Settings, store: Store) -> None:
    """A ring makes the mark where there are keys already, also if all are revoked."""
    store.keys.create("forum", [Scope.SCORE])
    store.keys.revoke("forum")
    KeysMark(settings.data_dir).path.unlink()
    other = open_store(settings)

    with KeyRing(other.keys) as ring:
        assert (ring.ever_had_keys, ring.are_lost) == (True, False)

    assert KeysMark(settings.data_dir).exists()
    other.close()


def test_database_without_keys_is_noticed(settings: Settings, store: Store) -> None:
    """Where the mark is and the database knows of no key, a ring says that the keys are lost, and that there were some."""
    KeysMark(settings.data_dir).make()

    with KeyRing(store.keys) as ring:
        assert (bool(ring), ring.ever_had_keys, ring.are_lost) == (False, True, True)


def test_empty_database_is_not_begun_anew(settings: Settings) -> None:
    """A database that has lost its tables is not given new ones where keys were made; without the mark it is."""
    store = open_store(settings)
    store.keys.create("forum", [Scope.SCORE])
    store.close()
    empty(settings)

    for _ in range(2):
        with pytest.raises(LostStoreError, match="restore the database, or remove that file"):
            open_store(settings)

    KeysMark(settings.data_dir).path.unlink()
    store = open_store(settings)
    assert not store.keys.ever_created()
    store.close()


@pytest.mark.parametrize("content", [None, b""])
def test_missing_file_is_not_made_anew(tmp_path: Path, content: bytes | None) -> None:
    """A file of SQLite that is missing or empty where keys were made stays so."""
    settings = read_settings(data_dir=tmp_path)
    store = open_store(settings)
    store.keys.create("forum", [Scope.SCORE])
    store.close()
    file = tmp_path / "tipstaff.db"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    before = sorted(tmp_path.iterdir())

    with pytest.raises(LostStoreError, match="is gone or empty"):
        open_store(settings)

    assert sorted(tmp_path.iterdir()) == before


def test_mark_that_cannot_be_made(tmp_path: Path, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """If the mark cannot be made the log says so, once, and the key is made."""
    (tmp_path / "file").touch()
    mark = KeysMark(tmp_path / "file")
    store.database.mark = mark

    for name in ("one", "two"):
        ApiKeys(store.database).create(name, [Scope.SCORE])

    assert sorted(key.name for key in store.keys.list()) == ["one", "two"]
    assert caplog.text.count("set TIPSTAFF_OPEN=false") == 1
