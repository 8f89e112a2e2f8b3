"""Discourse's old toxicity module finds the seven numbers that it compares with its thresholds."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from model.moderator import Moderator
from service.http.app import create_app
from service.settings import Settings, read_settings
from tests.service.http.sample_texts import FINE, HATEFUL, TOXIC

LABELS = {"toxicity", "severe_toxicity", "obscene", "identity_attack", "insult", "threat", "sexual_explicit"}
THRESHOLD = 80


def ask(client: httpx.Client, content: object, **headers: str) -> httpx.Response:
    """Asks as `lib/inference/discourse_classifier.rb` does."""
    body = {"model": "unbiased", "content": content}
    return client.post("/api/v1/classify", json=body, headers={"Referer": "https://forum.example"} | headers)


def test_seven_integers_come_back(client: httpx.Client) -> None:
    """Every answer has all seven numbers, integers from 0 to 100, or the client's comparison fails."""
    for text in (FINE, TOXIC, HATEFUL, "", "\u0627\u0644"):
        numbers = ask(client, text).json()

        assert set(numbers) == LABELS
        assert all(type(value) is int and 0 <= value <= 100 for value in numbers.values())


def test_numbers_are_our_scores(client: httpx.Client) -> None:
    """The number of toxicity is our probability of abusive in percent, that of identity_attack our probability of hateful."""
    comments = [{"id": text, "text": text} for text in (FINE, TOXIC, HATEFUL)]
    for ours in client.post("/v1/moderate", json={"comments": comments}).json()["decisions"]:
        numbers = ask(client, ours["id"]).json()

        assert numbers["toxicity"] == pytest.approx(100 * (1 - ours["scores"]["fine"]), abs=0.51)
        assert numbers["identity_attack"] == pytest.approx(100 * ours["scores"]["hateful"], abs=0.51)
    assert ask(client, TOXIC).json()["toxicity"] >= THRESHOLD > ask(client, FINE).json()["toxicity"]


def test_missing_head_answers_as_its_neighbour(serve: Callable[..., Any], headless: Moderator) -> None:
    """A number that the model has no head for is that of the nearest score and, where nothing is near, 0; none is missing."""
    with serve(headless) as client:
        numbers = ask(client, HATEFUL).json()

    assert set(numbers) == LABELS
    assert numbers["toxicity"] >= numbers["identity_attack"] > 0
    assert numbers["severe_toxicity"] == numbers["insult"] == numbers["toxicity"]
    assert [numbers[name] for name in ("obscene", "threat", "sexual_explicit")] == [0, 0, 0]


def test_long_post_is_judged_whole(moderator: Moderator, running: Callable[..., Any]) -> None:
    """A post of 85,000 characters is judged to its end; one more is refused with 422 and the reason."""
    padding = ("The weather was nice and the train was on time. " * 1800)[: 85_000 - len(TOXIC)]
    with running(create_app(read_settings(port=0), load=lambda _: moderator)) as client:
        calm, long, longer = ask(client, padding), ask(client, padding + TOXIC), ask(client, padding + TOXIC + "!")

    assert long.json()["toxicity"] > calm.json()["toxicity"] + 5
    assert (longer.status_code, list(longer.json())) == (422, ["error"])
    assert "85000" in longer.json()["error"]


def test_wrong_key_is_refused_as_by_its_server(moderator: Moderator, running: Callable[..., Any]) -> None:
    """Where a key is needed, a call without one is answered 401 with detoxify-api's own words."""
    with running(create_app(read_settings(port=0, open=False), load=lambda _: moderator)) as client:
        answers = [ask(client, FINE), ask(client, FINE, **{"X-API-KEY": "tip_wrong"})]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(401, {"error": "Invalid API key"})] * 2


@pytest.mark.parametrize("body", [[], {}, {"content": None}, {"content": ["a"]}, {"content": "a", "model": 1}, "text"])
def test_wrong_call_is_explained(client: httpx.Client, body: object) -> None:
    """Any mistake in a call is explained in the field ``error``, with status 422."""
    answer = client.post("/api/v1/classify", json=body)

    assert (answer.status_code, list(answer.json())) == (422, ["error"])


def test_health_is_readiness(settings: Settings, running_unloaded: Callable[..., Any], client: httpx.Client) -> None:
    """Health is ok once texts can be judged, and an error before."""
    with running_unloaded(settings) as early:
        before = early.get("/health")

    assert (before.status_code, list(before.json())) == (503, ["error"])
    assert client.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize(("on_failure", "number"), [("open", 0), ("closed", 100)])
def test_site_chooses_what_a_failure_answers(
    settings: Settings, running_unloaded: Callable[..., Any], on_failure: str, number: int
) -> None:
    """When nothing can be judged, a site that fails open gets zeros, one that fails closed hundreds."""
    with running_unloaded(settings.model_copy(update={"on_failure": f"detoxify={on_failure}"})) as client:
        answer = ask(client, FINE)

    assert (answer.status_code, answer.json()) == (200, dict.fromkeys(LABELS, number))


@hypotheses(max_examples=60)
@given(content=st.text())
def test_any_text_is_answered(client: httpx.Client, content: str) -> None:
    """Whatever text comes, seven numbers come back."""
    answer = ask(client, content)

    assert answer.status_code == 200
    assert set(answer.json()) == LABELS


@hypotheses(max_examples=60)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_answered(client: httpx.Client, body: bytes) -> None:
    """Whatever bytes come, the answer is an error of the caller's in the dialect's shape."""
    answer = client.post("/api/v1/classify", content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, list(answer.json())) == (422, ["error"])
