"""Perspective's calls under what a site may set, parts of answers, and batches of any shape."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from model.errors import ArtefactError
from model.moderator import Moderator
from service.http.app import create_app
from service.settings import Settings, read_settings

FINE = "Thanks, that helped a lot!"
TOXIC = "Shut up, you pathetic idiot."
GERMAN = "Das ist doch völliger Unsinn, was hier in diesem Artikel behauptet wird."
ANALYZE = "/v1alpha1/comments:analyze"
MIXED = {"Content-Type": "multipart/mixed; boundary=b"}
PLAIN_BYTES = {"Content-Type": "application/octet-stream"}


def body_of(text: str = TOXIC, **more: object) -> dict[str, object]:
    return {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}, **more}


def toxicity(answer: httpx.Response) -> float:
    value: float = answer.json()["attributeScores"]["TOXICITY"]["summaryScore"]["value"]
    return value


@pytest.mark.parametrize(("way", "expected"), [("open", 0.0), ("closed", 1.0)])
def test_site_chooses_what_a_failure_answers(tmp_path: Path, running: Callable[..., Any], way: str, expected: float) -> None:
    """While nothing can be judged, a site that fails open answers 0, one that fails closed 1, for every usual attribute."""

    def load(_settings: Settings) -> Moderator:
        raise ArtefactError("there is none")

    settings = read_settings(port=0, data_dir=tmp_path, on_failure=f"perspective={way}")
    app = create_app(settings, load=load, on_failure=lambda _: None)
    with running(app, ready=False) as client:
        answer = client.post(ANALYZE, json=body_of())

    scores = answer.json()["attributeScores"]
    assert {scores[name]["summaryScore"]["value"] for name in ("TOXICITY", "IDENTITY_ATTACK", "INSULT", "HATEFUL")} == {expected}


def test_failure_says_so_by_default(tmp_path: Path, running: Callable[..., Any]) -> None:
    """Without such a setting a model that is not there is Google's UNAVAILABLE, with a time to come back."""

    def load(_settings: Settings) -> Moderator:
        raise ArtefactError("there is none")

    with running(create_app(read_settings(port=0, data_dir=tmp_path), load=load, on_failure=lambda _: None), ready=False) as client:
        answer = client.post(ANALYZE, json=body_of())

    assert (answer.status_code, answer.json()["error"]["status"], answer.headers["Retry-After"]) == (503, "UNAVAILABLE", "1")


def test_site_may_be_strict_about_languages(tmp_path: Path, moderator: Moderator, running: Callable[..., Any]) -> None:
    """A strict site refuses a language that the model did not learn with Perspective's error; English of any country passes."""
    settings = read_settings(port=0, data_dir=tmp_path, perspective_strict_languages=True)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        refused = client.post(ANALYZE, json=body_of(languages=["om"])).json()["error"]
        assert client.post(ANALYZE, json=body_of(languages=["en-GB"])).status_code == 200
        german = client.post(ANALYZE, json=body_of(GERMAN)).json()["error"]

    assert refused["message"] == "Attribute TOXICITY does not support request languages: om"
    assert refused["details"][0]["errorType"] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    assert refused["details"][0]["languageNotSupportedByAttributeError"] == {"requestedLanguages": ["om"], "attribute": "TOXICITY"}
    assert german["details"][0]["languageNotSupportedByAttributeError"] == {"detectedLanguages": ["de"], "attribute": "TOXICITY"}


def test_language_is_told(client: httpx.Client) -> None:
    """Unless a site is strict, a comment in another language is scored, without certainty, and its language is told."""
    answer = client.post(ANALYZE, json=body_of(GERMAN))

    assert (answer.json()["languages"], answer.json()["detectedLanguages"]) == (["de"], ["de"])
    assert 0.02 < toxicity(answer) < 0.6


def test_lists_of_a_community_are_heeded(tmp_path: Path, moderator: Moderator, running: Callable[..., Any]) -> None:
    """What a community denies scores 1, what it allows 0; a client's own name for itself need not be a community's."""
    path = tmp_path / "communities.toml"
    path.write_text('[community.pub]\ndeny_words = ["casino"]\nallow_words = ["pathetic"]\n')
    settings = read_settings(port=0, data_dir=tmp_path, communities=path)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        denied, allowed, other = (
            client.post(ANALYZE, json=body_of(text, communityId=name))
            for text, name in (("casino", "pub"), (TOXIC, "pub"), (TOXIC, "https://forum.example"))
        )

    assert (toxicity(denied), toxicity(allowed)) == (1.0, 0.0)
    assert toxicity(other) > 0.8


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ("languages", {"languages"}),
        ("languages,detectedLanguages", {"languages", "detectedLanguages"}),
        ("attributeScores/TOXICITY/summaryScore,languages", {"attributeScores", "languages"}),
        ("attributeScores(TOXICITY(summaryScore))", {"attributeScores"}),
        ("attributeScores/*/summaryScore/value", {"attributeScores"}),
        ("*", {"attributeScores", "languages", "detectedLanguages"}),
    ],
)
def test_part_of_an_answer_can_be_asked_for(client: httpx.Client, mask: str, expected: set[str]) -> None:
    """The query's `fields` leaves out of an answer what is not named."""
    answer = client.post(ANALYZE, json=body_of(), params={"fields": mask}).json()

    assert set(answer) == expected
    if "TOXICITY" in mask:
        assert set(answer["attributeScores"]["TOXICITY"]) == {"summaryScore"}


@pytest.mark.parametrize("mask", ["a,", "(a)", "a(b", "a)", "a//b", "a b", "a" * 3000, "a/" * 50 + "a"])
def test_mask_that_is_none_is_refused(client: httpx.Client, mask: str) -> None:
    """A `fields` that cannot be understood is the caller's mistake."""
    answer = client.post(ANALYZE, json=body_of(), params={"fields": mask})

    assert (answer.status_code, "field selection" in answer.json()["error"]["message"]) == (400, True)


@given(st.text("ab*/(),", max_size=30))
@hypotheses(max_examples=100)
def test_no_mask_is_a_mistake_of_ours(client: httpx.Client, mask: str) -> None:
    """Whatever mask is sent, it is understood or refused."""
    assert client.post(ANALYZE, json=body_of(), params={"fields": mask}).status_code in {200, 400}


def part(name: str, call: str, body: object = None) -> str:
    content = "" if body is None else json.dumps(body)
    lines = ["--b", "Content-Type: application/http", f"Content-ID: <{name}>", "", f"{call} HTTP/1.1", "Content-Type: application/json"]
    return "\r\n".join([*lines, "", content, ""])


def statuses(answer: httpx.Response) -> list[tuple[str, int]]:
    found = re.findall(r"Content-ID: <response-([^>]*)>\r\n\r\nHTTP/1.1 (\d+)", answer.text)
    return [(name, int(status)) for name, status in found]


def test_batch_answers_each_part(client: httpx.Client) -> None:
    """Calls that are wrong, unknown or of another method are refused in their place, the others answered."""
    parts = [
        part("one", f"POST {ANALYZE}?key=x", body_of()),
        part("two", f"POST {ANALYZE}", {"nope": 1}),
        part("three", "POST /v1alpha1/nothing", {}),
        part("four", f"GET {ANALYZE}"),
        part("five", "POST http://elsewhere.example/v1alpha1/comments%3Aanalyze", body_of(FINE)),
        "--b\r\n\r\nnonsense\r\n",
    ]

    answer = client.post("/batch", content="".join([*parts, "--b--"]), headers=MIXED)

    assert answer.headers["content-type"].startswith("multipart/mixed; boundary=")
    assert statuses(answer) == [("one", 200), ("two", 400), ("three", 404), ("four", 404), ("five", 200)]
    assert answer.text.count("HTTP/1.1 ") == 6


def test_batch_of_plain_bytes_names_its_boundary_itself(client: httpx.Client) -> None:
    """A client that cannot name a boundary sends bytes whose first line does, and is answered in the same way."""
    parts = [part("one", f"POST {ANALYZE}", body_of()), part("two", f"POST {ANALYZE}", {"nope": 1}), "--b--"]

    answer = client.post("/batch", content="".join(parts), headers=PLAIN_BYTES)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
    assert statuses(answer) == [("one", 200), ("two", 400)]
    assert answer.content.startswith(b"--batch_")


@pytest.mark.parametrize("content", [b"", b"POST / HTTP/1.1\r\n", b"--\r\n", b"--b"])
def test_batch_of_plain_bytes_without_boundary_is_refused(client: httpx.Client, content: bytes) -> None:
    """Bytes that begin with no boundary are the caller's mistake, and the answer says what is missing."""
    answer = client.post("/batch", content=content, headers=PLAIN_BYTES)

    assert (answer.status_code, "begin with a boundary" in answer.json()["error"]["message"]) == (400, True)


def test_batch_has_a_limit_of_parts(client: httpx.Client, settings: Settings) -> None:
    """A batch of more calls than a call may have comments is refused as a whole."""
    parts = [part(str(at), f"POST {ANALYZE}", body_of(FINE)) for at in range(settings.max_comments + 1)]

    enough = client.post("/batch", content="".join([*parts[1:], "--b--"]), headers=MIXED)
    more = client.post("/batch", content="".join([*parts, "--b--"]), headers=MIXED)

    assert [status for _, status in statuses(enough)] == [200] * settings.max_comments
    assert (more.status_code, str(settings.max_comments) in more.json()["error"]["message"]) == (400, True)


@pytest.mark.parametrize("content", [b"", b"--b--", b"no parts at all"])
def test_batch_without_parts_is_refused(client: httpx.Client, content: bytes) -> None:
    """A batch that holds no call, or is no batch, is the caller's mistake."""
    assert client.post("/batch", content=content, headers=MIXED).status_code == 400
    assert client.post("/batch", content=content, headers={"Content-Type": "application/json"}).status_code == 400


@given(
    st.lists(
        st.binary(max_size=60)
        | st.sampled_from([b"--b", b"\r\n", b"\n\n", b"POST /v1alpha1/comments:analyze HTTP/1.1", b"Content-ID: <x>"])
    )
)
@hypotheses(max_examples=150)
def test_no_batch_is_a_mistake_of_ours(client: httpx.Client, pieces: list[bytes]) -> None:
    """Whatever bytes are sent as a batch, neither it nor a part of it ends in a mistake of ours."""
    answer = client.post("/batch", content=b"--b\r\n" + b"".join(pieces), headers=MIXED)

    assert answer.status_code in {200, 400}
    assert "HTTP/1.1 5" not in answer.text


@pytest.mark.parametrize(
    "path", ["/$discovery/rest", "/%24discovery/rest?version=v1alpha1&key=k", "/discovery/v1/apis/commentanalyzer/v1alpha1/rest"]
)
def test_discovery_names_the_address_it_was_asked_at(client: httpx.Client, path: str) -> None:
    """The document leads clients to where they found it, and every type that it refers to is in it."""
    host = "tipstaff.example:8443"

    document = client.get(path, headers={"Host": host}).json()

    assert (document["rootUrl"], document["batchPath"]) == (f"http://{host}/", "batch")
    assert set(document["resources"]["comments"]["methods"]) == {"analyze", "suggestscore"}
    assert set(re.findall(r'"\$ref": "(\w+)"', json.dumps(document))) <= set(document["schemas"])
    assert client.get("/$discovery/rest?version=v2").status_code == 400


def test_discovery_believes_no_host_that_is_none(client: httpx.Client) -> None:
    """A Host header that is no name of a host is not handed on."""
    document = client.get("/$discovery/rest", headers={"Host": "a/b?c@d"}).json()

    assert document["rootUrl"].startswith("http://127.0.0.1:")
