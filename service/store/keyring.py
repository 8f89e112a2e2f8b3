"""The valid keys in memory, for whoever lets calls in: a look-up takes microseconds and never waits for the database."""

import asyncio
import hmac
import logging
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from model.errors import StoreError
from service.store.api_keys import Keys, digest
from service.store.stored_types import Key

__all__ = ["KeyRing"]

_log = logging.getLogger("tipstaff.store")


class KeyRing:
    """The valid keys, read anew every few seconds by a thread of its own; a context manager that ends it.

    If the database cannot be read, the keys that were read last stay valid, and the log says so.

    Args:
        keys: where they are kept.
        every: seconds from one reading to the next: so long does a revoked key work at most, where the database answers.
        on_miss: seconds from one reading to the next that an unknown secret may bring about.

    Attributes:
        ever: whether a key was ever made. It stays so when the last one is revoked, or that would let everybody in.

    Raises:
        StoreError: the keys cannot be read on entering.
    """

    def __init__(self, keys: Keys, *, every: float = 2.0, on_miss: float = 0.5) -> None:
        self._keys = keys
        self._every = every
        self._on_miss = on_miss
        self.ever = False
        self._snapshot: Mapping[str, tuple[str, Key]] = {}
        self._used: dict[str, None] = {}
        self._read_at = -float("inf")
        self._reading = threading.Lock()
        self._stop = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._watch, name="keys", daemon=True)

    def __enter__(self) -> Self:
        self._read()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        self._note_used()

    def __bool__(self) -> bool:
        """Tell whether there is any valid key."""
        return bool(self._snapshot)

    def find(self, secret: str) -> Key | None:
        """Return the key with this secret, None if no valid one was known at the last reading. Never waits; for any thread."""
        given = digest(secret)
        # By a part of the digest, then the whole in constant time: how long this takes tells nothing about a stored digest.
        found = self._snapshot.get(given[:16])
        if found is None or not hmac.compare_digest(found[0], given):
            return None
        key = found[1]
        self._used[key.id] = None
        return key

    async def lookup(self, secret: str) -> Key | None:
        """As `find`, but a secret that is unknown has the keys read once more, unless they were just now."""
        key = self.find(secret)
        if key is None and time.monotonic() - self._read_at > self._on_miss:
            await asyncio.to_thread(self._refresh)
            key = self.find(secret)
        return key

    def _refresh(self) -> None:
        asked = time.monotonic()
        with self._reading:
            # Whoever waited here while another read has the newest keys already.
            if self._read_at < asked:
                self._try_read()

    def _watch(self) -> None:
        while not self._stop.wait(self._every):
            with self._reading:
                self._try_read()
            self._note_used()

    def _try_read(self) -> None:
        try:
            self._read()
        except StoreError as error:
            # Attempts count too, or each unknown secret would wait for a database that does not answer.
            self._read_at = time.monotonic()
            if not self._failing:
                _log.error("the keys cannot be read, those read before stay valid: %s", error)
            self._failing = True
        else:
            if self._failing:
                _log.info("the keys can be read again")
            self._failing = False

    def _read(self) -> None:
        began = time.monotonic()
        self._snapshot = {stored[:16]: (stored, key) for stored, key in self._keys.by_digest().items()}
        self.ever = self.ever or bool(self._snapshot) or self._keys.any_made()
        self._read_at = began

    def _note_used(self) -> None:
        today = self._keys.today()
        used = {key.id for _, key in self._snapshot.values() if key.id in self._used and (key.last_used is None or key.last_used < today)}
        self._used = {}
        if used:
            try:
                self._keys.used(used, today)
            except StoreError as error:
                _log.warning("the day on which keys were used cannot be noted: %s", error)
