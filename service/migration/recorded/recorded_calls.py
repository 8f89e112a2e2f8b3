"""Calls that a caller has recorded, read from whatever form it recorded them in. Keys of the caller are left out as they are read."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from service.migration.recorded.batch_secrets import strip_secrets
from service.migration.recorded.call_kinds import ANALYZE_CALL, BATCH_CALL, CallKind, find_kind_of_address, find_kind_of_body
from service.migration.recorded.recorded_texts import decode_base64, parse_form, parse_object, parse_recorded_text

__all__ = ["FORM_TYPE", "JSON_TYPE", "RecordedCall", "body_text", "comment_text", "read_address", "read_record"]

JSON_TYPE = "application/json"
"""The type of a body in JSON."""
FORM_TYPE = "application/x-www-form-urlencoded"
"""The type of a form, as Akismet's clients send it."""

_SECRET_NAMES = frozenset({"key", "api_key", "apikey", "access_token", "oauth_token", "authorization"})
_REQUEST_NAMES = ("request", "req", "requestBody", "request_body", "postData", "post_data", "body", "payload", "data", "json", "form")
_BODY_NAMES = _REQUEST_NAMES[2:]
_WRAPPERS = ("postData", "post_data")
_TEXT_NAMES = ("text", "string")
_RESPONSE_NAMES = ("response", "res", "responseBody", "response_body", "answer", "result", "output")
_CONTENT_NAMES = ("body", "content", "text", "string", "data", "json", "parsed")
_ADDRESS_NAMES = ("url", "uri", "path", "endpoint", "target", "request_uri", "http.url", "url.full", "scope")
_STATUS_NAMES = ("status", "statusCode", "status_code", "http_status", "code")
# What stands beside a body in a log, and is no field of any call.
_ENVELOPE_NAMES = frozenset(
    {*_RESPONSE_NAMES, "url", "uri", "path", "method", "status", "statusCode", "status_code", "timestamp", "time", "ts", "id", "request_id"}
)
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]{1,200}(?::\d{1,5})?")
_SHAPING_NAMES = frozenset({"alt", "fields", "prettyPrint"})
_HOST_WITH_KEY = ".rest.akismet.com"
_MAX_DEPTH = 6
_MAX_QUERY_FIELDS = 200
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """A call as it was recorded, without the keys that it was made with.

    Attributes:
        file: the name of the file that it was recorded in.
        number: the number of its line or entry in that file, from 1.
        kind: which call it is.
        host: the host that it went to, without a key in front; empty if that is not recorded.
        query: the parameters of its address that shape the answer, encoded.
        body: the body, parsed; a form is a mapping of texts, a batch is a text, and None stands for no body, as in an access log.
        media: the type of the body.
        origin: the origin of the web page that made it, as its header says; empty if no page did.
        status: the status of the recorded answer; None if it is not recorded.
        response: the recorded answer, parsed; None if it is not recorded.
    """

    file: str
    number: int
    kind: CallKind
    host: str = ""
    query: str = ""
    body: Any = None
    media: str = JSON_TYPE
    origin: str = ""
    status: int | None = None
    response: Any = None


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What is known about a call from what its body lies in."""

    address: str = ""
    method: str = ""
    origin: str = ""
    status: int | None = None
    response: Any = None


def read_record(value: Any, *, file: str, number: int) -> RecordedCall | None:
    """Find the call in a record: a bare body, or an object that has one somewhere, beside what else was recorded.

    Args:
        value: the record, parsed from JSON.
        file: the name of its file.
        number: its number in the file.

    Returns:
        The call; None if there is none of a service that is replaced here.
    """
    return _search(value, _Envelope(), 0, file=file, number=number)


def _search(value: Any, envelope: _Envelope, depth: int, *, file: str, number: int) -> RecordedCall | None:
    if isinstance(value, str):
        value = parse_recorded_text(value)
    if isinstance(value, str):
        return _build_call(value, envelope, file=file, number=number)
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return None
    envelope = _add_known(envelope, value)
    pairs = _form_of_pairs(value)
    if pairs is not None or find_kind_of_body(value) is not None:
        body: Mapping[str, Any] = pairs or {name: inner for name, inner in value.items() if name not in _ENVELOPE_NAMES}
        return _build_call(body, envelope, file=file, number=number)
    places = [name for name in (*_REQUEST_NAMES, *_TEXT_NAMES) if name in value]
    places += [name for name, inner in value.items() if isinstance(inner, dict) and name not in {*places, *_RESPONSE_NAMES}]
    found = [_search(value[name], envelope, depth + 1, file=file, number=number) for name in places]
    calls = [call for call in found if call is not None]
    whole = next((call for call in calls if call.body is not None), None)
    if whole is None and (content := _body_at_address(value, envelope)) is not None:
        return _build_call(content, envelope, file=file, number=number)
    return whole or _build_call(None, envelope, file=file, number=number) or next(iter(calls), None)


def _body_at_address(value: Mapping[str, Any], envelope: _Envelope) -> dict[str, Any] | None:
    """Return the body of a call whose kind its address tells, whatever it looks like; None if it has none that can be sent."""
    kind = read_address(envelope.address)[2] if envelope.address else None
    for name in _BODY_NAMES if kind is not None and envelope.method in {"", "POST"} else ():
        body = value.get(name)
        if isinstance(body, dict) and name in _WRAPPERS:
            body = next((body[inner] for inner in _TEXT_NAMES if inner in body), None)
        if isinstance(body, str):
            body = parse_object(body.strip()) or (parse_form(body) if kind is not None and kind.dialect == "akismet" else None)
        if isinstance(body, dict):
            return body
    return None


def _form_of_pairs(value: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the form that HAR writes as a list of names and values; None if there is none."""
    pairs = value.get("params")
    if not isinstance(pairs, list) or not all(isinstance(pair, dict) and "name" in pair for pair in pairs):
        return None
    return {str(pair["name"]): str(pair.get("value", "")) for pair in pairs} or None


def _add_known(envelope: _Envelope, value: Mapping[str, Any]) -> _Envelope:
    """Return an envelope with what an object says of the call in it, where it says anything."""
    for name in _ADDRESS_NAMES:
        if isinstance(address := value.get(name), str) and len(address) < 4096 and ("/" in address or ":" in address):
            joins = name == "path" and "://" in envelope.address
            envelope = replace(envelope, address=envelope.address.rstrip("/") + address if joins else address)
    if isinstance(value.get("scope"), str) and isinstance(value.get("path"), str):
        envelope = replace(envelope, address=value["scope"].rstrip("/") + value["path"])
    if origin := _find_origin(value.get("headers")):
        envelope = replace(envelope, origin=origin)
    if isinstance(method := value.get("method"), str) and method.upper() in _METHODS:
        envelope = replace(envelope, method=method.upper())
    for name in ("request", "request_line"):
        if isinstance(line := value.get(name), str) and line.partition(" ")[0] in _METHODS and len(line.split()) in {2, 3}:
            envelope = replace(envelope, address=line.split()[1], method=line.split()[0])
    for name in _STATUS_NAMES:
        if isinstance(status := value.get(name), int | str) and str(status).isdecimal() and 100 <= int(status) < 600:
            envelope = replace(envelope, status=int(status))
    if "attributeScores" in value and not value.keys() & {"requestedAttributes", "comment"}:
        envelope = replace(envelope, response={"attributeScores": value["attributeScores"]})
    for name in _RESPONSE_NAMES:
        if value.get(name) is not None:
            status, response = _read_response(value[name])
            envelope = replace(envelope, response=response, status=envelope.status if status is None else status)
            break
    return envelope


def _find_origin(headers: Any) -> str:
    """Return the origin that headers name, whether they are an object or a list of names and values; empty if they name none."""
    if isinstance(headers, list):
        headers = {str(pair.get("name")): pair.get("value") for pair in headers if isinstance(pair, dict)}
    if not isinstance(headers, dict):
        return ""
    values = [value for name, value in headers.items() if name.lower() == "origin"]
    text = str(values[0][0] if values and isinstance(values[0], list) and values[0] else values[0] if values else "")
    return text if _ORIGIN.fullmatch(text) else ""


def _read_response(value: Any, depth: int = 0) -> tuple[int | None, Any]:
    """Return the status and the parsed content of a recorded answer."""
    if isinstance(value, str):
        value = parse_recorded_text(value)
    if not isinstance(value, dict) or depth > _MAX_DEPTH or value.keys() & {"attributeScores", "results", "error"}:
        return None, value
    statuses = [value[name] for name in _STATUS_NAMES if isinstance(value.get(name), int)]
    if isinstance(value.get("status"), dict) and isinstance(value["status"].get("code"), int):
        statuses.append(value["status"]["code"])
    if value.get("encoding") == "base64" and isinstance(value.get("text"), str):
        return _read_response(decode_base64(value["text"]), depth + 1)
    content = next((value[name] for name in _CONTENT_NAMES if value.get(name) is not None), None)
    inner_status, inner = (None, value) if content is None else _read_response(content, depth + 1)
    return (statuses[0] if statuses else inner_status), inner


def read_address(address: str) -> tuple[str, str, CallKind | None]:
    """Return the host of an address (empty if it has none), its query, and the kind of the calls to it; all without any key."""
    try:
        parts = urlsplit(address if "://" in address or address.startswith("/") else f"//{address}")
        host = (parts.hostname or "").lower()
        query = [(name, value) for name, value in parse_qsl(parts.query, max_num_fields=_MAX_QUERY_FIELDS) if name in _SHAPING_NAMES]
    except ValueError:
        return "", "", None
    if host.endswith(_HOST_WITH_KEY):
        host = _HOST_WITH_KEY[1:]
    return host, urlencode(query), find_kind_of_address(host, parts.path)


def _build_call(body: Any, envelope: _Envelope, *, file: str, number: int) -> RecordedCall | None:
    host, query, kind = read_address(envelope.address) if envelope.address else ("", "", None)
    if kind is None and isinstance(body, dict):
        kind = find_kind_of_body(body)
        if kind is not None and envelope.method not in {"", "POST"}:
            return None
    if kind is None and body is None and _has_scores(envelope.response):
        kind = ANALYZE_CALL
    if kind is None or (isinstance(body, str) and kind is not BATCH_CALL):
        return None
    media = FORM_TYPE if kind.dialect == "akismet" else JSON_TYPE
    if isinstance(body, dict):
        body = {name: inner for name, inner in body.items() if str(name).lower() not in _SECRET_NAMES}
        if kind.dialect == "akismet":
            body = {str(name): str(inner) for name, inner in body.items() if inner is not None}
    if isinstance(body, str):
        body, media = strip_secrets(body), "multipart/mixed"
    return RecordedCall(
        **{"file": file, "number": number, "kind": kind, "host": host, "query": query, "body": body, "media": media},
        origin=envelope.origin,
        status=envelope.status,
        response=envelope.response,
    )


def _has_scores(response: Any) -> bool:
    return isinstance(response, dict) and isinstance(response.get("attributeScores"), dict)


def body_text(call: RecordedCall, *, key: str | None = None) -> bytes:
    """Return the body of a call as it is sent.

    Args:
        call: the call; it has a body.
        key: the key of the service that it is sent to; it is written where the protocol has it in the body.
    """
    if call.media == FORM_TYPE:
        form = {**call.body, **({"api_key": key, "key": key} if key else {})}
        return urlencode(form, errors="replace").encode()
    if isinstance(call.body, str):
        return call.body.encode("utf-8", "replace")
    return json.dumps(call.body).encode()


def comment_text(call: RecordedCall) -> Iterator[str]:
    """Yield the texts that a call has judged."""
    body = call.body
    if not isinstance(body, dict):
        return
    candidates: list[Any] = [body.get("comment_content"), body.get("content")]
    if isinstance(comment := body.get("comment"), dict):
        candidates += [comment.get("text"), comment.get("body")]
    inputs = body.get("input")
    for part in inputs if isinstance(inputs, list) else [inputs]:
        candidates.append(part.get("text") if isinstance(part, dict) else part)
    if isinstance(comments := body.get("comments"), list):
        candidates += [comment.get("text") for comment in comments if isinstance(comment, dict)]
    yield from (text for text in candidates if isinstance(text, str))
