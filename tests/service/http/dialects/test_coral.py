"""Coral's external moderation phase gets answers that do to its pipeline what they should, from signed calls alone."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
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

FLAG = [{"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}]
# What Coral takes: an enum value that it does not know voids the whole answer.
STATUSES = {"NONE", "APPROVED", "REJECTED", "PREMOD", "SYSTEM_WITHHELD"}
OLD, NEW = "ssec_1d7c5e", "ssec_2f00ab"


def body(text: str) -> bytes:
    """The body of a call as Coral makes it: ``JSON.stringify(data, null, 2)``."""
    data = {
        "action": "NEW",
        "comment": {"body": text, "parentID": None},
        "author": {"id": "a1", "role": "COMMENTER"},
        "story": {"id": "s1", "url": "https://news.example/1"},
        "site": {"id": "x1"},
        "tenantID": "t1",
        "tenantDomain": "news.example",
    }
    return json.dumps(data, indent=2, ensure_ascii=False).encode()


def signature(content: bytes, *secrets: str) -> str:
    """The header as Coral makes it, with one signature for each secret that is valid."""
    return ",".join("sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest() for secret in secrets)


def ask(client: httpx.Client, content: bytes, header: str | None = None, path: str = "/coral/moderate") -> httpx.Response:
    headers = [(b"content-type", b"application/json"), (b"user-agent", b"Coral Moderation/9.0.0")]
    if header is not None:
        headers.append((b"x-coral-signature", header.encode("latin-1")))
    return client.post(path, content=content, headers=headers)


@pytest.fixture(scope="module")
def signed(moderator: Moderator, running: Callable[..., Any]) -> Iterator[httpx.Client]:
    """A client of a service that knows two secrets."""
    app = create_app(read_settings(port=0, coral_secrets=f"{OLD}, {NEW}", max_comment_bytes=1000), load=lambda _: moderator)
    with running(app) as client:
        yield client


def test_fine_comment_goes_on(client: httpx.Client) -> None:
    """A fine comment is answered with exactly {}, so that Coral's pipeline goes on."""
    answer = ask(client, body(FINE))

    assert (answer.status_code, answer.content) == (200, b"{}")


def test_comment_for_review_is_flagged_and_goes_on(client: httpx.Client, unsure: str) -> None:
    """A comment for review is flagged without a status, which would end Coral's pipeline."""
    assert ask(client, body(unsure)).json() == {"actions": FLAG}


@pytest.mark.parametrize(("text", "code"), [(TOXIC, "ABUSIVE"), (HATEFUL, "HATE_SPEECH")])
def test_rejected_comment_says_why(client: httpx.Client, text: str, code: str) -> None:
    """A rejected comment has the status, the flag, and the reason that Coral shows to the author."""
    answer = ask(client, body(f"<div>{text}</div>")).json()

    assert (answer["status"], answer["actions"]) == ("REJECTED", FLAG)
    assert answer["moderationAction"]["status"] == "REJECTED"
    assert answer["moderationAction"]["rejectionReason"]["code"] == code


@pytest.mark.parametrize(("coral_reject", "status"), [("withhold", "SYSTEM_WITHHELD"), ("premod", "PREMOD")])
def test_site_chooses_what_is_done(moderator: Moderator, running: Callable[..., Any], unsure: str, coral_reject: str, status: str) -> None:
    """A site may hold comments back instead; the author is then told nothing."""
    app = create_app(read_settings(port=0, coral_reject=coral_reject, coral_review="premod"), load=lambda _: moderator)
    with running(app) as client:
        rejected, doubtful = ask(client, body(TOXIC)).json(), ask(client, body(unsure)).json()

    assert rejected == {"status": status, "actions": FLAG}
    assert doubtful == {"status": "PREMOD", "actions": FLAG}


def test_html_is_read_as_its_text(client: httpx.Client) -> None:
    """The body is HTML, unless the URL of the phase says that it is plain text."""
    text = "You are an <b></b>i<b></b>diot, shut up"

    assert ask(client, body(text)).json()["status"] == "REJECTED"
    assert ask(client, body("1 &lt; 2"), path="/coral/moderate?format=plain").json() == {}
    assert ask(client, body(FINE), path="/coral/moderate?format=rtf").status_code == 422


@pytest.mark.parametrize("secrets", [(OLD,), (NEW,), (OLD, NEW), ("ssec_gone", NEW)])
def test_signature_of_any_valid_secret_is_taken(signed: httpx.Client, secrets: tuple[str, ...]) -> None:
    """While one secret follows another, on either side, a call is let in by each signature that belongs to a secret we know."""
    content = body("Ça va 😀 " + TOXIC)

    assert ask(signed, content, signature(content, *secrets)).json()["status"] == "REJECTED"


@pytest.mark.parametrize(
    "header",
    [None, "", "sha256=", "sha256=é", signature(body(TOXIC), "ssec_gone"), signature(body(FINE), OLD), signature(body(TOXIC), OLD)[7:]],
)
def test_other_calls_are_refused(signed: httpx.Client, header: str | None) -> None:
    """Where secrets are set, a call without a signature, of another secret or over another body is refused."""
    content = body(TOXIC)
    answer = ask(signed, content, header)

    assert answer.status_code == 401
    assert answer.json()["type"].endswith("bad-signature")


def test_wrong_signatures_are_counted(moderator: Moderator, running: Callable[..., Any]) -> None:
    """Calls that are signed wrongly count against the limit of their address."""
    app = create_app(read_settings(port=0, coral_secrets=OLD, limit_per_address="2/hour"), load=lambda _: moderator)
    with running(app) as client:
        statuses = [ask(client, body(FINE), "sha256=00").status_code for _ in range(3)]

    assert statuses == [401, 401, 429]


def test_signature_is_over_the_bytes(signed: httpx.Client) -> None:
    """The same JSON in other bytes needs another signature."""
    content = body(FINE)
    compact = json.dumps(json.loads(content)).encode()

    assert ask(signed, content, signature(content, NEW)).status_code == 200
    assert ask(signed, compact, signature(content, NEW)).status_code == 401
    assert ask(signed, compact, signature(compact, NEW)).status_code == 200


def test_long_comment_is_judged_to_its_end(client: httpx.Client) -> None:
    """A comment over the limit is judged all the same, wherever in it the abuse is."""
    padding = "The weather was nice and the train was on time. " * 60

    assert ask(client, body(padding)).json() == {}
    for text in (TOXIC + " " + padding, padding + TOXIC + " " + padding, padding + TOXIC):
        assert "actions" in ask(client, body(text)).json()


def test_comment_without_text_goes_on(client: httpx.Client) -> None:
    """A comment without text, such as a picture alone, goes on."""
    assert ask(client, body('<img src="x.png">')).json() == {}


@pytest.mark.parametrize(("on_failure", "expected"), [("open", {}), ("closed", {"status": "SYSTEM_WITHHELD"})])
def test_site_chooses_what_a_failure_answers(
    settings: Settings, running_unloaded: Callable[..., Any], on_failure: str, expected: object
) -> None:
    """When nothing can be judged, a site that fails closed has its comments withheld; by default the answer is an error."""
    with running_unloaded(settings.model_copy(update={"on_failure": f"coral={on_failure}"})) as client:
        answer = ask(client, body(FINE))

    assert (answer.status_code, answer.json()) == (200, expected)


def test_error_is_no_success(settings: Settings, running_unloaded: Callable[..., Any]) -> None:
    """By default a call that cannot be answered has a status by which Coral lets the comment pass."""
    with running_unloaded(settings) as client:
        answer = ask(client, body(FINE))

    assert answer.status_code == 503


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
CALLS = st.fixed_dictionaries(
    {"comment": JSON | st.fixed_dictionaries({"body": st.text() | JSON}, optional={"parentID": JSON})},
    optional={"author": JSON, "tenantID": st.none(), "action": JSON},
)


@hypotheses(max_examples=80)
@given(call=CALLS | JSON)
def test_any_call_is_answered(client: httpx.Client, call: object) -> None:
    """Whatever JSON comes, the answer is one that Coral understands or an error of the caller's."""
    answer = ask(client, json.dumps(call).encode())

    assert answer.status_code in {200, 422}
    if answer.status_code == 200:
        assert set(answer.json()) <= {"status", "actions", "moderationAction"}
        assert answer.json().get("status", "NONE") in STATUSES


@hypotheses(max_examples=60)
@given(content=st.binary(max_size=200), header=st.text(alphabet=st.characters(max_codepoint=255, exclude_categories=["Cc", "Zs"])))
def test_any_bytes_are_answered(signed: httpx.Client, content: bytes, header: str) -> None:
    """Any bytes with any signature are refused."""
    assert ask(signed, content, header).status_code == 401


@hypotheses(max_examples=40)
@given(content=st.binary(max_size=200))
def test_signed_body_that_is_no_call_is_refused(signed: httpx.Client, content: bytes) -> None:
    """A signed body that is no call is an error of the caller's."""
    assert ask(signed, content, signature(content, OLD)).status_code in {400, 422}
