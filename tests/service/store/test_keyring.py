"""Keys are found in memory, and what changes in the database takes effect."""

import asyncio
import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from model.errors import StoreError
from service.settings import Settings, read_settings
from service.store.keyring import KeyRing
from service.store.store import Store, open_store
from service.store.stored_types import Key, Scope


def until(met: Callable[[], object], *, tries: int = 1000) -> None:
    """Waits until a condition is met."""
    pause = threading.Event()
    while not met():
        tries -= 1
        assert tries, "it never came"
        pause.wait(0.01)


def test_valid_key_is_found(store: Store) -> None:
    """The secret of a valid key finds it; anything else, however odd, finds nothing."""
    key, secret = store.keys.create("forum", [Scope.SCORE])

    with KeyRing(store.keys) as ring:
        assert ring.find(secret) == key
        assert [ring.find(other) for other in ("", secret[:-1], secret + "0", secret.upper(), "\ud800", "ä\0")] == [None] * 6


def test_ring_knows_whether_there_are_keys(store: Store) -> None:
    """A ring is true once there is a valid key."""
    with KeyRing(store.keys) as ring:
        before = bool(ring)
    store.keys.create("forum", [Scope.SCORE])
    with KeyRing(store.keys) as ring:
        assert (before, bool(ring)) == (False, True)


def test_revocation_takes_effect(settings: Settings, store: Store) -> None:
    """A key that another process revokes ceases to be found without a call that asks for it."""
    key, secret = store.keys.create("forum", [Scope.SCORE])
    other = open_store(settings)

    with KeyRing(store.keys, every=0.02) as ring:
        assert ring.find(secret)
        other.keys.revoke(key.id)
        until(lambda: ring.find(secret) is None)
    other.close()


def test_new_key_works_at_once(store: Store) -> None:
    """A secret that is unknown in memory is looked for in the database, long before the next reading."""

    async def look() -> tuple[Key | None, Key | None]:
        with KeyRing(store.keys, every=3600, on_miss=0) as ring:
            _, secret = store.keys.create("forum", [Scope.SCORE])
            return ring.find(secret), await ring.lookup(secret)

    before, after = asyncio.run(look())

    assert before is None
    assert after


def test_unknown_secrets_do_not_flood_the_database(store: Store) -> None:
    """However many unknown secrets come, the keys are not read more often than allowed."""
    reads = []
    read = store.keys.by_digest

    class Counting(type(store.keys)):  # type: ignore[misc]
        def by_digest(self) -> object:
            reads.append(1)
            return read()

    async def look() -> None:
        with KeyRing(Counting(store.database), every=3600, on_miss=3600) as ring:
            await asyncio.gather(*(ring.lookup(f"wrong {number}") for number in range(50)))

    asyncio.run(look())

    assert len(reads) == 1


def test_use_is_noted(store: Store) -> None:
    """The day on which a key was found is in the list soon after."""
    _, secret = store.keys.create("forum", [Scope.SCORE])
    store.keys.create("idle", [Scope.SCORE])

    with KeyRing(store.keys, every=0.02) as ring:
        ring.find(secret)
        until(lambda: any(key.last_used for key in store.keys.list()))

    assert {key.name: key.last_used for key in store.keys.list()} == {"forum": store.keys.today(), "idle": None}


def test_use_is_noted_at_the_end(store: Store) -> None:
    """What was found just before the end is noted too."""
    _, secret = store.keys.create("forum", [Scope.SCORE])

    with KeyRing(store.keys, every=3600) as ring:
        ring.find(secret)

    assert store.keys.list()[0].last_used == store.keys.today()


def test_keys_outlive_a_database_that_fails(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """If the database breaks while the service runs, the keys that it knows stay valid, and the log says it once."""
    store = open_store(read_settings(data_dir=tmp_path))
    _, secret = store.keys.create("forum", [Scope.SCORE])
    store.close()

    with caplog.at_level(logging.INFO, "tipstaff.store"), KeyRing(store.keys, every=0.01) as ring:
        store.close()
        (tmp_path / "tipstaff.db").write_bytes(b"no database " * 1000)
        until(lambda: caplog.records)
        assert ring.find(secret)
        found = asyncio.run(ring.lookup("unknown"))

    assert found is None
    assert [record.levelname for record in caplog.records].count("ERROR") == 1
    assert "the keys cannot be read" in caplog.text
    store.close()


def test_ring_does_not_begin_without_its_keys(tmp_path: Path) -> None:
    """A ring whose database is broken from the start says so."""
    store = open_store(read_settings(data_dir=tmp_path))
    store.close()
    (tmp_path / "tipstaff.db").write_bytes(b"no database " * 1000)

    with pytest.raises(StoreError, match="is no SQLite database"), KeyRing(store.keys):
        pass
