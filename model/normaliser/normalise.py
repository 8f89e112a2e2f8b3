"""The compiled half of the normalisation: UTF-8 bytes in, normalised UTF-8 bytes out, with the way back.

``model.text.unicode`` has already brought every code point into its plainest form, so what is left here is ASCII work: case,
blanks, addresses, mentions, drawn-out letters, and the undoing of disguises. A disguise (``sh1t``, ``f u c k``,
``fu.ck``) is undone only where that makes a word of the lexicon, so that "142,460", "3.5 km" or "C++" stay as they are.

Everything here is compiled by Numba and called inside the kernels of ``model.ngrams.reader``. Nothing allocates: whoever calls
brings the buffers of :func:`buffers`. No index is checked: what may be written is bounded where the buffers are made.
"""

from typing import NamedTuple

import numpy as np

from model.array_types import ByteArray
from model.normaliser.alphabet import (
    HASH_OFFSET,
    Lexicon,
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
)
from model.normaliser.clean import Traced, clean, clean_again, copy, write
from model.normaliser.obfuscation import (
    LONGEST,
    NEVER,
    SHORTEN,
    Scratch,
    drawn_out,
    joined,
    mention,
    numbered,
    placeholder,
    resolve,
    separated,
    spelled,
)
from model.normaliser.spelling import FAMILIAR, RARE, beheaded, hidden, mended, parted, respelled
from model.numba_cache import inner, kernel

__all__ = ["Buffers", "buffers", "normalise_bytes"]


class Buffers(NamedTuple):
    """Room for the normalisation of a text: before a pass, after it, and for its words."""

    one: Traced
    other: Traced
    scratch: Scratch


@kernel
def _traced(size: int, ranges: int) -> Traced:
    return Traced(np.empty(size, np.uint8), np.empty(ranges, np.int32), np.empty(ranges, np.int32))


@kernel
def buffers(size: int, traced: bool) -> Buffers:
    """Return room for texts of up to so many bytes, with their ranges in the source if they are to be traced.

    What grows most is "&": each becomes "and " or " and ". Mentions grow too ("@a" to "@user"), but once only, and less.
    """
    room = 5 * size + 8
    ranges = room if traced else 0
    return Buffers(
        _traced(room, ranges),
        _traced(room, ranges),
        Scratch(np.empty(64, np.uint8), np.empty(64, np.uint8), np.empty(64, np.uint8), np.empty(64, np.uint64)),
    )


class _Counts(NamedTuple):
    """What a token is made of: letters, leet signs, separators and others."""

    letters: int
    signs: int
    separators: int
    others: int


@inner
def _count(data: ByteArray, lo: int, hi: int) -> _Counts:
    letters = signs = separators = others = 0
    for k in range(lo, hi):
        b = data[k]
        if is_letter(b):
            letters += 1
        elif is_leet(b):
            signs += 1
        elif is_separator(b):
            separators += 1
        else:
            others += 1
    return _Counts(letters, signs, separators, others)


@inner
def _letters(data: ByteArray, lo: int, hi: int) -> tuple[int, int]:
    """Return with how many letters data[lo:hi] begins, and how often one comes in a row at most."""
    longest = run = 1
    k = lo
    while k < hi and is_letter(data[k]):
        run = run + 1 if k > lo and data[k] == data[k - 1] else 1
        longest = max(longest, run)
        k += 1
    return k - lo, longest


@inner
def _read_letters(
    data: ByteArray, i: int, lo: int, hi: int, stop: int, size: int, longest: int, lexicon: Lexicon, room: Scratch
) -> tuple[int, int, int]:
    """Decide how the token data[i:stop] is read, data[lo:hi] of which are letters and the rest punctuation; see _reading."""
    if hi - lo > LONGEST:
        return lo, hi, SHORTEN if longest > 2 else 0
    flags = look_up(lexicon, data, lo, hi)
    if flags == 0 and longest > 1:
        found = drawn_out(data, lo, hi, longest, lexicon, room.found)
        if found != 0:
            return lo, hi, found
    if hi - lo == 1 and i == lo and hi == stop:
        found, last = spelled(data, lo, size, lexicon, room)
        if found > 0:
            return lo, last, found
    if hi == stop and stop + 1 < size and hi - lo <= 12:
        found, last = joined(data, lo, hi, flags, size, lexicon, room)
        if found > 0:
            return lo, last, found
    return lo, hi, 0 if flags != 0 else _nearest(data, lo, hi, lexicon, room)


@inner
def _wrapped(data: ByteArray, lo: int, hi: int) -> bool:
    """Whether digits stand at both ends, as hardly ever in a number with its unit, but in 1d107."""
    return hi - lo >= 5 and is_digit(data[lo]) and is_digit(data[hi - 1])


@inner
def _nearest(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, room: Scratch) -> int:
    """Read an unknown word as the two words that it certainly consists of, as the one next to it, or as two rarer ones."""
    found = respelled(data, lo, hi, lexicon, room.found)
    if found == 0 and hi - lo >= 6:
        found = parted(data, lo, hi, lexicon, FAMILIAR, room.found)
    if found == 0:
        found = mended(data, lo, hi, lexicon, room.hashes, room.found)
    if found == 0 and hi - lo >= 6:
        found = parted(data, lo, hi, lexicon, RARE, room.found)
    if found == 0 and hi - lo >= 9:
        found = beheaded(data, lo, hi, lexicon, room.found)
    return found


@inner
def _reading(data: ByteArray, i: int, stop: int, size: int, lexicon: Lexicon, room: Scratch) -> tuple[int, int, int]:
    """Decide how the token data[i:stop] is read.

    Returns:
        First and last: the range that is read otherwise; and the size of what stands in found for it, 0 if nothing
        does, SHORTEN if its letters are to come twice at most.
    """
    found, last = placeholder(data, i, stop, room.found)
    if found > 0:
        return i, last, found
    lo, hi = i, stop
    while lo < hi and is_edge(data[lo]):
        lo += 1
    while hi > lo and is_edge(data[hi - 1]):
        hi -= 1
    width = hi - lo
    if width == 0:
        return lo, hi, 0
    letters, longest = _letters(data, lo, hi)
    if letters == width:
        return _read_letters(data, i, lo, hi, stop, size, longest, lexicon, room)
    if width > 1 and data[lo] == 64 and (is_alnum(data[lo + 1]) or data[lo + 1] == 95):
        found, last = mention(data, lo, hi, lexicon, room)
        return lo, last, found
    has = _count(data, lo, hi)
    if width > LONGEST:
        return lo, hi, 0
    if has.others > 0:
        return lo, hi, hidden(data, lo, hi, lexicon, room.raw, room.found) if has.letters > 1 else 0
    if width == 1:
        if has.signs == 1 and i == lo and hi == stop:
            found, last = spelled(data, lo, size, lexicon, room)
            return lo, last, found
        return lo, hi, 0
    found = 0
    if has.separators == 0 and has.letters > 0 and (_wrapped(data, lo, hi) or not numbered(data, lo, hi, lexicon)):
        found = resolve(data[lo:hi], width, lexicon, 4 if has.letters * 3 >= width else NEVER, room)
    if found == 0 and has.letters > 1 and not numbered(data, lo, hi, lexicon):
        found = hidden(data, lo, hi, lexicon, room.raw, room.found)
    if found == 0 and has.letters > 1:
        found = separated(data, lo, hi, has.letters, lexicon, room)
    return lo, hi, found


@inner
def _shorten(text: Traced, lo: int, hi: int, out: Traced, n: int) -> int:
    """Copy letters, each twice in a row at most."""
    run = 0
    for k in range(lo, hi):
        run = run + 1 if k > lo and text.data[k] == text.data[k - 1] else 1
        if run <= 2:
            n = copy(text, k, k + 1, out, n)
    return n


@inner
def _replace(text: Traced, lo: int, hi: int, found: ByteArray, size: int, out: Traced, n: int) -> int:
    """Write found[:size] in the place of text[lo:hi]; letter stands for letter where the sizes agree, else for the whole."""
    if size != hi - lo:
        return write(found, size, text.begin[lo] if out.begin.size else 0, text.end[hi - 1] if out.begin.size else 0, out, n)
    n = copy(text, lo, hi, out, n)
    for k in range(size):
        out.data[n - size + k] = found[k]
    return n


@inner
def _scan(data: ByteArray, i: int, size: int) -> tuple[int, np.uint64, int]:
    """Return where the letters that begin at i end, their hash as of ``word_hash``, and how often one comes in a row at most."""
    h = HASH_OFFSET
    longest = run = 1
    k = i
    while k < size and is_letter(data[k]):
        h = hash_on(h, data[k])
        run = run + 1 if k > i and data[k] == data[k - 1] else 1
        longest = max(longest, run)
        k += 1
    return k, hash_end(h), longest


@inner
def _is_plain(data: ByteArray, i: int, lo: int, stop: int) -> bool:
    """Whether _reading leaves the token data[i:stop] as it is, for no sign from lo on, where its punctuation ends, is a letter or "@"."""
    for k in range(lo, stop):
        if is_letter(data[k]) or data[k] == 64:
            return False
    return stop - i > 1 or not is_leet(data[i])


@inner
def _is_contracted(data: ByteArray, at: int, stop: int) -> bool:
    """Whether what follows the letters of a token, data[at:stop], is an apostrophe, one or two letters, and punctuation."""
    k = at + 1
    while k < stop and is_letter(data[k]):
        k += 1
    if data[at] != 39 or not 1 <= k - at - 1 <= 2:
        return False
    while k < stop and is_edge(data[k]):
        k += 1
    return k == stop


@inner
def _skip(data: ByteArray, i: int, size: int, lexicon: Lexicon) -> int:
    """Return where the first token from i on begins that _reading has to look at: most are words as they stand.

    Those are the words of the lexicon, and single letters, that no rule applies to, contractions, and what has no letters, which is
    seen here in one go: this alone halves the time of the normalisation. A word can only be joined with the next if one of
    them is unknown.
    """
    before = -1
    while i < size:
        if data[i] == 32:
            i += 1
            continue
        lo = i
        while lo < size and is_edge(data[lo]):
            lo += 1
        stop, h, longest = _scan(data, lo, size)
        end = stop
        while end < size and data[end] != 32:
            end += 1
        if stop == lo:
            if not _is_plain(data, i, lo, end):
                return i
            before = -1
            i = end
            continue
        if data[i] == 91 or data[i] == 60:  # as placeholders begin
            return i
        flags = flags_of(lexicon, h)
        if before >= 0 and flags == 0 and stop - lo >= 2 and lo == i and (stop == size or not is_alnum(data[stop])):
            return before
        if longest > 2 or stop - lo > LONGEST or (longest == 2 and flags == 0):
            return i
        if stop == end:
            single = stop - lo == 1
            if (single and stop + 1 < size and (stop + 2 == size or data[stop + 2] == 32)) or (not single and flags == 0):
                return i
            before = i
        else:
            k = stop
            while k < end and is_edge(data[k]):
                k += 1
            if (k < end and not _is_contracted(data, stop, end)) or (k == end and flags == 0 and stop - lo > 2):
                return i
            before = -1
        i = end
    return size


@inner
def _pass(text: Traced, size: int, lexicon: Lexicon, out: Traced, room: Scratch) -> int:
    """Go once over the blank-separated tokens of text[:size] and undo disguises.

    Returns:
        The size written to out, -1 if there was nothing to undo (then nothing is written either).
    """
    n = 0
    copied = 0
    i = _skip(text.data, 0, size, lexicon)
    while i < size:
        stop = i + 1
        while stop < size and text.data[stop] != 32:
            stop += 1
        first, last, found = _reading(text.data, i, stop, size, lexicon, room)
        i = stop
        if found != 0:
            i = max(i, last)
            n = copy(text, copied, first, out, n)
            if found == SHORTEN:
                n = _shorten(text, first, last, out, n)
            else:
                n = _replace(text, first, last, room.found, found, out, n)
            copied = last
        i = _skip(text.data, i, size, lexicon)
    return copy(text, copied, size, out, n) if copied > 0 else -1


@inner
def normalise_bytes(src: ByteArray, lo: int, hi: int, lexicon: Lexicon, room: Buffers) -> int:
    """Normalise src[lo:hi], with each byte's range in the source (counted from lo on).

    The passes are repeated until nothing changes, which makes the normalisation idempotent. They end, for every change but
    one shortens the text or turns a sign into a letter, and that one, naming a mention, can happen to each "@" only once.

    Args:
        src: UTF-8 as ``model.text.unicode`` leaves it.
        lo: where the text begins in it.
        hi: where it ends.
        lexicon: as ``model.normaliser.lexicon`` packs it.
        room: buffers for at least hi - lo bytes.

    Returns:
        The size of the normalised text, which stands in room.one.
    """
    text, other, swapped = room.one, room.other, False
    size, rough = clean(src, lo, hi, text)
    while True:
        n = _pass(text, size, lexicon, other, room.scratch)
        if n >= 0:
            rough = True
        elif rough:
            n = clean_again(text, size, other)
            rough = False
        if n < 0:
            break
        text, other, size, swapped = other, text, n, not swapped
    if swapped:
        copy(text, 0, size, other, 0)
    return size
