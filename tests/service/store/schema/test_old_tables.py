"""What older versions stored is still there in the newest tables: rulings are acts of forums' keys, and keys are forums' keys."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from model.comment import Format, Label, Verdict
from service.settings import Settings
from service.store.database.open_database import open_database
from service.store.rulings.act import Act, ServedDecision
from service.store.schema.migrate import alembic_config, read_revision
from service.store.schema.tables import REVISION, UtcTime
from service.store.store import Store, open_store
from service.store.stored_types import Role, Scope

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORGOTTEN = 3
NOT_SAID = (
    *("community", "comment", "language", "label", "hateful", "attributes", "key_id", "moderator", "artefact", "verdict"),
    *(f"score_{label}" for label in Label),
)


def old_digest(*parts: object) -> str:
    """Return a digest as the first version made it."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def old_ruling(number: int, **values: Any) -> dict[str, Any]:
    """Return a row as the first version stored it."""
    row = dict.fromkeys(NOT_SAID)
    row |= {
        "dialect": "perspective",
        "text": f"text {number}",
        "format": "plain",
        "abusive": True,
        "created_at": DAY + timedelta(minutes=number),
    }
    row |= values
    digest = old_digest(row["dialect"], row["community"], row["comment"], row["text"])
    return {"comment_digest": digest, "idempotency": old_digest(digest, number)} | row


OLD = [
    old_ruling(
        0,
        community="park",
        comment="c0",
        format="html",
        language="en",
        label="hateful",
        hateful=True,
        attributes={"threat": False},
        score_fine=0.25,
        score_toxic=0.25,
        score_hateful=0.5,
        verdict="reject",
        artefact="default@123",
        key_id="k1",
        moderator="ann",
    ),
    old_ruling(1, comment="c1"),
    old_ruling(2, comment="c1", text="text 1", label="fine", abusive=False, hateful=False),
    old_ruling(FORGOTTEN, text=None) | dict.fromkeys(("comment_digest", "idempotency"), "forgotten 4"),
    *(old_ruling(number, key_id="k1") for number in range(4, 2500)),
]


@pytest.fixture
def upgraded(settings: Settings) -> Iterator[Store]:
    """A store that the first version had filled, opened by this one."""
    from alembic import command

    database = open_database(settings)
    with database.write_transaction() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        keys, rulings = (sa.Table(name, sa.MetaData(), autoload_with=connection) for name in ("keys", "rulings"))
        for table in (keys, rulings):
            table.c.created_at.type = UtcTime()
        key = {"id": "k1", "name": "forum", "digest": "d", "scopes": "feedback score", "created_at": DAY}
        connection.execute(keys.insert().values(key))
        connection.execute(rulings.insert(), OLD)
    assert read_revision(database) == "0001"
    database.close()
    store = open_store(settings)
    assert read_revision(store.database) == REVISION
    yield store
    store.close()


def test_old_rulings_are_acts(upgraded: Store) -> None:
    """Every ruling that was stored is an act of a forum's, with all that was known of it, under its old number and time."""
    entries = list(upgraded.rulings.acts())

    assert upgraded.rulings.count() == len(OLD)
    assert [entry.number for entry in entries] == [number + 1 for number in range(len(OLD)) if number != FORGOTTEN]
    first = entries[0].act
    decision = ServedDecision(fine=0.25, toxic=0.25, hateful=0.5, verdict=Verdict.REJECT, artefact="default@123")
    assert first == Act(
        dialect="perspective",
        text="text 0",
        label=Label.HATEFUL,
        attributes={"threat": False},
        community="park",
        comment="c0",
        format=Format.HTML,
        language="en",
        decision=decision,
        key="k1",
        act_id=first.act_id,
        created_at=DAY,
    )
    assert len({entry.act.act_id for entry in entries}) == len(entries)
    with upgraded.database.read_transaction() as connection:
        kept = connection.execute(sa.text("SELECT moderator, role, teaches FROM acts WHERE id = 1")).one()
    assert tuple(kept) == ("ann", "forum", "hateful")


def test_old_keys_are_forums(upgraded: Store) -> None:
    """A key that was made before there were roles has the least of them, and all else that it had."""
    (key,) = upgraded.keys.list()

    assert (key.id, key.role, key.scopes) == ("k1", Role.FORUM, frozenset({Scope.SCORE, Scope.FEEDBACK}))


def test_old_comments_are_told_apart_as_new_ones(upgraded: Store) -> None:
    """What was in force still is, and what is said today about a comment of then is about the same comment."""
    ruling = next(each for each in upgraded.rulings.effective() if each.act.comment == "c1")
    assert (ruling.act.label, ruling.persons) == (Label.FINE, ("open",))
    count = upgraded.rulings.count_effective()

    recorded = upgraded.rulings.record(
        Act(dialect="native", text="text 1", comment="c1", label=Label.TOXIC, role=Role.MODERATOR, moderator="bob")
    )

    assert recorded.number == len(OLD) + 1
    assert upgraded.rulings.count_effective() == count
    ruling = next(each for each in upgraded.rulings.effective() if each.act.comment == "c1")
    assert (ruling.act.label, ruling.persons, ruling.overruled) == (Label.TOXIC, ("bob",), 1)


def test_old_comments_can_be_forgotten(upgraded: Store) -> None:
    """What was stored then is forgotten in time as what is stored now; what was forgotten stays so."""
    assert upgraded.rulings.forget_comments(days=1) == len(OLD) - 1
    assert list(upgraded.rulings.acts()) == []
