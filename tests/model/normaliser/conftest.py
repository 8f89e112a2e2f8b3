"""A small lexicon, room for words, and a way to run what is compiled and its Python body side by side."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from model.array_types import ByteArray
from model.normaliser import (
    ascii,
    buffers,
    clean,
    hashing,
    leetspeak,
    masked_letters,
    normalise,
    obfuscation,
    placeholders,
    spelling,
    token_parts,
)
from model.normaliser.buffers import Scratch, TracedBytes
from model.normaliser.hashing import Lexicon
from model.normaliser.lexicon import parse_lexicon
from tests.model.python_bodies import python_bodies

MODULES = (ascii, buffers, clean, hashing, leetspeak, masked_letters, normalise, obfuscation, placeholders, spelling, token_parts)
WORDS = (
    "ass 3k|asshole 3j|bitch 3k|cool 1j|dead 1k|door 1j|fuck 3m|good 1n|grand 1i|hole 1i|idiot 3k|in 1o|know 1m|mother 1k|no 1p|off 1m|"
    "one 1n|or 1o|pen 1i|people 1n|player 1i|rare 1c|shit 3l|someone 1l|stupid 3k|the 1p|their 1n|there 1n|turn 1k|well 1m|what 1n|"
    "white 1l|whore 3h|with 1o|you 1p|your 1o"
)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The words above, each with its flags and the letter of its frequency."""
    return parse_lexicon("\n".join(sorted(WORDS.split("|"))).encode())


@pytest.fixture
def scratch() -> Scratch:
    """Room for words under way."""
    return Scratch(np.zeros(64, np.uint8), np.zeros(64, np.uint8), np.zeros(64, np.uint8), np.zeros(64, np.uint64))


def deep_copy(argument: Any) -> Any:
    if isinstance(argument, tuple) and hasattr(argument, "_fields"):
        return type(argument)(*map(deep_copy, argument))
    return argument.copy() if isinstance(argument, np.ndarray) else argument


def flatten(argument: Any) -> Iterator[Any]:
    if isinstance(argument, tuple):
        for part in argument:
            yield from flatten(part)
    else:
        yield argument


@pytest.fixture(scope="session")
def both() -> Callable[..., Any]:
    """Call a compiled function and its Python body, check that they return and write the same, and return what they return."""

    def call(function: Any, *arguments: Any) -> Any:
        copies = tuple(map(deep_copy, arguments))
        result = function(*copies)
        with python_bodies(*MODULES):
            assert function.py_func(*arguments) == result
        for copy, argument in zip(flatten(copies), flatten(arguments), strict=True):
            np.testing.assert_array_equal(copy, argument)
        return result

    return call


@pytest.fixture
def traced() -> Callable[[bytes], TracedBytes]:
    """Make a text that knows its source, with room for it to grow."""

    def make(text: bytes) -> TracedBytes:
        room = 5 * len(text) + 8
        data = np.zeros(room, np.uint8)
        data[: len(text)] = as_array(text)
        places = np.arange(room, dtype=np.int32)
        return TracedBytes(data, places, places + 1)

    return make


def as_array(text: bytes) -> ByteArray:
    return np.frombuffer(text, np.uint8)
