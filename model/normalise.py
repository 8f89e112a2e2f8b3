"""The compiled half of the normalisation: UTF-8 bytes in, normalised UTF-8 bytes out, with the way back.

``model.fold`` has already brought every code point into its plainest form, so what is left here is ASCII work: case,
blanks, addresses, mentions, drawn-out letters, and the undoing of disguises. A disguise (``sh1t``, ``f u c k``,
``fu.ck``) is undone only where that makes a word of the lexicon, so that "142,460", "3.5 km" or "C++" stay as they are.

Everything here is compiled by Numba and called inside the kernels of ``model.ngrams``. Nothing allocates: whoever calls
brings the buffers of :func:`buffers`. No index is checked: what may be written is bounded where the buffers are made.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.compiled import inner, kernel

__all__ = ["CHARGED", "WORD", "Buffers", "Traced", "buffers", "look_up", "normalise_bytes", "word_hash"]

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]
Lexicon = npt.NDArray[np.uint32]

WORD, CHARGED = 1, 2

_FNV_OFFSET = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_NEVER = 99  # more letters than any word has: charged words only
_LONGEST = 40  # letters of a token that the rules look at; longer ones are only shortened
_SPELLED = 24  # letters standing alone that are read together
_SHORTEN = -1
_AND = np.frombuffer(b" and ", np.uint8)
_USER = np.frombuffer(b"@user", np.uint8)
_HTTP = np.frombuffer(b"http", np.uint8)
# In which order vowels are tried for a masked one, in words of up to four letters and in longer ones. Where several make a
# charged word, these orders find the commoner: sh*t, d*ck and s*ck, but p*ssy and f*ggot.
_VOWELS = np.frombuffer(b"ioueaoueai", np.uint8).reshape(2, 5)


def _leet_table() -> Bytes:
    """Return up to two letters for each byte that leetspeak uses in their place, shape (128, 2), 0 = none."""
    table = np.zeros((128, 2), np.uint8)
    pairs = {"0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g"}
    pairs |= {"@": "a", "$": "s", "!": "il", "|": "il", "+": "t", "(": "c"}
    for sign, letters in pairs.items():
        for column, letter in enumerate(letters):
            table[ord(sign), column] = ord(letter)
    return table


def _signs(signs: str) -> npt.NDArray[np.bool_]:
    """Return which ASCII bytes are among the signs, shape (128,)."""
    table = np.zeros(128, np.bool_)
    table[[ord(sign) for sign in signs]] = True
    return table


_LEET = _leet_table()
_LOST = np.zeros(128, np.uint8)  # punctuation of U+20xx that lost its high byte on the way: quotes, as old dumps have them
_LOST[[0x18, 0x19, 0x1C, 0x1D]] = [ord(sign) for sign in "''\"\""]
_EDGE = _signs("!\"'(),.:;?[\\]^_`{|}~-<>/")
_SEPARATOR = _signs(".-_*,/~+|#%")


class Traced(NamedTuple):
    """Text under way: bytes, and the half-open range of the source's bytes that each stands for."""

    data: Bytes
    begin: Offsets
    end: Offsets


class Scratch(NamedTuple):
    """Room for a word under way.

    Attributes:
        raw, word, found: what is to be read, how, and what came of it.
        known: the last word behind a blank that was looked up before its turn: its range and its flags.
    """

    raw: Bytes
    word: Bytes
    found: Bytes
    known: npt.NDArray[np.int64]


class Buffers(NamedTuple):
    """Room for the normalisation of a text: before a pass, after it, and for its words."""

    one: Traced
    other: Traced
    scratch: Scratch


@kernel
def _traced(size: int) -> Traced:
    return Traced(np.empty(size, np.uint8), np.empty(size, np.int32), np.empty(size, np.int32))


@kernel
def buffers(size: int) -> Buffers:
    """Return room for texts of up to so many bytes.

    What grows most is "&": each becomes "and " or " and ". Mentions grow too ("@a" to "@user"), but once only, and less.
    """
    room = 5 * size + 8
    return Buffers(
        _traced(room), _traced(room), Scratch(np.empty(64, np.uint8), np.empty(64, np.uint8), np.empty(64, np.uint8), np.empty(3, np.int64))
    )


@inner
def _hash_on(h: np.uint64, byte: int) -> np.uint64:
    return (h ^ np.uint64(byte)) * _FNV_PRIME


@inner
def _hash_end(h: np.uint64) -> np.uint64:
    h = (h ^ (h >> np.uint64(32))) * _MIX
    return h ^ (h >> np.uint64(29))


@inner
def word_hash(data: Bytes, lo: int, hi: int) -> np.uint64:
    """Return the 64-bit FNV-1a hash of data[lo:hi], mixed once more so that its high bits are good."""
    h = _FNV_OFFSET
    for i in range(lo, hi):
        h = _hash_on(h, data[i])
    return _hash_end(h)


@inner
def _flags(lexicon: Lexicon, h: np.uint64) -> int:
    """Return the flags of the word with this hash, 0 if it is not there."""
    mask = np.uint64(lexicon.size - 1)
    slot = h & mask
    tag = h >> np.uint64(34)
    while True:
        entry = np.uint64(lexicon[slot])
        if entry == np.uint64(0):
            return 0
        if entry >> np.uint64(2) == tag:
            return np.int64(entry & np.uint64(3))
        slot = (slot + np.uint64(1)) & mask


@inner
def look_up(lexicon: Lexicon, data: Bytes, lo: int, hi: int) -> int:
    """Return the flags (WORD, CHARGED) of the word data[lo:hi] in the lexicon's hash table, 0 if it is not there."""
    return _flags(lexicon, word_hash(data, lo, hi))


@inner
def _letter(b: int) -> bool:
    return 97 <= b <= 122


@inner
def _digit(b: int) -> bool:
    return 48 <= b <= 57


@inner
def _alnum(b: int) -> bool:
    return 97 <= b <= 122 or 48 <= b <= 57 or b >= 128


@inner
def _leet(b: int) -> bool:
    return b < 128 and _LEET[b, 0] != 0


@inner
def _edge(b: int) -> bool:
    """Whether a sign at the edge of a token is punctuation around the word rather than part of it."""
    return b < 128 and _EDGE[b]


@inner
def _separator(b: int) -> bool:
    return b < 128 and _SEPARATOR[b]


@inner
def _fits(flags: int, size: int, least: int) -> bool:
    """Whether a word with these flags may be read out of a disguise: a charged one, or any of at least so many letters."""
    return flags & CHARGED != 0 or (flags != 0 and size >= least)


@inner
def _put(letters: Bytes, size: int, found: Bytes) -> int:
    for k in range(size):
        found[k] = letters[k]
    return size


# The first step: whatever needs no word.


@inner
def _write(word: Bytes, size: int, begin: int, end: int, out: Traced, n: int) -> int:
    """Write a word that stands for bytes begin to end of the source."""
    for k in range(size):
        out.data[n] = word[k]
        out.begin[n] = begin
        out.end[n] = end
        n += 1
    return n


@inner
def _write_byte(b: int, at: int, out: Traced, n: int) -> int:
    out.data[n] = b
    out.begin[n] = at
    out.end[n] = at + 1
    return n + 1


@inner
def _clean(src: Bytes, lo: int, hi: int, out: Traced) -> tuple[int, bool]:
    """Lower the case, join blanks, drop control characters, name addresses and '&'.

    Returns:
        The size written to out, and whether something was dropped, so that an address may have come to light.
    """
    n = 0
    dropped = False
    i = lo
    while i < hi:
        b = src[i]
        if 65 <= b <= 90:
            b += 32
        if b > 32 and b != 38 and b != 127 and b != 104 and b != 119:
            n = _write_byte(b, i - lo, out, n)
        elif b == 32 or 9 <= b <= 13 or 19 <= b <= 20:
            if n > 0 and out.data[n - 1] != 32:
                n = _write_byte(32, i - lo, out, n)
        elif b < 32 or b == 127:
            if _LOST[b] != 0:
                n = _write_byte(_LOST[b], i - lo, out, n)
            else:
                dropped = True
        elif b == 38:
            first = 1 if n == 0 or out.data[n - 1] == 32 else 0
            n = _write(_AND[first:], 5 - first, i - lo, i - lo + 1, out, n)
        else:
            stop = i
            if n == 0 or not _alnum(out.data[n - 1]):
                stop = _address(src, i, hi)
            if stop > i:
                n = _write(_HTTP, 4, i - lo, stop - lo, out, n)
                i = stop
                continue
            n = _write_byte(b, i - lo, out, n)
        i += 1
    if n > 0 and out.data[n - 1] == 32:
        n -= 1
    return n, dropped


@inner
def _address(src: Bytes, i: int, hi: int) -> int:
    """Return where the web address that begins at i ends, or i if there is none."""
    j = i
    if hi - i > 7 and src[i] | 32 == 104 and src[i + 1] | 32 == 116 and src[i + 2] | 32 == 116 and src[i + 3] | 32 == 112:
        j = i + 4
        if src[j] | 32 == 115:
            j += 1
        if j + 3 > hi or src[j] != 58 or src[j + 1] != 47 or src[j + 2] != 47:
            return i
    elif hi - i > 4 and src[i] | 32 == 119 and src[i + 1] | 32 == 119 and src[i + 2] | 32 == 119 and src[i + 3] == 46:
        if src[i + 4] <= 32 or not _alnum(src[i + 4] | 32):
            return i
    else:
        return i
    while j < hi and src[j] > 32:
        j += 1
    return j


@inner
def _clean_again(text: Traced, size: int, out: Traced) -> int:
    """Name the addresses that came to light; return the size written to out, -1 if there were none."""
    for i in range(size):
        b = text.data[i]
        if (b == 104 or b == 119) and (i == 0 or not _alnum(text.data[i - 1])) and _address(text.data, i, size) > i:
            n, _ = _clean(text.data, 0, size, out)
            for k in range(n):
                out.begin[k] = text.begin[out.begin[k]]
                out.end[k] = text.end[out.end[k] - 1]
            return n
    return -1


# How a word is read out of a disguise.


@inner
def _collapse(word: Bytes, size: int, lexicon: Lexicon, least: int, found: Bytes) -> int:
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
        if _fits(look_up(lexicon, found, 0, n), n, least):
            return n
    return 0


@inner
def _choice(tried: int, choices: int) -> int:
    """Return which readings of ambiguous signs to try next: all alike first (0 and the last), then the mixed ones."""
    return tried // 2 if tried % 2 == 0 else choices - 1 - tried // 2


@inner
def _choices(raw: Bytes, size: int) -> int:
    """Return how many ways there are to read the signs of raw[:size], 16 at most; 0 if one of them is no letter's."""
    ambiguous = 0
    for i in range(size):
        if not _letter(raw[i]):
            if not _leet(raw[i]):
                return 0
            if _LEET[raw[i], 1] != 0:
                ambiguous += 1
    return 1 << min(ambiguous, 4)


@inner
def _decode(raw: Bytes, size: int, choice: int, word: Bytes) -> None:
    """Write raw[:size] with letters for signs to word; bit k of choice tells how to read the k-th ambiguous sign."""
    seen = 0
    for i in range(size):
        b = raw[i]
        if _letter(b):
            word[i] = b
        elif _LEET[b, 1] != 0:
            word[i] = _LEET[b, (choice >> min(seen, 3)) & 1]
            seen += 1
        else:
            word[i] = _LEET[b, 0]


@inner
def _resolve(raw: Bytes, size: int, lexicon: Lexicon, least: int, room: Scratch) -> int:
    """Read raw[:size] (letters and leet signs) as a word of the lexicon; write it to found and return its size, else 0."""
    if size < 3 or size > _LONGEST:
        return 0
    choices = _choices(raw, size)
    for tried in range(choices):
        _decode(raw, size, _choice(tried, choices), room.word)
        if _fits(look_up(lexicon, room.word, 0, size), size, least):
            return _put(room.word, size, room.found)
        n = _collapse(room.word, size, lexicon, least, room.found)
        if n > 0:
            return n
    return 0


# The rules, one by one. Each returns the size of what it left in found, 0 if it does not apply.


@inner
def _placeholder(data: Bytes, lo: int, hi: int, found: Bytes) -> tuple[int, int]:
    """Name what corpora write as [user], <url> and the like, and u/somebody; return the size and where that ends."""
    if data[lo] == 91 or data[lo] == 60:
        if hi - lo >= 6 and data[lo + 1] == 117 and data[lo + 2] == 115 and data[lo + 3] == 101 and data[lo + 4] == 114:
            if data[lo + 5] == 93 or data[lo + 5] == 62:
                return _put(_USER, 5, found), lo + 6
        if (
            hi - lo >= 5
            and data[lo + 1] == 117
            and data[lo + 2] == 114
            and data[lo + 3] == 108
            and (data[lo + 4] == 93 or data[lo + 4] == 62)
        ):
            return _put(_HTTP, 4, found), lo + 5
        return 0, lo
    j = lo + 1 if data[lo] == 47 else lo
    if hi - j >= 4 and data[j] == 117 and data[j + 1] == 47 and _alnum(data[j + 2]):
        j += 2
        while j < hi and (_alnum(data[j]) or data[j] == 95 or data[j] == 45):
            j += 1
        return _put(_USER, 5, found), j
    return 0, lo


@inner
def _mention(data: Bytes, lo: int, hi: int, lexicon: Lexicon, room: Scratch) -> tuple[int, int]:
    """Name @somebody, unless the sign is the first letter of a word (@ss); return the size and where that ends."""
    size = _resolve(data[lo:hi], hi - lo, lexicon, _NEVER, room)
    if size > 0:
        return size, hi
    stop = lo + 1
    while stop < hi and (_alnum(data[stop]) or data[stop] == 95):
        stop += 1
    same = stop - lo == 5
    for k in range(1, 5):
        same = same and data[lo + k] == _USER[k]
    return (0 if same else _put(_USER, 5, room.found)), stop


@inner
def _spelled(data: Bytes, i: int, size: int, lexicon: Lexicon, room: Scratch) -> tuple[int, int]:
    """Read letters that stand alone from i on (f u c k) as the longest word that they begin with; return its size and end.

    All readings grow letter by letter with their hashes, for a text may hold nothing but single letters.
    """
    m = 0
    while m < _SPELLED and i < size and (_letter(data[i]) or _leet(data[i])) and (i + 1 == size or data[i + 1] == 32):
        room.raw[m] = data[i]
        m += 1
        i += 2
    used = 0
    length = 0
    choices = _choices(room.raw, m) if m > 2 else 0
    for most in range(2, 0, -1):
        for tried in range(choices):
            _decode(room.raw, m, _choice(tried, choices), room.word)
            h = _FNV_OFFSET
            n = 0
            run = 0
            letters = 0
            for k in range(m):
                run = run + 1 if k > 0 and room.word[k] == room.word[k - 1] else 1
                letters += _letter(room.raw[k])
                if run <= most:
                    room.word[n] = room.word[k]
                    n += 1
                    h = _hash_on(h, room.word[k])
                if n > 2 and k + 1 > used and 2 * letters > k and _fits(_flags(lexicon, _hash_end(h)), n, 4):
                    used = k + 1
                    length = _put(room.word, n, room.found)
    return length, i - 2 * (m - used) - 1


@inner
def _drawn_out(data: Bytes, lo: int, hi: int, longest: int, lexicon: Lexicon, found: Bytes) -> int:
    """Find the word that letters were repeated in (fuuuck); _SHORTEN if there is none but some come three times or more."""
    size = _collapse(data[lo:hi], hi - lo, lexicon, 2 if longest >= 3 else _NEVER, found)
    return _SHORTEN if size == 0 and longest >= 3 else size


@inner
def _joined(data: Bytes, lo: int, hi: int, flags: int, size: int, lexicon: Lexicon, room: Scratch) -> tuple[int, int]:
    """Join the letters data[lo:hi] with those behind the blank (fu ck) if only that makes sense; return the size and end.

    One of the two is no word, and no single letter is joined to a word: "pen is" and "as sure" are left alone.
    """
    last = hi + 1
    while last < size and _letter(data[last]) and last - hi <= 13:
        last += 1
    left, right = hi - lo, last - hi - 1
    if right == 0 or right > 12 or left + right < 4 or (last < size and _alnum(data[last])):
        return 0, hi
    other = look_up(lexicon, data, hi + 1, last)
    room.known[0], room.known[1], room.known[2] = hi + 1, last, other
    odd = (left >= 2 and flags == 0) or (right >= 2 and other == 0)
    if not odd or (left == 1 and other != 0) or (right == 1 and flags != 0):
        return 0, hi
    for k in range(left):
        room.found[k] = data[lo + k]
    for k in range(right):
        room.found[left + k] = data[hi + 1 + k]
    return (left + right if look_up(lexicon, room.found, 0, left + right) & CHARGED != 0 else 0), last


@inner
def _numbered(data: Bytes, lo: int, hi: int, lexicon: Lexicon) -> bool:
    """Whether digits look like a number, a unit or a version ("a55", "5um", "player2") rather than like letters."""
    digits = 0
    for k in range(lo, hi):
        digits += _digit(data[k])
    if digits == 0:
        return False
    if hi - lo - digits < 2 or (hi - lo <= 3 and (_digit(data[lo]) or _digit(data[hi - 1]))):
        return True
    k = lo
    while k < hi and _letter(data[k]):
        k += 1
    return k - lo >= 3 and hi - k == digits and look_up(lexicon, data, lo, k) != 0


@inner
def _masked(data: Bytes, lo: int, hi: int, lexicon: Lexicon, found: Bytes) -> int:
    """Find the charged word of which a sign hides one vowel (sh*t)."""
    size = hi - lo
    if not (_letter(data[lo]) and _letter(data[hi - 1])):
        return 0
    for v in range(5):
        for k in range(size):
            found[k] = _VOWELS[0 if size <= 4 else 1, v] if _separator(data[lo + k]) else data[lo + k]
        if look_up(lexicon, found, 0, size) & CHARGED != 0:
            return size
    return 0


@inner
def _separated(data: Bytes, lo: int, hi: int, letters: int, lexicon: Lexicon, room: Scratch) -> int:
    """Find the word whose letters, or parts that are no words, have signs between them (f.u.c.k, fu-ck)."""
    m = 0
    groups = 1
    singles = True
    ordinary = True
    group = lo
    for k in range(lo, hi + 1):
        if k == hi or _separator(data[k]):
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
    if groups == 1 or _numbered(room.raw, 0, m, lexicon):
        return 0
    if singles and groups >= 3:
        return _resolve(room.raw, m, lexicon, 4 if letters * 2 >= m else _NEVER, room)
    if not ordinary and letters * 2 > m:
        return _resolve(room.raw, m, lexicon, _NEVER, room)
    return 0


class _Counts(NamedTuple):
    """What a token is made of: letters, leet signs, separators and others."""

    letters: int
    signs: int
    separators: int
    others: int


@inner
def _count(data: Bytes, lo: int, hi: int) -> _Counts:
    letters = signs = separators = others = 0
    for k in range(lo, hi):
        b = data[k]
        if _letter(b):
            letters += 1
        elif _leet(b):
            signs += 1
        elif _separator(b):
            separators += 1
        else:
            others += 1
    return _Counts(letters, signs, separators, others)


@inner
def _letters(data: Bytes, lo: int, hi: int) -> tuple[int, int]:
    """Return with how many letters data[lo:hi] begins, and how often one comes in a row at most."""
    longest = run = 1
    k = lo
    while k < hi and _letter(data[k]):
        run = run + 1 if k > lo and data[k] == data[k - 1] else 1
        longest = max(longest, run)
        k += 1
    return k - lo, longest


@inner
def _read_letters(
    data: Bytes, i: int, lo: int, hi: int, stop: int, size: int, longest: int, lexicon: Lexicon, room: Scratch
) -> tuple[int, int, int]:
    """Decide how the token data[i:stop] is read, data[lo:hi] of which are letters and the rest punctuation; see _reading."""
    if hi - lo > _LONGEST:
        return lo, hi, _SHORTEN if longest > 2 else 0
    flags = 0
    if room.known[0] == lo and room.known[1] == hi:
        flags = room.known[2]
    elif longest > 1 or stop < size:
        flags = look_up(lexicon, data, lo, hi)
    if flags == 0 and longest > 1:
        found = _drawn_out(data, lo, hi, longest, lexicon, room.found)
        if found != 0:
            return lo, hi, found
    if hi - lo == 1 and i == lo and hi == stop:
        found, last = _spelled(data, lo, size, lexicon, room)
        if found > 0:
            return lo, last, found
    if hi == stop and stop + 1 < size and hi - lo <= 12:
        found, last = _joined(data, lo, hi, flags, size, lexicon, room)
        return lo, last, found
    return lo, hi, 0


@inner
def _reading(data: Bytes, i: int, stop: int, size: int, lexicon: Lexicon, room: Scratch) -> tuple[int, int, int]:
    """Decide how the token data[i:stop] is read.

    Returns:
        First and last: the range that is read otherwise; and the size of what stands in found for it, 0 if nothing
        does, _SHORTEN if its letters are to come twice at most.
    """
    found, last = _placeholder(data, i, stop, room.found)
    if found > 0:
        return i, last, found
    lo, hi = i, stop
    while lo < hi and _edge(data[lo]):
        lo += 1
    while hi > lo and _edge(data[hi - 1]):
        hi -= 1
    width = hi - lo
    if width == 0:
        return lo, hi, 0
    letters, longest = _letters(data, lo, hi)
    if letters == width:
        return _read_letters(data, i, lo, hi, stop, size, longest, lexicon, room)
    if width > 1 and data[lo] == 64 and (_alnum(data[lo + 1]) or data[lo + 1] == 95):
        found, last = _mention(data, lo, hi, lexicon, room)
        return lo, last, found
    has = _count(data, lo, hi)
    if has.others > 0 or width > _LONGEST:
        return lo, hi, 0
    if width == 1:
        if has.signs == 1 and i == lo and hi == stop:
            found, last = _spelled(data, lo, size, lexicon, room)
            return lo, last, found
        return lo, hi, 0
    found = 0
    if has.separators == 0 and has.letters > 0 and not _numbered(data, lo, hi, lexicon):
        found = _resolve(data[lo:hi], width, lexicon, 4 if _letter(data[lo]) and has.letters * 2 >= width else _NEVER, room)
    if found == 0 and has.separators == 1 and has.signs == 0 and width >= 4:
        found = _masked(data, lo, hi, lexicon, room.found)
    if found == 0 and has.letters > 1:
        found = _separated(data, lo, hi, has.letters, lexicon, room)
    return lo, hi, found


# The passes.


@inner
def _copy(text: Traced, lo: int, hi: int, out: Traced, n: int) -> int:
    for k in range(lo, hi):
        out.data[n] = text.data[k]
        out.begin[n] = text.begin[k]
        out.end[n] = text.end[k]
        n += 1
    return n


@inner
def _shorten(text: Traced, lo: int, hi: int, out: Traced, n: int) -> int:
    """Copy letters, each twice in a row at most."""
    run = 0
    for k in range(lo, hi):
        run = run + 1 if k > lo and text.data[k] == text.data[k - 1] else 1
        if run <= 2:
            n = _copy(text, k, k + 1, out, n)
    return n


@inner
def _replace(text: Traced, lo: int, hi: int, found: Bytes, size: int, out: Traced, n: int) -> int:
    """Write found[:size] in the place of text[lo:hi]; letter stands for letter where the sizes agree, else for the whole."""
    if size != hi - lo:
        return _write(found, size, text.begin[lo], text.end[hi - 1], out, n)
    for k in range(size):
        out.data[n + k] = found[k]
        out.begin[n + k] = text.begin[lo + k]
        out.end[n + k] = text.end[lo + k]
    return n + size


@inner
def _pass(text: Traced, size: int, lexicon: Lexicon, out: Traced, room: Scratch) -> int:
    """Go once over the blank-separated tokens of text[:size] and undo disguises.

    Returns:
        The size written to out, -1 if there was nothing to undo (then nothing is written either).
    """
    n = 0
    copied = 0
    i = 0
    room.known[0] = -1
    while i < size:
        if text.data[i] == 32:
            i += 1
            continue
        stop = i + 1
        while stop < size and text.data[stop] != 32:
            stop += 1
        first, last, found = _reading(text.data, i, stop, size, lexicon, room)
        i = stop
        if found == 0:
            continue
        i = max(i, last)
        n = _copy(text, copied, first, out, n)
        if found == _SHORTEN:
            n = _shorten(text, first, last, out, n)
        else:
            n = _replace(text, first, last, room.found, found, out, n)
        copied = last
    return _copy(text, copied, size, out, n) if copied > 0 else -1


@inner
def normalise_bytes(src: Bytes, lo: int, hi: int, lexicon: Lexicon, room: Buffers) -> int:
    """Normalise src[lo:hi], with each byte's range in the source (counted from lo on).

    The passes are repeated until nothing changes, which makes the normalisation idempotent. They end, for every change but
    one shortens the text or turns a sign into a letter, and that one, naming a mention, can happen to each "@" only once.

    Args:
        src: UTF-8 as ``model.fold`` leaves it.
        lo: where the text begins in it.
        hi: where it ends.
        lexicon: as ``model.lexicon`` packs it.
        room: buffers for at least hi - lo bytes.

    Returns:
        The size of the normalised text, which stands in room.one.
    """
    text, other, swapped = room.one, room.other, False
    size, rough = _clean(src, lo, hi, text)
    while True:
        n = _pass(text, size, lexicon, other, room.scratch)
        if n >= 0:
            rough = True
        elif rough:
            n = _clean_again(text, size, other)
            rough = False
        if n < 0:
            break
        text, other, size, swapped = other, text, n, not swapped
    if swapped:
        _copy(text, 0, size, other, 0)
    return size
