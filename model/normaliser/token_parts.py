"""A token, which is what stands between two blanks, taken apart into the word and the punctuation around it."""

from typing import NamedTuple

from model.array_types import ByteArray
from model.normaliser.ascii import SPACE, is_edge, is_letter
from model.normaliser.hashing import HASH_OFFSET, Lexicon, extend_hash, finish_hash, flags_of
from model.numba_cache import inlined, inner

__all__ = ["TokenParts", "nothing_at", "take_apart"]


class TokenParts(NamedTuple):
    """Where the parts of the token data[begin:end] are.

    Attributes:
        begin, end: the token.
        lo, hi: what is left of it without the punctuation at its edges.
        letters_end: where the letters end that data[lo:hi] begins with; lo if it begins with none, hi if it is nothing but letters.
        longest_run: how often one of these letters comes in a row at most, 1 if there are none.
        flags: of the word that these letters are, 0 if the lexicon does not have it.
    """

    begin: int
    end: int
    lo: int
    hi: int
    letters_end: int
    longest_run: int
    flags: int


@inner
def nothing_at(at: int) -> TokenParts:
    """Return a token without any bytes."""
    return TokenParts(at, at, at, at, at, 1, 0)


@inlined
def take_apart(data: ByteArray, at: int, size: int, lexicon: Lexicon) -> TokenParts:
    """Take the first token of data[at:size] apart; if there is none, return nothing at size."""
    begin = at
    while begin < size and data[begin] == SPACE:
        begin += 1
    lo = begin
    while lo < size and is_edge(data[lo]):
        lo += 1
    h = HASH_OFFSET
    longest_run = run = 1
    letters_end = lo
    before = 0
    while letters_end < size:
        letter = int(data[letters_end])
        if not is_letter(letter):
            break
        h = extend_hash(h, letter)
        run = run + 1 if letter == before else 1
        longest_run = max(longest_run, run)
        before = letter
        letters_end += 1
    end = letters_end
    while end < size and data[end] != SPACE:
        end += 1
    hi = end
    while hi > letters_end and is_edge(data[hi - 1]):
        hi -= 1
    flags = flags_of(lexicon, finish_hash(h)) if letters_end > lo else 0
    return TokenParts(begin, end, lo, hi, letters_end, longest_run, flags)
