"""Acts are stored whole and never changed, the ruling that follows from them is in force, and the comments of old ones are forgotten."""

import hashlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from model.comment import Format, Label, Verdict
from model.errors import StoreError
from service.settings import read_settings
from service.store.rulings.act import Act, EffectiveRuling, ReusedActError, ServedDecision
from service.store.schema.tables import acts as table
from service.store.store import Store, open_store
from service.store.stored_types import Role, Scope

TOXIC = Act(dialect="coral", text="you fool", label=Label.TOXIC, comment="c1")


def effective(store: Store) -> list[EffectiveRuling]:
    return list(store.rulings.effective())


def labels(store: Store) -> list[Label | None]:
    return [ruling.act.label for ruling in store.rulings.effective()]


def say(label: Label | None, *, person: str | None = None, role: Role = Role.MODERATOR, **more: Any) -> Act:
    """Return an act about the one comment that these tests are about."""
    return replace(TOXIC, label=label, abusive=None, hateful=None, role=role, moderator=person, **more)


def test_act_is_stored_whole(store: Store) -> None:
    """Every field of an act is returned, with the time at which it was recorded and its zone."""
    key, _ = store.keys.create("forum", [Scope.FEEDBACK], role=Role.LEAD)
    act = Act(
        dialect="native",
        text="<p>you fööl 😀</p>",
        label=Label.TOXIC,
        attributes={"profanity": False},
        reason="insult",
        community="park",
        comment="comment:7",
        format=Format.HTML,
        language="en-GB",
        author="ann",
        why="sampled",
        sampling_probability=0.25,
        decision=ServedDecision(fine=0.25, toxic=0.5, hateful=0.25, verdict=Verdict.REVIEW, artefact="default@123"),
        key=key.id,
        role=Role.LEAD,
        moderator="m1",
        act_id="a1",
    )

    recorded = store.rulings.record(act)

    (entry,) = store.rulings.acts()
    assert entry.act == replace(act, created_at=store.database.now())
    assert (entry.number, recorded.act_id, recorded.is_retry) == (recorded.number, "a1", False)
    assert entry.act.created_at is not None
    assert entry.act.created_at.utcoffset() is not None
    assert [(ruling.number, ruling.act) for ruling in effective(store)] == [(entry.number, entry.act)]


def test_retry_is_recognised_by_its_id(store: Store) -> None:
    """An act that is sent again under its id adds nothing, whatever was said meanwhile, and is answered as a retry."""
    first = store.rulings.record(replace(TOXIC, act_id="1"))
    store.rulings.record(say(Label.FINE, role=Role.FORUM, act_id="2"))

    again = store.rulings.record(replace(TOXIC, act_id="1"))

    assert (again.number, again.act_id, again.is_retry) == (first.number, "1", True)
    assert (store.rulings.count(), labels(store)) == (2, [Label.FINE])


def test_retry_by_an_id_of_ours(store: Store) -> None:
    """An act that came without an id gets one, by which a retry is recognised too."""
    recorded = store.rulings.record(TOXIC)

    assert recorded.act_id.startswith("act_")
    assert store.rulings.record(replace(TOXIC, act_id=recorded.act_id)).is_retry


def test_retries_at_once_count_once(store: Store) -> None:
    """The same act, sent several times at the same moment, counts once."""
    with ThreadPoolExecutor(8) as pool:
        recorded = list(pool.map(store.rulings.record, [replace(TOXIC, act_id="1")] * 24))

    assert len({each.number for each in recorded}) == 1
    assert (store.rulings.count(), sum(not each.is_retry for each in recorded)) == (1, 1)


@pytest.mark.parametrize(
    "other", [{"comment": "c2"}, {"text": "edited"}, {"reason": "insult"}, {"author": "ann"}, {"attributes": {"threat": True}}]
)
def test_reused_id_is_refused(store: Store, other: dict[str, Any]) -> None:
    """An id that was used before for something else is refused with its place in the call, of which nothing is stored."""
    store.rulings.record(replace(TOXIC, act_id="1"))

    with pytest.raises(ReusedActError) as caught:
        store.rulings.record_all([replace(TOXIC, comment="c3"), replace(TOXIC, act_id="1", **other)])

    assert caught.value.place == 1
    assert store.rulings.count() == 1


def test_ids_within_a_call(store: Store) -> None:
    """Within a call, an act that is there twice is its own retry, and an id of two contents is refused."""
    acts = [replace(TOXIC, act_id="1"), replace(TOXIC, comment="c2", act_id="2"), replace(TOXIC, act_id="1")]

    assert [each.is_retry for each in store.rulings.record_all(acts)] == [False, False, True]
    with pytest.raises(ReusedActError):
        store.rulings.record_all([replace(TOXIC, act_id="3"), replace(TOXIC, act_id="3", text="other")])
    assert store.rulings.count() == 2


def test_ids_belong_to_their_key(store: Store) -> None:
    """Two keys, and calls without a key, may use the same id for different acts."""
    keys = [None, *(store.keys.create(name, [Scope.FEEDBACK])[0].id for name in ("one", "two"))]

    recorded = [store.rulings.record(replace(TOXIC, key=key, text=str(key), act_id="1")) for key in keys]

    assert [each.is_retry for each in recorded] == [False] * 3


def test_thousand_acts_in_one_call(store: Store) -> None:
    """A thousand acts are stored in one transaction, and recognised as retries in one."""
    acts = [replace(TOXIC, comment=str(number), act_id=str(number)) for number in range(1000)]

    assert [each.is_retry for each in store.rulings.record_all(acts)] == [False] * 1000
    assert [each.is_retry for each in store.rulings.record_all(acts)] == [True] * 1000
    assert (store.rulings.count(), store.rulings.count_effective()) == (1000, 1000)


def test_two_moderators_who_agree_are_two_acts(store: Store) -> None:
    """What a second moderator says is an act of its own; both count as agreeing, and who says it twice counts once."""
    for person in ("ann", "bob", "bob"):
        store.rulings.record(say(Label.TOXIC, person=person))

    (ruling,) = effective(store)
    assert (store.rulings.count(), ruling.persons, ruling.contesters) == (3, ("ann", "bob"), ())


def test_latest_of_the_highest_role_is_in_force(store: Store) -> None:
    """A higher role overrules lower ones whenever it speaks; within a role the latest act counts."""
    steps = [
        (say(Label.TOXIC, role=Role.FORUM), Label.TOXIC),
        (say(Label.FINE, person="ann"), Label.FINE),
        (say(Label.TOXIC, role=Role.FORUM), Label.FINE),
        (say(Label.HATEFUL, person="bob"), Label.HATEFUL),
        (say(Label.TOXIC, person="cleo", role=Role.LEAD), Label.TOXIC),
        (say(Label.FINE, person="ann"), Label.TOXIC),
        (say(Label.HATEFUL, person="dora", role=Role.APPEAL), Label.HATEFUL),
        (say(Label.FINE, person="cleo", role=Role.LEAD), Label.HATEFUL),
    ]
    for act, label in steps:
        store.rulings.record(act)
        assert labels(store) == [label]

    (ruling,) = effective(store)
    assert (ruling.persons, ruling.contesters, ruling.overruled) == (("bob", "dora"), ("ann", "cleo"), 1)


def test_forum_changes_nothing_that_a_moderator_said(store: Store) -> None:
    """After a moderator's word, no later word of a forum's key changes the ruling or its counts; that it was overruled is counted."""
    key, _ = store.keys.create("forum", [Scope.FEEDBACK])
    store.rulings.record(say(Label.TOXIC, person="ann"))
    (before,) = effective(store)

    for label in (Label.FINE, Label.HATEFUL, Label.TOXIC, Label.FINE):
        store.rulings.record(say(label, role=Role.FORUM, key=key.id))

    assert effective(store) == [replace(before, overruled=1)]


def test_forums_count_beside_each_other(store: Store) -> None:
    """Where no moderator has spoken, each forum's key counts once, as does whoever called without one."""
    keys = [store.keys.create(name, [Scope.FEEDBACK])[0].id for name in ("one", "two")]
    for key, label in ((keys[0], Label.FINE), (None, Label.TOXIC), (keys[1], Label.TOXIC), (keys[1], Label.TOXIC)):
        store.rulings.record(say(label, role=Role.FORUM, key=key))

    (ruling,) = effective(store)
    assert (ruling.persons, ruling.contesters) == (tuple(sorted([f"key:{keys[1]}", "open"])), (f"key:{keys[0]}",))
    assert (ruling.agreeing, ruling.contesting) == (2, 1)


@pytest.mark.parametrize(
    ("other", "agrees"),
    [
        (Act(dialect="perspective", text="you fool", comment="c1", abusive=True, role=Role.MODERATOR), True),
        (Act(dialect="perspective", text="you fool", comment="c1", abusive=False, role=Role.MODERATOR), False),
        (Act(dialect="native", text="you fool", comment="c1", label=Label.HATEFUL, role=Role.MODERATOR), False),
        (Act(dialect="native", text="you fool", comment="c1", reason="spam", role=Role.MODERATOR), False),
    ],
    ids=["abusive", "not-abusive", "hateful", "spam"],
)
def test_what_counts_as_contesting(store: Store, other: Act, agrees: bool) -> None:
    """Who gives another answer contests, as does who says that it is no matter of abuse; who leaves a question open does not."""
    store.rulings.record(replace(other, moderator="bob"))
    store.rulings.record(say(Label.TOXIC, person="ann"))

    (ruling,) = effective(store)
    assert ruling.act.moderator == "ann"
    assert (ruling.persons, ruling.contesters) == ((("ann", "bob"), ()) if agrees else (("ann",), ("bob",)))


@pytest.mark.parametrize("other", [{"community": "park"}, {"comment": "c2"}, {"comment": None}, {"text": "edited"}])
def test_other_comment_counts_for_itself(store: Store, other: dict[str, Any]) -> None:
    """Acts in another community, about another id or another text are about another comment."""
    store.rulings.record(TOXIC)
    store.rulings.record(replace(TOXIC, **other))

    assert (len(effective(store)), store.rulings.count_effective()) == (2, 2)


def test_dialect_is_no_part_of_the_comment(store: Store) -> None:
    """What is said through two protocols about one comment is about one comment."""
    store.rulings.record(TOXIC)
    store.rulings.record(replace(TOXIC, dialect="native", label=Label.FINE, abusive=None, hateful=None))

    assert labels(store) == [Label.FINE]


def test_text_is_taken_from_an_earlier_act(store: Store) -> None:
    """An act without a text is about the latest text of its comment, in the same community."""
    store.rulings.record(replace(TOXIC, text="first"))
    store.rulings.record(replace(TOXIC, text="<b>second</b>", format=Format.HTML))
    store.rulings.record(replace(TOXIC, text="elsewhere", community="park"))

    store.rulings.record(say(Label.FINE, text=None))

    (act,) = [entry.act for entry in store.rulings.acts() if entry.act.label is Label.FINE]
    assert (act.text, act.format) == ("<b>second</b>", Format.HTML)
    known = store.rulings.find_texts([(None, "c1"), ("park", "c1"), ("lake", "c1")])
    assert {key: value.text for key, value in known.items()} == {(None, "c1"): "<b>second</b>", ("park", "c1"): "elsewhere"}


def test_act_waits_for_its_text(store: Store) -> None:
    """An act whose text is not known is stored, is in force once a text comes, also in the same call, and stays the same act."""
    waiting = say(Label.FINE, person="ann", text=None, act_id="1")
    store.rulings.record(waiting)
    assert (effective(store), store.rulings.count_effective()) == ([], 1)

    store.rulings.record(replace(TOXIC, community="park"))
    assert len(effective(store)) == 1
    store.rulings.record_all([say(Label.HATEFUL, person="bob", text=None), replace(TOXIC, act_id="2")])

    (ruling,) = [each for each in effective(store) if each.act.community is None]
    assert (ruling.act.text, ruling.act.label, ruling.contesters) == ("you fool", Label.HATEFUL, ("ann",))
    assert store.rulings.record(waiting).is_retry


def test_later_acts_by_the_time_at_which_they_were_said(store: Store, clock: Any) -> None:
    """An act that is brought in with an older time does not replace what was said since."""
    store.rulings.record(TOXIC)
    older = clock()
    clock.advance(days=1)
    store.rulings.record(say(Label.HATEFUL, role=Role.FORUM))

    store.rulings.record(say(Label.FINE, role=Role.FORUM, created_at=older))

    assert labels(store) == [Label.HATEFUL]


def test_view_is_readable_by_sql(store: Store) -> None:
    """Whoever reads the database finds what is in force in the view, with its counts."""
    store.rulings.record(say(Label.TOXIC, person="ann"))
    store.rulings.record(say(Label.FINE, person="bob"))

    with store.database.read_transaction() as connection:
        rows = connection.execute(text("SELECT label, teaches, moderator, agreeing, contesting, overruled FROM effective_rulings")).all()

    assert [tuple(row) for row in rows] == [("fine", "fine", "bob", 1, 1, 0)]


def test_odd_characters_are_stored_or_replaced(store: Store) -> None:
    """NUL and half a surrogate pair become U+FFFD, all other characters stay, and a retry is still recognised."""
    odd = replace(TOXIC, text="a\0b\ud83dc😀", comment="\0", act_id="\0 1")

    assert [store.rulings.record(odd).is_retry for _ in range(2)] == [False, True]

    (ruling,) = effective(store)
    assert (ruling.act.text, ruling.act.comment, ruling.act.act_id) == ("a\ufffdb\ufffdc😀", "\ufffd", "\ufffd 1")


def test_unknown_key_is_refused(store: Store) -> None:
    """An act with a key that does not exist is refused, in one line without its text."""
    with pytest.raises(StoreError) as caught:
        store.rulings.record(replace(TOXIC, key="nobody"))

    assert "you fool" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert store.rulings.count() == 0


def test_comments_are_forgotten_in_time(store: Store, clock: Any) -> None:
    """After the days of retention, text, ids, persons and reasons are gone; answers, decision and younger acts stay."""
    decision = ServedDecision(fine=0.25, toxic=0.5, hateful=0.25, verdict=Verdict.REVIEW, artefact="default@123")
    for number in range(3):
        store.rulings.record(
            say(Label.TOXIC, person="m", comment=f"old {number}", act_id=f"a {number}", author="x", why="y", reason="z", decision=decision)
        )
    store.rulings.record(say(Label.FINE, comment="never known", text=None))
    clock.advance(days=30)
    store.rulings.record(replace(TOXIC, comment="young"))
    clock.advance(days=1)

    assert [store.rulings.forget_comments(days=30) for _ in range(2)] == [4, 0]

    assert [entry.act.comment for entry in store.rulings.acts()] == ["young"]
    assert [ruling.act.comment for ruling in effective(store)] == ["young"]
    assert (store.rulings.count(), store.rulings.count_effective()) == (5, 1)
    with store.database.read_transaction() as connection:
        rows = connection.execute(select(table).where(table.c.text.is_(None), table.c.label == "toxic")).all()
    kept = {(row.act, row.comment, row.moderator, row.author, row.why, row.reason, row.label, row.score_toxic, row.verdict) for row in rows}
    assert kept == {(None, None, None, None, None, None, "toxic", 0.5, "review")}
    for digest in ("comment_digest", "content_digest", "idempotency"):
        assert len({getattr(row, digest) for row in rows}) == 3
        assert all(getattr(row, digest).startswith("forgotten ") for row in rows)


def test_retention_does_not_change_what_is_in_force(store: Store, clock: Any) -> None:
    """While a later act about a comment is young, the older ones stay: otherwise a forum would overrule a moderator by their age."""
    store.rulings.record(say(Label.FINE, person="ann"))
    clock.advance(days=20)
    store.rulings.record(say(Label.TOXIC, role=Role.FORUM))
    clock.advance(days=20)

    assert store.rulings.forget_comments(days=30) == 0
    assert labels(store) == [Label.FINE]

    clock.advance(days=20)
    assert store.rulings.forget_comments(days=30) == 2
    assert labels(store) == []


def test_comment_id_of_any_length_is_stored_and_found(store: Store) -> None:
    """An id of ten thousand characters, as Coral's protocol allows, is stored, and tells an act without a text what it is about."""
    long = "".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(160))
    store.rulings.record(replace(TOXIC, comment=long))

    store.rulings.record(say(Label.FINE, person="ann", comment=long, text=None))

    assert [(ruling.act.comment, ruling.act.label, ruling.text) for ruling in effective(store)] == [(long, Label.FINE, "you fool")]


def test_many_comments_are_forgotten(store: Store, clock: Any) -> None:
    """All old comments are forgotten, even if they are more than one transaction takes."""
    store.rulings.record_all([replace(TOXIC, comment=str(number)) for number in range(2501)])
    assert len(effective(store)) == 2501
    clock.advance(days=2)

    assert store.rulings.forget_comments(days=1) == 2501
    assert effective(store) == []


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
        assert connection.execute("select count(*) from acts").fetchone() == (1,)
