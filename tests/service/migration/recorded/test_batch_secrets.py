"""A recorded batch is kept without the keys of whoever made it, and otherwise as it is."""

import pytest

from service.migration.recorded.batch_secrets import strip_secrets

KEY = "sesame0123456"
HEAD = "--part\r\nContent-Type: application/http\r\n\r\n"
BODY = '\r\n\r\n{"comment": {"text": "POST /x?key=word HTTP/1.1, or cookie: and key=word"}}\r\n--part--\r\n'


@pytest.mark.parametrize(
    ("recorded", "kept"),
    [
        (f"POST /v1alpha1/comments:analyze?key={KEY} HTTP/1.1", "POST /v1alpha1/comments:analyze? HTTP/1.1"),
        (f"POST /a?alt=json&key={KEY}&fields=languages HTTP/1.1", "POST /a?alt=json&fields=languages HTTP/1.1"),
        (f"POST /a?access_token={KEY}&KEY={KEY} HTTP/1.1", "POST /a? HTTP/1.1"),
        (f"POST /a HTTP/1.1\r\nauthorization: Bearer\r\n {KEY}\r\nHost: b", "POST /a HTTP/1.1\r\nHost: b"),
        (f"POST /a HTTP/1.1\r\nHost: b\r\nX-Goog-Api-Key : {KEY}\r\nX-API-KEY:{KEY}", "POST /a HTTP/1.1\r\nHost: b"),
        (f"POST /a HTTP/1.1\nCookie: {KEY}\nHost: b", "POST /a HTTP/1.1\nHost: b"),
        ("POST /a?alt=json HTTP/1.1\r\nContent-Type: application/json", "POST /a?alt=json HTTP/1.1\r\nContent-Type: application/json"),
    ],
)
def test_keys_are_left_out(recorded: str, kept: str) -> None:
    """Keys go from addresses and headers of the requests in a batch; their bodies stay as they are."""
    batch = HEAD + recorded + BODY

    assert KEY not in strip_secrets(batch)
    assert strip_secrets(batch).split() == (HEAD + kept + BODY).split()
    assert strip_secrets(batch).count("\r\n\r\n") == batch.count("\r\n\r\n")
