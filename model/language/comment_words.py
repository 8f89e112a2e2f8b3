"""The words of a comment as language identification reads them: without addresses, hashtags and user names."""

import numpy as np

from model.array_types import BoolArray, ByteArray
from model.numba_cache import inner

__all__ = ["GAP", "NAME", "WORD", "byte_at", "lower_case", "next_token"]

NAME, GAP, WORD = range(3)
"""Kinds of tokens: a user name, a hashtag or an address; a byte between words; a word."""


def _word_bytes() -> BoolArray:
    """Return which bytes words consist of: letters, and all that is not ASCII; shape (256,)."""
    table = np.zeros(256, np.bool_)
    table[128:] = True
    table[[ord(letter) for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]] = True
    return table


_IN_WORD = _word_bytes()


@inner
def byte_at(data: ByteArray, at: int) -> int:
    """Return a byte as a signed number, as all others here are."""
    return int(np.int64(data[at]))


@inner
def lower_case(byte: int) -> int:
    """Return a byte with a capital letter of ASCII in lower case."""
    return byte + 32 if ord("A") <= byte <= ord("Z") else byte


@inner
def _begins_with(data: ByteArray, at: int, one: int, two: int, three: int, four: int) -> bool:
    """Return whether data[at:] begins with four letters, in upper or lower case."""
    return (
        lower_case(byte_at(data, at)) == one
        and lower_case(byte_at(data, at + 1)) == two
        and lower_case(byte_at(data, at + 2)) == three
        and lower_case(byte_at(data, at + 3)) == four
    )


@inner
def _name_end(data: ByteArray, at: int, end: int) -> int:
    """Return where the user name, tag or address that begins at data[at] ends; ``at`` itself if none does."""
    is_name = data[at] == ord("@") or data[at] == ord("#")
    if not is_name and at + 4 < end:
        is_name = _begins_with(data, at, ord("h"), ord("t"), ord("t"), ord("p"))
        is_name = is_name or _begins_with(data, at, ord("w"), ord("w"), ord("w"), ord("."))
    if is_name:
        while at < end and data[at] > ord(" "):
            at += 1
    return at


@inner
def next_token(data: ByteArray, at: int, end: int, previous: int) -> tuple[int, int]:
    """Return the kind of the token that begins at data[at], and where it ends.

    A token is a name, a run of letters, or a single other byte. Nothing that follows a word directly is a name.

    Args:
        data: UTF-8.
        at: where the token begins, before ``end``.
        end: where the text ends.
        previous: the kind of the token before; ``GAP`` at the beginning.
    """
    if previous != WORD:
        stop = _name_end(data, at, end)
        if stop != at:
            return NAME, stop
    if not _IN_WORD[data[at]]:
        return GAP, at + 1
    while at < end and _IN_WORD[data[at]]:
        at += 1
    return WORD, at
