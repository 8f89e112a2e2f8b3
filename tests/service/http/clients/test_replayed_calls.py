"""Software that no registry brings, replayed: the bytes that it writes, after descriptions of its source, and what it reads in the answer.

The software itself is not run here. docs/clients.md says so of each.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest

from tests.service.http.clients.telling_apart import is_told_apart
from tests.service.http.sample_texts import FINE, GERMAN, HATEFUL, TOXIC

Serve = Callable[..., AbstractContextManager[httpx.Client]]

SECRET = "ssec_8d1f"
KEY = "key=AIzaSyAnyKey"
SIXTEEN = "TOXICITY SEVERE_TOXICITY IDENTITY_ATTACK INSULT PROFANITY SEXUALLY_EXPLICIT THREAT FLIRTATION ATTACK_ON_AUTHOR "
SIXTEEN += "ATTACK_ON_COMMENTER INCOHERENT INFLAMMATORY LIKELY_TO_REJECT OBSCENE SPAM UNSUBSTANTIAL"


def post(client: httpx.Client, path: str, body: str, **headers: str) -> httpx.Response:
    """Post a body as it stands."""
    return client.post(path, content=body.encode(), headers={"Content-Type": "application/json"} | headers)


def read_score(answer: httpx.Response, attribute: str) -> float:
    """Return the one number that most of this software looks at."""
    assert answer.status_code == 200, answer.text
    score: float = answer.json()["attributeScores"][attribute]["summaryScore"]["value"]
    return score


@pytest.mark.parametrize(("model", "stopped"), [("TOXICITY", TOXIC), ("HATEFUL", HATEFUL), ("IDENTITY_ATTACK", HATEFUL)])
def test_coral_stops_what_its_threshold_says(client: httpx.Client, model: str, stopped: str) -> None:
    """Coral's toxic.ts compares one score with 0.80, whatever attribute its administrator wrote down."""

    def ask(text: str) -> float:
        body = f'{{"comment":{{"text":{json.dumps(text)}}},"doNotStore":true,"requestedAttributes":{{"{model}":{{}}}},"languages":["en"]}}'
        return read_score(post(client, f"/v1alpha1/comments:analyze?{KEY}", body, **{"User-Agent": "Coral Perspective/9.0.0"}), model)

    assert ask(FINE) < 0.8 < ask(stopped)


def test_coral_gets_a_score_of_severe_toxicity(client: httpx.Client) -> None:
    """Coral's model SEVERE_TOXICITY has a score that is lower for thanks than for an insult; with none a comment would pass unseen."""

    def ask(text: str) -> float:
        attributes = '{"SEVERE_TOXICITY":{}}'
        body = f'{{"comment":{{"text":{json.dumps(text)}}},"doNotStore":true,"requestedAttributes":{attributes},"languages":["en"]}}'
        return read_score(post(client, f"/v1alpha1/comments:analyze?{KEY}", body), "SEVERE_TOXICITY")

    assert ask(FINE) < ask(TOXIC)
    assert ask(HATEFUL) > 0.2


def test_coral_hands_its_moderators_decisions_in(client: httpx.Client) -> None:
    """What Coral sends when a moderator decided, with JSON within JSON as its context, is taken."""
    context = json.dumps({"url": "https://news.example/1", "reply_to_id_Coral_comment_id": "", "Coral_comment_id": "c1"})
    body = (
        f'{{"comment":{{"text":{json.dumps(TOXIC)}}},"context":{{"entries":[{{"text":{json.dumps(context)}}}]}},'
        '"attributeScores":{"TOXICITY":{"summaryScore":{"value":1}}},'
        '"communityId":"Coral:https://news.example","clientToken":"comment:c1"}'
    )

    answer = post(client, f"/v1alpha1/comments:suggestscore?{KEY}", body, **{"User-Agent": "Coral Perspective/9.0.0"})

    assert (answer.status_code, answer.json()["clientToken"]) == (200, "comment:c1")


@pytest.mark.parametrize(("text", "status"), [(FINE, None), (GERMAN, None), (TOXIC, "REJECTED")])
def test_coral_external_phase_rejects_abuse_alone(serve: Serve, text: str, status: str | None) -> None:
    """Coral's external moderation phase, signed over its indented bytes, has no opinion of thanks or of innocent German: exactly {}."""
    body = json.dumps(
        {
            "action": "NEW",
            "comment": {"body": f"<div>{text}</div>", "parentID": None},
            "author": {"id": "a1", "role": "COMMENTER"},
            "story": {"id": "s1", "url": "https://news.example/1"},
            "site": {"id": "x1"},
            "tenantID": "t1",
            "tenantDomain": "news.example",
        },
        indent=2,
        ensure_ascii=False,
    )
    signature = "sha256=" + hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()

    with serve(coral_secrets=SECRET) as client:
        answer = post(client, "/coral/moderate", body, **{"X-Coral-Signature": signature, "User-Agent": "Coral Moderation/9.0.0"})

    assert answer.status_code == 200
    assert answer.json().get("status") == status
    assert status is not None or answer.json() == {}


@pytest.mark.parametrize(("attribute", "flagged"), [("TOXICITY", TOXIC), ("SEVERE_TOXICITY", HATEFUL)])
def test_discourse_perspective_api_reads_a_score(client: httpx.Client, attribute: str, flagged: str) -> None:
    """discourse-perspective-api, with its severe toxicity too, reads a score; it takes any error for 0.0 and says nothing."""

    def ask(text: str) -> float:
        body = (
            f'{{"comment":{{"text":{json.dumps(text)}}},"doNotStore":true,"sessionId":"https://forum.example_7",'
            f'"requestedAttributes":{{"{attribute}":{{"scoreType":"PROBABILITY"}}}}}}'
        )
        return read_score(post(client, f"/v1alpha1/comments:analyze?{KEY}", body), attribute)

    assert ask(FINE) < 0.1 < ask(flagged)


def ask_as_perspective_of_r(client: httpx.Client, text: str) -> dict[str, float]:
    requested = ",".join(f'"{name}":{{}}' for name in SIXTEEN.split())
    body = f'{{"comment":{{"text":{json.dumps(text)}}},"languages":"en","requestedAttributes":{{{requested}}},"doNotStore":false}}'
    answer = post(client, f"/v1alpha1/comments:analyze?{KEY}", body)
    assert answer.status_code == 200, answer.text
    return {name: score["summaryScore"]["value"] for name, score in answer.json()["attributeScores"].items()}


def test_perspective_of_r_gets_all_that_is_served_of_its_models(client: httpx.Client) -> None:
    """The README of peRspective asks for all its sixteen models, and names the language as a string."""
    fine, toxic = ask_as_perspective_of_r(client, FINE), ask_as_perspective_of_r(client, TOXIC)

    assert len(fine) == len(toxic) == 7
    assert is_told_apart(fine["INSULT"], toxic["INSULT"])


def test_perspective_of_r_gets_neighbours_where_the_site_says_so(serve: Serve) -> None:
    """With the nearest neighbours, peRspective gets twelve of its sixteen models, and the four that have none are missing."""
    with serve(perspective_unknown="nearest") as client:
        fine, toxic = ask_as_perspective_of_r(client, FINE), ask_as_perspective_of_r(client, TOXIC)

    assert set(SIXTEEN.split()) - set(toxic) == {"FLIRTATION", "INCOHERENT", "SPAM", "UNSUBSTANTIAL"}
    assert is_told_apart(fine["ATTACK_ON_COMMENTER"], toxic["ATTACK_ON_COMMENTER"])


def test_perspective_api_bundle_gets_its_six_attributes(client: httpx.Client) -> None:
    """freema/perspective-api-bundle throws unless each of its six attributes is answered."""
    names = ["TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT"]
    requested = ",".join(f'"{name}":{{}}' for name in names)
    body = f'{{"comment":{{"text":{json.dumps(TOXIC)}}},"languages":["en"],"requestedAttributes":{{{requested}}}}}'

    answer = post(client, f"/v1alpha1/comments:analyze?{KEY}", body)

    assert [read_score(answer, name) > 0.5 for name in names] == [True, False, False, True, False, False]
