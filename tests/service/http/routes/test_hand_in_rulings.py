"""What moderators say through `/v1/rulings` is stored as acts with the role of their key, all of a call or nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from model.comment import Format, Label, Verdict
from service.settings import read_settings
from service.store.rulings.act import Act
from service.store.store import Store
from service.store.stored_types import Role, Scope
from tests.service.http.sample_texts import TOXIC

Serve = Callable[..., AbstractContextManager[httpx.Client]]

PATH = "/v1/rulings"
RULING = {"comment": "c1", "text": TOXIC, "label": "toxic"}


def hand_in(client: httpx.Client, *rulings: object, secret: str | None = None, **headers: str) -> httpx.Response:
    credentials = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return client.post(PATH, json={"rulings": rulings}, headers=credentials | headers)


def acts(store: Store) -> list[Act]:
    return [entry.act for entry in store.rulings.acts()]


@pytest.fixture
def secrets(store: Store) -> dict[Role, str]:
    """The secret of a key for feedback, by its role."""
    return {role: store.keys.create(role, [Scope.FEEDBACK], role=role)[1] for role in Role}


def test_ruling_is_stored_whole(serve: Serve, store: Store, secrets: dict[Role, str]) -> None:
    """All that a call says of a ruling is stored, with key, role, and how the service judges the comment at that time."""
    ruling = {
        "act": "a1",
        "comment": 7,
        "text": f"<p>{TOXIC}</p>",
        "format": "html",
        "label": "toxic",
        "moderator": "ann",
        "reason": "insult",
        "author": "bob",
        "community": "garden",
        "why": "sampled",
        "sampling_probability": 0.25,
        "language": "en",
        "attributes": {"threat": False},
    }
    with serve() as client:
        answer = hand_in(client, ruling, secret=secrets[Role.LEAD])

        assert answer.json() == {"rulings": [{"act": "a1", "comment": 7, "is_retry": False}]}
        version = client.get("/v1/model", headers={"Authorization": f"Bearer {secrets[Role.LEAD]}"}).json()["version"]
    (act,) = acts(store)
    decision = act.decision
    assert decision is not None
    assert (decision.verdict is not Verdict.APPROVE, decision.artefact, decision.toxic > decision.fine) == (True, version, True)
    assert act == Act(
        dialect="native",
        text=f"<p>{TOXIC}</p>",
        format=Format.HTML,
        label=Label.TOXIC,
        attributes={"threat": False},
        reason="insult",
        community="garden",
        comment="7",
        language="en",
        author="bob",
        why="sampled",
        sampling_probability=0.25,
        decision=decision,
        key=next(key.id for key in store.keys.list() if key.role is Role.LEAD),
        role=Role.LEAD,
        moderator="ann",
        act_id="a1",
        created_at=act.created_at,
    )


def test_retry_is_answered_as_one(serve: Serve, store: Store) -> None:
    """An act that is sent again under its id, yours or ours, is answered as a retry and adds nothing."""
    with serve() as client:
        first = hand_in(client, RULING | {"act": "a1"}, RULING | {"comment": "c2"}).json()["rulings"]
        again = hand_in(client, RULING | {"act": "a1"}, RULING | {"comment": "c2", "act": first[1]["act"]}).json()["rulings"]

    assert [entry["is_retry"] for entry in first + again] == [False, False, True, True]
    assert [entry["act"] for entry in first] == [entry["act"] for entry in again]
    assert store.rulings.count() == 2


def test_id_of_an_act_stands_for_one_content(serve: Serve, store: Store) -> None:
    """An id that was used for something else is answered 409 that names which, and nothing of the call is stored."""
    with serve() as client:
        hand_in(client, RULING | {"act": "a1"})
        answer = hand_in(client, RULING | {"act": "a2"}, RULING | {"act": "a1", "label": "fine"})

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "/docs#act-reused")
    assert [error["field"] for error in problem["errors"]] == ["rulings.1.act"]
    assert [act.act_id for act in acts(store)] == ["a1"]


def test_two_moderators_who_agree(serve: Serve, store: Store, secrets: dict[Role, str]) -> None:
    """Two moderators who say the same through one key are two acts of two persons."""
    with serve() as client:
        for name in ("ann", " bob "):
            assert hand_in(client, RULING | {"moderator": name}, secret=secrets[Role.MODERATOR]).status_code == 200

    (ruling,) = store.rulings.effective()
    assert (len(acts(store)), ruling.persons, ruling.agreeing) == (2, ("ann", "bob"), 2)


def test_forum_changes_nothing_that_a_moderator_said(serve: Serve, store: Store, secrets: dict[Role, str]) -> None:
    """A forum's key speaks for no person, whatever name it brings, and its later word overrules no moderator's."""
    with serve() as client:
        hand_in(client, RULING | {"moderator": "ann"}, secret=secrets[Role.MODERATOR])
        (before,) = store.rulings.effective()
        hand_in(client, RULING | {"label": "fine", "moderator": "ann"}, secret=secrets[Role.FORUM])

    later = acts(store)[1]
    assert (later.role, later.moderator, later.label) == (Role.FORUM, None, Label.FINE)
    (after,) = store.rulings.effective()
    assert (after.act, after.persons, after.contesters, after.overruled) == (before.act, before.persons, (), 1)


def test_owner_of_a_private_service_is_a_moderator(serve: Serve, store: Store) -> None:
    """Where only this machine can call and no key was ever made, a caller without one is a moderator, by name if it gives one."""
    with serve() as client:
        hand_in(client, RULING | {"moderator": "ann"}, RULING)

    assert [(act.role, act.moderator, act.person) for act in acts(store)] == [
        (Role.MODERATOR, "ann", "ann"),
        (Role.MODERATOR, None, "open"),
    ]


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({"host": "0.0.0.0", "open": True}, {}),
        ({"trusted_proxies": "192.0.2.1", "open": True}, {}),
        ({}, {"X-Forwarded-For": "203.0.113.5"}),
        ({}, {"Forwarded": "for=203.0.113.5"}),
        ({}, {"Via": "1.1 proxy"}),
        ({"cors_origins": "https://forum.example"}, {"Origin": "https://forum.example", "Sec-Fetch-Site": "cross-site"}),
    ],
    ids=["reachable", "behind-proxy", "forwarded-for", "forwarded", "via", "page"],
)
def test_others_are_no_moderators(serve: Serve, store: Store, options: dict[str, Any], headers: dict[str, str]) -> None:
    """Whoever calls an open service from elsewhere, through a proxy, or from another's page that may call, has a forum's word."""
    with serve(**options) as client:
        assert hand_in(client, RULING | {"moderator": "ann"}, **headers).status_code == 200

    assert [(act.role, act.moderator) for act in acts(store)] == [(Role.FORUM, None)]


def test_foreign_pages_hand_in_nothing(serve: Serve, store: Store) -> None:
    """A page that may not call a private service, or calls it by another name, stores nothing."""
    with serve() as client:
        answers = [
            hand_in(client, RULING, Origin="https://evil.example"),
            hand_in(client, RULING, Origin="null"),
            hand_in(client, RULING, **{"Sec-Fetch-Site": "cross-site"}),
            hand_in(client, RULING, Host="evil.example"),
        ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert acts(store) == []


def test_spam_teaches_nothing(serve: Serve, store: Store) -> None:
    """A null label with a reason, and any label with a reason that is no matter of abuse, are stored and teach nothing."""
    with serve() as client:
        answer = hand_in(
            client,
            {"comment": "1", "text": "Cheap!", "label": None, "reason": "spam"},
            {"comment": "2", "text": "Cheap!", "label": "toxic", "reason": "Off topic"},
            {"comment": "3", "text": "Cheap!", "label": None, "reason": "rule 5"},
        )

    assert answer.status_code == 200
    assert [(act.label, act.reason, act.teaches, act.teaches_something) for act in acts(store)] == [
        (None, "spam", None, False),
        (Label.TOXIC, "Off topic", None, False),
        (None, "rule 5", None, False),
    ]


def test_answer_may_be_less_than_a_label(serve: Serve, store: Store) -> None:
    """Who only knows that a comment is abusive, or what an attribute asks, says nothing of hate; not abusive is fine."""
    with serve() as client:
        hand_in(
            client,
            {"comment": "1", "text": TOXIC, "abusive": True, "label": None},
            {"comment": "2", "text": TOXIC, "abusive": False},
            {"comment": "3", "text": TOXIC, "attributes": {"threat": True}},
        )

    assert [(act.label, act.abusive, act.hateful) for act in acts(store)] == [
        (None, True, None),
        (Label.FINE, False, False),
        (None, None, None),
    ]


def test_text_may_be_known_already(serve: Serve, store: Store) -> None:
    """A ruling without a text is about the text that was told before, with a judgement of it; or it waits for one."""
    with serve() as client:
        hand_in(client, RULING)
        hand_in(client, {"comment": "c1", "label": "hateful"}, {"comment": "c2", "label": "fine"})
        first, second, waiting = acts(store)
        hand_in(client, {"comment": "c2", "text": "Good morning", "label": "toxic"})

    assert (second.text, second.decision) == (first.text, first.decision)
    assert (waiting.text, waiting.decision) == (None, None)
    assert [act.text for act in acts(store)] == [TOXIC, TOXIC, "Good morning", "Good morning"]


def test_thousand_rulings(serve: Serve, store: Store) -> None:
    """A call may bring a thousand rulings, not one more and not none."""
    rulings = [{"comment": number, "text": f"Comment {number}", "label": "fine"} for number in range(1000)]
    with serve() as client:
        refused = hand_in(client, *rulings, RULING), hand_in(client)
        answer = hand_in(client, *rulings)

    assert [(each.status_code, each.json()["errors"][0]["field"]) for each in refused] == [(413, "rulings"), (422, "rulings")]
    assert [entry["comment"] for entry in answer.json()["rulings"]] == list(range(1000))
    assert (store.rulings.count(), sum(act.decision is None for act in acts(store))) == (1000, 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"label": "nice"}, "label"),
        ({"label": None}, "label"),
        ({"label": 1}, "label"),
        ({"abusive": False}, "abusive"),
        ({"comment": ""}, "comment"),
        ({"comment": 1.5}, "comment"),
        ({"comment": "c" * 501}, "comment"),
        ({"comment": None}, "comment"),
        ({"text": "a" * 30_000}, "text"),
        ({"text": 7}, "text"),
        ({"act": ""}, "act"),
        ({"act": "a" * 201}, "act"),
        ({"act": 5}, "act"),
        ({"moderator": "  "}, "moderator"),
        ({"reason": "r" * 201}, "reason"),
        ({"author": ""}, "author"),
        ({"sampling_probability": 0}, "sampling_probability"),
        ({"sampling_probability": 1.01}, "sampling_probability"),
        ({"sampling_probability": "0.5"}, "sampling_probability"),
        ({"attributes": {"Not a name": True}}, "attributes"),
        ({"attributes": {f"a{number}": True for number in range(51)}}, "attributes"),
        ({"attributes": {"threat": 1}}, "attributes.threat"),
        ({"format": "rtf"}, "format"),
        ({"role": "appeal"}, "role"),
    ],
)
def test_wrong_field_is_named(client: httpx.Client, wrong: dict[str, Any], field: str) -> None:
    """A ruling that is wrong is answered 422 with its place and its field, without a word of its content."""
    answer = hand_in(client, RULING, RULING, RULING, RULING | wrong)

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "/docs#wrong-fields")
    assert [error["field"] for error in problem["errors"]] == [f"rulings.3.{field}"]
    assert TOXIC not in answer.text
    assert "nice" not in answer.text


def test_missing_label_is_named(client: httpx.Client) -> None:
    """A ruling that says nothing is named as one without a label, and all that is wrong in a call is named in one answer."""
    answer = hand_in(client, {"comment": "1"}, RULING, {"comment": "", "label": "fine"})

    assert [error["field"] for error in answer.json()["errors"]] == ["rulings.0.label", "rulings.2.comment"]


def test_key_needs_the_scope(serve: Serve, store: Store) -> None:
    """A key without the scope for feedback is refused, as is a call without a key once there are keys."""
    _, secret = store.keys.create("reader", [Scope.SCORE, Scope.ADMIN], role=Role.APPEAL)
    with serve() as client:
        assert (hand_in(client, RULING, secret=secret).status_code, hand_in(client, RULING).status_code) == (403, 401)
    assert acts(store) == []


def test_communities(serve: Serve, store: Store, tmp_path: Path) -> None:
    """A ruling belongs to the community of the key, or else to the one that it names, or else to that of the address."""
    file = tmp_path / "communities.toml"
    file.write_text("[community.garden]\n[community.lake]\n", encoding="utf-8")
    _, bound = store.keys.create("bound", [Scope.FEEDBACK], community="lake")
    _, free = store.keys.create("free", [Scope.FEEDBACK])
    with serve(communities=file) as client:

        def send(path: str, secret: str, **more: object) -> int:
            headers = {"Authorization": f"Bearer {secret}"}
            return client.post(path + PATH, json={"rulings": [RULING | more]}, headers=headers).status_code

        statuses = [
            send("", free),
            send("/c/garden", free),
            send("/c/garden", free, community="lake"),
            send("/c/garden", bound),
            send("", bound, community="garden"),
            send("", free, community="elsewhere"),
        ]
        unknown = send("/c/nowhere", free)

    assert (statuses, unknown) == ([200] * 6, 422)
    assert [act.community for act in acts(store)] == [None, "garden", "lake", "lake", "lake", "elsewhere"]


def test_ruling_is_kept_without_a_model(running_unloaded: Callable[..., Any], tmp_path: Path, store: Store) -> None:
    """While no model is loaded rulings are stored all the same, without a judgement."""
    with running_unloaded(read_settings(data_dir=tmp_path)) as client:
        answer = hand_in(client, RULING)

    assert answer.status_code == 200
    assert [(act.text, act.decision) for act in acts(store)] == [(TOXIC, None)]


def test_failure_to_store_is_answered_503(serve: Serve, store: Store) -> None:
    """A ruling that cannot be stored is answered 503 with the time after which to send it again, and is not stored."""
    with serve(database_wait=1) as client:
        with store.database.write_transaction():
            answer = hand_in(client, RULING)
        assert hand_in(client, RULING).status_code == 200

    assert (answer.status_code, answer.json()["type"], answer.headers["retry-after"]) == (503, "/docs#not-kept", "5")
    assert len(acts(store)) == 1
