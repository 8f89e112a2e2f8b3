"""Keys are found in memory, and changes in the database take effect."""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

import pytest

from model.errors import StoreError
from service.settings import Settings, read_settings
from service.store.api_keys import ApiKeys
from service.store.keyring import KeyRing
from service.store.store import Store, open_store
from service.store.stored_types import ApiKey, Scope
from tests.waiting import wait_until


def test_valid_key_is_found(store: Store) -> None:
    """The secret of a valid key finds the key; any other text, however odd, finds nothing."""
    key, secret = store.keys.create("forum", [Scope.SCORE])

    with KeyRing(store.keys) as ring:
        assert ring.find(secret) == key
        assert [ring.find(other) for other in ("", secret[:-1], secret + "0", secret.upper(), "\ud800", "ä\0")] == [None] * 6


def test_ring_knows_whether_there_are_keys(store: Store) -> None:
    """A ring is true while there is a valid key, and remembers that there was one after the last is revoked."""
    states = []
    for change in (lambda: None, lambda: store.keys.create("forum", [Scope.SCORE]), lambda: store.keys.revoke("forum")):
        change()
        with KeyRing(store.keys) as ring:
            states.append((bool(ring), ring.ever_had_keys))

    assert states == [(False, False), (True, True), (False, True)]


def test_revocation_takes_effect(settings: Settings, store: Store) -> None:
    """A key that another process revokes is soon not found any more."""
    key, secret = store.keys.create("forum", [Scope.SCORE])
    other = open_store(settings)

    with KeyRing(store.keys, interval=0.02) as ring:
        assert ring.find(secret)
        other.keys.revoke(key.id)
        wait_until(lambda: ring.find(secret) is None, what="the key is refused")
    other.close()


def test_new_key_works_at_once(store: Store) -> None:
    """A secret that is unknown in memory is looked up in the database at once, long before the next reading."""

    async def look() -> tuple[ApiKey | None, ApiKey | None]:
        with KeyRing(store.keys, interval=3600, miss_interval=0) as ring:
            _, secret = store.keys.create("forum", [Scope.SCORE])
            return ring.find(secret), await ring.find_or_reread(secret)

    before, after = asyncio.run(look())

    assert before is None
    assert after


def test_unknown_secrets_do_not_flood_the_database(store: Store) -> None:
    """However many unknown secrets come, the keys are not read again before the interval has passed."""
    readings = []

    class CountingKeys(ApiKeys):
        def valid_by_digest(self) -> Mapping[str, ApiKey]:
            readings.append(1)
            return super().valid_by_digest()

    async def look() -> None:
        with KeyRing(CountingKeys(store.database), interval=3600, miss_interval=3600) as ring:
            await asyncio.gather(*(ring.find_or_reread(f"wrong {number}") for number in range(50)))

    asyncio.run(look())

    assert len(readings) == 1


def test_use_is_noted(store: Store) -> None:
    """The day on which a key was used is soon in the list of keys; a key that was not used has none."""
    _, secret = store.keys.create("forum", [Scope.SCORE])
    store.keys.create("idle", [Scope.SCORE])

    with KeyRing(store.keys, interval=0.02) as ring:
        ring.find(secret)
        wait_until(lambda: any(key.last_used for key in store.keys.list()), what="the use is stored")

    assert {key.name: key.last_used for key in store.keys.list()} == {"forum": store.keys.today(), "idle": None}


def test_use_is_noted_at_the_end(store: Store) -> None:
    """The use of a key just before the end is stored too."""
    _, secret = store.keys.create("forum", [Scope.SCORE])

    with KeyRing(store.keys, interval=3600) as ring:
        ring.find(secret)

    assert store.keys.list()[0].last_used == store.keys.today()


def test_keys_outlive_a_database_that_fails(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """If the database breaks while the service runs, the keys in memory stay valid, and the log says so once."""
    store = open_store(read_settings(data_dir=tmp_path))
    _, secret = store.keys.create("forum", [Scope.SCORE])
    store.close()

    with caplog.at_level(logging.INFO, "tipstaff.store"), KeyRing(store.keys, interval=0.01) as ring:
        store.close()
        (tmp_path / "tipstaff.db").write_bytes(b"no database " * 1000)
        wait_until(lambda: "the keys cannot be read" in caplog.text, what="the failure is logged")
        assert ring.find(secret)
        unknown_key = asyncio.run(ring.find_or_reread("unknown"))

    assert unknown_key is None
    assert [record.levelname for record in caplog.records].count("ERROR") == 1
    store.close()


def test_ring_knows_whether_the_database_can_be_read(store: Store) -> None:
    """While the tables are gone a ring knows why it cannot read, and its keys stay valid; it looks again when it is asked to."""
    _, secret = store.keys.create("forum", [Scope.SCORE])

    def rename(old: str, new: str) -> None:
        with store.database.write_transaction() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")

    with KeyRing(store.keys, interval=3600) as ring:
        before = ring.failure
        rename("keys", "lost")
        ring.look_soon()
        failure = wait_until(lambda: ring.failure, what="the failure is known")
        found = ring.find(secret)
        rename("lost", "keys")
        ring.look_soon()
        wait_until(lambda: ring.failure is None, what="the keys can be read again")

    assert before is None
    assert isinstance(failure, StoreError)
    assert found
    assert store.keys.list()[0].last_used is not None


def test_ring_does_not_begin_without_its_keys(tmp_path: Path) -> None:
    """A ring whose database is broken from the start raises an error."""
    store = open_store(read_settings(data_dir=tmp_path))
    store.close()
    (tmp_path / "tipstaff.db").write_bytes(b"no database " * 1000)

    with pytest.raises(StoreError, match="is no SQLite database"), KeyRing(store.keys):
        pass
