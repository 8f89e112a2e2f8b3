"""What a call may look like, and how wrong calls are refused."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from tests.service.http.dialects.perspective.calls import ANALYZE, SUGGEST, read_error, summary_score
from tests.service.http.sample_texts import TOXIC


@pytest.mark.parametrize(
    ("body", "error_type", "message"),
    [
        ({}, "COMMENT_EMPTY", "Comment must be non-empty."),
        ({"comment": {"text": " \n"}}, "COMMENT_EMPTY", "Comment must be non-empty."),
        (
            {"comment": {"text": "<p></p>", "type": "HTML"}, "requestedAttributes": {"TOXICITY": {}}},
            "COMMENT_EMPTY",
            "Comment must be non-empty.",
        ),
        ({"comment": {"text": "é" * 501}}, "COMMENT_TOO_LONG", "Comment text too long."),
        ({"comment": {"text": "x"}}, "NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes"),
        ({"comment": {"text": "x"}, "requestedAttributes": {}}, "NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes"),
        ({"comment": {"text": "x"}, "requestedAttributes": {"NOPE": {}}}, "INVALID_REQUEST", "Unknown requested attribute: NOPE"),
        ({"comment": {"text": "x"}, "requestedAttributes": {"toxicity": {}}}, "INVALID_REQUEST", "Unknown requested attribute: toxicity"),
        (
            {"comment": {"text": "x"}, "requestedAttributes": {"TOXICITY": {"scoreType": "RAW"}}},
            "INVALID_REQUEST",
            "Requested score type RAW is not supported by attribute TOXICITY",
        ),
        (
            {"comment": {"text": "x"}, "context": {"entries": [], "articleAndParentComment": {}}},
            "INVALID_REQUEST",
            "context: oneof field 'context' is already set: send entries or articleAndParentComment, not both",
        ),
    ],
)
def test_wrong_calls_get_errors_of_the_analyzer(client: httpx.Client, body: object, error_type: str, message: str) -> None:
    """A wrong call is refused with the type of error and the message that Perspective gives."""
    word, reason, detail = read_error(client.post(ANALYZE, json=body))

    assert (word, reason, detail["errorType"]) == ("INVALID_ARGUMENT", message, error_type)
    assert detail["@type"] == "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (b'{"comment": {"txt": ""}}', "comment", "Invalid JSON payload received. Unknown name \"txt\" at 'comment': Cannot find field."),
        (b'{"nope": 1}', None, 'Invalid JSON payload received. Unknown name "nope": Cannot find field.'),
        (b'{"Die, you": 1}', None, 'Invalid JSON payload received. Unknown name "<a name not shown>": Cannot find field.'),
        (b'{"comment": {"text": 5}}', "comment.text", "Invalid value at 'comment.text' (TYPE_STRING)"),
        (b'{"doNotStore": "yes"}', "doNotStore", "Invalid value at 'doNotStore' (TYPE_BOOL)"),
        (b'{"requestedAttributes": {"TOXICITY": {"scoreThreshold": NaN}}}', "requestedAttributes.TOXICITY.scoreThreshold", "(TYPE_FLOAT)"),
        (b"[]", None, "Root element must be a message."),
        (b"{", None, "Invalid JSON payload received. Invalid JSON: EOF while parsing"),
        (b"\xff", None, "Byte 0 of the body does not belong to UTF-8."),
    ],
)
def test_wrong_fields_are_named_as_google_does(client: httpx.Client, body: bytes, field: str | None, words: str) -> None:
    """A body that is not the call's message is refused with the field's path and what is wrong with it."""
    word, message, detail = read_error(client.post(ANALYZE, content=body))

    (violation,) = detail["fieldViolations"]
    assert (word, violation.get("field"), violation["description"]) == ("INVALID_ARGUMENT", field, message)
    assert words in message


def test_empty_body_is_an_empty_message(client: httpx.Client) -> None:
    """A call without a body is answered like one without a comment."""
    assert read_error(client.post(ANALYZE))[2]["errorType"] == "COMMENT_EMPTY"


def test_names_may_be_spelled_with_underscores(client: httpx.Client) -> None:
    """A field may be called as the protocol buffers call it."""
    body = {"comment": {"text": TOXIC}, "requested_attributes": {"TOXICITY": {"score_threshold": 0.1}}, "do_not_store": True}

    assert summary_score(client.post(ANALYZE, json=body)) > 0.8


def test_address_may_be_escaped(client: httpx.Client) -> None:
    """The colon of the address may be percent-encoded, as some clients send it; Google's own parameters are ignored."""
    query = "key=any&alt=json&prettyPrint=false&quotaUser=u&%24.xgafv=2&callback=f&uploadType=x&access_token=t&oauth_token=t"
    body = {"comment": {"text": TOXIC}, "requestedAttributes": {"TOXICITY": {}}}

    assert summary_score(client.post(f"/v1alpha1/comments%3Aanalyze?{query}", json=body)) > 0.8
    assert "alt" in read_error(client.post(f"{ANALYZE}?alt=media", json=body))[1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
FIELDS = ("comment", "text", "type", "requestedAttributes", "TOXICITY", "scoreType", "scoreThreshold", "context", "entries", "languages")
MORE = (
    "articleAndParentComment",
    "attributeScores",
    "summaryScore",
    "spanScores",
    "value",
    "begin",
    "end",
    "score",
    "clientToken",
    "communityId",
)
LIKE: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([None, True, 0, 1, 0.5, -1, 1e308, "x", "", "HTML", "PROBABILITY", {}, []]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS + MORE), inner, max_size=5),
    max_leaves=20,
)
WHOLE = st.fixed_dictionaries(
    {"comment": st.just({"text": "x"}) | LIKE},
    optional=dict.fromkeys(("requestedAttributes", "attributeScores", "context", "languages"), LIKE),
)


@pytest.mark.parametrize("path", [ANALYZE, SUGGEST])
@given(JSON | LIKE | WHOLE)
@hypotheses(max_examples=150)
def test_no_body_causes_a_fault(client: httpx.Client, path: str, body: object) -> None:
    """Whatever JSON is sent, the answer is 200 or 400, the latter in Google's shape."""
    answer = client.post(path, content=json.dumps(body).encode())

    assert answer.status_code in {200, 400}
    if answer.status_code == 400:
        assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
