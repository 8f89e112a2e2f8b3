"""Clients of Akismet get the words that they know, and what they submit is stored."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from model.comment import Label, Verdict
from model.moderator import Moderator
from service.http.app import create_app
from service.settings import Settings, read_settings
from service.store.rulings.act import Act
from service.store.store import open_store
from service.store.stored_types import Role, Scope
from tests.service.http.sample_texts import FINE, TOXIC

BLATANT = "Fuck you, you stupid worthless piece of shit, go kill yourself."
THANKS = "Thanks for making the web a better place."
FORM = "application/x-www-form-urlencoded"


def post(client: httpx.Client, name: str, **fields: str) -> httpx.Response:
    """Posts a form as the clients do; all of them send a key, the site and the author's address."""
    return client.post(f"/1.1/{name}", data={"api_key": "0123456789ab", "blog": "https://forum.example", "user_ip": "192.0.2.1"} | fields)


def check(client: httpx.Client, text: str, **fields: str) -> str:
    answer = post(client, "comment-check", comment_content=text, **fields)
    assert answer.status_code == 200
    return answer.text


def rulings(folder: Path) -> list[Act]:
    store = open_store(read_settings(data_dir=folder))
    stored = [entry.act for entry in store.rulings.effective()]
    store.close()
    return stored


def test_answers_are_the_plain_words(client: httpx.Client) -> None:
    """Spam is ``true``, ham ``false``, in plain text and nothing else, with a name for the call."""
    answer = post(client, "comment-check", comment_content=TOXIC)

    assert (answer.text, check(client, FINE)) == ("true", "false")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["X-akismet-guid"]
    assert post(client, "verify-key", key="0123456789ab").text == "valid"


def test_only_blatant_spam_may_be_discarded(client: httpx.Client, unsure: str) -> None:
    """The tip to discard comes with what is abusive almost for sure, and not with what a moderator should see."""
    blatant, doubtful = (post(client, "comment-check", comment_content=text) for text in (BLATANT, unsure))

    assert (blatant.text, blatant.headers.get("X-akismet-pro-tip")) == ("true", "discard")
    assert (doubtful.text, doubtful.headers.get("X-akismet-pro-tip")) == ("true", None)


def test_site_may_let_review_pass(moderator: Moderator, running: Callable[..., Any], unsure: str) -> None:
    """With ``akismet_spam=reject`` only what the policy rejects is spam."""
    with running(create_app(read_settings(port=0, akismet_spam="reject"), load=lambda _: moderator)) as client:
        assert (check(client, unsure), check(client, TOXIC)) == ("false", "true")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"comment_author": "viagra-test-123"}, "true"),
        ({"comment_author": "akismet-guaranteed-spam"}, "true"),
        ({"comment_author_email": "akismet-guaranteed-spam@example.com"}, "true"),
        ({"comment_author": "viagra-test-123", "is_test": "1", "user_role": "administrator"}, "true"),
    ],
)
def test_values_for_testing_are_known(client: httpx.Client, fields: dict[str, str], expected: str) -> None:
    """What Akismet documents for testing an installation answers as it does there."""
    assert check(client, FINE, **fields) == expected
    assert check(client, TOXIC, user_role="administrator") == "false"
    assert check(client, TOXIC, user_role="editor,administrator") == "false"
    assert check(client, TOXIC, user_role="no-administrator") == "true"


@pytest.mark.parametrize("missing", ["blog", "user_ip"])
@pytest.mark.parametrize("name", ["comment-check", "submit-spam", "submit-ham"])
def test_missing_field_is_named(client: httpx.Client, name: str, missing: str) -> None:
    """A call without the site or the author's address gets neither word, and a header that says what to do."""
    answer = post(client, name, **{missing: ""})

    assert answer.text not in {"true", "false", THANKS}
    assert answer.status_code == 400
    assert missing in answer.headers["X-akismet-debug-help"]


@pytest.mark.parametrize(
    ("encoding", "charset"), [("utf-8", ""), ("iso-8859-1", "ISO-8859-1"), ("windows-1251", "windows-1251"), ("latin-1", "punycode")]
)
def test_other_encodings_are_read(client: httpx.Client, encoding: str, charset: str) -> None:
    """A form in an encoding of old is read as what it says; bytes that are valid UTF-8 are taken as that."""
    name = "Иван" if encoding in {"utf-8", "windows-1251"} else "Älä"
    content = quote_from_bytes(f"{name} {TOXIC}".encode(encoding))
    body = f"api_key=x&blog=b&user_ip=i&blog_charset={charset}&comment_content={content}"

    answer = client.post("/1.1/comment-check", content=body, headers={"content-type": FORM})

    assert answer.text == "true"


def test_length_is_no_way_around(client: httpx.Client) -> None:
    """A comment of 32,000 characters, as Discourse sends at most, is judged to its end."""
    padding = "<p>The weather was nice and the train was on time.</p> " * 580

    assert check(client, padding) == "false"
    assert check(client, padding + BLATANT) == "true"


def service(moderator: Moderator, folder: Path, **more: object) -> Any:
    return create_app(read_settings(port=0, data_dir=folder, **more), load=lambda _: moderator)


def test_submissions_are_rulings(moderator: Moderator, running: Callable[..., Any], tmp_path: Path) -> None:
    """A submission is stored before it is acknowledged: spam teaches nothing about abuse, ham says that a comment is fine."""
    with running(service(moderator, tmp_path)) as client:
        answers = [post(client, "submit-spam", comment_content=TOXIC) for _ in range(2)]
        answers += [post(client, "submit-ham", comment_content=FINE)]
        answers += [post(client, "submit-spam", comment_content="A test", is_test=yes) for yes in ("1", "true", "True")]
        answers += [post(client, "submit-ham", comment_content=" ")]

    assert [(answer.status_code, answer.text) for answer in answers] == [(200, THANKS)] * 7
    stored = rulings(tmp_path)
    assert [(ruling.text, ruling.reason, ruling.teaches_something, ruling.teaches) for ruling in stored] == [
        (TOXIC, "spam", False, None),
        (FINE, None, True, Label.FINE),
    ]
    assert {(ruling.dialect, ruling.community) for ruling in stored} == {("akismet", "https://forum.example")}


def test_spam_may_be_abuse(moderator: Moderator, running: Callable[..., Any], tmp_path: Path) -> None:
    """Where moderators submit abuse alone, a submission as spam says that a comment is abusive."""
    with running(service(moderator, tmp_path, akismet_submissions="abusive")) as client:
        post(client, "submit-spam", comment_content=TOXIC)
        post(client, "submit-ham", comment_content=FINE)

    assert [(ruling.abusive, ruling.hateful, ruling.reason) for ruling in rulings(tmp_path)] == [(True, None, None), (False, False, None)]


@pytest.mark.parametrize(("role", "moderator_name"), [(Role.FORUM, None), (Role.MODERATOR, "ann")])
def test_submission_says_who_and_which(
    moderator: Moderator, running: Callable[..., Any], tmp_path: Path, role: Role, moderator_name: str | None
) -> None:
    """What WordPress sends of comment and author is kept, of the moderator where the key has that role, and how we judge."""
    store = open_store(read_settings(data_dir=tmp_path))
    store.keys.create("blog", [Scope.FEEDBACK], secret="a1b2c3d4e5f6", role=role)
    store.close()
    with running(service(moderator, tmp_path)) as client:
        fields = {"api_key": "a1b2c3d4e5f6", "comment_ID": "17", "comment_author": " Bob ", "reporter": "ann"}
        post(client, "submit-ham", comment_content=FINE, **fields)

    (ruling,) = rulings(tmp_path)
    assert (ruling.comment, ruling.author, ruling.moderator, ruling.role) == ("17", "Bob", moderator_name, role)
    assert ruling.decision is not None
    assert (ruling.decision.verdict, ruling.decision.artefact) == (Verdict.APPROVE, moderator.version)


def test_submission_that_is_too_long_is_refused(client: httpx.Client) -> None:
    """A text over the limit is not kept, and not thanked for."""
    answer = post(client, "submit-spam", comment_content="x" * 1001)

    assert (answer.status_code, "1000 bytes" in answer.text) == (400, True)


def test_keys_are_looked_for_where_clients_put_them(moderator: Moderator, running: Callable[..., Any], tmp_path: Path) -> None:
    """A key counts in ``api_key``, in ``key``, and in the name of the host; another one is ``invalid``, with status 200."""
    store = open_store(read_settings(data_dir=tmp_path))
    store.keys.create("blog", [Scope.SCORE], secret="a1b2c3d4e5f6")
    store.close()
    with running(service(moderator, tmp_path, allowed_hosts="*.akismet.com")) as client:

        def verify(host: str = "", **fields: str) -> tuple[int, str]:
            answer = client.post("/1.1/verify-key", data={"blog": "b"} | fields, headers={"host": host} if host else {})
            return answer.status_code, answer.text

        valid = [verify(api_key="a1b2c3d4e5f6"), verify(key="a1b2c3d4e5f6"), verify("a1b2c3d4e5f6.rest.akismet.com")]
        invalid = [verify(), verify(key="000000000000"), verify("000000000000.rest.akismet.com"), verify("rest.akismet.com")]
        scoring = post(client, "comment-check", api_key="a1b2c3d4e5f6", comment_content=TOXIC).text
        ruling = post(client, "submit-spam", api_key="a1b2c3d4e5f6", comment_content=TOXIC)

    assert valid == [(200, "valid")] * 3
    assert invalid == [(200, "invalid")] * 4
    assert scoring == "true"
    assert (ruling.text, "feedback" in ruling.headers["X-akismet-debug-help"]) == ("invalid", True)
    assert rulings(tmp_path) == []


@pytest.mark.parametrize("filler", [0, 200])
def test_multipart_forms_are_read(client: httpx.Client, filler: int) -> None:
    """A form in parts, as PHP's curl makes one of an array, is read, a short one and a long one."""
    fields = {"blog": "b", "user_ip": "i", "comment_content": f"{TOXIC}\r\n-- \r\n"} | {f"SERVER_{number}": "x" for number in range(filler)}

    answer = client.post("/1.1/comment-check", files={name: (None, value) for name, value in fields.items()})
    fine = client.post("/1.1/comment-check", files={name: (None, value.replace(TOXIC, FINE)) for name, value in fields.items()})

    assert (answer.text, fine.text) == ("true", "false")


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", "blog: is missing"),
        (b"--x--\r\n", "blog: is missing"),
        (b"--x\r\n\r\nblog\r\n--x--", "blog: is missing"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 1001 + b"--x--", "The form has more than 1000 fields."),
        (b"--x\r\ncontent-disposition: FORM-DATA; name=blog\r\n\r\nb\r\n--x", "user_ip: is missing"),
        (b'--x\r\nContent-Disposition: form-data; filename="blog"\r\n\r\nb\r\n--x--', "blog: is missing"),
    ],
)
def test_odd_parts_are_no_fields(client: httpx.Client, body: bytes, refusal: str) -> None:
    """What is no part with a name is no field, and a form of too many parts is refused."""
    answer = client.post("/1.1/comment-check", content=body, headers={"Content-Type": 'multipart/form-data; boundary="x"'})

    assert (answer.status_code, answer.text) == (400, refusal)


def test_other_bodies_are_refused(client: httpx.Client) -> None:
    """A body that is no form, or one with a thousand fields more, gets neither word."""
    answers = [
        client.post("/1.1/comment-check", json={"blog": "b"}),
        client.post("/1.1/comment-check", files={"blog": b"b"}),
        client.post("/1.1/comment-check", content="a=b&" * 1001, headers={"content-type": FORM}),
        client.post("/1.1/comment-check", content="a=b&" * 10_000, headers={"content-type": FORM}),
    ]

    assert [answer.status_code for answer in answers] == [400] * 4
    assert not {answer.text for answer in answers} & {"true", "false"}


@pytest.mark.parametrize(("on_failure", "status", "word"), [("open", 200, "false"), ("closed", 200, "true"), ("error", 503, None)])
def test_site_chooses_what_a_failure_answers(
    settings: Settings, running_unloaded: Callable[..., Any], on_failure: str, status: int, word: str | None
) -> None:
    """When nothing can be judged, clients hear what the site chose; by default neither word, which they hold and check again."""
    with running_unloaded(settings.model_copy(update={"on_failure": f"akismet={on_failure}"})) as client:
        answer = post(client, "comment-check", comment_content=FINE)

    assert answer.status_code == status
    assert answer.text == word or (word is None and answer.text not in {"true", "false"})


@hypotheses(max_examples=100)
@given(
    fields=st.dictionaries(
        st.sampled_from(["comment_content", "comment_author", "blog_charset", "user_role", "x"]), st.binary(max_size=60)
    ),
    charset=st.sampled_from(["", "iso-8859-99", "zip", "utf-8", "shift_jis", "\x00"]),
)
def test_any_form_is_answered(client: httpx.Client, fields: dict[str, bytes], charset: str) -> None:
    """Whatever bytes the fields hold, the answer is one of the two words."""
    body = f"blog=b&user_ip=i&blog_charset={charset}" + "".join(f"&{name}={quote_from_bytes(value)}" for name, value in fields.items())
    answer = client.post("/1.1/comment-check", content=body.encode(), headers={"content-type": FORM})

    assert (answer.status_code, answer.text in {"true", "false"}) == (200, True)


@hypotheses(max_examples=60)
@given(body=st.binary(max_size=300), name=st.sampled_from(["comment-check", "submit-spam", "submit-ham"]))
def test_any_bytes_are_answered(client: httpx.Client, body: bytes, name: str) -> None:
    """Whatever bytes come as a form, the answer is an error that names what is missing."""
    answer = client.post(f"/1.1/{name}", content=body, headers={"content-type": FORM})

    assert answer.status_code == 400
    assert answer.headers["X-akismet-debug-help"]
