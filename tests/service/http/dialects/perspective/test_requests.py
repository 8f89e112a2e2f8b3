"""What a call may look like, and how wrong calls are refused."""

import gzip
import json
import zlib
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from tests.service.http.dialects.perspective.calls import ANALYZE, SUGGEST, analyze_body, read_error, summary_score
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
        (b'{"doNotStore": "maybe"}', "doNotStore", "Invalid value at 'doNotStore' (TYPE_BOOL)"),
        (b'{"requestedAttributes": {"TOXICITY": {"scoreThreshold": NaN}}}', "requestedAttributes.TOXICITY.scoreThreshold", "(TYPE_FLOAT)"),
        (b"[]", None, "Root element must be a message."),
        (b"{", None, "Invalid JSON payload received. Invalid JSON: EOF while parsing"),
        (b"{nope: 1}", None, 'Invalid JSON payload received. Unknown name "nope": Cannot find field.'),
        (b"{comment: True}", None, "Invalid JSON payload received. Invalid JSON: key must be a string at line 1 column 2."),
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
    assert summary_score(client.post(f"{ANALYZE}?alt=JSON", json=body)) > 0.8
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


@pytest.mark.parametrize(
    "body",
    [
        {"languages": "en"},
        {"requestedAttributes": {"TOXICITY": {"scoreThreshold": "0.1"}}},
        {"requestedAttributes": {"TOXICITY": {"scoreThreshold": "1e-1", "scoreType": 1}}},
        {"comment": {"text": TOXIC, "type": 1}},
        {"comment": {"text": f"<p>{TOXIC}</p>", "type": 2}},
        {"comment": {"text": TOXIC, "type": "1"}},
        {"context": {"entries": {"text": "What do you think?", "type": "PLAIN_TEXT"}}},
        {"context": {"entries": [None]}},
        {"languages": [None, "en"]},
        *({"doNotStore": word, "spanAnnotations": word} for word in ("true", "True", "false", "1", "0", "no")),
    ],
)
def test_json_of_protocol_buffers_is_read(client: httpx.Client, body: dict[str, object]) -> None:
    """A number or a truth value may come as a string, a value of an enumeration as its number, and a list of one value as that value.

    Null in a list counts for nothing.
    """
    whole = {"comment": {"text": TOXIC}, "requestedAttributes": {"TOXICITY": {}}} | body

    assert summary_score(client.post(ANALYZE, json=whole)) > 0.8


@pytest.mark.parametrize(
    "body",
    [
        # A call as Perspective's own documentation writes it for curl.
        f'{{comment: {{text: "{TOXIC}"}}, languages: ["en"], requestedAttributes: {{TOXICITY:{{}}}} }}',
        f"{{'comment': {{'text': '{TOXIC}'}}, 'requestedAttributes': {{'TOXICITY': {{}}}}}}",
        f'{{"comment": {{"text": "\n{TOXIC}\n\t",}}, "requestedAttributes": {{"TOXICITY": {{}},}},}}',
    ],
)
def test_json_is_read_as_leniently_as_google_reads_it(client: httpx.Client, body: str) -> None:
    """Keys without quotes, apostrophes as quotes, commas after the last entry and line breaks in a text are taken."""
    assert summary_score(client.post(ANALYZE, content=body)) > 0.8


@pytest.mark.parametrize("path", [ANALYZE, SUGGEST])
def test_compressed_bodies_are_read(client: httpx.Client, path: str) -> None:
    """A body that is compressed by gzip is read, as Google's own clients for Java and .NET send it."""
    body = (
        analyze_body() if path == ANALYZE else {"comment": {"text": TOXIC}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}}
    )
    content = gzip.compress(json.dumps(body | {"clientToken": "7"}).encode())

    answer = client.post(path, content=content, headers={"Content-Type": "application/json; charset=UTF-8", "Content-Encoding": "gzip"})

    assert (answer.status_code, answer.json()["clientToken"]) == (200, "7")


@pytest.mark.parametrize(
    ("content", "coding", "words"),
    [
        (b"{}", "gzip", "not compressed by gzip"),
        (gzip.compress(b"{}" * 100)[:-9], "gzip", "not whole"),
        (gzip.compress(b"{}") + b"more", "gzip", "not compressed by gzip"),
        (zlib.compress(b"{}"), "gzip", "not compressed by gzip"),
        (gzip.compress(b" " * 20_000_000), "gzip", "may have at most"),
        (gzip.compress(b"{}"), "gzip, gzip", "without compression"),
        (zlib.compress(b"{}"), "deflate", "without compression"),
        (b"", "gzip", "Comment must be non-empty"),
    ],
    # What is compressed holds the time at which that was done, so its bytes are no name that all workers agree on.
    ids=["plain", "cut short", "more behind it", "deflated", "too large", "twice", "another coding", "nothing"],
)
def test_what_cannot_be_expanded_is_refused(client: httpx.Client, content: bytes, coding: str, words: str) -> None:
    """A body that is not compressed as it says, not whole, or too large when it is expanded is refused, in Google's form."""
    word, message, _ = read_error(client.post(ANALYZE, content=content, headers={"Content-Encoding": coding}))

    assert (word, words in message) == ("INVALID_ARGUMENT", True), message


def test_threshold_in_a_string_counts(client: httpx.Client) -> None:
    """A threshold that comes as a string leaves out what is below it."""
    requested = {"TOXICITY": {"scoreThreshold": "0.5"}, "HATEFUL": {"scoreThreshold": "0.9"}}

    answer = client.post(ANALYZE, json={"comment": {"text": TOXIC}, "requestedAttributes": requested})

    assert list(answer.json()["attributeScores"]) == ["TOXICITY"]


@pytest.mark.parametrize(
    ("path", "fields", "kind"),
    [
        *(
            (ANALYZE, {"requestedAttributes": {"TOXICITY": {"scoreThreshold": text}}}, "TYPE_FLOAT")
            for text in ("NaN", "Infinity", "", "0,5")
        ),
        *(
            (ANALYZE, {"requestedAttributes": {"TOXICITY": {"scoreThreshold": text}}}, "TYPE_FLOAT")
            for text in ("1e999", " 1", "0x1", True)
        ),
        (ANALYZE, {"spanAnnotations": "on"}, "TYPE_BOOL"),
        (ANALYZE, {"spanAnnotations": ""}, "TYPE_BOOL"),
        (ANALYZE, {"comment": {"text": "x", "type": "html"}}, "TYPE_ENUM"),
        (ANALYZE, {"doNotStore": 1}, "TYPE_BOOL"),
        (ANALYZE, {"comment": {"text": "x", "type": 3}}, "TYPE_ENUM"),
        (ANALYZE, {"comment": {"text": "x", "type": True}}, "TYPE_ENUM"),
        (ANALYZE, {"languages": 5}, "TYPE_STRING"),
        (ANALYZE, {"languages": {"en": 1}}, "TYPE_STRING"),
        (SUGGEST, {"attributeScores": {"TOXICITY": {"spanScores": {"begin": "0.5"}}}}, "TYPE_INT32"),
    ],
)
def test_other_types_are_refused(client: httpx.Client, path: str, fields: dict[str, object], kind: str) -> None:
    """What Google's front end does not take for a number, a truth value, a value of an enumeration or a text is refused."""
    word, message, _ = read_error(client.post(path, json={"comment": {"text": "x"}} | fields))

    assert (word, f"({kind})" in message) == ("INVALID_ARGUMENT", True), message


@pytest.mark.parametrize("content_type", ["text/plain", "text/plain;charset=UTF-8", "TEXT/PLAIN; charset=us-ascii"])
def test_analyze_takes_plain_text(client: httpx.Client, content_type: str) -> None:
    """A script in a browser that names no type sends JSON as plain text; a call for scores is taken so, alone and in a batch."""
    body = json.dumps({"comment": {"text": TOXIC}, "requestedAttributes": {"TOXICITY": {}}})
    answer = client.post(ANALYZE, content=body, headers={"Content-Type": content_type})
    head = f"--x\r\nContent-Type: application/http\r\n\r\nPOST {ANALYZE} HTTP/1.1\r\nContent-Type: {content_type}\r\n\r\n"
    batch = client.post("/batch", content=f"{head}{body}\r\n--x--\r\n", headers={"Content-Type": "multipart/mixed; boundary=x"})

    assert summary_score(answer) > 0.8
    assert "HTTP/1.1 200 OK" in batch.text


def test_suggestions_are_not_taken_from_pages_that_ask_nobody(client: httpx.Client) -> None:
    """Plain text, which any page may send without the browser's asking first, is never taken for a ruling, nor text of another encoding."""
    suggestion = json.dumps({"comment": {"text": "x"}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}})
    question = json.dumps({"comment": {"text": "x"}, "requestedAttributes": {"TOXICITY": {}}})

    for path, body, content_type in (
        (SUGGEST, suggestion, "text/plain"),
        (ANALYZE, question, "text/plain; charset=utf-16"),
        (ANALYZE, question, "text/html"),
        (ANALYZE, question, "application/x-www-form-urlencoded"),
    ):
        assert "application/json" in read_error(client.post(path, content=body, headers={"Content-Type": content_type}))[1]


def test_plain_text_of_a_foreign_page_is_refused(client: httpx.Client) -> None:
    """A call in plain text is subject to the rule against foreign pages as every other is."""
    headers = {"Content-Type": "text/plain", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    body = json.dumps({"comment": {"text": TOXIC}, "requestedAttributes": {"TOXICITY": {}}})

    assert read_error(client.post(ANALYZE, content=body, headers=headers), 403)[0] == "PERMISSION_DENIED"
