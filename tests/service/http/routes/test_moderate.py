"""``POST /v1/moderate`` over a real socket."""

import json
import logging
import math
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from service.http.problems import Problem
from service.http.routes.moderate_messages import ModerateAnswer
from service.settings import Settings

SECRET = "xyzzy-plugh-frotz"
FRIENDLY = "What a lovely morning, thank you all."
ANSWER = TypeAdapter(ModerateAnswer)
PROBLEM = TypeAdapter(Problem)


def _moderate(client: httpx.Client, *texts: str, **more: object) -> httpx.Response:
    comments = [{"id": str(at), "text": text} for at, text in enumerate(texts)]
    return client.post("/v1/moderate", json={"comments": comments, **more})


def _problem(response: httpx.Response) -> Problem:
    assert response.headers["content-type"] == "application/problem+json"
    problem = PROBLEM.validate_json(response.content)
    assert problem["status"] == response.status_code
    return problem


def test_each_comment_gets_a_decision(client: httpx.Client) -> None:
    """The answer names model and policy and holds one decision a comment: label, scores that sum to 1, verdict."""
    response = _moderate(client, FRIENDLY, "<b>Good</b> day.")

    answer = ANSWER.validate_json(response.content)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert answer["model"] == client.get("/readyz").json()["model"]
    assert answer["policy"] == "default"
    for decision in response.json()["decisions"]:
        assert decision["label"] in ("fine", "toxic", "hateful")
        assert decision["verdict"] in ("approve", "review", "reject")
        assert math.isclose(sum(decision["scores"].values()), 1, abs_tol=1e-9)


def test_order_and_ids_are_kept(client: httpx.Client) -> None:
    """Decisions come in the order of the call with the ids as they were, strings or integers, repeated or not."""
    ids = ["b", 7, "a", "7", -(2**63), "a", "", "\u0000"]

    response = client.post("/v1/moderate", json={"comments": [{"id": comment_id, "text": FRIENDLY} for comment_id in ids]})

    assert [decision["id"] for decision in response.json()["decisions"]] == ids


def test_a_bad_comment_does_not_spoil_the_others(client: httpx.Client, settings: Settings) -> None:
    """A comment that is too long or empty gets an error entry in its place, the others are judged as if alone."""
    long = "é" * (settings.max_comment_bytes // 2)

    response = _moderate(client, FRIENDLY, long + "e", "", FRIENDLY, " \n\u200b", long)

    alone = _moderate(client, FRIENDLY).json()["decisions"][0]
    entries = response.json()["decisions"]
    assert [entry.get("error", {}).get("type") for entry in entries] == [
        None,
        "comment-too-long",
        "comment-empty",
        None,
        "comment-empty",
        None,
    ]
    assert [entry["id"] for entry in entries] == ["0", "1", "2", "3", "4", "5"]
    assert {**entries[0], "id": ""} == {**entries[3], "id": ""} == {**alone, "id": ""}
    assert str(settings.max_comment_bytes) in entries[1]["error"]["detail"]
    assert set(entries[1]) == {"id", "error"}


@pytest.mark.parametrize("texts", [(), ("",), ("x" * 1001,)])
def test_nothing_to_judge(client: httpx.Client, texts: tuple[str, ...]) -> None:
    """A call without comments, or without one that can be judged, is answered all the same."""
    response = _moderate(client, *texts)

    assert response.status_code == 200
    assert ["error" in entry for entry in response.json()["decisions"]] == [True] * len(texts)


def test_large_and_small_calls_agree(client: httpx.Client) -> None:
    """A comment is judged alike whether its call is judged in the event loop or in a thread."""
    texts = [f"{word} you all, this is comment {word} " * 20 for word in ("thank", "hate", "see", "know")] * 2

    together = _moderate(client, *texts, explain=True).json()["decisions"]

    for at in range(4):
        alone = _moderate(client, texts[at], explain=True).json()["decisions"][0]
        assert {**together[at], "id": ""} == {**alone, "id": ""}


def test_calls_do_not_mix(client: httpx.Client) -> None:
    """Many calls at once, small and large, with and without mark-up, are each answered as if alone."""
    calls: list[dict[str, object]] = []
    for at in range(20):
        form = "html" if at % 3 == 0 else "plain"
        comments = [
            {"id": f"{at}-{n}", "text": f"comment {n} of {at}: you, you and you " * (at + 1), "format": form} for n in range(at % 5 + 1)
        ]
        calls.append({"comments": comments, "explain": at % 2 == 0})
    alone = [client.post("/v1/moderate", json=call).json() for call in calls]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda call: client.post("/v1/moderate", json=call).json(), calls))

    assert together == alone


def test_explained_spans_lie_in_the_text(client: httpx.Client) -> None:
    """With explain every decision holds spans within its text in code points; without, none."""
    text = "😀 you are a stupid idiot 😀"

    explained = _moderate(client, text, explain=True).json()["decisions"][0]
    plain = _moderate(client, text).json()["decisions"][0]

    assert explained["spans"]
    assert all(0 <= span["begin"] < span["end"] <= len(text) for span in explained["spans"])
    assert "spans" not in plain


def test_formats_are_understood(client: httpx.Client) -> None:
    """Mark-up does not count as text: an element without text is empty as HTML, and is not as plain text."""
    comments = [{"id": "1", "text": "<br/>", "format": "html"}, {"id": "2", "text": "<b>good day</b>", "format": "html"}]

    entries = client.post("/v1/moderate", json={"comments": comments}).json()["decisions"]

    assert entries[0]["error"]["type"] == "comment-empty"
    assert entries[1]["label"] == "fine"


def test_an_unknown_policy_is_refused(client: httpx.Client) -> None:
    """An unknown policy is 422 and the answer lists those that exist, but not the name that was sent."""
    response = _moderate(client, FRIENDLY, policy=SECRET)

    problem = _problem(response)
    assert response.status_code == 422
    assert problem["type"] == "/docs#unknown-policy"
    assert problem["errors"] == [{"field": "policy", "detail": "has to be one of default"}]
    assert SECRET not in response.text


def test_too_many_comments_are_refused(client: httpx.Client, settings: Settings) -> None:
    """One comment more than allowed is 413; as many as allowed are judged."""
    most = [FRIENDLY] * settings.max_comments

    assert _moderate(client, *most).status_code == 200
    response = _moderate(client, *most, FRIENDLY)

    assert response.status_code == 413
    assert _problem(response)["type"] == "/docs#too-many-comments"


@pytest.mark.parametrize(
    "body",
    [
        f'{{"comments":[{{"id":"1","text":"{SECRET}"',
        f'{{"comments":"{SECRET}"}}',
        f'{{"comments":[{{"id":["{SECRET}"],"text":"a"}}]}}',
        f'{{"comments":[{{"id":"1","text":{{"x":"{SECRET}"}}}}]}}',
        f'{{"comments":[{{"id":"1","text":"a","{SECRET} {SECRET}":1}}]}}',
        f'{{"comments":[{{"id":"1","text":"a","format":"{SECRET}"}}]}}',
        f'{{"comments":[{{"id":"1","text":"{SECRET}"}},{{"id":"2","text":"{SECRET * 100}"}}],"policy":"{SECRET}"}}',
        f'{{"comments":[{{"id":"1","text":"{SECRET * 100}"}}]}}',
        f'{{"comments":[{{"id":"1","text":"{SECRET}"}}],"explain":"{SECRET}"}}',
    ],
)
def test_text_never_comes_back(client: httpx.Client, caplog: pytest.LogCaptureFixture, body: str) -> None:
    """Whatever is wrong with a call, neither the answer nor the log holds what the comment says."""
    caplog.set_level(logging.DEBUG)

    response = client.post("/v1/moderate", content=body)

    assert SECRET not in response.text
    logged = "".join(record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore")))
    assert SECRET not in logged


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary() | st.text().map(str.encode))
def test_no_body_breaks_the_service(client: httpx.Client, body: bytes) -> None:
    """Any bytes as a body are answered with a problem document that says what is wrong with them."""
    response = client.post("/v1/moderate", content=body)

    assert _problem(response)["status"] in (400, 422)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(), max_size=5), st.booleans(), st.sampled_from(["plain", "html", "markdown", None]))
def test_no_text_breaks_the_service(client: httpx.Client, texts: list[str], explain: bool, form: str | None) -> None:
    """Any text in any format is judged or said to be empty, never an error of the service."""
    comments = [{"id": at, "text": text, "format": form} for at, text in enumerate(texts)]

    response = client.post("/v1/moderate", content=json.dumps({"comments": comments, "explain": explain}))

    assert response.status_code == 200
    assert [entry["id"] for entry in ANSWER.validate_json(response.content)["decisions"]] == list(range(len(texts)))


def test_every_status_is_documented(app: FastAPI) -> None:
    """The documentation lists each status that a call can end with."""
    documented = app.openapi()["paths"]["/v1/moderate"]["post"]["responses"]

    assert set(documented) == {"200", "400", "401", "403", "408", "409", "413", "415", "422", "429", "500", "503", "504"}
