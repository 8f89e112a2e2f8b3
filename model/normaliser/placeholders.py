"""Placeholders for what no word stands for: "@user" for mentions, and the forms that corpora write for users and web addresses.

Each function writes the placeholder to ``replacement`` and returns its size, 0 if there is nothing to name, and where that ends.
"""

import numpy as np

from model.array_types import ByteArray
from model.normaliser.ascii import is_alnum, is_name_byte, spells
from model.normaliser.buffers import Scratch, copy_word
from model.normaliser.hashing import Lexicon
from model.normaliser.leetspeak import CHARGED_ONLY, decode_leetspeak
from model.numba_cache import inlined, inner

__all__ = ["name_mention", "name_placeholder"]

_MENTION = np.frombuffer(b"@user", np.uint8)
_USER = np.frombuffer(b"user", np.uint8)
_URL = np.frombuffer(b"url", np.uint8)
_HTTP = np.frombuffer(b"http", np.uint8)
_ACCOUNT = np.frombuffer(b"u/", np.uint8)


@inner
def _is_bracketed(data: ByteArray, lo: int, hi: int, word: ByteArray) -> bool:
    """Whether data[lo:hi], which opens a bracket, goes on with a word and closes one."""
    if not spells(data, lo + 1, hi - 1, word):
        return False
    closing = data[lo + 1 + word.size]
    return bool(closing == ord("]") or closing == ord(">"))


@inner
def _account_end(data: ByteArray, lo: int, hi: int) -> int:
    """Return where u/somebody or /u/somebody ends, lo if data[lo:hi] does not begin with it."""
    j = lo + 1 if data[lo] == ord("/") else lo
    if hi - j < 4 or not spells(data, j, hi, _ACCOUNT) or not is_alnum(data[j + 2]):
        return lo
    j += 2
    while j < hi and (is_name_byte(data[j]) or data[j] == ord("-")):
        j += 1
    return j


@inlined
def name_placeholder(data: ByteArray, lo: int, hi: int, replacement: ByteArray) -> tuple[int, int]:
    """Name what corpora write as [user], <url> and the like, and u/somebody."""
    if data[lo] == ord("[") or data[lo] == ord("<"):
        if _is_bracketed(data, lo, hi, _USER):
            return copy_word(_MENTION, 5, replacement), lo + 6
        if _is_bracketed(data, lo, hi, _URL):
            return copy_word(_HTTP, 4, replacement), lo + 5
        return 0, lo
    end = _account_end(data, lo, hi)
    return (copy_word(_MENTION, 5, replacement) if end > lo else 0), end


@inner
def name_mention(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, room: Scratch) -> tuple[int, int]:
    """Name @somebody, unless the sign is the first letter of a word (@ss)."""
    size = decode_leetspeak(data[lo:hi], hi - lo, lexicon, CHARGED_ONLY, room)
    if size > 0:
        return size, hi
    end = lo + 1
    while end < hi and is_name_byte(data[end]):
        end += 1
    is_named = end - lo == 5 and spells(data, lo, end, _MENTION)
    return (0 if is_named else copy_word(_MENTION, 5, room.replacement)), end
