"""Text is appended to buffers together with the way back to its source."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model.normaliser.buffers import TracedBytes, append, append_byte, append_word, copy_word, make_buffers

Make = Callable[[bytes], TracedBytes]


@pytest.mark.parametrize("traced_too", [False, True])
def test_buffers_have_room(*, traced_too: bool) -> None:
    """A text may grow fivefold; its ranges have room only if they are asked for."""
    room = make_buffers(100, traced_too)
    for text in (room.text, room.other):
        assert text.data.size >= 500
        assert text.begin.size == text.end.size == (text.data.size if traced_too else 0)
    assert {field.size for field in room.scratch} == {64}


def test_what_is_appended_keeps_its_ranges(traced: Make, both: Callable[..., Any]) -> None:
    """Text that is appended brings its ranges along."""
    source, out = traced(b"abcdef"), traced(b"")
    assert both(append, source, 2, 5, out, 1) == 4
    assert out.data[1:4].tobytes() == b"cde"
    assert out.begin[1:4].tolist() == [2, 3, 4]
    assert out.end[1:4].tolist() == [3, 4, 5]


def test_a_word_stands_for_a_range(traced: Make, both: Callable[..., Any]) -> None:
    """Each byte of a word that is appended stands for the same range, a single byte for its place."""
    out = traced(b"")
    assert both(append_word, np.frombuffer(b"http", np.uint8), 4, 3, 20, out, 0) == 4
    assert both(append_byte, ord("x"), 20, out, 4) == 5
    assert out.data[:5].tobytes() == b"httpx"
    assert out.begin[:5].tolist() == [3, 3, 3, 3, 20]
    assert out.end[:5].tolist() == [20, 20, 20, 20, 21]


def test_without_room_nothing_is_traced(both: Callable[..., Any]) -> None:
    """Where the ranges have no room only the bytes are written."""
    none = np.zeros(0, np.int32)
    out = TracedBytes(np.zeros(9, np.uint8), none, none)
    assert both(append, TracedBytes(np.frombuffer(b"ab", np.uint8).copy(), none, none), 0, 2, out, 0) == 2
    assert both(append_word, np.frombuffer(b"cd", np.uint8), 2, 0, 1, out, 2) == 4
    assert both(append_byte, ord("e"), 0, out, 4) == 5
    assert out.data[:5].tobytes() == b"abcde"


def test_a_word_is_copied(both: Callable[..., Any]) -> None:
    """Only the letters of the word are copied."""
    replacement = np.zeros(6, np.uint8)
    assert both(copy_word, np.frombuffer(b"words", np.uint8), 4, replacement) == 4
    assert replacement.tobytes() == b"word\0\0"
