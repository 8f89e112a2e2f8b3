"""Clients of OpenAI's moderation find what they know: results, categories, errors, retries."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from model.moderator import Moderator
from service.http.app import create_app
from service.http.dialects.openai import CATEGORIES
from service.settings import Settings, read_settings
from service.store.store import open_store
from service.store.stored_types import Scope
from tests.service.http.sample_texts import FINE, HATEFUL, TOXIC

PYTHON = """
import json, sys
from openai import OpenAI
client = OpenAI(base_url=sys.argv[1] + "/v1", api_key="sk-none", max_retries=0, _strict_response_validation=True)
answer = client.moderations.create(**json.loads(sys.argv[2]))
print(json.dumps([answer.id, answer.model, [result.model_dump(by_alias=True) for result in answer.results]]))
"""
PYTHON_ERRORS = """
import json, sys, openai
client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key="sk-none", max_retries=2)
try:
    client.moderations.create(**json.loads(sys.argv[2]))
except openai.APIStatusError as error:
    print(json.dumps([type(error).__name__, error.status_code, error.code, error.param, error.type, bool(error.request_id), error.message]))
"""
NODE = """
import OpenAI from "openai";
const client = new OpenAI({baseURL: process.argv[1] + "/v1", apiKey: "sk-none", maxRetries: 0});
try {
  console.log(JSON.stringify(await client.moderations.create(JSON.parse(process.argv[2]))));
} catch (error) {
  console.log(JSON.stringify([error.constructor.name, error.status, error.code, error.param, error.type, Boolean(error.requestID)]));
}
"""


def ask(client: httpx.Client, content: object) -> httpx.Response:
    return client.post("/v1/moderations", json={"input": content})


def flags(client: httpx.Client, content: object) -> list[bool]:
    return [result["flagged"] for result in ask(client, content).json()["results"]]


def test_python_client_is_answered(python_client: Callable[..., Any], address: str, moderator: Moderator) -> None:
    """The official Python client, validating strictly, gets one result for each text, with every category."""
    id_, version, results = python_client(PYTHON, address, f'{{"input": ["{FINE}", "{TOXIC}", "{HATEFUL}"]}}')

    assert id_.startswith("modr-")
    assert version == moderator.version
    assert [result["flagged"] for result in results] == [False, True, True]
    assert all(set(result["categories"]) == set(result["category_scores"]) == set(CATEGORIES) for result in results)
    assert [results[1]["categories"]["harassment"], results[1]["categories"]["hate"]] == [True, False]
    assert [results[2]["categories"]["harassment"], results[2]["categories"]["hate"]] == [False, True]


def test_node_client_is_answered(node_client: Callable[..., Any], address: str) -> None:
    """The official npm client gets the result of a single text and of parts."""
    single = node_client(NODE, address, f'{{"input": "{TOXIC}", "model": "omni-moderation-latest"}}')
    parts = node_client(
        NODE,
        address,
        f'{{"input": [{{"type": "text", "text": "{TOXIC}"}}, {{"type": "image_url", "image_url": {{"url": "http://127.0.0.1:1/x.png"}}}}]}}',
    )

    assert [result["flagged"] for result in single["results"]] == [True]
    assert parts["results"] == single["results"]


def test_clients_raise_their_own_errors(python_client: Callable[..., Any], node_client: Callable[..., Any], address: str) -> None:
    """A wrong call is a BadRequestError that names its parameter, in both clients."""
    error = python_client(PYTHON_ERRORS, address, '{"input": []}')

    assert error[:6] == ["BadRequestError", 400, "wrong_fields", "input", "invalid_request_error", True]
    assert "array of strings" in error[6]
    assert node_client(NODE, address, '{"input": ["a", 1]}') == [
        "BadRequestError",
        400,
        "wrong_fields",
        "input[1]",
        "invalid_request_error",
        True,
    ]


def test_client_tries_again_while_the_model_is_loaded(
    python_client: Callable[..., Any], settings: Settings, moderator: Moderator, running: Callable[..., Any]
) -> None:
    """A client that calls before the model is loaded waits as long as the answer says, tries again and is answered."""
    has_called = threading.Event()

    def load(_settings: Settings) -> Moderator:
        has_called.wait(60)
        return moderator

    app = create_app(settings, load=load)

    @app.middleware("http")
    async def after(request: Request, go: Callable[..., Any]) -> Response:
        answer: Response = await go(request)
        if answer.status_code == 503:
            has_called.set()
        return answer

    with running(app, ready=False) as client:
        results = python_client(
            PYTHON.replace("max_retries=0", "max_retries=60"), str(client.base_url).rstrip("/"), f'{{"input": "{FINE}"}}'
        )[2]

    assert has_called.is_set()
    assert [result["flagged"] for result in results] == [False]


def test_refusals_say_whether_to_try_again(settings: Settings, running_unloaded: Callable[..., Any]) -> None:
    """While the model is being loaded the answer is 503 with both headers that say when to come back; a wrong call, that it never helps."""
    with running_unloaded(settings) as client:
        early, wrong = ask(client, FINE), ask(client, 5)

    assert (early.status_code, early.headers["x-should-retry"], early.headers["retry-after-ms"]) == (503, "true", "1000")
    assert early.json()["error"]["type"] == "server_error"
    assert (wrong.status_code, wrong.headers["x-should-retry"]) == (400, "false")


def test_keys_and_limits_are_the_clients_own_errors(
    python_client: Callable[..., Any], moderator: Moderator, running: Callable[..., Any], tmp_path: Path
) -> None:
    """An unknown key is an AuthenticationError, one that is not for scoring a PermissionDeniedError, one call too many a RateLimitError."""
    store = open_store(read_settings(data_dir=tmp_path))
    store.keys.create("scorer", [Scope.SCORE], secret="sk-scorer-0000000000000000")
    store.keys.create("moderator", [Scope.FEEDBACK], secret="sk-moderator-00000000000000")
    store.close()

    def ask_with(key: str) -> list[object]:
        script = PYTHON_ERRORS.replace("sk-none", key).replace("max_retries=2", "max_retries=0")
        found: list[object] = python_client(script, str(client.base_url).rstrip("/"), f'{{"input": "{FINE}"}}')
        return found[:3]

    app = create_app(read_settings(port=0, data_dir=tmp_path, limit_per_key="1/hour"), load=lambda _: moderator)
    with running(app) as client:
        accepted = client.post("/v1/moderations", json={"input": FINE}, headers={"Authorization": "Bearer sk-scorer-0000000000000000"})
        errors = [ask_with("sk-unknown"), ask_with("sk-moderator-00000000000000"), ask_with("sk-scorer-0000000000000000")]

    assert accepted.status_code == 200
    assert errors == [
        ["AuthenticationError", 401, "invalid_api_key"],
        ["PermissionDeniedError", 403, "insufficient_permissions"],
        ["RateLimitError", 429, "rate_limit_exceeded"],
    ]


def test_parts_are_one_text(client: httpx.Client) -> None:
    """A list of parts gives one result, judged by all its text together; images count for nothing and are not fetched."""
    image = {"type": "image_url", "image_url": {"url": "http://127.0.0.1:9/never"}}
    answer = ask(client, [{"type": "text", "text": FINE}, image, {"type": "text", "text": TOXIC}]).json()["results"]
    alone = ask(client, [image]).json()["results"]

    assert [result["flagged"] for result in answer] == [True]
    assert answer[0]["category_applied_input_types"]["harassment"] == ["text"]
    assert [result["flagged"] for result in alone] == [False]
    assert not any(alone[0]["category_applied_input_types"].values())


def test_violence_is_the_nearest_that_we_have(client: httpx.Client, serve: Callable[..., Any], headless: Moderator) -> None:
    """``violence`` is what the head for threats says; a model without it claims neither that nor a threatening kind of abuse."""
    threat = "I will kill you tonight, you hear me? I know where you live."
    (result,) = ask(client, threat).json()["results"]
    scores, applied = result["category_scores"], result["category_applied_input_types"]

    assert scores["violence"] >= 0.5
    assert scores["violence"] == pytest.approx(scores["harassment/threatening"] + scores["hate/threatening"], abs=2e-6)
    assert (result["categories"]["violence"], applied["violence"]) == (True, ["text"])
    with serve(headless) as other:
        (result,) = ask(other, threat).json()["results"]
    assert [result["category_scores"][name] for name in ("violence", "harassment/threatening", "hate/threatening", "sexual")] == [0.0] * 4
    assert [name for name, kinds in result["category_applied_input_types"].items() if kinds] == ["harassment", "hate"]


def test_what_is_not_judged_is_not_claimed(client: httpx.Client) -> None:
    """Categories that the model has no head for are false, 0.0 and applied to nothing; so is everything of an empty text."""
    full, empty = ask(client, [HATEFUL, " "]).json()["results"]

    others = set(CATEGORIES) - {"harassment", "harassment/threatening", "hate", "hate/threatening", "sexual", "violence"}
    assert [full["category_applied_input_types"][name] for name in sorted(others)] == [[]] * len(others)
    assert {full["category_scores"][name] for name in others} == {0.0}
    assert not any(full["categories"][name] for name in others)
    assert (empty["flagged"], set(empty["category_scores"].values())) == (False, {0.0})


def test_scores_are_our_own(client: httpx.Client) -> None:
    """The score of harassment is our toxic one, that of hate our hateful one."""
    ours = client.post("/v1/moderate", json={"comments": [{"id": 1, "text": TOXIC}]}).json()["decisions"][0]["scores"]

    scores = ask(client, TOXIC).json()["results"][0]["category_scores"]

    assert (scores["harassment"], scores["hate"]) == pytest.approx((ours["toxic"], ours["hateful"]), abs=2e-6)


def test_flagged_is_the_setting_s_verdict(moderator: Moderator, running: Callable[..., Any], client: httpx.Client) -> None:
    """By default whatever the policy would not approve is flagged; with ``openai_flagged=reject``, what it rejects."""
    texts = [FINE, "you are so dumb", "what a stupid idea", TOXIC, "shut up", "he is a fool", "this is crap"]
    decisions = client.post("/v1/moderate", json={"comments": [{"id": at, "text": text} for at, text in enumerate(texts)]}).json()
    verdicts = [result["verdict"] for result in decisions["decisions"]]
    strict = create_app(read_settings(port=0, openai_flagged="reject"), load=lambda _: moderator)

    with running(strict) as other:
        rejected = ask(other, texts).json()["results"]

    assert set(verdicts) == {"approve", "review", "reject"}
    assert flags(client, texts) == [verdict != "approve" for verdict in verdicts]
    assert [result["flagged"] for result in rejected] == [verdict == "reject" for verdict in verdicts]
    assert [any(result["categories"].values()) for result in rejected] == [result["flagged"] for result in rejected]


@pytest.mark.parametrize(("on_failure", "flagged"), [("open", False), ("closed", True)])
def test_site_chooses_what_a_failure_answers(
    settings: Settings, running_unloaded: Callable[..., Any], on_failure: str, flagged: bool
) -> None:
    """When nothing can be judged, a site that fails open gets an unflagged result for each input, one that fails closed a flagged one."""
    with running_unloaded(settings.model_copy(update={"on_failure": f"openai={on_failure}"})) as client:
        answer = ask(client, [FINE, TOXIC])

    assert answer.status_code == 200
    assert [result["flagged"] for result in answer.json()["results"]] == [flagged, flagged]
    assert not any(any(result["categories"].values()) for result in answer.json()["results"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"input": "x" * 1001}, "1000 bytes"),
        ({"input": ["a", "é" * 501]}, "input[1]"),
        ({"input": [{"type": "text", "text": "x" * 999}, {"type": "text", "text": "yy"}]}, "1000 bytes"),
        ({"input": ["a"] * 21}, "at most 20"),
        ({"input": [{"type": "audio"}]}, "input[0]"),
        ({"input": [{"type": "text", "text": None}]}, "input[0].text"),
        ({"input": [{"type": "image_url"}]}, "input[0].image_url"),
        ({"input": None}, "input"),
        ({"model": "x"}, "input"),
        ({"input": "a", "model": 5}, "model"),
        ([], "<the body>"),
    ],
)
def test_wrong_call_is_explained(client: httpx.Client, body: object, reason: str) -> None:
    """A wrong call is refused in the form of OpenAI, with the field that is wrong, and status 400."""
    answer = client.post("/v1/moderations", json=body)

    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"message", "type", "code", "param"}
    assert reason in answer.json()["error"]["message"]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
PARTS = st.lists(
    st.fixed_dictionaries({"type": st.sampled_from(["text", "image_url", "x", 1])}, optional={"text": JSON, "image_url": JSON})
)


@hypotheses(max_examples=60)
@given(given_input=JSON | PARTS | st.lists(st.text()))
def test_any_input_is_answered(client: httpx.Client, given_input: object) -> None:
    """Whatever JSON comes as input, the answer is one result for each text or an error of the caller's."""
    answer = ask(client, given_input)

    assert answer.status_code in {200, 400}
    if answer.status_code == 200 and isinstance(given_input, list) and isinstance(given_input[0], str):
        assert len(answer.json()["results"]) == len(given_input)


@hypotheses(max_examples=60)
@given(body=st.binary(max_size=300))
def test_any_bytes_are_answered(client: httpx.Client, body: bytes) -> None:
    """Whatever bytes come as a body, the answer is an error of the caller's in OpenAI's shape."""
    answer = client.post("/v1/moderations", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert isinstance(answer.json()["error"]["message"], str)


def test_route_is_documented(app: FastAPI) -> None:
    """The OpenAPI document describes the call, its answer and its refusals."""
    operation = app.openapi()["paths"]["/v1/moderations"]["post"]

    assert {"200", "400", "401", "403", "408", "429", "503"} <= set(operation["responses"])


def test_switched_off_it_is_not_there(moderator: Moderator, running: Callable[..., Any]) -> None:
    """A site that does not want the dialect does not have its address."""
    with running(create_app(read_settings(port=0, dialects="none"), load=lambda _: moderator)) as client:
        assert ask(client, FINE).status_code == 404
