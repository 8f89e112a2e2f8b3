"""The tables as the newest of the `migrations` leaves them; a test compares the two."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

__all__ = ["REVISION", "StorableText", "UtcTime", "keys", "metadata", "outbox", "rulings"]

REVISION = "0001"
"""The newest revision in `migrations`."""


class UtcTime(TypeDecorator[datetime]):
    """A time in UTC. A time without a zone cannot be stored and is never returned."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert a time to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a time without a zone cannot be kept: make it aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Add the zone that SQLite does not store, and convert to UTC what other databases return."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class StorableText(TypeDecorator[str]):
    """Text from outside. NUL, which PostgreSQL refuses, and half a surrogate pair, which all refuse, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace the characters that cannot be stored."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _id() -> Column[Any]:
    # SQLite numbers rows by itself only in a column of exactly this type.
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", String(200), nullable=False),
    Column("community", StorableText),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used", Date),
    Column("revoked_at", UtcTime),
)

rulings = Table(
    "rulings",
    metadata,
    _id(),
    Column("created_at", UtcTime, nullable=False, index=True),
    Column("dialect", String(64), nullable=False),
    Column("community", StorableText),
    Column("comment", StorableText),
    Column("text", StorableText),
    Column("format", String(16), nullable=False),
    Column("language", StorableText),
    Column("label", String(16)),
    Column("abusive", Boolean),
    Column("hateful", Boolean),
    Column("attributes", JSON(none_as_null=True)),
    Column("score_fine", Float),
    Column("score_toxic", Float),
    Column("score_hateful", Float),
    Column("verdict", String(16)),
    Column("artefact", String(200)),
    Column("key_id", String(16), ForeignKey("keys.id")),
    Column("moderator", StorableText),
    # Identifies the comment: the digest of its dialect, community, client's id and text.
    Column("comment_digest", String(64), nullable=False),
    # Identifies the act of ruling: the digest of the comment, the answers and the ruling before (or the client's token).
    Column("idempotency", String(64), nullable=False, unique=True),
    Index(None, "comment_digest", "id"),
    # The number of a deleted row is never used again.
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("kind", String(64), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("idempotency", String(64), nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", UtcTime),
    Column("finished_at", UtcTime),
    Column("error", StorableText),
    Index(None, "state", "due_at"),
    sqlite_autoincrement=True,
)
