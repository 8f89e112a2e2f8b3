"""JSON as people write it by hand becomes JSON, and whatever is JSON stays as it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.bodies.lenient_json import to_strict_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
KEYS = st.from_regex(r"[A-Za-z_$][A-Za-z0-9_$]{0,5}", fullmatch=True)
HAND_WRITTEN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)
)


def _write_by_hand(value: object) -> str:
    """Write a value with as few quotes and as many commas as the lenient form allows."""
    if isinstance(value, dict):
        return "{" + "".join(f"{key} : {_write_by_hand(item)} , " for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + "".join(f"{_write_by_hand(item)},\n" for item in value) + "]"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return json.dumps(value)


@given(HAND_WRITTEN)
def test_what_is_written_by_hand_arrives(value: object) -> None:
    """Whatever is written without quotes about its keys, with apostrophes and with commas at the end is read as it is meant."""
    body = _write_by_hand(value).encode("utf-8", "surrogatepass")

    assert json.loads(to_strict_json(body).decode("utf-8", "surrogatepass")) == value


@given(VALUES, st.sampled_from([None, 2]))
def test_json_stays_as_it_is(value: object, indent: int | None) -> None:
    """What is JSON already is not changed in a single byte."""
    body = json.dumps(value, indent=indent).encode()

    assert to_strict_json(body) == body


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (rb"""{"a": "it\'s", 'b': 'say "so"', c: "\v\q"}""", {"a": "it's", "b": 'say "so"', "c": "\x0bq"}),
        (b'{"a": "one\ntwo\tthree\x00"}', {"a": "one\ntwo\tthree\x00"}),
        (rb'{a: "\u00e4\\", b: 1e5, c: [1,2,], d: true}', {"a": "ä\\", "b": 1e5, "c": [1, 2], "d": True}),
        ("{ä: 'ö'}".replace("ä", "a").encode(), {"a": "ö"}),
        (b'{"a:b": "c, }", d: ", ]"}', {"a:b": "c, }", "d": ", ]"}),
    ],
)
def test_texts_keep_their_letters(body: bytes, said: object) -> None:
    """Quotes, escapes, line breaks, commas and colons within a text are letters of it."""
    assert json.loads(to_strict_json(body)) == said


@pytest.mark.parametrize("body", [b"{a: True}", b"{a: b}", b"{a b: 1}", b"{'a: 1}", b'{"a": "', b"// a\n{}", b"{a: NaN}", b"a=b&c=d"])
def test_what_is_no_json_even_so_does_not_become_any(body: bytes) -> None:
    """Words that JSON does not have, texts without an end and comments are still no JSON."""
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|Illegal|NaN|property name"):
        json.loads(to_strict_json(body), parse_constant=_refuse)


def _refuse(word: str) -> object:
    raise ValueError(word)


@given(st.binary() | st.text(alphabet="{}[]:,'\"\\ \nab1$").map(str.encode))
def test_whatever_comes_is_looked_at(body: bytes) -> None:
    """No body is an error here; what cannot be read is left to those that say what is wrong with it."""
    assert isinstance(to_strict_json(body), bytes)


@pytest.mark.parametrize("body", [b"['" + b'"' * 20_000 + b"']", b"[" + (b"'" + b"\n" * 400 + b"',") * 30 + b"]"])
def test_what_takes_long_is_left(body: bytes) -> None:
    """What would have to be written anew letter by letter is left as it is, however the letters are divided: others wait meanwhile."""
    assert to_strict_json(body) == body
