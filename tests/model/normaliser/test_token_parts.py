"""A token is taken apart into the word and the punctuation around it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model.normaliser.hashing import CHARGED, WORD, Lexicon
from model.normaliser.token_parts import TokenParts, nothing_at, take_apart


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (b"good", TokenParts(0, 4, 0, 4, 4, 2, WORD)),
        (b"(shit!) x", TokenParts(0, 7, 1, 5, 5, 1, WORD | CHARGED)),
        (b" fu.ck", TokenParts(1, 6, 1, 6, 3, 1, 0)),
        (b"sooo,", TokenParts(0, 5, 0, 4, 4, 3, 0)),
        (b"...", TokenParts(0, 3, 3, 3, 3, 1, 0)),
        (b"1st", TokenParts(0, 3, 0, 3, 0, 1, 0)),
        (b"$5.", TokenParts(0, 3, 0, 2, 0, 1, 0)),
    ],
)
def test_parts(text: bytes, parts: TokenParts, lexicon: Lexicon, both: Callable[..., Any]) -> None:
    """Punctuation at the edges is set apart; the letters that the rest begins with are counted and looked up."""
    assert both(take_apart, np.frombuffer(text, np.uint8), 0, len(text), lexicon) == parts


def test_tokens_follow_each_other(lexicon: Lexicon, both: Callable[..., Any]) -> None:
    """Where one token ends the next is found; behind the last there is nothing."""
    text = np.frombuffer(b"you  are", np.uint8)
    first = both(take_apart, text, 0, 8, lexicon)
    second = both(take_apart, text, first.end, 8, lexicon)
    assert (second.begin, second.end) == (5, 8)
    assert both(take_apart, text, second.end, 8, lexicon) == both(nothing_at, 8)
