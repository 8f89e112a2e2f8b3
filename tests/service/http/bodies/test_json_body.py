"""From the bytes of a body to a message, or to a problem that says what is wrong with them."""

import json
import math
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.bodies.json_body import parse_json
from service.http.problems import ProblemError, ProblemKind
from service.http.routes.moderate_messages import build_request_type

REQUEST_TYPE = build_request_type(3)
NAMES = st.text() | st.sampled_from(["comments", "id", "text", "format"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)
)
BODIES = st.binary() | st.text().map(str.encode) | DOCUMENTS.map(json.dumps).map(str.encode)
SECRET = "xyzzy plugh"
ID = "has to be a string or an integer of 64 bits"


@given(st.text(), st.one_of(st.text(), st.integers(-(2**63), 2**63 - 1)), st.booleans())
def test_what_json_can_say_arrives(text: str, name: str | int, ascii_only: bool) -> None:
    """Any text and any id arrive as they were sent, however the JSON is escaped."""
    body = json.dumps({"comments": [{"id": name, "text": text}]}, ensure_ascii=ascii_only).encode()

    comment = parse_json(body, REQUEST_TYPE).comments[0]

    assert (comment.text, comment.id, type(comment.id)) == (text, name, type(name))


@given(st.lists(st.sampled_from(["a", "\\", '"', "\ud800", "\udbff", "\udc00", "\udfff", "u", "d", "8", "0", "\U0001f600"])).map("".join))
def test_half_a_surrogate_pair_becomes_a_replacement_character(text: str) -> None:
    """A text that was cut inside an emoji is judged: a lone half counts as U+FFFD, and nothing else changes."""
    body = json.dumps({"comments": [{"id": "1", "text": text}]}).encode()

    comment = parse_json(body, REQUEST_TYPE).comments[0]

    assert comment.text == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@pytest.mark.parametrize("unit", [rb"\\", rb"\u0041", rb"\ud800\\"])
def test_a_body_full_of_escapes_that_is_broken_is_refused_soon(unit: bytes) -> None:
    """Looking for halves of surrogate pairs takes a few times as long as reading the same body when nothing is wrong with it."""
    whole, broken = b'"' + rb"\\" * 2_000_000 + b'"', b'"' + unit * (4_000_000 // len(unit))

    whole_time, broken_time = (min(_time_refusal(body) for _ in range(3)) for body in (whole, broken))

    assert broken_time < 12 * whole_time + 0.05


def _time_refusal(body: bytes) -> float:
    start = time.process_time()
    with pytest.raises(ProblemError):
        parse_json(body, REQUEST_TYPE)
    return time.process_time() - start


def test_a_byte_order_mark_is_passed_over() -> None:
    """A body that begins with a byte order mark is read all the same."""
    assert parse_json(b'\xef\xbb\xbf{"comments":[]}', REQUEST_TYPE).comments == []


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"", ProblemKind.NOT_JSON, "line 1 column 0"),
        (b'{"comments":\n [}', ProblemKind.NOT_JSON, "line 2 column 3"),
        (b'{"comments":[]} x', ProblemKind.NOT_JSON, "trailing characters at line 1"),
        (b"[" * 50_000, ProblemKind.NOT_JSON, "recursion limit"),
        (b'{"comments":[{"id":' + b"9" * 5000 + b',"text":"a"}]}', ProblemKind.NOT_JSON, "number out of range"),
        (b'{"comments":[{"id":"\\u12', ProblemKind.NOT_JSON, "line 1"),
        (b'{"comments":[{"id":"1","text":"\xff"}]}', ProblemKind.NOT_UTF8, "Byte 31 "),
        (b'{"comments":[{"id":"1","text":"\xed\xa0\x80"}]}', ProblemKind.NOT_UTF8, "Byte 31 "),
        ('{"comments":[]}'.encode("utf-16"), ProblemKind.NOT_UTF8, "Byte 0 "),
    ],
)
def test_broken_json_is_located(body: bytes, kind: ProblemKind, reason: str) -> None:
    """What is no JSON or no UTF-8 is refused with the place where that shows."""
    with pytest.raises(ProblemError) as caught:
        parse_json(body, REQUEST_TYPE)

    assert (caught.value.kind, caught.value.kind.status) == (kind, 400)
    assert reason in caught.value.detail


@pytest.mark.parametrize(
    ("document", "field", "reason"),
    [
        ([], "<the body>", "has to be an object"),
        ({}, "comments", "is missing"),
        ({"comments": {}}, "comments", "has to be an array"),
        ({"comments": [], "polcy": "x"}, "polcy", "is not a field that this call has"),
        ({"comments": [], "policy": 1}, "policy", "has to be a string"),
        ({"comments": [], "explain": "yes"}, "explain", "has to be true or false"),
        ({"comments": ["hello"]}, "comments[0]", "has to be an object"),
        ({"comments": [{"text": "a"}]}, "comments[0].id", "is missing"),
        ({"comments": [{"id": True, "text": "a"}]}, "comments[0].id", ID),
        ({"comments": [{"id": 1.0, "text": "a"}]}, "comments[0].id", ID),
        ({"comments": [{"id": 2**63, "text": "a"}]}, "comments[0].id", ID),
        ({"comments": [{"id": math.nan, "text": "a"}]}, "comments[0].id", ID),
        ({"comments": [{"id": "1", "text": "a", "parent": []}]}, "comments[0].parent", ID),
        ({"comments": [{"id": "1", "text": "a"}, {"id": "1"}]}, "comments[1].text", "is missing"),
        ({"comments": [{"id": "1", "text": None}]}, "comments[0].text", "has to be a string"),
        ({"comments": [{"id": "1", "text": "a", "format": "rtf"}]}, "comments[0].format", "has to be one of plain, html, markdown"),
        ({"comments": [{"id": "1", "text": "a", SECRET: 1}]}, "comments[0].<a name not shown>", "is not a field that this call has"),
    ],
)
def test_wrong_fields_are_named(document: object, field: str, reason: str) -> None:
    """A call of the wrong shape is refused with the one field that is wrong, and what it has to be."""
    with pytest.raises(ProblemError) as caught:
        parse_json(json.dumps(document).encode(), REQUEST_TYPE)

    assert (caught.value.kind, caught.value.kind.status) == (ProblemKind.WRONG_FIELDS, 422)
    assert caught.value.errors == [{"field": field, "detail": reason}]
    assert caught.value.detail == f"{field}: {reason}"


def test_many_wrong_fields_are_counted() -> None:
    """Of many wrong fields the first are listed and all are counted; of very many, only that."""
    some = {"comments": [], **{f"f{at}": 1 for at in range(100)}}
    hosts = {"comments": [], **{f"f{at}": 1 for at in range(20_000)}}

    with pytest.raises(ProblemError, match="and 99 more") as caught:
        parse_json(json.dumps(some).encode(), REQUEST_TYPE)
    assert len(caught.value.errors) == 20
    with pytest.raises(ProblemError, match="20000 fields are wrong"):
        parse_json(json.dumps(hosts).encode(), REQUEST_TYPE)


def test_too_many_comments() -> None:
    """More comments than allowed are refused with both numbers, whatever the comments look like."""
    with pytest.raises(ProblemError, match="comments: may hold at most 3, holds 4") as caught:
        parse_json(json.dumps({"comments": [1, 2, 3, 4]}).encode(), REQUEST_TYPE)

    assert (caught.value.kind, caught.value.kind.status) == (ProblemKind.TOO_MANY_COMMENTS, 413)


@given(BODIES)
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Whatever a body holds, it is read or refused as the caller's mistake."""
    with suppress(ProblemError):
        parse_json(body, REQUEST_TYPE)
