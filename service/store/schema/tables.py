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

__all__ = ["REVISION", "StorableText", "UtcTime", "acts", "keys", "make_storable", "metadata", "outbox", "stored_files", "tombstones"]

REVISION = "0003"
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


def make_storable(text: str) -> str:
    """Return a text with U+FFFD in the place of every character that cannot be stored: NUL, and half a surrogate pair."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class StorableText(TypeDecorator[str]):
    """Text from outside. NUL, which PostgreSQL refuses, and half a surrogate pair, which all refuse, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace the characters that cannot be stored."""
        return None if value is None else make_storable(value)


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
    Column("role", String(16), nullable=False),
    Column("community", StorableText),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used", Date),
    Column("revoked_at", UtcTime),
)

acts = Table(
    "acts",
    metadata,
    _id(),
    # The client's own name for the act, or ours; None once the comment is forgotten.
    Column("act", StorableText),
    Column("created_at", UtcTime, nullable=False, index=True),
    Column("dialect", String(64), nullable=False),
    Column("key_id", String(16), ForeignKey("keys.id")),
    Column("role", String(16), nullable=False),
    Column("moderator", StorableText),
    Column("community", StorableText),
    # The client's id of the comment, and the comment; without a text it waits for one, unless it is forgotten.
    Column("comment", StorableText),
    Column("text", StorableText),
    Column("format", String(16), nullable=False),
    Column("language", StorableText),
    Column("author", StorableText),
    Column("why", StorableText),
    Column("sampling_probability", Float),
    Column("reason", StorableText),
    # What was said, then what it teaches: nothing of abuse where the reason is spam, for example.
    Column("label", String(16)),
    Column("teaches", String(16)),
    Column("abusive", Boolean),
    Column("hateful", Boolean),
    Column("attributes", JSON(none_as_null=True)),
    Column("score_fine", Float),
    Column("score_toxic", Float),
    Column("score_hateful", Float),
    Column("verdict", String(16)),
    Column("artefact", String(200)),
    # Identifies the comment: the digest of its community, client's id and text.
    Column("comment_digest", String(64), nullable=False),
    # Tells whether an act that came again says the same.
    Column("content_digest", String(64), nullable=False),
    # Identifies the act: the digest of its key and its own id.
    Column("idempotency", String(64), nullable=False, unique=True),
    Index(None, "comment_digest", "id"),
    # By digests, since PostgreSQL's ordered indexes take no ids of several thousand bytes, as protocols let clients send.
    Index(None, "comment", postgresql_using="hash"),
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

stored_files = Table(
    "stored_files",
    metadata,
    _id(),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("host", Text, nullable=False),
    # The file into which it is written; then its name, its hash and its size.
    Column("part", Text),
    Column("path", Text),
    Column("sha256", String(64)),
    Column("rows", BigInteger),
    Column("created_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

# Which file took the place of which when a comment was forgotten; of the comment itself there is nothing here, not even a hash.
tombstones = Table(
    "tombstones",
    metadata,
    Column("old_sha256", String(64), primary_key=True),
    Column("new_sha256", String(64)),
    Column("created_at", UtcTime, nullable=False),
)
