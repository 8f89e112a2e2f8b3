"""Calls of every dialect, as their clients make them: what the fuzzer of calls begins with, and how a call becomes bytes."""

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote_plus

from fuzz.odd_values import encode_json

__all__ = ["CANARY", "SEEDS", "Body", "Call", "encode_body", "mark_texts"]

CANARY = "".join(("zq7", "canary"))
"""Stands in the text of every comment that is sent; it must never be seen again.

Put together, because Hypothesis reads the constants of our own code and would send it as the name of a field, which may be shown.
"""

_TEXT_KEYS = frozenset(
    (
        "text",
        "body",
        "content",
        "input",
        "comment_content",
        "raw",
        "cooked",
        "comments",
        "comment",
        "entries",
        "topic_title",
        "post",
        "event",
    )
)
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_BOUNDARY = "part7"
_ANALYZE, _SUGGEST = "/v1alpha1/comments:analyze", "/v1alpha1/comments:suggestscore"

Body = Any
"""A JSON value; in a form, an object of fields; in a batch, an array of calls, each with its target and its JSON value."""


@dataclass(frozen=True)
class Call:
    """A call before it is bytes.

    Attributes:
        method, path: as they stand in the first line; the path may have a query.
        body: what is sent; None for nothing.
        media: how it is written: as JSON, as a form, or as a batch.
        headers: besides those that frame the body.
        signature: the header that a signature of the body goes into; empty if calls are not signed.
    """

    method: str
    path: str
    body: Body = None
    media: str = _JSON
    headers: Sequence[tuple[str, str]] = ()
    signature: str = ""

    @property
    def content_type(self) -> str:
        """The value of the header."""
        return f"multipart/mixed; boundary={_BOUNDARY}" if self.media == "multipart/mixed" else self.media


_COMMENT = {"id": "c1", "text": "you are an idiot", "format": "html", "language": "en", "author": "ann", "parent": 7}
_MODERATE = {"comments": [_COMMENT, {"id": 2, "text": "What a lovely morning"}], "policy": "default", "explain": True, "store": False}
_ASKED = {
    "comment": {"text": "you are an idiot", "type": "HTML"},
    "requestedAttributes": {"TOXICITY": {"scoreType": "PROBABILITY", "scoreThreshold": 0.1}, "IDENTITY_ATTACK": {}},
    "languages": ["en"],
    "doNotStore": True,
    "clientToken": "t",
    "sessionId": "s",
    "spanAnnotations": True,
    "context": {"entries": [{"text": "before", "type": "PLAIN_TEXT"}]},
}
_SUGGESTED = {
    "comment": {"text": "you are an idiot"},
    "attributeScores": {
        "TOXICITY": {"summaryScore": {"value": 1, "type": "PROBABILITY"}, "spanScores": [{"begin": 0, "end": 3, "score": {"value": 1}}]}
    },
    "communityId": "forum",
    "languages": ["en"],
}
_CORAL = {
    "action": "NEW",
    "comment": {"body": "<div>you are an idiot</div>", "parentID": None},
    "author": {"id": "a", "role": "COMMENTER"},
    "story": {"id": "s", "url": "https://news.example/s"},
    "site": {"id": "i"},
    "tenantID": "t",
    "tenantDomain": "news.example",
}
_EVENT = {
    "event": {
        "type": "m.room.message",
        "sender": "@one:forum.example",
        "room_id": "!room:forum.example",
        "content": {
            **{"msgtype": "m.text", "body": "you are an idiot", "format": "org.matrix.custom.html", "formatted_body": "<b>you</b> idiot"},
            **{"m.new_content": {"msgtype": "m.text", "body": "again"}},
        },
    }
}
_AKISMET = {
    **{"api_key": "any", "blog": "https://forum.example", "user_ip": "192.0.2.1", "comment_type": "comment", "blog_charset": "gb18030"},
    **{"comment_content": "<p>you are an idiot</p>", "comment_author": "ann", "user_role": "guest"},
}
_POST = {
    "post": {
        **{"id": 5, "cooked": "<p>you are an idiot</p>", "raw": "you are an idiot", "version": 1, "post_number": 1, "post_type": 1},
        **{"topic_title": "A title", "topic_archetype": "regular", "user_id": 3},
    }
}
_RULINGS = {
    "rulings": [
        {"act": "queue-1831", "comment": "c1", "text": "you are an idiot", "label": "toxic", "moderator": "ann", "reason": "insult"},
        {"comment": 2, "text": "Cheap watches", "reason": "spam", "sampling_probability": 0.5, "language": "en"},
    ]
}
_CHAT_PARTS = [{"type": "text", "text": "you are an idiot"}, {"type": "image_url", "image_url": {"url": "https://a.example/x.png"}}]

SEEDS: Sequence[Call] = (
    Call("POST", "/v1/moderate", _MODERATE),
    Call("POST", "/c/strict/v1/moderate", _MODERATE),
    Call("POST", "/v1/moderate", {"comments": [_COMMENT], "community": "forum"}),
    Call("POST", "/v1/rulings", _RULINGS),
    Call("POST", _ANALYZE, _ASKED),
    Call("POST", _ANALYZE + "?key=none&alt=json&prettyPrint=false", _ASKED),
    Call("POST", _SUGGEST, _SUGGESTED),
    Call("POST", "/batch", [[_ANALYZE, _ASKED], [_SUGGEST + "?key=x", _SUGGESTED]], "multipart/mixed"),
    Call("POST", "/batch", [[_ANALYZE, _ASKED]], "application/octet-stream"),
    Call("POST", "/v1/moderations", {"input": "you are an idiot", "model": "omni-moderation-latest"}),
    Call("POST", "/v1/moderations", {"input": ["you are an idiot", "hi"]}),
    Call("POST", "/v1/moderations", {"input": _CHAT_PARTS}),
    Call("POST", "/coral/moderate", _CORAL, signature="X-Coral-Signature"),
    Call("POST", "/coral/moderate?format=markdown", _CORAL, signature="X-Coral-Signature"),
    Call("POST", "/api/v1/classify", {"model": "unbiased", "content": "you are an idiot"}),
    Call("POST", "/synapse/check_event_for_spam", _EVENT),
    *(Call("POST", f"/1.1/{name}", _AKISMET, _FORM) for name in ("verify-key", "comment-check", "submit-spam", "submit-ham")),
    Call("POST", "/discourse/webhook", _POST, headers=(("X-Discourse-Event", "post_created"),), signature="X-Discourse-Event-Signature"),
    Call("GET", "/healthz"),
    Call("GET", "/health"),
    Call("GET", "/readyz"),
    Call("GET", "/v1/model"),
    Call("GET", "/metrics"),
    Call("GET", "/openapi.json"),
    Call("GET", "/docs"),
    Call("GET", "/$discovery/rest?version=v1alpha1"),
    Call("GET", "/nothing/here"),
)


def mark_texts(value: Body, *, keys: Set[str] = _TEXT_KEYS) -> Body:
    """Return a value in which every text of a comment ends in the canary, also where a text stands that should not.

    Args:
        value: what is to be sent.
        keys: where texts stand.
    """
    if isinstance(value, dict):
        # A ruling names its comment by an id, which the answer repeats.
        inner = {key: keys - {"comment"} if key == "rulings" else keys for key in value}
        return {
            key: f"{item} {CANARY}" if key in keys and isinstance(item, str) else mark_texts(item, keys=inner[key])
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [mark_texts(item, keys=keys) for item in value]
    return value


def encode_body(random: Random, call: Call) -> bytes:
    """Return the body of a call as bytes, whatever has become of it."""
    if call.body is None:
        return b""
    marked = mark_texts(call.body)
    if call.media == _FORM:
        return _encode_form(random, marked)
    if call.media != _JSON:
        return _encode_batch(random, marked)
    return encode_json(random, marked)


def _encode_form(random: Random, fields: Body) -> bytes:
    if not isinstance(fields, dict):
        return json.dumps(fields).encode()
    charset = "utf-8" if random.random() < 0.8 else random.choice(("latin-1", "utf-16", "gb18030", "shift_jis"))
    pairs = []
    for name, value in fields.items():
        text = value if isinstance(value, str) else json.dumps(value)
        written = quote_plus(text.encode(charset, "replace")) if random.random() < 0.95 else text
        pairs.append(f"{quote_plus(name.encode('utf-8', 'replace'))}={written}")
    return random.choice("&&&&&;").join(pairs).encode("utf-8", "replace")


def _encode_batch(random: Random, calls: Body) -> bytes:
    end = "\r\n" if random.random() < 0.9 else "\n"
    parts = []
    for number, call in enumerate(calls if isinstance(calls, list) else [calls]):
        target, body = call if isinstance(call, list) and len(call) == 2 and isinstance(call[0], str) else ("/v1alpha1/x", call)
        head = [f"--{_BOUNDARY}", "Content-Type: application/http", f"Content-ID: <{number}>", "", f"POST {target} HTTP/1.1"]
        text = encode_json(random, body).decode("utf-8", "replace")
        parts.append(end.join([*head, "Content-Type: application/json", "", text, ""]))
    return ("".join(parts) + f"--{_BOUNDARY}--{end}").encode("utf-8", "replace")
