"""Several calls in one body are answered one by one."""

import json
import re
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from service.settings import Settings
from tests.service.http.dialects.perspective.calls import ANALYZE, analyze_body
from tests.service.http.sample_texts import FINE

MIXED = {"Content-Type": "multipart/mixed; boundary=b"}
PLAIN_BYTES = {"Content-Type": "application/octet-stream"}


def part(name: str, call: str, body: object = None) -> str:
    content = "" if body is None else json.dumps(body)
    lines = ["--b", "Content-Type: application/http", f"Content-ID: <{name}>", "", f"{call} HTTP/1.1", "Content-Type: application/json"]
    return "\r\n".join([*lines, "", content, ""])


def statuses(answer: httpx.Response) -> list[tuple[str, int]]:
    pairs = re.findall(r"Content-ID: <response-([^>]*)>\r\n\r\nHTTP/1.1 (\d+)", answer.text)
    return [(name, int(status)) for name, status in pairs]


def test_batch_answers_each_part(client: httpx.Client) -> None:
    """Calls that are wrong, unknown or of another method are refused in their place, the others answered."""
    parts = [
        part("one", f"POST {ANALYZE}?key=x", analyze_body()),
        part("two", f"POST {ANALYZE}", {"nope": 1}),
        part("three", "POST /v1alpha1/nothing", {}),
        part("four", f"GET {ANALYZE}"),
        part("five", "POST http://elsewhere.example/v1alpha1/comments%3Aanalyze", analyze_body(FINE)),
        "--b\r\n\r\nnonsense\r\n",
    ]

    answer = client.post("/batch", content="".join([*parts, "--b--"]), headers=MIXED)

    assert answer.headers["content-type"].startswith("multipart/mixed; boundary=")
    assert statuses(answer) == [("one", 200), ("two", 400), ("three", 404), ("four", 404), ("five", 200)]
    assert answer.text.count("HTTP/1.1 ") == 6


def test_ids_may_be_as_long_as_comments(client: httpx.Client) -> None:
    """A client that takes the comment itself for the id of its call, escaped and folded, finds the answer by it."""
    texts = ["Good morning! " * 70, "\u00fcber " * 150]
    ids = [f"a1 + {quote(text)}" for text in (*texts, "x" * 60_000)]
    calls = [part(name.replace(" + ", " +\r\n "), f"POST {ANALYZE}", analyze_body(FINE)) for name in ids]

    answer = client.post("/batch", content="".join([*calls, "--b--"]), headers=MIXED)

    assert statuses(answer) == [(name, 200) for name in ids]


def test_batch_of_plain_bytes_names_its_boundary_itself(client: httpx.Client) -> None:
    """A client that cannot name a boundary sends bytes whose first line does, and is answered in the same way."""
    parts = [part("one", f"POST {ANALYZE}", analyze_body()), part("two", f"POST {ANALYZE}", {"nope": 1}), "--b--"]

    answer = client.post("/batch", content="".join(parts), headers=PLAIN_BYTES)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
    assert statuses(answer) == [("one", 200), ("two", 400)]
    assert answer.content.startswith(b"--batch_")


@pytest.mark.parametrize("content", [b"", b"POST / HTTP/1.1\r\n", b"--\r\n", b"--b"])
def test_batch_of_plain_bytes_without_boundary_is_refused(client: httpx.Client, content: bytes) -> None:
    """Bytes that do not begin with a boundary are the caller's mistake, and the answer says what is missing."""
    answer = client.post("/batch", content=content, headers=PLAIN_BYTES)

    assert (answer.status_code, "begin with a boundary" in answer.json()["error"]["message"]) == (400, True)


def test_batch_has_a_limit_of_parts(client: httpx.Client, settings: Settings) -> None:
    """A batch of more calls than a call may have comments is refused as a whole."""
    parts = [part(str(at), f"POST {ANALYZE}", analyze_body(FINE)) for at in range(settings.max_comments + 1)]

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
def test_no_batch_causes_a_fault(client: httpx.Client, pieces: list[bytes]) -> None:
    """Whatever bytes are sent as a batch, neither it nor a part of it causes a fault of the service."""
    answer = client.post("/batch", content=b"--b\r\n" + b"".join(pieces), headers=MIXED)

    assert answer.status_code in {200, 400}
    assert "HTTP/1.1 5" not in answer.text
