"""What chance makes of a call: of its body, its headers, its target, its method, and of the bytes that frame it."""

import gzip
import hmac
import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

from fuzz.http.calls import SEEDS, Call, encode_body
from fuzz.odd_values import mutate_bytes, mutate_json, odd_number, odd_text

__all__ = ["Credentials", "Request", "generate_request", "render"]

_HOST = "127.0.0.1"
_CONTENT_TYPES = (
    *("application/json; charset=utf-8", "application/json;charset=utf-16", "APPLICATION/JSON", "text/plain", "text/json", "", "a", "*/*"),
    *(
        "application/x-www-form-urlencoded; charset=latin-1",
        "multipart/form-data; boundary=x",
        "multipart/mixed",
        "multipart/mixed; boundary=",
    ),
    *("multipart/mixed; boundary=" + "b" * 71, 'multipart/mixed; boundary="part7"', "application/vnd.api+json", "application/octet-stream"),
)
_METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "POST")
_PATHS = (
    *(
        "/",
        "//",
        "/.",
        "/..",
        "/v1/moderate/",
        "/v1//moderate",
        "/V1/MODERATE",
        "/c//v1/moderate",
        "/c/none/v1/moderate",
        "/c/forum",
        "/c/",
    ),
    *(
        "/c/%00/v1/moderate",
        "/c/forum/c/strict/v1/moderate",
        "/c/watching/metrics",
        "/docs/../metrics",
        "/docs/%2e%2e/metrics",
        "/%",
        "/%zz",
    ),
    *(
        "/v1/moderate%3Fx",
        "/v1/mod%65rate",
        "/docs/swagger-ui.css",
        "/docs/none.css",
        "/docs/%00",
        "/discovery/v1/apis/commentanalyzer/v1alpha1/rest",
    ),
    *("/" + "a" * 3000, "/v1/moderate?" + "a=b&" * 500, "*", "http://127.0.0.1/healthz", "/healthz#x", "/health?x=%ff%fe", "/\u00e9"),
)


class Credentials(NamedTuple):
    """What the fuzzer may know of a service.

    Attributes:
        key: the secret of a key; None if it has no keys.
        webhook: the secret that webhooks are signed with; None if it takes none.
    """

    key: str | None = None
    webhook: str | None = None


class Request(NamedTuple):
    """A call as bytes, and what may be expected of it.

    Attributes:
        method, path: of the call; the path without its query.
        content: all bytes.
        is_framed: whether it is HTTP in form, so that it has to be answered and another may follow on the connection.
        has_odd_head: whether anything in its head is other than clients send.
    """

    method: str
    path: str
    content: bytes
    is_framed: bool = True
    has_odd_head: bool = False

    @classmethod
    def read(cls, content: bytes) -> "Request":
        """Return a request that was kept as bytes; anything may be wrong with it."""
        method, _, target = content.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        return cls(method, target.partition(" ")[0].partition("?")[0], content, is_framed=False, has_odd_head=True)


def render(call: Call, body: bytes, *, headers: Sequence[tuple[str, str]] = (), chunks: Sequence[int] = ()) -> bytes:
    """Return the bytes of a call.

    Args:
        call: the call, whose own body is not looked at.
        body: its body as bytes.
        headers: all its headers but those that frame the body.
        chunks: the sizes of chunks to send the body in; empty for a body of a stated length.
    """
    lines = [f"{call.method} {call.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    if chunks:
        lines.append("Transfer-Encoding: chunked")
        at, sent = 0, bytearray()
        for size in (*chunks, len(body)):
            if piece := body[at : at + size]:
                sent += b"%x\r\n%b\r\n" % (len(piece), piece)
            at += size
        body = bytes(sent) + b"0\r\n\r\n"
    elif body or call.method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace") + body


def generate_request(random: Random, credentials: Credentials) -> Request:
    """Return a request that chance has made of one of the calls.

    Args:
        random: the source of chance.
        credentials: what it knows of the service.
    """
    call = random.choice(SEEDS)
    for _ in range(random.choice((0, 1, 1, 1, 2, 3, 6))):
        if call.body is not None:
            call = replace(call, body=mutate_json(random, call.body))
    body = encode_body(random, call)
    headers = [("Host", _HOST), *call.headers]
    if call.body is not None:
        headers.append(("Content-Type", call.content_type))
    if credentials.key is not None and random.random() < 0.8:
        headers.append(random.choice((("Authorization", f"Bearer {credentials.key}"), ("X-API-KEY", credentials.key))))
    if credentials.webhook is not None and call.signature and random.random() < 0.9:
        signature = hmac.digest(credentials.webhook.encode(), body, "sha256").hex()
        headers.append((call.signature, f"sha256={signature}"))
    has_odd_head = False
    if random.random() < 0.25:
        has_odd_head = True
        call, headers, body = _change_head(random, call, headers, body)
    chunks = [random.choice((1, 7, 100, 5000)) for _ in range(random.randint(1, 20))] if body and random.random() < 0.1 else []
    content = render(call, body, headers=headers, chunks=chunks)
    path = call.path.partition("?")[0]
    if random.random() < 0.04:
        return Request(call.method, path, _break_frame(random, content), is_framed=False, has_odd_head=True)
    return Request(call.method, path, content, has_odd_head=has_odd_head)


def _change_head(random: Random, call: Call, headers: list[tuple[str, str]], body: bytes) -> tuple[Call, list[tuple[str, str]], bytes]:
    """Change the method, the target, or a header; the result is still HTTP in form."""
    kind = random.randrange(8)
    if kind == 0:
        return replace(call, method=random.choice(_METHODS)), headers, body
    if kind == 1:
        path = random.choice(_PATHS) if random.random() < 0.6 else _odd_target(random, call.path)
        return replace(call, path=path), headers, body
    if kind == 2:
        return call, [(name, random.choice(_CONTENT_TYPES) if name == "Content-Type" else value) for name, value in headers], body
    if kind == 3 and body:
        return call, [*headers, ("Content-Encoding", random.choice(("gzip", "deflate", "br", "identity", "x")))], gzip.compress(body)
    return call, [*headers, *(_odd_header(random) for _ in range(random.choice((1, 1, 2, 5, 60))))], body


def _odd_target(random: Random, path: str) -> str:
    odd = "".join(char for char in odd_text(random, longest=200) if char > " " and char != "\x7f")
    return path + random.choice(("?", "&", "/", "%", "?key=", "?format=", ";")) + odd


def _odd_header(random: Random) -> tuple[str, str]:
    name = random.choice(
        (
            *(
                "X-Request-ID",
                "X-Request-Timeout",
                "X-Forwarded-For",
                "X-Forwarded-Proto",
                "Forwarded",
                "Origin",
                "Sec-Fetch-Site",
                "Accept",
            ),
            *(
                "Authorization",
                "X-API-KEY",
                "X-Goog-Api-Key",
                "Cookie",
                "traceparent",
                "Expect",
                "Accept-Encoding",
                "X-HTTP-Method-Override",
            ),
            *("Access-Control-Request-Method", "Access-Control-Request-Headers", "X-Coral-Signature", "X-Discourse-Event-Signature"),
            *("X-Discourse-Event", "Range", "If-None-Match", "Upgrade", "HTTP2-Settings", "Referer", "User-Agent", "Via", "X-Odd"),
        )
    )
    if random.random() < 0.4:
        value = str(odd_number(random))
    elif random.random() < 0.5:
        value = random.choice(
            (
                *(
                    "http://evil.example",
                    "null",
                    "cross-site",
                    "same-origin",
                    "127.0.0.1",
                    "::1, 10.0.0.1",
                    "a" * 5000,
                    "Bearer",
                    "Bearer  ",
                ),
                *(
                    "Basic eDp5",
                    "00-" + "a" * 32 + "-" + "b" * 16 + "-01",
                    "sha256=" + "0" * 64,
                    "websocket",
                    "5s",
                    "post_edited",
                    "-1",
                    "0.001",
                ),
            )
        )
    else:
        value = odd_text(random, longest=200)
    value = re.sub(r"[\x00-\x1f\x7f]", " ", value)
    # "Expect" asks for an answer before the body is sent, which this client sends anyway.
    return (name, "100-continue") if name == "Expect" else (name, value)


def _break_frame(random: Random, content: bytes) -> bytes:
    """Break what frames a call: its head, its lengths, its chunks."""
    head, blank, body = content.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    kind = random.randrange(9)
    if kind == 0:
        return mutate_bytes(random, content)
    if kind == 1:
        return mutate_bytes(random, head) + blank + body
    if kind == 2:
        lines.append(
            b"Content-Length: " + random.choice((b"0", b"-1", b"+5", b"5, 5", b"0x10", b"9" * 30, b" ", b"1e3", b"18446744073709551617"))
        )
    elif kind == 3:
        lines.append(
            b"Transfer-Encoding: "
            + random.choice((b"chunked", b"chunked, chunked", b"gzip, chunked", b"identity", b"\x0bchunked", b"xchunked"))
        )
    elif kind == 4:
        lines[0] = random.choice(
            (
                b"GET",
                b"GET /",
                b"GET / HTTP/0.9",
                b"GET / HTTP/1.0",
                b"GET / HTTP/2.0",
                b"PRI * HTTP/2.0",
                b"\x16\x03\x01\x02",
                b"",
                b"GET  / HTTP/1.1",
            )
        )
    elif kind == 5:
        lines.insert(
            1,
            random.choice(
                (
                    b" folded: a",
                    b"no colon",
                    b": no name",
                    b"a b: c",
                    b"x:\0",
                    b"x: \r y",
                    b"Host: b",
                    b"x" * 70_000 + b": y",
                    b"x: " + b"y" * 70_000,
                )
            ),
        )
    elif kind == 6:
        lines += [b"x-%d: y" % number for number in range(random.choice((90, 200, 3000)))]
    elif kind == 7:
        return content[: random.randint(0, len(content))]
    else:
        chunks = random.choice(
            (b"ffffffffffffffff\r\n", b"-1\r\n", b"1;" + b"e" * 40_000 + b"\r\nx\r\n", b"zz\r\n", b"5\r\nab", b"1\r\nxy\r\n0\r\n\r\n")
        )
        trailers = b"0\r\n" + b"x-t: y\r\n" * random.choice((1, 500, 5000)) + b"\r\n"
        lines = [line for line in lines if not line.lower().startswith((b"content-length", b"transfer-encoding"))]
        return b"\r\n".join([*lines, b"Transfer-Encoding: chunked"]) + blank + random.choice((chunks, trailers))
    return b"\r\n".join(lines) + blank + body
