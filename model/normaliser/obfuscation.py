"""How a token is read out of a disguise: drawn-out letters, leetspeak, masked vowels, letters set apart.

A disguise is undone only where that makes a word of the lexicon. Each function leaves the word in ``found`` and returns
its size, 0 if there is none.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray
from model.normaliser.alphabet import (
    CHARGED,
    HASH_OFFSET,
    LEET,
    fits,
    flags_of,
    hash_end,
    hash_on,
    is_alnum,
    is_digit,
    is_edge,
    is_leet,
    is_letter,
    is_separator,
    look_up,
    put,
)
from model.numba_cache import inner

__all__ = [
    "LONGEST",
    "SHORTEN",
    "Scratch",
    "drawn_out",
    "joined",
    "mention",
    "numbered",
    "placeholder",
    "resolve",
    "separated",
    "spelled",
]

Lexicon = npt.NDArray[np.uint32]

NEVER = 99  # more letters than any word has: charged words only
LONGEST = 40  # letters of a token that the rules look at; longer ones are only shortened
SHORTEN = -1
_SPELLED = 24  # letters standing alone that are read together
_USER = np.frombuffer(b"@user", np.uint8)
_HTTP = np.frombuffer(b"http", np.uint8)


class Scratch(NamedTuple):
    """Room for a word under way.

    Attributes:
        raw, word, found: what is to be read, how, and what came of it; 64 bytes each.
        hashes: of words that were tried, 64.
    """

    raw: ByteArray
    word: ByteArray
    found: ByteArray
    hashes: npt.NDArray[np.uint64]


@inner
def _collapse(word: ByteArray, size: int, lexicon: Lexicon, least: int, found: ByteArray) -> int:
    """Look for word[:size] with its repeated letters cut to two or one; write what fits to found and return its size, else 0."""
    runs = 0
    for i in range(1, size):
        if word[i] == word[i - 1] and (i == 1 or word[i] != word[i - 2]):
            runs += 1
    if runs == 0:
        return 0
    for choice in range(1 << min(runs, 4)):
        n = 0
        run = -1
        i = 0
        while i < size:
            j = i + 1
            while j < size and word[j] == word[i]:
                j += 1
            found[n] = word[i]
            n += 1
            if j - i > 1:
                run += 1
                if not (choice >> min(run, 3)) & 1:
                    found[n] = word[i]
                    n += 1
            i = j
        if fits(look_up(lexicon, found, 0, n), n, least):
            return n
    return 0


@inner
def _choice(tried: int, choices: int) -> int:
    """Return which readings of ambiguous signs to try next: all alike first (0 and the last), then the mixed ones."""
    return tried // 2 if tried % 2 == 0 else choices - 1 - tried // 2


@inner
def _choices(raw: ByteArray, size: int) -> int:
    """Return how many ways there are to read the signs of raw[:size], 16 at most; 0 if one of them is no letter's."""
    ambiguous = 0
    for i in range(size):
        if not is_letter(raw[i]):
            if not is_leet(raw[i]):
                return 0
            if LEET[raw[i], 1] != 0:
                ambiguous += 1
    return 1 << min(ambiguous, 4)


@inner
def _decode(raw: ByteArray, size: int, choice: int, word: ByteArray) -> None:
    """Write raw[:size] with letters for signs to word; bit k of choice tells how to read the k-th ambiguous sign."""
    seen = 0
    for i in range(size):
        b = raw[i]
        if is_letter(b):
            word[i] = b
        elif LEET[b, 1] != 0:
            word[i] = LEET[b, (choice >> min(seen, 3)) & 1]
            seen += 1
        else:
            word[i] = LEET[b, 0]


@inner
def resolve(raw: ByteArray, size: int, lexicon: Lexicon, least: int, room: Scratch) -> int:
    """Read raw[:size] (letters and leet signs) as a word of the lexicon; write it to found and return its size, else 0."""
    if size < 3 or size > LONGEST:
        return 0
    choices = _choices(raw, size)
    for tried in range(choices):
        _decode(raw, size, _choice(tried, choices), room.word)
        if fits(look_up(lexicon, room.word, 0, size), size, least):
            return put(room.word, size, room.found)
        n = _collapse(room.word, size, lexicon, least, room.found)
        if n > 0:
            return n
    return 0


# The rules, one by one. Each returns the size of what it left in found, 0 if it does not apply.


@inner
def placeholder(data: ByteArray, lo: int, hi: int, found: ByteArray) -> tuple[int, int]:
    """Name what corpora write as [user], <url> and the like, and u/somebody; return the size and where that ends."""
    if data[lo] == 91 or data[lo] == 60:
        if hi - lo >= 6 and data[lo + 1] == 117 and data[lo + 2] == 115 and data[lo + 3] == 101 and data[lo + 4] == 114:
            if data[lo + 5] == 93 or data[lo + 5] == 62:
                return put(_USER, 5, found), lo + 6
        if (
            hi - lo >= 5
            and data[lo + 1] == 117
            and data[lo + 2] == 114
            and data[lo + 3] == 108
            and (data[lo + 4] == 93 or data[lo + 4] == 62)
        ):
            return put(_HTTP, 4, found), lo + 5
        return 0, lo
    j = lo + 1 if data[lo] == 47 else lo
    if hi - j >= 4 and data[j] == 117 and data[j + 1] == 47 and is_alnum(data[j + 2]):
        j += 2
        while j < hi and (is_alnum(data[j]) or data[j] == 95 or data[j] == 45):
            j += 1
        return put(_USER, 5, found), j
    return 0, lo


@inner
def mention(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, room: Scratch) -> tuple[int, int]:
    """Name @somebody, unless the sign is the first letter of a word (@ss); return the size and where that ends."""
    size = resolve(data[lo:hi], hi - lo, lexicon, NEVER, room)
    if size > 0:
        return size, hi
    stop = lo + 1
    while stop < hi and (is_alnum(data[stop]) or data[stop] == 95):
        stop += 1
    same = stop - lo == 5
    for k in range(1, 5):
        same = same and data[lo + k] == _USER[k]
    return (0 if same else put(_USER, 5, room.found)), stop


@inner
def spelled(data: ByteArray, i: int, size: int, lexicon: Lexicon, room: Scratch) -> tuple[int, int]:
    """Read letters that stand alone from i on (f u c k) as the longest word that they begin with; return its size and end.

    All readings grow letter by letter with their hashes, for a text may hold nothing but single letters.
    """
    m = 0
    while m < _SPELLED and i < size and (is_letter(data[i]) or is_leet(data[i])):
        ends = i + 1 == size or is_edge(data[i + 1])
        if not ends and data[i + 1] != 32:
            break
        room.raw[m] = data[i]
        m += 1
        i += 2
        if ends:
            break
    used = 0
    length = 0
    choices = _choices(room.raw, m) if m > 2 else 0
    for most in range(2, 0, -1):
        for tried in range(choices):
            _decode(room.raw, m, _choice(tried, choices), room.word)
            h = HASH_OFFSET
            n = 0
            run = 0
            letters = 0
            for k in range(m):
                run = run + 1 if k > 0 and room.word[k] == room.word[k - 1] else 1
                letters += is_letter(room.raw[k])
                if run <= most:
                    room.word[n] = room.word[k]
                    n += 1
                    h = hash_on(h, room.word[k])
                if n > 2 and k + 1 > used and 2 * letters > k and fits(flags_of(lexicon, hash_end(h)), n, 4):
                    used = k + 1
                    length = put(room.word, n, room.found)
    return length, i - 2 * (m - used) - 1


@inner
def drawn_out(data: ByteArray, lo: int, hi: int, longest: int, lexicon: Lexicon, found: ByteArray) -> int:
    """Find the word that letters were repeated in (fuuuck); SHORTEN if there is none but some come three times or more."""
    size = _collapse(data[lo:hi], hi - lo, lexicon, 2 if longest >= 3 else NEVER, found)
    return SHORTEN if size == 0 and longest >= 3 else size


@inner
def joined(data: ByteArray, lo: int, hi: int, flags: int, size: int, lexicon: Lexicon, room: Scratch) -> tuple[int, int]:
    """Join the letters data[lo:hi] with those behind the blank (fu ck) if only that makes sense; return the size and end.

    One of the two is no word, neither if they do not make a charged one, and no single letter is joined to a word: "pen is" and
    "as sure" are left alone.
    """
    last = hi + 1
    while last < size and is_letter(data[last]) and last - hi <= 13:
        last += 1
    left, right = hi - lo, last - hi - 1
    if right == 0 or right > 12 or left + right < 4 or (last < size and is_alnum(data[last])):
        return 0, hi
    other = look_up(lexicon, data, hi + 1, last)
    odd = (left >= 2 and flags == 0) or (right >= 2 and other == 0)
    if not odd or (left == 1 and other != 0) or (right == 1 and flags != 0):
        return 0, hi
    for k in range(left):
        room.found[k] = data[lo + k]
    for k in range(right):
        room.found[left + k] = data[hi + 1 + k]
    together = look_up(lexicon, room.found, 0, left + right)
    both = (left == 1 or flags == 0) and (right == 1 or other == 0)
    return (left + right if together & CHARGED != 0 or (together != 0 and both and left + right > 4) else 0), last


@inner
def numbered(data: ByteArray, lo: int, hi: int, lexicon: Lexicon) -> bool:
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
    k = lo
    while k < hi and is_letter(data[k]):
        k += 1
    return k - lo >= 3 and hi - k == digits and look_up(lexicon, data, lo, k) != 0


@inner
def separated(data: ByteArray, lo: int, hi: int, letters: int, lexicon: Lexicon, room: Scratch) -> int:
    """Find the word whose letters, or parts that are no words, have signs between them (f.u.c.k, fu-ck)."""
    m = 0
    groups = 1
    singles = True
    ordinary = True
    group = lo
    for k in range(lo, hi + 1):
        if k == hi or is_separator(data[k]):
            if k - group != 1:
                singles = False
            if k > group and look_up(lexicon, data, group, k) == 0:
                ordinary = False
            if k < hi:
                groups += 1
            group = k + 1
        else:
            room.raw[m] = data[k]
            m += 1
    if groups == 1 or numbered(room.raw, 0, m, lexicon):
        return 0
    if singles and groups >= 3:
        return resolve(room.raw, m, lexicon, 4 if letters * 2 >= m else NEVER, room)
    if not ordinary and letters * 2 > m:
        return resolve(room.raw, m, lexicon, NEVER, room)
    return 0
