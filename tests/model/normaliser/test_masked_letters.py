"""Signs that hide a letter, or stand between two, are seen through."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model.normaliser.buffers import Scratch
from model.normaliser.hashing import Lexicon
from model.normaliser.masked_letters import unmask_letter

UNMASKED = {"sh*t": "shit", "f***ck": "fuck", "i|)iot": "idiot", "b*tch": "bitch", "peo#le": "people", "sh-it": "shit", "st.upid": "stupid"}
UNTOUCHED = ["and/or", "no-one", "it's", "people's", "*hit", "shi*", "f*c*", "f*****ck", "x*q", "s-1t", "pé*ple", "g**d", "with-you"]


@pytest.mark.parametrize(("text", "word"), UNMASKED.items())
def test_masked_words(text: str, word: str, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """Signs in a row are read as the one letter that makes a word, or as none."""
    data = np.frombuffer(text.encode(), np.uint8)
    size = both(unmask_letter, data, 0, data.size, lexicon, scratch.raw, scratch.replacement)
    assert scratch.replacement[:size].tobytes().decode() == word


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_is_not_masked(text: str, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """Contractions, compounds of words, signs at an edge, in several places or too many in a row are no mask."""
    data = np.frombuffer(text.encode(), np.uint8)
    assert both(unmask_letter, data, 0, data.size, lexicon, scratch.raw, scratch.replacement) == 0
