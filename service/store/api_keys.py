"""The keys with which clients call. A secret is shown once, when its key is created; only a digest of it is stored."""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, or_, select, update

from model.errors import InputError
from service.store.database.database import Database
from service.store.schema.tables import keys
from service.store.stored_types import ApiKey, Role, Scope

__all__ = ["SHORT_SECRET", "ApiKeys", "make_akismet_secret", "secret_digest"]

SHORT_SECRET = 22
"""The number of characters below which a random secret of letters and digits holds less than 128 bits."""

# As many characters as an Akismet key has, the shortest secret of a client that cannot change its own.
_MIN_SECRET_LENGTH = 12
_MAX_NAME_LENGTH = 200
_ID_BYTES = 4
_SECRET_BYTES = 20
_AKISMET_BYTES = 6
_TELLING_LETTERS = frozenset("abcdf")


def secret_digest(secret: str) -> str:
    """Return the digest under which a secret is stored: SHA-256 as 64 hexadecimal digits.

    A slow hash such as passwords need would protect nothing here: 160 random bits cannot be guessed at any speed, and each call would
    pay for it.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def make_akismet_secret() -> str:
    """Return a secret for software that was made for Akismet: twelve hexadecimal digits, of almost 48 random bits.

    WordPress strips all but hexadecimal digits from a key and demands twelve; many libraries put the key into the name of a host, which has
    no capital letters. None of these secrets looks like a number, as ``123456789012`` and ``1234e5678901`` do to PHP and to files of
    settings.
    """
    while True:
        secret = secrets.token_hex(_AKISMET_BYTES)
        if not _TELLING_LETTERS.isdisjoint(secret):
            return secret


class ApiKeys:
    """Reads and writes the keys in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        name: str,
        scopes: Iterable[Scope],
        *,
        community: str | None = None,
        secret: str | None = None,
        role: Role = Role.FORUM,
    ) -> tuple[ApiKey, str]:
        """Create a key.

        Args:
            name: a name for the key.
            scopes: what it allows; at least one.
            community: the community that it is bound to, if any.
            secret: the secret of a client that cannot change its own, or that needs one of a certain form; if None, a new one:
                ``tip_<id>_<160 random bits>``.
            role: whose word it carries in rulings; it can never be changed.

        Returns:
            The key and its secret, which is stored nowhere.

        Raises:
            InputError: the name, the scopes or the secret are wrong, or the secret belongs to a key already.
            StoreError: the database cannot be written.
        """
        key = ApiKey(
            id=secrets.token_hex(_ID_BYTES),
            name=_check_name(name),
            scopes=frozenset(scopes),
            community=community or None,
            created_at=self._database.now(),
            role=role,
        )
        if not key.scopes:
            raise InputError(f"the key {key.name} allows nothing: give it a scope of {', '.join(Scope)}")
        secret = f"tip_{key.id}_{secrets.token_hex(_SECRET_BYTES)}" if secret is None else _check_secret(secret)
        values = {
            "id": key.id,
            "name": key.name,
            "digest": secret_digest(secret),
            "scopes": " ".join(sorted(key.scopes)),
            "role": key.role.value,
            "community": key.community,
            "created_at": key.created_at,
        }
        with self._database.write_transaction() as connection:
            if connection.execute(select(keys.c.id).where(keys.c.digest == values["digest"])).first():
                raise InputError("this secret belongs to a key already, revoked or not: see `tipstaff keys list`, or make another secret")
            connection.execute(keys.insert().values(values))
        self.make_mark()
        return key, secret

    def are_marked(self) -> bool:
        """Return whether the mark beside the database says that a key was ever created."""
        return self._database.mark.exists()

    def make_mark(self) -> None:
        """Make the mark beside the database, if it is missing and anything can be written."""
        if self._database.is_writable:
            self._database.mark.make()

    def list(self) -> list[ApiKey]:
        """List all keys, the oldest first, revoked ones too.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.read_transaction() as connection:
            return [_api_key(row) for row in connection.execute(select(keys).order_by(keys.c.created_at, keys.c.id))]

    def valid_by_digest(self) -> Mapping[str, ApiKey]:
        """Return the valid keys, each by the digest of its secret.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.read_transaction() as connection:
            return {row.digest: _api_key(row) for row in connection.execute(select(keys).where(keys.c.revoked_at.is_(None)))}

    def ever_created(self) -> bool:
        """Return whether a key was ever created, revoked or not.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.read_transaction() as connection:
            return connection.execute(select(keys.c.id).limit(1)).first() is not None

    def revoke(self, id_or_name: str) -> ApiKey:
        """Revoke a key for good; every process stops accepting it within seconds. If it is revoked already, nothing changes.

        Args:
            id_or_name: the key's id, or its name if no other valid key has that name.

        Raises:
            InputError: there is no such key, or there are several.
            StoreError: the database cannot be written.
        """
        with self._database.write_transaction() as connection:
            rows = (
                connection.execute(select(keys).where(keys.c.id == id_or_name)).all()
                or connection.execute(select(keys).where(keys.c.name == id_or_name, keys.c.revoked_at.is_(None))).all()
            )
            if len(rows) != 1:
                count = f"{len(rows)} valid keys are" if rows else "no valid key is"
                raise InputError(f"{count} called {id_or_name!r}: give the id of one, as `tipstaff keys list` shows it")
            key_id = rows[0].id
            connection.execute(update(keys).where(keys.c.id == key_id, keys.c.revoked_at.is_(None)).values(revoked_at=self._database.now()))
            return _api_key(connection.execute(select(keys).where(keys.c.id == key_id)).one())

    def today(self) -> date:
        """Return the current day, in UTC."""
        return self._database.now().date()

    def note_use(self, ids: Collection[str], day: date) -> None:
        """Store the day on which keys were last used.

        Args:
            ids: the ids of the keys.
            day: the day, in UTC; for a key with a later one nothing changes.

        Raises:
            StoreError: the database cannot be written.
        """
        if not self._database.is_writable:
            return
        is_older = or_(keys.c.last_used.is_(None), keys.c.last_used < day)
        with self._database.write_transaction() as connection:
            connection.execute(update(keys).where(keys.c.id.in_(list(ids)), is_older).values(last_used=day))


def _api_key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        # A scope that only a newer Tipstaff knows is passed over: it allows nothing that this one can do.
        scopes=frozenset(Scope(word) for word in row.scopes.split() if word in set(Scope)),
        # A role that only a newer Tipstaff knows carries no more than a forum's word here.
        role=Role(row.role) if row.role in set(Role) else Role.FORUM,
        community=row.community,
        created_at=row.created_at,
        last_used=row.last_used,
        revoked_at=row.revoked_at,
    )


def _check_name(name: str) -> str:
    if not name.strip() or len(name) > _MAX_NAME_LENGTH or not name.isprintable():
        raise InputError(f"the name of a key needs 1 to {_MAX_NAME_LENGTH} characters that can be printed")
    return name.strip()


def _check_secret(secret: str) -> str:
    if len(secret) < _MIN_SECRET_LENGTH or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise InputError(
            f"the secret is not accepted: it needs at least {_MIN_SECRET_LENGTH} ASCII letters, digits or punctuation marks, and no blanks"
        )
    return secret
