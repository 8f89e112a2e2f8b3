"""Case, blanks, control characters, web addresses and "&" are settled without knowing any word."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.normaliser.buffers import TracedBytes
from model.normaliser.clean import clean, name_exposed_addresses

Make = Callable[[bytes], TracedBytes]

CLEANED = {
    b"You ARE fine.": b"you are fine.",
    b" a \t\r\n b ": b"a b",
    b"a\x00b\x7fc": b"abc",
    b"don\x19t \x1cquote\x1d": b'don\'t "quote"',
    b"a\x13b": b"a b",
    b"A&B & c": b"a and b and c",
    b"&": b"and",
    b"see HTTPS://a.b/c?d now": b"see http now",
    b"www.a.b, http://x": b"http http",
    b"xhttp://a": b"xhttp://a",
    b"http:// www. wwww.a": b"http:// www. wwww.a",
    "é ".encode() * 2: "é é".encode(),
}


def cleaned(text: bytes) -> bytes:
    """Return a text as it is cleaned without the way back."""
    none = np.zeros(0, np.int32)
    out = TracedBytes(np.zeros(5 * len(text) + 8, np.uint8), none, none)
    size, _ = clean(np.frombuffer(text, np.uint8), 0, len(text), out)
    return out.data[:size].tobytes()


@pytest.mark.parametrize(("text", "clean_text"), CLEANED.items())
def test_examples(text: bytes, clean_text: bytes, traced: Make, both: Callable[..., Any]) -> None:
    """Case is lowered, blanks are joined, control characters dropped, web addresses and "&" named, with the way back and without."""
    out = traced(text)
    size, _ = both(clean, np.frombuffer(text, np.uint8), 0, len(text), out)
    assert out.data[:size].tobytes() == clean_text == cleaned(text)


@given(st.text("aBhtpsw:/.& \t\n\x00\x19&é", max_size=30))
def test_what_was_cleaned_twice_is_clean(text: str) -> None:
    """Cleaning changes nothing any more once the web addresses that it exposed are named."""
    twice = cleaned(cleaned(text.encode()))
    assert cleaned(twice) == twice


def test_ranges_lead_back(traced: Make, both: Callable[..., Any]) -> None:
    """What is named stands for all that it was read from; what was joined or dropped leaves no trace."""
    text = b"A  & www.b.c"
    out = traced(text)
    size, dropped = both(clean, np.frombuffer(text, np.uint8), 0, len(text), out)
    assert out.data[:size].tobytes() == b"a and http"
    assert not dropped
    assert (out.begin[2], out.end[4]) == (3, 4)
    assert (out.begin[6], out.end[9]) == (5, 12)


def test_an_exposed_address_is_named(traced: Make, both: Callable[..., Any]) -> None:
    """An address that a dropped control character had hidden is named, and stands for all of it."""
    source = b"see h\x01ttp://a now"
    text, out = traced(source), traced(source)
    size, dropped = both(clean, np.frombuffer(source, np.uint8), 0, len(source), text)
    assert dropped
    assert both(name_exposed_addresses, text, size, out) == 12
    assert out.data[:12].tobytes() == b"see http now"
    assert (out.begin[4], out.end[7]) == (4, 13)


def test_without_an_address_nothing_is_written(traced: Make, both: Callable[..., Any]) -> None:
    """A text without addresses is left as it is."""
    assert both(name_exposed_addresses, traced(b"he who has http"), 15, traced(b"")) == -1
