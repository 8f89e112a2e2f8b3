"""The valid keys in memory: a look-up takes microseconds and never waits for the database."""

import asyncio
import hmac
import logging
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from model.errors import StoreError
from service.store.api_keys import ApiKeys, secret_digest
from service.store.store_thread import call_in_thread
from service.store.stored_types import ApiKey

__all__ = ["KeyRing"]

# Digits of a digest by which a key is looked up: enough that two keys practically never share them.
_PREFIX_DIGITS = 16

_log = logging.getLogger("tipstaff.store")


class KeyRing:
    """The valid keys, read anew every few seconds by a thread of its own; a context manager that ends the thread.

    If the database cannot be read, the keys that were read last stay valid, and the log says so.

    Args:
        keys: the keys in the database.
        interval: the seconds between two readings, and so the longest time for which a revoked key still works while the database
            answers.
        miss_interval: the least number of seconds between two readings that are caused by unknown secrets.

    Attributes:
        ever_had_keys: whether a key was ever created. It stays true when the last key is revoked, or when the database with the keys
            is lost, lest that let everybody in.
        are_lost: whether keys were made, as the mark beside the database says, and the database knows of none.
        failure: why the keys could not be read the last time; None if they could.

    Raises:
        StoreError: the keys cannot be read on entry.
    """

    def __init__(self, keys: ApiKeys, *, interval: float = 2.0, miss_interval: float = 0.5) -> None:
        self._keys = keys
        self._interval = interval
        self._miss_interval = miss_interval
        self.ever_had_keys = False
        self.are_lost = False
        # The whole digest and the key, by the beginning of the digest.
        self._valid: Mapping[str, tuple[str, ApiKey]] = {}
        # Ids of the keys that were used since the last note of their use; a dictionary, since adding to it is atomic.
        self._used_ids: dict[str, None] = {}
        self._last_reading = -float("inf")
        self._reading_lock = threading.Lock()
        self._stop = threading.Event()
        self.failure: StoreError | None = None
        self._wake = threading.Event()
        self._rereading: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._watch, name="keys", daemon=True)

    def __enter__(self) -> Self:
        self._read()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join()
        self._note_use()

    def __bool__(self) -> bool:
        """Return whether there is any valid key."""
        return bool(self._valid)

    def find(self, secret: str) -> ApiKey | None:
        """Return the key with this secret; None if none was valid at the last reading. Never waits; any thread may call it."""
        digest = secret_digest(secret)
        # Looked up by a part of the digest, then compared in constant time, so that the time reveals nothing about a stored digest.
        match = self._valid.get(digest[:_PREFIX_DIGITS])
        if match is None or not hmac.compare_digest(match[0], digest):
            return None
        key = match[1]
        self._used_ids[key.id] = None
        return key

    async def find_or_reread(self, secret: str) -> ApiKey | None:
        """Return the key with this secret as `find` does; if it is unknown, read the keys once more, unless that was done just now."""
        key = self.find(secret)
        asked = time.monotonic()
        if key is None and asked - self._last_reading > self._miss_interval:
            # One reading for all that ask meanwhile: if the database does not answer, no more than one thread waits for it. A reading
            # that has begun before may not know a key that was made since.
            while self._last_reading < asked:
                if self._rereading is None or self._rereading.done():
                    self._rereading = asyncio.create_task(call_in_thread(self._reread))
                await asyncio.shield(self._rereading)
            key = self.find(secret)
        return key

    def look_soon(self) -> None:
        """Read the keys now, in the thread of the ring: something else that the database should do has failed."""
        self._wake.set()

    def _reread(self) -> None:
        request_time = time.monotonic()
        with self._reading_lock:
            # If another thread has read the keys while this one waited for the lock, they are new enough.
            if self._last_reading < request_time:
                self._try_read()

    def _watch(self) -> None:
        while True:
            self._wake.wait(self._interval)
            if self._stop.is_set():
                return
            self._wake.clear()
            with self._reading_lock:
                self._try_read()
            self._note_use()

    def _try_read(self) -> None:
        try:
            self._read()
        except StoreError as error:
            # Attempts count too, or each unknown secret would wait for a database that does not answer.
            self._last_reading = time.monotonic()
            if self.failure is None:
                _log.error("the keys cannot be read, those read before stay valid: %s", error)
            self.failure = error
        else:
            if self.failure is not None:
                _log.info("the keys can be read again")
            self.failure = None

    def _read(self) -> None:
        start = time.monotonic()
        self._valid = {digest[:_PREFIX_DIGITS]: (digest, key) for digest, key in self._keys.valid_by_digest().items()}
        were_created = bool(self._valid) or self._keys.ever_created()
        if were_created:
            self._keys.make_mark()
        self.are_lost = not were_created and self._keys.are_marked()
        self.ever_had_keys = self.ever_had_keys or were_created or self.are_lost
        self._last_reading = start

    def _note_use(self) -> None:
        if self.failure is not None:
            return  # they are noted when the database is back
        today = self._keys.today()
        ids = {key.id for _, key in self._valid.values() if key.id in self._used_ids and (key.last_used is None or key.last_used < today)}
        self._used_ids = {}
        if ids:
            try:
                self._keys.note_use(ids, today)
            except StoreError as error:
                _log.warning("the day on which keys were used cannot be noted: %s", error)
