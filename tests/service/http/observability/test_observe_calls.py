"""Every answer has the id of its call, over a real socket."""

import re

import httpx
import pytest

CALL = {"comments": [{"id": "1", "text": "What a lovely morning, thank you all."}]}


@pytest.mark.parametrize("request_id", ["abc-123", "A", "0" * 128, "req_7f.x:y/z+=@"])
def test_id_of_the_caller_is_returned(client: httpx.Client, request_id: str) -> None:
    """The id that a caller gives its call is in the answer, whatever the status."""
    for path in ("/healthz", "/nowhere"):
        assert client.get(path, headers={"X-Request-ID": request_id}).headers["x-request-id"] == request_id


@pytest.mark.parametrize("request_id", ["", "0" * 129, "a b", "a\tb", "naïve", "<script>", "-x", None])
def test_other_calls_get_an_id(client: httpx.Client, request_id: str | None) -> None:
    """A call without an id, or with one that must not get into a log, gets an id from the service."""
    headers = [] if request_id is None else [(b"X-Request-ID", request_id.encode())]
    ids = [client.post("/v1/moderate", json=CALL, headers=headers).headers["x-request-id"] for _ in range(3)]

    assert len({*ids}) == 3
    assert all(re.fullmatch(r"[0-9a-f]{24}", request_id) for request_id in ids)


@pytest.mark.parametrize("path", ["/v1/moderate", "/v1/moderations", "/coral/moderate", "/1.1/comment-check", "/docs", "/metrics", "/none"])
def test_every_answer_has_one_id(client: httpx.Client, path: str) -> None:
    """Every answer has exactly one X-Request-ID, and so have the refusals of dialects."""
    assert len(client.post(path, content=b"{").headers.get_list("x-request-id")) == 1


def test_large_answer_is_whole(client: httpx.Client) -> None:
    """An answer that is too large to be sent in one piece arrives as it is."""
    ids = [f"{number:0>4500}" for number in range(20)]

    response = client.post("/v1/moderate", json={"comments": [{"id": name, "text": "Good morning"} for name in ids]})

    assert [decision["id"] for decision in response.json()["decisions"]] == ids
    assert len(response.content) == int(response.headers["content-length"]) > 65_536
