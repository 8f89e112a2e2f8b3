"""Stores acts, all of a call or none: retries are recognised, and texts go to the acts that wait for them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update

from model.comment import Format
from service.store.rulings.act import Act, KnownText, RecordedAct, ReusedActError
from service.store.rulings.act_rows import act_row, comment_digest, make_act_id
from service.store.schema.tables import acts, make_storable

__all__ = ["CommentKey", "find_texts", "store_acts"]

# As many values as any database takes in one statement.
_MOST_VALUES = 500
# Any number will do, as long as nobody else locks it: the first eight bytes of "tipstaff", and one more than the lock of migrations.
_LOCK = int.from_bytes(b"tipstaff") + 1

CommentKey = tuple[str | None, str]
"""The community and the client's id of a comment, as they are stored."""


def store_acts(connection: Connection, new_acts: Sequence[Act], *, now: datetime) -> list[RecordedAct]:
    """Store acts in the transaction of a connection.

    Args:
        connection: a connection of a transaction that writes.
        new_acts: the acts, in the order in which they were said.
        now: the time of recording, in UTC.

    Returns:
        What became of each.

    Raises:
        ReusedActError: an id was used before for something else.
    """
    if connection.dialect.name == "postgresql":
        # One after the other: otherwise a text and an act that waits for it could pass each other. SQLite has one writer in any case.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    ids = [act.act_id or make_act_id() for act in new_acts]
    rows = [act_row(act, act_id) | {"created_at": act.created_at or now} for act, act_id in zip(new_acts, ids, strict=True)]
    contents = _find_contents(connection, [row["idempotency"] for row in rows])
    added: dict[str, dict[str, Any]] = {}
    for place, row in enumerate(rows):
        if row["idempotency"] not in contents:
            contents[row["idempotency"]] = row["content_digest"]
            added[row["idempotency"]] = row
        elif contents[row["idempotency"]] != row["content_digest"]:
            raise ReusedActError(place)
    _complete_texts(connection, added.values())
    if added:
        connection.execute(insert(acts), list(added.values()))
    numbers = _find_numbers(connection, [row["idempotency"] for row in rows])
    return [
        RecordedAct(number=numbers[row["idempotency"]], act_id=act_id, is_retry=added.pop(row["idempotency"], None) is None)
        for row, act_id in zip(rows, ids, strict=True)
    ]


def find_texts(connection: Connection, keys: Collection[CommentKey]) -> dict[CommentKey, KnownText]:
    """Return the latest text of each comment of which one is known.

    Args:
        connection: a connection.
        keys: the community and the client's id of each comment.
    """
    wanted = {(community and make_storable(community), make_storable(comment)) for community, comment in keys}
    query = select(acts.c.community, acts.c.comment, acts.c.text, acts.c.format).where(acts.c.text.is_not(None))
    query = query.order_by(acts.c.created_at, acts.c.id)
    found = {}
    for comments in _parts({comment for _, comment in wanted}):
        for row in connection.execute(query.where(acts.c.comment.in_(comments))):
            if (row.community, row.comment) in wanted:
                found[row.community, row.comment] = KnownText(row.text, Format(row.format))
    return found


def _complete_texts(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Give the latest text of its comment to every new act that came without, and the texts that came to stored acts that wait for them."""
    about = [(row, key) for row in rows if (key := _comment_key(row)) is not None]
    known = find_texts(connection, [key for row, key in about if row["text"] is None])
    waiting = []
    for row, key in about:
        if row["text"] is not None:
            known[key] = KnownText(make_storable(row["text"]), Format(row["format"]))
        elif key in known:
            row.update(_completion(key, known[key]))
        else:
            waiting.append((row, key))
    for row, key in waiting:
        if key in known:
            row.update(_completion(key, known[key]))
    told = {key: known[key] for row, key in about if row["text"] is not None}
    _complete_stored(connection, told)


def _complete_stored(connection: Connection, told: Mapping[CommentKey, KnownText]) -> None:
    query = select(acts.c.id, acts.c.community, acts.c.comment).where(acts.c.text.is_(None))
    changes = [
        {"row_id": row.id} | {f"new_{name}": value for name, value in _completion((row.community, row.comment), known).items()}
        for comments in _parts({comment for _, comment in told})
        for row in connection.execute(query.where(acts.c.comment.in_(comments))).all()
        if (known := told.get((row.community, row.comment))) is not None
    ]
    if changes:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("text", "format", "comment_digest")}
        connection.execute(update(acts).where(acts.c.id == bindparam("row_id")).values(values), changes)


def _completion(key: CommentKey, known: KnownText) -> dict[str, Any]:
    return {"text": known.text, "format": known.format.value, "comment_digest": comment_digest(*key, known.text)}


def _comment_key(row: Mapping[str, Any]) -> CommentKey | None:
    if row["comment"] is None:
        return None
    community = row["community"]
    return None if community is None else make_storable(community), make_storable(row["comment"])


def _find_contents(connection: Connection, digests: Collection[str]) -> dict[str, str]:
    query = select(acts.c.idempotency, acts.c.content_digest)
    return {
        row.idempotency: row.content_digest
        for part in _parts(digests)
        for row in connection.execute(query.where(acts.c.idempotency.in_(part)))
    }


def _find_numbers(connection: Connection, digests: Collection[str]) -> dict[str, int]:
    query = select(acts.c.idempotency, acts.c.id)
    return {row.idempotency: row.id for part in _parts(digests) for row in connection.execute(query.where(acts.c.idempotency.in_(part)))}


def _parts(values: Collection[str]) -> Iterable[list[str]]:
    ordered = list(values)
    return (ordered[at : at + _MOST_VALUES] for at in range(0, len(ordered), _MOST_VALUES))
