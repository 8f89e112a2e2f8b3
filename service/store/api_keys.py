"""The keys with which clients call: made, listed, revoked. A secret is shown once, when it is made; only its digest is kept."""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, or_, select, update

from model.errors import InputError
from service.store.database import Database
from service.store.stored_types import Key, Scope
from service.store.tables import keys

__all__ = ["MIN_SECRET", "SHORT_SECRET", "Keys", "digest"]

MIN_SECRET = 12
"""Characters that an imported secret needs at least: as many as an Akismet key has."""

SHORT_SECRET = 22
"""Characters below which a random secret of letters and digits holds less than 128 bits."""

_MAX_NAME = 200
_ID_BYTES = 4
_SECRET_BYTES = 20


def digest(secret: str) -> str:
    """Return the digest under which a secret is kept: SHA-256, 64 hexadecimal digits.

    A slow hash, as passwords need, would protect nothing here: 160 random bits cannot be guessed however fast the guessing,
    and each call would pay for it.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Keys:
    """The keys in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, scopes: Iterable[Scope], *, community: str | None = None, secret: str | None = None) -> tuple[Key, str]:
        """Make a key.

        Args:
            name: what to call it.
            scopes: what it allows, one at least.
            community: whose it is, if it belongs to one.
            secret: that of a client which cannot change its own; made here if None: ``tip_<id>_<160 random bits>``.

        Returns:
            The key and its secret, which cannot be had again.

        Raises:
            InputError: name, scopes or secret are wrong, or the secret belongs to a key already.
            StoreError: the database cannot be written.
        """
        key = Key(
            id=secrets.token_hex(_ID_BYTES),
            name=_checked_name(name),
            scopes=frozenset(scopes),
            community=community or None,
            created_at=self._database.now(),
        )
        if not key.scopes:
            raise InputError(f"the key {key.name} allows nothing: give it a scope of {', '.join(Scope)}")
        secret = f"tip_{key.id}_{secrets.token_hex(_SECRET_BYTES)}" if secret is None else _checked_secret(secret)
        with self._database.writing() as connection:
            if connection.execute(select(keys.c.id).where(keys.c.digest == digest(secret))).first():
                raise InputError("this secret belongs to a key already, revoked or not: see `tipstaff keys list`, or make another secret")
            values = {"id": key.id, "name": key.name, "community": key.community, "created_at": key.created_at}
            connection.execute(keys.insert().values(values | {"digest": digest(secret), "scopes": " ".join(sorted(key.scopes))}))
        return key, secret

    def list(self) -> list[Key]:
        """List all keys, revoked ones too, oldest first.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(select(keys).order_by(keys.c.created_at, keys.c.id))]

    def by_digest(self) -> Mapping[str, Key]:
        """Return the keys that are valid, by the digest of their secret.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.reading() as connection:
            return {row.digest: _key(row) for row in connection.execute(select(keys).where(keys.c.revoked_at.is_(None)))}

    def any_made(self) -> bool:
        """Tell whether a key was ever made, revoked or not.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.reading() as connection:
            return connection.execute(select(keys.c.id).limit(1)).first() is not None

    def revoke(self, which: str) -> Key:
        """End a key's validity; every process takes notice within seconds. A key that is revoked stays so.

        Args:
            which: its id, or its name if no other valid key has it.

        Raises:
            InputError: there is no such key, or several.
            StoreError: the database cannot be written.
        """
        with self._database.writing() as connection:
            rows = (
                connection.execute(select(keys).where(keys.c.id == which)).all()
                or connection.execute(select(keys).where(keys.c.name == which, keys.c.revoked_at.is_(None))).all()
            )
            if len(rows) != 1:
                found = f"{len(rows)} valid keys are" if rows else "no valid key is"
                raise InputError(f"{found} called {which!r}: give the id of one, as `tipstaff keys list` shows it")
            row = rows[0]
            connection.execute(update(keys).where(keys.c.id == row.id, keys.c.revoked_at.is_(None)).values(revoked_at=self._database.now()))
            return _key(connection.execute(select(keys).where(keys.c.id == row.id)).one())

    def today(self) -> date:
        """Tell the day, UTC."""
        return self._database.now().date()

    def used(self, ids: Collection[str], on: date) -> None:
        """Note that calls came with these keys.

        Args:
            ids: of the keys.
            on: the day (UTC); an earlier one than that noted changes nothing.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._database.writing() as connection:
            connection.execute(
                update(keys).where(keys.c.id.in_(list(ids)), or_(keys.c.last_used.is_(None), keys.c.last_used < on)).values(last_used=on)
            )


def _key(row: Row[Any]) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        # A scope of a newer Tipstaff is passed over: it allows nothing that this one has.
        scopes=frozenset(Scope(word) for word in row.scopes.split() if word in set(Scope)),
        community=row.community,
        created_at=row.created_at,
        last_used=row.last_used,
        revoked_at=row.revoked_at,
    )


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > _MAX_NAME or not name.isprintable():
        raise InputError(f"the name of a key needs 1 to {_MAX_NAME} characters that can be printed")
    return name.strip()


def _checked_secret(secret: str) -> str:
    if len(secret) < MIN_SECRET or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise InputError(f"the secret is not taken: it needs at least {MIN_SECRET} letters, digits or signs of ASCII, and no blanks")
    return secret
