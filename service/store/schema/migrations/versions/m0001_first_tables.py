"""The first tables: keys, rulings and outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False)


def _time(name: str, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Create the three tables."""
    _create_keys()
    _create_rulings()
    _create_outbox()


def _create_keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("community", sa.Text()),
        _time("created_at", nullable=False),
        sa.Column("last_used", sa.Date()),
        _time("revoked_at"),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.UniqueConstraint("digest", name="uq_keys_digest"),
    )


def _create_rulings() -> None:
    op.create_table(
        "rulings",
        _id(),
        _time("created_at", nullable=False),
        sa.Column("dialect", sa.String(64), nullable=False),
        sa.Column("community", sa.Text()),
        sa.Column("comment", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("label", sa.String(16)),
        sa.Column("abusive", sa.Boolean()),
        sa.Column("hateful", sa.Boolean()),
        sa.Column("attributes", sa.JSON()),
        sa.Column("score_fine", sa.Float()),
        sa.Column("score_toxic", sa.Float()),
        sa.Column("score_hateful", sa.Float()),
        sa.Column("verdict", sa.String(16)),
        sa.Column("artefact", sa.String(200)),
        sa.Column("key_id", sa.String(16)),
        sa.Column("moderator", sa.Text()),
        sa.Column("comment_digest", sa.String(64), nullable=False),
        sa.Column("idempotency", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rulings"),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name="fk_rulings_key_id_keys"),
        sa.UniqueConstraint("idempotency", name="uq_rulings_idempotency"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rulings_created_at", "rulings", ["created_at"])
    op.create_index("ix_rulings_comment_digest_id", "rulings", ["comment_digest", "id"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        _id(),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("idempotency", sa.String(64), nullable=False),
        _time("created_at", nullable=False),
        _time("due_at", nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _time("lease_until"),
        _time("finished_at"),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("idempotency", name="uq_outbox_idempotency"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
