"""Rulings are stored whole and counted once, the latest counts, and the comments of old ones are forgotten."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from model.comment import Format, Label, Verdict
from model.errors import StoreError
from service.settings import read_settings
from service.store.schema.tables import rulings as table
from service.store.store import Store, open_store
from service.store.stored_types import Ruling, Scope, ServedDecision

TOXIC = Ruling(dialect="coral", text="you fool", abusive=True, hateful=False, comment="c1")


def latest(store: Store) -> list[Ruling]:
    return [entry.ruling for entry in store.rulings.latest()]


def test_ruling_is_stored_whole(store: Store) -> None:
    """Every field of a ruling but its token is returned, with the time at which it was recorded and its zone."""
    key, _ = store.keys.create("forum", [Scope.FEEDBACK])
    ruling = Ruling(
        dialect="perspective",
        text="<p>you fööl 😀</p>",
        abusive=True,
        attributes={"profanity": False},
        community="park",
        comment="comment:7",
        format=Format.HTML,
        language="en-GB",
        decision=ServedDecision(fine=0.25, toxic=0.5, hateful=0.25, verdict=Verdict.REVIEW, artefact="default@123"),
        key=key.id,
        moderator="m1",
    )

    number = store.rulings.record(replace(ruling, token="t"))

    (entry,) = store.rulings.latest()
    assert entry.ruling == ruling
    assert (entry.id, entry.created_at) == (number, store.database.now())
    assert entry.created_at.utcoffset() is not None


def test_retry_counts_once(store: Store) -> None:
    """The same ruling, sent again, adds nothing and returns the number of the first."""
    numbers = {store.rulings.record(TOXIC) for _ in range(5)}

    assert len(numbers) == 1
    assert store.rulings.count() == 1


def test_retries_at_once_count_once(store: Store) -> None:
    """The same ruling, sent several times at the same moment, counts once."""
    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(store.rulings.record, [TOXIC] * 24))

    assert len(numbers) == 1
    assert store.rulings.count() == 1


def test_later_ruling_supersedes(store: Store) -> None:
    """A different answer about the same comment counts from then on. The history stays, and each change of mind is added to it."""
    fine = replace(TOXIC, abusive=False)
    for ruling in (TOXIC, fine, TOXIC, TOXIC, fine):
        store.rulings.record(ruling)

    assert latest(store) == [fine]
    assert store.rulings.count() == 4


def test_token_identifies_a_late_retry(store: Store) -> None:
    """A retry that arrives after another ruling does not bring back the old answer, if the client sends tokens."""
    first = store.rulings.record(replace(TOXIC, token="1"))
    store.rulings.record(replace(TOXIC, abusive=False, token="2"))

    assert store.rulings.record(replace(TOXIC, token="1")) == first
    assert [ruling.label for ruling in latest(store)] == [Label.FINE]


def test_constant_token_loses_nothing(store: Store) -> None:
    """Each ruling of a client counts even if it sends the same token with all of them."""
    store.rulings.record(replace(TOXIC, token="me"))
    store.rulings.record(replace(TOXIC, abusive=False, token="me"))
    store.rulings.record(replace(TOXIC, text="other", token="me"))

    assert store.rulings.count() == 3


@pytest.mark.parametrize("other", [{"dialect": "akismet"}, {"community": "park"}, {"comment": "c2"}, {"comment": None}, {"text": "edited"}])
def test_other_comment_counts_for_itself(store: Store, other: dict[str, Any]) -> None:
    """Rulings through another dialect, in another community, with another id or text are about another comment."""
    store.rulings.record(TOXIC)
    store.rulings.record(replace(TOXIC, **other))

    assert len(latest(store)) == 2


def test_odd_characters_are_stored_or_replaced(store: Store) -> None:
    """NUL and half a surrogate pair become U+FFFD, all other characters stay, and a retry is still recognised."""
    odd = replace(TOXIC, text="a\0b\ud83dc😀", comment="\0")

    assert store.rulings.record(odd) == store.rulings.record(odd)

    (ruling,) = latest(store)
    assert (ruling.text, ruling.comment) == ("a\ufffdb\ufffdc😀", "\ufffd")


def test_unknown_key_is_refused(store: Store) -> None:
    """A ruling with a key that does not exist is refused, in one line without its text."""
    with pytest.raises(StoreError) as caught:
        store.rulings.record(replace(TOXIC, key="nobody"))

    assert "you fool" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert store.rulings.count() == 0


def test_comments_are_forgotten_in_time(store: Store, clock: Any) -> None:
    """After the days of retention, the text, id and moderator of a ruling are gone; its answers, our decision and younger rulings stay."""
    decision = ServedDecision(fine=0.25, toxic=0.5, hateful=0.25, verdict=Verdict.REVIEW, artefact="default@123")
    for number in range(3):
        store.rulings.record(replace(TOXIC, comment=f"old {number}", moderator="m", decision=decision))
    clock.advance(days=30)
    store.rulings.record(replace(TOXIC, comment="young"))
    clock.advance(days=1)

    assert [store.rulings.forget_comments(days=30) for _ in range(2)] == [3, 0]

    assert [ruling.comment for ruling in latest(store)] == ["young"]
    with store.database.read_transaction() as connection:
        rows = connection.execute(select(table).where(table.c.text.is_(None))).all()
    assert {(row.comment, row.moderator, row.label, row.score_toxic, row.verdict) for row in rows} == {(None, None, "toxic", 0.5, "review")}
    assert len({row.comment_digest for row in rows}) == 3


def test_many_comments_are_forgotten(store: Store, clock: Any) -> None:
    """All old comments are forgotten, even if they are more than one transaction takes."""
    store.rulings.record(TOXIC)
    with store.database.write_transaction() as connection:
        row = dict(connection.execute(select(table)).mappings().one())
        del row["id"]
        copies = [row | {"comment_digest": str(number), "idempotency": str(number)} for number in range(2500)]
        connection.execute(table.insert(), copies)
    assert len(latest(store)) == 2501
    clock.advance(days=2)

    assert store.rulings.forget_comments(days=1) == 2501
    assert latest(store) == []


def test_forgotten_text_leaves_the_disk(tmp_path: Path, clock: Any) -> None:
    """Once the store is closed, no file of SQLite holds the text of a comment that was forgotten."""
    store = open_store(read_settings(data_dir=tmp_path), clock=clock)
    store.rulings.record(replace(TOXIC, text="xyzzy-plugh"))
    clock.advance(days=400)

    with_text = [file for file in tmp_path.iterdir() if b"xyzzy-plugh" in file.read_bytes()]
    store.rulings.forget_comments(days=365)
    store.close()

    assert with_text
    assert [file for file in tmp_path.iterdir() if b"xyzzy-plugh" in file.read_bytes()] == []
    with closing(sqlite3.connect(tmp_path / "tipstaff.db")) as connection:
        assert connection.execute("select count(*) from rulings").fetchone() == (1,)
