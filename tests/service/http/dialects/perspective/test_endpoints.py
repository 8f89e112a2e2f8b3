"""Clients of Perspective find what they know: attributes, spans, languages, errors, batches, the discovery document."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from model.moderator import Moderator
from service.http.app import create_app
from service.perspective.attribute_names import source_of
from service.settings import read_settings
from service.store.store import open_store
from service.store.stored_types import Ruling, Scope

FINE = "Thanks, that helped a lot!"
TOXIC = "Shut up, you pathetic idiot."
HATEFUL = "All Muslims are vermin and should be driven out of our country."
ANALYZE = "/v1alpha1/comments:analyze"
SUGGEST = "/v1alpha1/comments:suggestscore"

BUILD = """
import json, sys
from googleapiclient import discovery
from googleapiclient.errors import HttpError
client = discovery.build("commentanalyzer", "v1alpha1", developerKey=sys.argv[2], static_discovery=False,
    discoveryServiceUrl=sys.argv[1] + "/$discovery/rest?version=v1alpha1")
"""
PYTHON = (
    BUILD
    + """
method, body = sys.argv[3], json.loads(sys.argv[4])
try:
    print(json.dumps(getattr(client.comments(), method)(body=body).execute()))
except HttpError as error:
    print(json.dumps([error.status_code, error.reason, error.error_details]))
"""
)
PYTHON_BATCH = (
    BUILD
    + """
answers = []
def heard(request_id, response, exception):
    answers.append([request_id, response, exception and exception.status_code])
batch = client.new_batch_http_request(callback=heard)
for at, body in enumerate(json.loads(sys.argv[3])):
    batch.add(client.comments().analyze(body=body), request_id=f"call {at}")
ruling = {"comment": {"text": "In a batch"}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}, "clientToken": "t"}
batch.add(client.comments().suggestscore(body=ruling))
batch.execute()
print(json.dumps(answers))
"""
)
NODE = """
import {createRequire} from "node:module";
const require = createRequire(process.cwd() + "/");
const axios = require("axios");
axios.interceptors.request.use(config => ({...config, url: config.url.replace("https://commentanalyzer.googleapis.com", process.argv[1])}));
const Perspective = require("perspective-api-client");
const client = new Perspective({apiKey: "any"});
try {
  console.log(JSON.stringify(await client.analyze(process.argv[2], JSON.parse(process.argv[3]))));
} catch (error) {
  console.log(JSON.stringify([error.name, error.message, error.response.status]));
}
"""


def ask(client: httpx.Client, text: str = TOXIC, *attributes: str, **more: object) -> httpx.Response:
    requested: dict[str, object] = {name: {} for name in attributes or ("TOXICITY",)}
    return client.post(ANALYZE, json={"comment": {"text": text}, "requestedAttributes": requested} | more)


def summary(answer: httpx.Response, attribute: str = "TOXICITY") -> float:
    assert answer.status_code == 200, answer.text
    value: float = answer.json()["attributeScores"][attribute]["summaryScore"]["value"]
    return value


def refused(answer: httpx.Response, status: int = 400) -> tuple[str, str, dict[str, Any]]:
    """The status word, the message and the first detail of a refusal in Google's shape."""
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, status), answer.text
    return error["status"], error["message"], (error.get("details") or [{}])[0]


def rulings(folder: Path) -> list[Ruling]:
    store = open_store(read_settings(data_dir=folder))
    found = [kept.ruling for kept in store.rulings.latest()]
    store.close()
    return found


@pytest.fixture
def fresh(tmp_path: Path, moderator: Moderator, running: Callable[..., Any]) -> Iterator[httpx.Client]:
    """A client of a service with a store of its own, in the test's folder."""
    with running(create_app(read_settings(port=0, data_dir=tmp_path), load=lambda _: moderator)) as client:
        yield client


def test_python_client_works_unmodified(python_client: Callable[..., Any], address: str) -> None:
    """google-api-python-client, given nothing but the address of the discovery document, gets scores of whole comments."""
    body = {"comment": {"text": TOXIC}, "requestedAttributes": {"TOXICITY": {}, "IDENTITY_ATTACK": {}}, "clientToken": "mine"}

    answer = python_client(PYTHON, address, "any key", "analyze", json.dumps(body))

    scores = answer["attributeScores"]
    assert set(scores) == {"TOXICITY", "IDENTITY_ATTACK"}
    assert scores["TOXICITY"]["summaryScore"]["value"] > 0.8 > scores["IDENTITY_ATTACK"]["summaryScore"]["value"]
    assert scores["TOXICITY"]["spanScores"] == [{"begin": 0, "end": len(TOXIC), "score": scores["TOXICITY"]["summaryScore"]}]
    assert (answer["languages"], answer["detectedLanguages"], answer["clientToken"]) == (["en"], ["en"], "mine")


def test_python_client_raises_its_own_errors(python_client: Callable[..., Any], address: str) -> None:
    """A refusal is an HttpError with the reason and the details that Perspective gives."""
    status, reason, details = python_client(
        PYTHON, address, "any", "analyze", '{"comment": {"text": ""}, "requestedAttributes": {"TOXICITY": {}}}'
    )

    assert (status, reason, details[0]["errorType"]) == (400, "Comment must be non-empty.", "COMMENT_EMPTY")


def test_python_client_makes_batches(python_client: Callable[..., Any], fresh: httpx.Client, tmp_path: Path) -> None:
    """A batch is answered call by call in its order: scores, a refusal, a suggestion that is kept."""
    bodies = [{"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}} for text in (FINE, "", TOXIC + " 😀")]

    *answers, last = python_client(PYTHON_BATCH, str(fresh.base_url).rstrip("/"), "any", json.dumps(bodies))

    assert [(name, status) for name, _, status in answers] == [("call 0", None), ("call 1", 400), ("call 2", None)]
    fine, toxic = (answers[at][1]["attributeScores"]["TOXICITY"]["summaryScore"]["value"] for at in (0, 2))
    assert fine < 0.5 < toxic
    assert last[1] == {"detectedLanguages": ["en"], "requestedLanguages": [], "clientToken": "t"}
    assert [(one.text, one.abusive, one.comment) for one in rulings(tmp_path)] == [("In a batch", True, "t")]


def test_python_client_hears_of_keys_and_limits(
    python_client: Callable[..., Any], tmp_path: Path, moderator: Moderator, running: Callable[..., Any]
) -> None:
    """A wrong key, a key for other things and too many calls are refused as Google's services do."""
    settings = read_settings(port=0, data_dir=tmp_path, limit_per_key="1/hour")
    store = open_store(settings)
    good = store.keys.create("one", scopes=frozenset({Scope.SCORE}))[1]
    store.close()
    body = json.dumps({"comment": {"text": FINE}, "requestedAttributes": {"TOXICITY": {}}})
    with running(create_app(settings, load=lambda _: moderator)) as client:
        address = str(client.base_url).rstrip("/")
        missing = refused(ask(client), 403)
        wrong = python_client(PYTHON, address, "wrong", "analyze", body)
        python_client(PYTHON, address, good, "analyze", body)
        often = python_client(PYTHON, address, good, "analyze", body)

    assert missing[0] == "PERMISSION_DENIED"
    assert wrong[:2] == [400, "API key not valid. Please pass a valid API key."]
    assert wrong[2][0]["reason"] == "API_KEY_INVALID"
    assert often[0] == 429
    assert often[1].startswith("Quota exceeded for quota metric 'Analysis requests (AnalyzeComment)'")
    assert often[2][0]["reason"] == "RATE_LIMIT_EXCEEDED"


def test_node_client_is_answered(node_client: Callable[..., Any], address: str) -> None:
    """perspective-api-client from npm, with its host rewritten, gets scores and raises its own error."""
    answer = node_client(NODE, address, TOXIC, '{"attributes": ["toxicity", "identity_attack"]}')
    error = node_client(NODE, address, TOXIC, '{"attributes": ["flirtation"]}')

    assert answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8
    assert error == ["ResponseError", "Unknown requested attribute: FLIRTATION", 400]


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
def test_wrong_calls_get_its_errors(client: httpx.Client, body: object, error_type: str, message: str) -> None:
    """What is wrong with a call is said by Perspective's own type of error and message."""
    word, said, detail = refused(client.post(ANALYZE, json=body))

    assert (word, said, detail["errorType"]) == ("INVALID_ARGUMENT", message, error_type)
    assert detail["@type"] == "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"


@pytest.mark.parametrize(
    ("body", "field", "said"),
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
def test_wrong_fields_are_named_as_google_does(client: httpx.Client, body: bytes, field: str | None, said: str) -> None:
    """A body that is not the call's message is refused with the field's path and what is wrong with it."""
    word, message, detail = refused(client.post(ANALYZE, content=body))

    (violation,) = detail["fieldViolations"]
    assert (word, violation.get("field"), violation["description"]) == ("INVALID_ARGUMENT", field, message)
    assert said in message


def test_empty_body_is_an_empty_message(client: httpx.Client) -> None:
    """A call without a body is answered like one without a comment."""
    assert refused(client.post(ANALYZE))[2]["errorType"] == "COMMENT_EMPTY"


def test_names_may_be_spelled_with_underscores(client: httpx.Client) -> None:
    """A field may be called as the protocol buffers call it."""
    body = {"comment": {"text": TOXIC}, "requested_attributes": {"TOXICITY": {"score_threshold": 0.1}}, "do_not_store": True}

    assert summary(client.post(ANALYZE, json=body)) > 0.8


def test_address_may_be_escaped(client: httpx.Client) -> None:
    """The colon of the address may be percent-encoded, as some clients send it; Google's own parameters are let be."""
    query = "key=any&alt=json&prettyPrint=false&quotaUser=u&%24.xgafv=2&callback=f&uploadType=x&access_token=t&oauth_token=t"
    body = {"comment": {"text": TOXIC}, "requestedAttributes": {"TOXICITY": {}}}

    assert summary(client.post(f"/v1alpha1/comments%3Aanalyze?{query}", json=body)) > 0.8
    assert "alt" in refused(client.post(f"{ANALYZE}?alt=media", json=body))[1]


def test_each_name_is_the_score_it_stands_for(client: httpx.Client) -> None:
    """TOXICITY is our abusive, IDENTITY_ATTACK our hateful, under our own names, as an experiment and pinned to the version too."""
    decision = client.post("/v1/moderate", json={"comments": [{"id": "1", "text": HATEFUL}]}).json()
    scores = decision["decisions"][0]["scores"]
    version = decision["model"]
    known = [version, version.partition("+")[0]]
    pinned = [f"TOXICITY@{pin}" for pin in (*known, *(each.partition("@")[2] for each in known))]
    toxicity = ["TOXICITY", "ABUSIVE", "TOXICITY_EXPERIMENTAL", *pinned]
    attack = ["IDENTITY_ATTACK", "HATEFUL", "IDENTITY_ATTACK_EXPERIMENTAL"]

    answer = ask(client, HATEFUL, *toxicity, *attack)

    for name in toxicity:
        assert summary(answer, name) == pytest.approx(scores["toxic"] + scores["hateful"], abs=2e-6)
    for name in attack:
        assert summary(answer, name) == pytest.approx(scores["hateful"], abs=2e-6)
    assert refused(ask(client, HATEFUL, "TOXICITY@2"))[1] == "Unknown requested attribute: TOXICITY@2"


def test_only_heads_that_are_published_are_served(client: httpx.Client, moderator: Moderator) -> None:
    """An attribute is answered exactly if the model publishes a head of its name; none is made up."""
    assert moderator.attributes
    for name in moderator.attributes:
        assert 0 <= summary(ask(client, TOXIC, name.upper()), name.upper()) <= 1
    for name in ("INSULT", "THREAT", "PROFANITY", "SEVERE_TOXICITY", "SEXUALLY_EXPLICIT"):
        assert source_of(name, published=(), version="v") is None
        assert source_of(f"{name}_EXPERIMENTAL", published=(name.lower(),), version="v") == name.lower()
        if name.lower() not in moderator.attributes:
            assert refused(ask(client, TOXIC, name))[2]["errorType"] == "INVALID_REQUEST"


def test_scores_below_the_threshold_are_left_out(client: httpx.Client) -> None:
    """An attribute whose score does not reach its threshold is not in the answer, and neither are such spans."""
    text = f"{FINE} {TOXIC}"
    wanted = {"TOXICITY": {"scoreThreshold": 0.5}, "HATEFUL": {"scoreThreshold": 0.9, "scoreType": "PROBABILITY"}}
    body = {"comment": {"text": text}, "requestedAttributes": wanted, "spanAnnotations": True}

    scores = client.post(ANALYZE, json=body).json()["attributeScores"]

    assert list(scores) == ["TOXICITY"]
    assert [text[span["begin"] : span["end"]] for span in scores["TOXICITY"]["spanScores"]] == [TOXIC]


def spans_of(client: httpx.Client, text: str, written: str = "PLAIN_TEXT") -> list[tuple[str, float]]:
    """The spans of a comment as a client in a language of UTF-16 cuts them, with their scores."""
    body = {"comment": {"text": text, "type": written}, "requestedAttributes": {"TOXICITY": {}}, "spanAnnotations": True}
    spans = client.post(ANALYZE, json=body).json()["attributeScores"]["TOXICITY"]["spanScores"]
    data = text.encode("utf-16-le")
    return [(data[2 * span["begin"] : 2 * span["end"]].decode("utf-16-le"), span["score"]["value"]) for span in spans]


def test_spans_are_sentences(client: httpx.Client) -> None:
    """Each sentence has the score that it has by itself, at offsets in UTF-16, emoji or not."""
    spans = spans_of(client, f"😀 Grüße, Jürgen! {FINE}\n\n  {TOXIC} 👍🏽 ok")

    assert [text for text, _ in spans] == ["😀 Grüße, Jürgen!", FINE, TOXIC, "👍🏽 ok"]
    assert spans[2][1] == summary(ask(client, TOXIC))
    assert spans[1][1] < 0.5


def test_spans_of_html_stand_in_the_html(client: httpx.Client) -> None:
    """The spans of HTML are those of its text, at the offsets of the text with its tags."""
    written = f"<p>😀 {FINE}</p><p>{TOXIC.replace('pathetic', '<b>pathetic</b>')}</p>"

    spans = spans_of(client, written, "HTML")

    assert [text for text, _ in spans] == [f"😀 {FINE}", TOXIC.replace("pathetic", "<b>pathetic</b>")]
    assert spans[1][1] > 0.8


def test_html_is_read_as_its_text(client: httpx.Client) -> None:
    """Mark-up within words hides nothing where the comment is said to be HTML."""
    masked = "Shut up, you path<i></i>etic id&#105;ot."

    html = ask(client, TOXIC, comment={"text": masked, "type": "HTML"})

    assert summary(html) == pytest.approx(summary(ask(client, TOXIC)), abs=0.05)


@given(st.text(max_size=200), st.booleans())
@hypotheses(max_examples=100)
def test_spans_lie_in_the_text(client: httpx.Client, text: str, html: bool) -> None:
    """Spans come in order, do not overlap, are not empty and lie within the text, whatever it is."""
    body = {
        "comment": {"text": text, "type": "HTML" if html else "PLAIN_TEXT"},
        "requestedAttributes": {"TOXICITY": {}},
        "spanAnnotations": True,
    }

    answer = client.post(ANALYZE, json=body)

    if answer.status_code == 400:
        assert answer.json()["error"]["details"][0]["errorType"] == "COMMENT_EMPTY"
        return
    spans = answer.json()["attributeScores"]["TOXICITY"]["spanScores"]
    edges = [edge for span in spans for edge in (span["begin"], span["end"])]
    assert edges == sorted(edges)
    assert all(span["begin"] < span["end"] and 0 <= span["score"]["value"] <= 1 for span in spans)
    assert not edges or edges[-1] <= len(text.encode("utf-16-le", "surrogatepass")) // 2


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
def test_no_body_is_a_mistake_of_ours(client: httpx.Client, path: str, body: object) -> None:
    """Whatever JSON is sent, the answer is 200 or 400, the latter in Google's shape."""
    answer = client.post(path, content=json.dumps(body).encode())

    assert answer.status_code in {200, 400}
    if answer.status_code == 400:
        assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
