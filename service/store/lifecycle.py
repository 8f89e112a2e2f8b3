"""The store while the service runs: its keys are held in memory, its outbox is processed, and what is too old is purged daily."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.errors import StoreError
from service.store.database.database import READ_ONLY_ADVICE
from service.store.keyring import KeyRing
from service.store.outbox_worker import OutboxWorker, TaskHandler
from service.store.store import Store, open_running_store
from service.store.store_thread import call_in_thread

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["purge_expired", "run_store"]

_DAY_SECONDS = 86_400
_OUTBOX_DAYS = 30

_log = logging.getLogger("tipstaff.store")


@dataclass(frozen=True)
class RunningStore:
    """The store of a running service.

    Attributes:
        store: the store; its calls block, so leave them to a thread.
        ring: the valid keys, in memory.
        worker: makes the calls that wait in the outbox; wake it after enqueuing one.
    """

    store: Store
    ring: KeyRing
    worker: OutboxWorker


@asynccontextmanager
async def run_store(settings: "Settings", *, handlers: Mapping[str, TaskHandler] | None = None) -> AsyncIterator[RunningStore]:
    """Open the store and keep it running until the block ends. Enter the block in the event loop of the service.

    Where the database can only be read, keys are found, and nothing is stored; the log says so.

    Args:
        settings: name the database, how long a call waits for it, and how long the texts of comments are kept.
        handlers: the handlers of the outbox's tasks, by kind.

    Raises:
        SettingsError: the URL of the database is wrong, or its folder cannot be created.
        LostStoreError: keys were made, and the database is gone or empty.
        StoreError: the database cannot be used, or is newer than this Tipstaff.
    """
    store = await asyncio.to_thread(open_running_store, settings, wait=settings.database_wait)
    is_writable = store.database.is_writable
    if not is_writable:
        _log.warning(
            "the database %s %s: this service judges, but rulings and whatever else has to be stored is answered 503",
            store.database.name,
            READ_ONLY_ADVICE,
        )
    ring = KeyRing(store.keys)
    try:
        await asyncio.to_thread(ring.__enter__)
        purge_task = asyncio.create_task(_purge_daily(store, days=settings.retention_days) if is_writable else asyncio.sleep(0))
        try:
            async with OutboxWorker(store.outbox, (handlers or {}) if is_writable else {}) as worker:
                yield RunningStore(store, ring, worker)
        finally:
            purge_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await purge_task
            await asyncio.to_thread(ring.__exit__, None, None, None)
    finally:
        await asyncio.to_thread(store.close)


def purge_expired(store: Store, *, days: int) -> int:
    """Delete old tasks of the outbox and forget the comments of old rulings. Several processes may do so at the same time.

    Args:
        store: the store.
        days: for how many days the comments of rulings are kept; 0 is for ever.

    Returns:
        The number of rulings whose comments were forgotten.

    Raises:
        StoreError: the database cannot be written.
    """
    store.outbox.delete_finished(days=_OUTBOX_DAYS)
    return store.rulings.forget_comments(days=days) if days else 0


async def _purge_daily(store: Store, *, days: int) -> None:
    while True:
        try:
            count = await call_in_thread(purge_expired, store, days=days)
        except StoreError as error:
            _log.error("what is too old could not be forgotten, next try in a day: %s", error)
        else:
            if count:
                _log.info("forgot the comments of %d rulings that are older than %d days", count, days)
        await asyncio.sleep(_DAY_SECONDS)
