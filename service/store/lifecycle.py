"""The store while the service runs: opened, its keys watched, its outbox worked off, what is too old forgotten."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.errors import StoreError
from service.store.keyring import KeyRing
from service.store.outbox_worker import Handler, OutboxWorker
from service.store.store import Store, open_store

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["Live", "living", "tidy"]

_DAY = 86_400
_OUTBOX_DAYS = 30

_log = logging.getLogger("tipstaff.store")


@dataclass(frozen=True)
class Live:
    """The store of a running service.

    Attributes:
        store: blocks; leave its calls to a thread.
        ring: the valid keys, in memory.
        worker: makes the calls that wait in the outbox; wake it after one was enqueued.
    """

    store: Store
    ring: KeyRing
    worker: OutboxWorker


@asynccontextmanager
async def living(settings: "Settings", *, handlers: Mapping[str, Handler] | None = None) -> AsyncIterator[Live]:
    """Open the store for as long as the service runs; to be entered in its event loop.

    Args:
        settings: database, retention.
        handlers: of the outbox's tasks, by kind.

    Raises:
        SettingsError: the database is named wrongly, or its folder cannot be made.
        StoreError: the database cannot be used, or is newer than this Tipstaff.
    """
    store = await asyncio.to_thread(open_store, settings)
    ring = KeyRing(store.keys)
    try:
        await asyncio.to_thread(ring.__enter__)
        upkeep = asyncio.create_task(_keep_up(store, days=settings.retention_days))
        try:
            async with OutboxWorker(store.outbox, handlers or {}) as worker:
                yield Live(store, ring, worker)
        finally:
            upkeep.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await upkeep
            await asyncio.to_thread(ring.__exit__, None, None, None)
    finally:
        await asyncio.to_thread(store.close)


def tidy(store: Store, *, days: int) -> int:
    """Forget what is too old; whoever else does so at the same time does no harm.

    Args:
        store: where.
        days: for which the comments of rulings are kept; 0 is for ever.

    Returns:
        The number of comments that were forgotten.

    Raises:
        StoreError: the database cannot be written.
    """
    store.outbox.forget(days=_OUTBOX_DAYS)
    return store.rulings.forget(days=days) if days else 0


async def _keep_up(store: Store, *, days: int) -> None:
    while True:
        try:
            forgotten = await asyncio.to_thread(tidy, store, days=days)
        except StoreError as error:
            _log.error("what is too old could not be forgotten, next try in a day: %s", error)
        else:
            if forgotten:
                _log.info("forgot the comments of %d rulings that are older than %d days", forgotten, days)
        await asyncio.sleep(_DAY)
