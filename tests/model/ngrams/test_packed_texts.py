"""Texts packed into one array come back as they were."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.ngrams.packed_texts import pack_bytes


@given(st.lists(st.binary(max_size=20), max_size=9))
def test_texts_come_back(texts: list[bytes]) -> None:
    """Text i lies between offsets i and i + 1, and there is nothing besides."""
    data, offsets = pack_bytes(texts)

    assert data.dtype == np.uint8
    assert offsets.dtype == np.int64
    assert [data[begin:end].tobytes() for begin, end in pairwise(offsets)] == texts
    assert data.size == offsets[-1]


def test_a_single_text_is_not_copied() -> None:
    """The array of a single text shares its memory, so that long comments cost nothing."""
    text = b"a" * 1000

    assert np.shares_memory(pack_bytes([text]).data, np.frombuffer(text, np.uint8))
