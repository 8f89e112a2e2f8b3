"""The words of a comment: runs of letters, without addresses, hashtags and user names."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.language.comment_words import GAP, NAME, WORD, byte_at, lower_case, next_token


def tokens(text: str) -> list[tuple[int, str]]:
    """Return the kind and the text of each token."""
    data, at, kind, found = np.frombuffer(text.encode(), np.uint8), 0, GAP, []
    while at < data.size:
        kind, stop = next_token(data, at, data.size, kind)
        found.append((kind, data[at:stop].tobytes().decode(errors="replace")))
        at = stop
    return found


@pytest.mark.parametrize(
    ("text", "names", "words"),
    [
        ("hello @bob, see #topic", ["@bob,", "#topic"], ["hello", "see"]),
        ("HTTP://example.org/x and www.example.org", ["HTTP://example.org/x", "www.example.org"], ["and"]),
        ("they said: naïve", [], ["they", "said", "naïve"]),
        ("mail me@example", [], ["mail", "me", "example"]),
        ("http", [], ["http"]),
        ("", [], []),
    ],
)
def test_names_and_words_are_told_apart(text: str, names: list[str], words: list[str]) -> None:
    """User names, hashtags and addresses are names unless they follow a word directly; runs of letters are words."""
    assert [token for kind, token in tokens(text) if kind == NAME] == names
    assert [token for kind, token in tokens(text) if kind == WORD] == words


@given(st.text(max_size=60))
def test_tokens_are_the_whole_text(text: str) -> None:
    """No byte is lost, and none is read twice."""
    data, at, kind = np.frombuffer(text.encode(), np.uint8), 0, GAP
    while at < data.size:
        kind, stop = next_token(data, at, data.size, kind)
        assert at < stop <= data.size
        at = stop


def test_letters_of_ascii_have_a_lower_case() -> None:
    """Capital letters become small ones, every other byte stays, also where the Python bodies run uncompiled."""
    every = np.arange(256, dtype=np.uint8)
    expected = [byte + 32 if chr(byte) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" else byte for byte in range(256)]
    assert [lower_case(byte_at(every, at)) for at in range(256)] == expected
    assert [lower_case.py_func(byte_at.py_func(every, at)) for at in range(256)] == expected  # type: ignore[attr-defined]
