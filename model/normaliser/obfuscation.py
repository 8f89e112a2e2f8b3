"""How words that are taken apart are put together again: single letters, two halves, letters with signs between them.

A word is put together only where that makes a word of the lexicon. Each function that reads one writes it to ``replacement`` and
returns its size, 0 if there is none.
"""

from model.array_types import ByteArray
from model.normaliser.ascii import SPACE, is_alnum, is_digit, is_edge, is_leet, is_letter, is_separator, letters_end
from model.normaliser.buffers import Scratch, copy_word
from model.normaliser.hashing import CHARGED, HASH_OFFSET, Lexicon, extend_hash, finish_hash, flags_of, look_up
from model.normaliser.leetspeak import (
    CHARGED_ONLY,
    FEWEST_LETTERS,
    count_readings,
    decode_leetspeak,
    is_acceptable,
    nth_reading,
    write_reading,
)
from model.normaliser.token_parts import TokenParts
from model.numba_cache import inlined, inner

__all__ = ["begins_single_letters", "is_numeric", "join_halves", "join_separated", "join_single_letters"]

_MOST_SINGLE = 24  # letters standing alone that are read together
_LONGEST_HALF = 12


@inner
def begins_single_letters(token: TokenParts, following: TokenParts) -> bool:
    """Whether a token and the one that follows are a single sign each, as ``join_single_letters`` needs them."""
    return token.end - token.begin == 1 and following.end - following.begin == 1


@inner
def _collect_single_letters(data: ByteArray, i: int, size: int, raw: ByteArray) -> int:
    """Write the letters and signs that stand alone from i on to raw, up to one with punctuation behind it; return how many."""
    m = 0
    while m < _MOST_SINGLE and i < size and (is_letter(data[i]) or is_leet(data[i])):
        is_last = i + 1 == size or is_edge(data[i + 1])
        if not is_last and data[i + 1] != SPACE:
            break
        raw[m] = data[i]
        m += 1
        i += 2
        if is_last:
            break
    return m


@inner
def _longest_word(m: int, most: int, used: int, lexicon: Lexicon, room: Scratch) -> tuple[int, int]:
    """Find the longest word that a reading of single letters begins with.

    The word grows letter by letter together with its hash, for a text may consist of nothing but single letters.

    Args:
        m: how many letters room.raw and their reading room.candidate hold; what is read of candidate is overwritten.
        most: how often a letter may come in a row; further ones are left out.
        used: how many letters a word that was found before is made of: this one has to be made of more.
        lexicon: the known words.
        room: receives the word as its replacement.

    Returns:
        The size of the word, and how many letters it is made of; 0 and used if there is none.
    """
    h = HASH_OFFSET
    n = run = letters = length = 0
    for k in range(m):
        run = run + 1 if k > 0 and room.candidate[k] == room.candidate[k - 1] else 1
        letters += is_letter(room.raw[k])
        if run <= most:
            room.candidate[n] = room.candidate[k]
            n += 1
            h = extend_hash(h, room.candidate[k])
        if n > 2 and k + 1 > used and 2 * letters > k and is_acceptable(flags_of(lexicon, finish_hash(h)), n, FEWEST_LETTERS):
            used = k + 1
            length = copy_word(room.candidate, n, room.replacement)
    return length, used


@inner
def join_single_letters(data: ByteArray, i: int, size: int, lexicon: Lexicon, room: Scratch) -> tuple[int, int]:
    """Read letters that stand alone from i on (f u c k) as the longest word that they begin with; return its size and end."""
    m = _collect_single_letters(data, i, size, room.raw)
    used = length = 0
    readings = count_readings(room.raw, m) if m > 2 else 0
    for most in range(2, 0, -1):
        for n in range(readings):
            write_reading(room.raw, m, nth_reading(n, readings), room.candidate)
            longer, used = _longest_word(m, most, used, lexicon, room)
            if longer > 0:
                length = longer
    return length, i + 2 * used - 1


@inner
def _may_be_halves(left: int, left_flags: int, right: int, right_flags: int) -> bool:
    """Whether words of so many letters, with these flags, may be halves of one.

    One of them has to be no word, and no single letter is joined to a word: "pen is" and "as sure" are left alone.
    """
    has_odd_half = (left >= 2 and left_flags == 0) or (right >= 2 and right_flags == 0)
    has_lone_letter = (left == 1 and right_flags != 0) or (right == 1 and left_flags != 0)
    return has_odd_half and not has_lone_letter


@inlined
def join_halves(data: ByteArray, token: TokenParts, following: TokenParts, lexicon: Lexicon, replacement: ByteArray) -> tuple[int, int]:
    """Join a word with the letters behind the blank (fu ck) if only that makes sense; return the size of both and where they end.

    They have to make a charged word, or one of five letters if neither of them is a word.

    Args:
        data: the text.
        token: letters, with no punctuation behind them.
        following: the token that follows.
        lexicon: the known words.
        replacement: receives the word.
    """
    left, right = token.hi - token.lo, following.letters_end - following.begin
    is_bare = following.lo == following.begin and (following.letters_end == following.end or not is_alnum(data[following.letters_end]))
    if not 1 <= right <= _LONGEST_HALF or left > _LONGEST_HALF or not is_bare or following.begin != token.end + 1:
        return 0, token.end
    if not _may_be_halves(left, token.flags, right, following.flags):
        return 0, token.end
    for k in range(left):
        replacement[k] = data[token.lo + k]
    for k in range(right):
        replacement[left + k] = data[following.begin + k]
    flags = look_up(lexicon, replacement, 0, left + right)
    has_word = (left >= 2 and token.flags != 0) or (right >= 2 and following.flags != 0)
    is_joined = left + right >= 4 and (flags & CHARGED != 0 or (flags != 0 and not has_word and left + right > 4))
    return (left + right if is_joined else 0), following.letters_end


@inner
def is_numeric(data: ByteArray, lo: int, hi: int, lexicon: Lexicon) -> bool:
    """Whether digits look like a number, a unit or a version ("a55", "5um", "player2") rather than like letters."""
    digits = 0
    for k in range(lo, hi):
        digits += is_digit(data[k])
    if digits == 0:
        return False
    if hi - lo - digits < 2 or (hi - lo <= 3 and (is_digit(data[lo]) or is_digit(data[hi - 1]))):
        return True
    k = lo
    while k < hi and is_digit(data[k]):
        k += 1
    if k - lo == digits and digits >= 2 and hi - k <= 3:
        return True
    k = letters_end(data, lo, hi)
    return k - lo >= 3 and hi - k == digits and look_up(lexicon, data, lo, k) != 0


@inner
def join_separated(data: ByteArray, lo: int, hi: int, letters: int, lexicon: Lexicon, room: Scratch) -> int:
    """Find the word whose letters, or parts that are no words, have signs between them (f.u.c.k, fu-ck)."""
    m = 0
    parts = 1
    has_singles_only = True
    has_words_only = True
    part = lo
    for k in range(lo, hi + 1):
        if k < hi and not is_separator(data[k]):
            room.raw[m] = data[k]
            m += 1
            continue
        has_singles_only &= k - part == 1
        if k > part and look_up(lexicon, data, part, k) == 0:
            has_words_only = False
        parts += k < hi
        part = k + 1
    if parts == 1 or is_numeric(room.raw, 0, m, lexicon):
        return 0
    if has_singles_only and parts >= 3:
        return decode_leetspeak(room.raw, m, lexicon, FEWEST_LETTERS if letters * 2 >= m else CHARGED_ONLY, room)
    if not has_words_only and letters * 2 > m:
        return decode_leetspeak(room.raw, m, lexicon, CHARGED_ONLY, room)
    return 0
