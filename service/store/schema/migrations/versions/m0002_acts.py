"""Rulings become acts, of which none replaces another: each with a role, a reason, and what it teaches. Keys get a role."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_BATCH_ROWS = 1000
_SAME_COLUMNS = (
    "id, created_at, dialect, key_id, moderator, community, comment, text, format, language, label, abusive, hateful, attributes, "
    "score_fine, score_toxic, score_hateful, verdict, artefact, comment_digest, idempotency"
)


def upgrade() -> None:
    """Add the role of keys, and move the rulings into the table of acts."""
    op.add_column("keys", sa.Column("role", sa.String(16), nullable=False, server_default="forum"))
    _create_acts()
    # What was stored came by keys that are a forum's now.
    op.execute(
        f"INSERT INTO acts ({_SAME_COLUMNS}, role, teaches, content_digest) "  # noqa: S608 - made of constants
        f"SELECT {_SAME_COLUMNS}, 'forum', label, idempotency FROM rulings ORDER BY id"
    )
    _identify_acts(op.get_bind())
    op.drop_table("rulings")
    op.create_index("ix_acts_created_at", "acts", ["created_at"])
    op.create_index("ix_acts_comment", "acts", ["comment"], postgresql_using="hash")
    op.create_index("ix_acts_comment_digest_id", "acts", ["comment_digest", "id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('acts', 'id'), max(id)) FROM acts HAVING max(id) IS NOT NULL")


def _create_acts() -> None:
    op.create_table(
        "acts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("act", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dialect", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(16)),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("moderator", sa.Text()),
        sa.Column("community", sa.Text()),
        sa.Column("comment", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("author", sa.Text()),
        sa.Column("why", sa.Text()),
        sa.Column("sampling_probability", sa.Float()),
        sa.Column("reason", sa.Text()),
        sa.Column("label", sa.String(16)),
        sa.Column("teaches", sa.String(16)),
        sa.Column("abusive", sa.Boolean()),
        sa.Column("hateful", sa.Boolean()),
        sa.Column("attributes", sa.JSON()),
        sa.Column("score_fine", sa.Float()),
        sa.Column("score_toxic", sa.Float()),
        sa.Column("score_hateful", sa.Float()),
        sa.Column("verdict", sa.String(16)),
        sa.Column("artefact", sa.String(200)),
        sa.Column("comment_digest", sa.String(64), nullable=False),
        sa.Column("content_digest", sa.String(64), nullable=False),
        sa.Column("idempotency", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_acts"),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name="fk_acts_key_id_keys"),
        sa.UniqueConstraint("idempotency", name="uq_acts_idempotency"),
        sqlite_autoincrement=True,
    )


def _identify_acts(connection: sa.Connection) -> None:
    """Give the acts ids of their own, and tell comments apart without the dialect. What is forgotten keeps its blank digests."""
    act = sa.table("acts", *map(sa.column, ("id", "act", "key_id", "community", "comment", "text", "comment_digest", "idempotency")))
    rows = sa.select(act).where(act.c.text.is_not(None)).order_by(act.c.id).limit(_BATCH_ROWS)
    change = (
        sa.update(act)
        .where(act.c.id == sa.bindparam("row_id"))
        .values(act=sa.bindparam("new_act"), comment_digest=sa.bindparam("new_comment"), idempotency=sa.bindparam("new_idempotency"))
    )
    last = 0
    while batch := connection.execute(rows.where(act.c.id > last)).all():
        last = batch[-1].id
        changes = []
        for row in batch:
            name = f"act_{row.idempotency[:32]}"
            digests = {
                "new_comment": _digest(row.community, row.comment, row.text),
                "new_idempotency": _digest(row.key_id, name),
            }
            changes.append({"row_id": row.id, "new_act": name} | digests)
        connection.execute(change, changes)


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
