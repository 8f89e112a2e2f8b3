"""Rulings are kept as given, count once, the latest counts, and comments are forgotten in time."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from model.comment import Format, Label, Verdict
from model.errors import InputError, StoreError
from service.settings import read_settings
from service.store.store import Store, open_store
from service.store.stored_types import Decided, Ruling, Scope, answers_of
from service.store.tables import rulings as table

TOXIC = Ruling(dialect="coral", text="you fool", abusive=True, hateful=False, comment="c1")


def latest(store: Store) -> list[Ruling]:
    return [kept.ruling for kept in store.rulings.latest()]


def test_ruling_is_kept_whole(store: Store) -> None:
    """Every field of a ruling comes back, and the time at which it was recorded, with its zone."""
    key, _ = store.keys.create("forum", [Scope.FEEDBACK])
    full = Ruling(
        dialect="perspective",
        text="<p>you fööl 😀</p>",
        abusive=True,
        attributes={"profanity": False},
        community="park",
        comment="comment:7",
        format=Format.HTML,
        language="en-GB",
        decided=Decided(fine=0.25, toxic=0.5, hateful=0.25, verdict=Verdict.REVIEW, artefact="default@123"),
        key=key.id,
        moderator="m1",
    )

    number = store.rulings.record(replace(full, token="t"))

    (kept,) = store.rulings.latest()
    assert kept.ruling == full
    assert (kept.id, kept.created_at) == (number, store.database.now())
    assert kept.created_at.utcoffset() is not None


def test_retry_counts_once(store: Store) -> None:
    """The same ruling, sent again, adds nothing and names the first."""
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
    """A different answer for the same comment counts from then on; the history stays; a change of mind counts each time."""
    fine = replace(TOXIC, abusive=False)
    for ruling in (TOXIC, fine, TOXIC, TOXIC, fine):
        store.rulings.record(ruling)

    assert latest(store) == [fine]
    assert store.rulings.count() == 4


def test_token_tells_a_late_retry(store: Store) -> None:
    """A retry that arrives after another ruling does not bring back the old answer, if the client names its acts."""
    first = store.rulings.record(replace(TOXIC, token="1"))
    store.rulings.record(replace(TOXIC, abusive=False, token="2"))

    assert store.rulings.record(replace(TOXIC, token="1")) == first
    assert [ruling.label for ruling in latest(store)] == [Label.FINE]


def test_constant_token_loses_nothing(store: Store) -> None:
    """A client that sends one token with everything still has each ruling counted."""
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


@given(abusive=st.sampled_from([None, True, False]), hateful=st.sampled_from([None, True, False]))
def test_answers_agree(abusive: bool | None, hateful: bool | None) -> None:
    """Whatever is answered: implied answers are filled in, the label follows, contradictions and silence are refused."""
    try:
        ruling = Ruling(dialect="d", text="t", abusive=abusive, hateful=hateful)
    except InputError:
        assert (abusive, hateful) in {(None, None), (False, True)}
        return
    assert ruling.abusive or not ruling.hateful
    if ruling.label is not None:
        assert (ruling.abusive, ruling.hateful) == answers_of(ruling.label)
    assert (ruling.label is None) == (ruling.hateful is None or ruling.abusive is None)


@pytest.mark.parametrize("name", ["", "Profanity", "a b", "7up"])
def test_attribute_needs_a_name(name: str) -> None:
    """An attribute whose name no table could carry is refused."""
    with pytest.raises(InputError, match="attribute of a ruling"):
        Ruling(dialect="d", text="t", attributes={name: True})


def test_odd_characters_are_kept_or_replaced(store: Store) -> None:
    """What no database keeps, NUL and half a surrogate pair, becomes U+FFFD; the rest stays, and a retry is still one."""
    odd = replace(TOXIC, text="a\0b\ud83dc😀", comment="\0")

    assert store.rulings.record(odd) == store.rulings.record(odd)

    (kept,) = latest(store)
    assert (kept.text, kept.comment) == ("a\ufffdb\ufffdc😀", "\ufffd")


def test_unknown_key_is_refused(store: Store) -> None:
    """A ruling cannot name a key that is not there; the message does not hold the text."""
    with pytest.raises(StoreError) as caught:
        store.rulings.record(replace(TOXIC, key="nobody"))

    assert "you fool" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert store.rulings.count() == 0


def test_comments_are_forgotten_in_time(store: Store, clock: Any) -> None:
    """After so many days text, id and moderator of a comment are gone, the answers and our decision stay; younger ones too."""
    decided = Decided(fine=0.25, toxic=0.5, hateful=0.25, verdict=Verdict.REVIEW, artefact="default@123")
    for number in range(3):
        store.rulings.record(replace(TOXIC, comment=f"old {number}", moderator="m", decided=decided))
    clock.turn(days=30)
    store.rulings.record(replace(TOXIC, comment="young"))
    clock.turn(days=1)

    assert [store.rulings.forget(days=30) for _ in range(2)] == [3, 0]

    assert [ruling.comment for ruling in latest(store)] == ["young"]
    with store.database.reading() as connection:
        rows = connection.execute(select(table).where(table.c.text.is_(None))).all()
    assert {(row.comment, row.moderator, row.label, row.score_toxic, row.verdict) for row in rows} == {(None, None, "toxic", 0.5, "review")}
    assert len({row.comment_digest for row in rows}) == 3


def test_many_comments_are_forgotten(store: Store, clock: Any) -> None:
    """More comments than are forgotten at a time are forgotten all the same."""
    store.rulings.record(TOXIC)
    with store.database.writing() as connection:
        row = dict(connection.execute(select(table)).mappings().one())
        del row["id"]
        copies = [row | {"comment_digest": str(number), "idempotency": str(number)} for number in range(2500)]
        connection.execute(table.insert(), copies)
    assert len(latest(store)) == 2501
    clock.turn(days=2)

    assert store.rulings.forget(days=1) == 2501
    assert latest(store) == []


def test_forgotten_text_leaves_the_disk(tmp_path: Path, clock: Any) -> None:
    """On SQLite no file holds the text of a comment that was forgotten, once the store is closed."""
    store = open_store(read_settings(data_dir=tmp_path), clock=clock)
    store.rulings.record(replace(TOXIC, text="xyzzy-plugh"))
    clock.turn(days=400)

    store.rulings.forget(days=365)
    store.close()

    assert [file for file in tmp_path.iterdir() if b"xyzzy-plugh" in file.read_bytes()] == []
    assert sqlite3.connect(tmp_path / "tipstaff.db").execute("select count(*) from rulings").fetchone() == (1,)
