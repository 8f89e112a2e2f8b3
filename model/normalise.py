"""The compiled half of the normalisation: UTF-8 bytes in, normalised UTF-8 bytes out, with the way back.

``model.fold`` has already brought every code point into its plainest form, so what is left here is ASCII work: case,
blanks, addresses, mentions, drawn-out letters, and the undoing of disguises. A disguise (``sh1t``, ``f u c k``,
``fu.ck``) is undone only where that makes a word of the lexicon, so that "142,460", "3.5 km" or "C++" stay as they are.

Everything here is compiled by Numba and called inside the kernels of ``model.ngrams``. The functions are long where
splitting them would cost calls in the innermost loops.
"""

import numpy as np

from model.compiled import inlined, kernel

__all__ = ["CHARGED", "WORD", "look_up", "normalise_bytes", "word_hash"]

WORD, CHARGED = 1, 2

_FNV_OFFSET = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_NEVER = 99  # more letters than any word has: charged words only
_LONGEST = 40  # letters of a token that the rules look at; longer ones are copied as they are
_AND = np.frombuffer(b" and ", np.uint8)
_USER = np.frombuffer(b"@user", np.uint8)
_HTTP = np.frombuffer(b"http", np.uint8)
_VOWELS = np.frombuffer(b"iuaoe", np.uint8)


def _leet_table() -> np.ndarray:
    """Return up to two letters for each byte that leetspeak uses in their place, shape (128, 2), 0 = none."""
    table = np.zeros((128, 2), np.uint8)
    pairs = {"0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g"}
    pairs |= {"@": "a", "$": "s", "!": "il", "|": "il", "+": "t", "(": "c"}
    for sign, letters in pairs.items():
        for column, letter in enumerate(letters):
            table[ord(sign), column] = ord(letter)
    return table


def _signs(signs: str) -> np.ndarray:
    """Return which ASCII bytes are among the signs, shape (128,)."""
    table = np.zeros(128, np.bool_)
    table[[ord(sign) for sign in signs]] = True
    return table


_LEET = _leet_table()
_LOST = np.zeros(128, np.uint8)  # punctuation of U+20xx that lost its high byte on the way: quotes, as old dumps have them
_LOST[[0x18, 0x19, 0x1C, 0x1D]] = [ord(sign) for sign in "''\"\""]
_EDGE = _signs("!\"'(),.:;?[\\]^_`{|}~-<>/")
_SEPARATOR = _signs(".-_*,/~+|#%")


@inlined
def word_hash(buf, lo, hi):  # type: ignore[no-untyped-def]
    """Return the 64-bit FNV-1a hash of buf[lo:hi], mixed once more so that its high bits are good."""
    h = _FNV_OFFSET
    for i in range(lo, hi):
        h = (h ^ np.uint64(buf[i])) * _FNV_PRIME
    h = (h ^ (h >> np.uint64(32))) * _MIX
    return h ^ (h >> np.uint64(29))


@kernel
def look_up(lexicon, buf, lo, hi):  # type: ignore[no-untyped-def]
    """Return the flags (WORD, CHARGED) of the word buf[lo:hi] in the lexicon's hash table, 0 if it is not there."""
    h = word_hash(buf, lo, hi)
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


@inlined
def _letter(b):  # type: ignore[no-untyped-def]
    return 97 <= b <= 122


@inlined
def _alnum(b):  # type: ignore[no-untyped-def]
    return 97 <= b <= 122 or 48 <= b <= 57 or b >= 128


@kernel
def _fits(flags, size, least):  # type: ignore[no-untyped-def]
    """Whether a word with these flags may be read out of a disguise: a charged one, or any of at least so many letters."""
    return flags & CHARGED != 0 or (flags != 0 and size >= least)


@kernel
def _collapse(word, size, lexicon, least, found):  # type: ignore[no-untyped-def]
    """Look for word[:size] with its repeated letters cut to two or one; write what fits to found and return its size, else 0."""
    runs = 0
    for i in range(1, size):
        if word[i] == word[i - 1] and (i == 1 or word[i] != word[i - 2]):
            runs += 1
    if runs == 0:
        return 0
    choices = 1 << min(runs, 6)
    for choice in range(choices):
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
                if not (choice >> min(run, 5)) & 1:
                    found[n] = word[i]
                    n += 1
            i = j
        if _fits(look_up(lexicon, found, 0, n), n, least):
            return n
    return 0


@kernel
def _resolve(raw, size, lexicon, least, word, found):  # type: ignore[no-untyped-def]
    """Read raw[:size] (letters and leet signs) as a word of the lexicon; write it to found and return its size, else 0."""
    if size < 3 or size > _LONGEST:
        return 0
    ambiguous = 0
    for i in range(size):
        if raw[i] < 97:
            if _LEET[raw[i], 0] == 0:
                return 0
            if _LEET[raw[i], 1] != 0:
                ambiguous += 1
    for choice in range(1 << min(ambiguous, 4)):
        seen = 0
        for i in range(size):
            if raw[i] >= 97:
                word[i] = raw[i]
            elif _LEET[raw[i], 1] != 0:
                word[i] = _LEET[raw[i], (choice >> min(seen, 3)) & 1]
                seen += 1
            else:
                word[i] = _LEET[raw[i], 0]
        if _fits(look_up(lexicon, word, 0, size), size, least):
            found[:size] = word[:size]
            return size
        n = _collapse(word, size, lexicon, least, found)
        if n > 0:
            return n
    return 0


@kernel
def _clean(src, lo, hi, out, begin, end):  # type: ignore[no-untyped-def]
    """Lower the case, join blanks, drop control characters, name addresses and '&'; return the size written to out."""
    n = 0
    i = lo
    while i < hi:
        b = src[i]
        if 65 <= b <= 90:
            b += 32
        if b > 32 and b != 38 and b != 127 and b != 104 and b != 119:
            out[n] = b
            begin[n] = i - lo
            end[n] = i - lo + 1
            n += 1
            i += 1
            continue
        if b == 32 or 9 <= b <= 13 or 19 <= b <= 20:
            if n > 0 and out[n - 1] != 32:
                out[n] = 32
                begin[n] = i - lo
                end[n] = i - lo + 1
                n += 1
            i += 1
            continue
        if b < 32 or b == 127:
            if _LOST[b] != 0:
                out[n] = _LOST[b]
                begin[n] = i - lo
                end[n] = i - lo + 1
                n += 1
            i += 1
            continue
        if b == 38:
            first = 1 if n == 0 or out[n - 1] == 32 else 0
            for k in range(first, 5):
                out[n] = _AND[k]
                begin[n] = i - lo
                end[n] = i - lo + 1
                n += 1
            i += 1
            continue
        stop = i
        if n == 0 or not _alnum(out[n - 1]):
            stop = _address(src, i, hi)
        if stop > i:
            for k in range(4):
                out[n] = _HTTP[k]
                begin[n] = i - lo
                end[n] = stop - lo
                n += 1
            i = stop
            continue
        out[n] = b
        begin[n] = i - lo
        end[n] = i - lo + 1
        n += 1
        i += 1
    if n > 0 and out[n - 1] == 32:
        n -= 1
    return n


@kernel
def _address(src, i, hi):  # type: ignore[no-untyped-def]
    """Return where the web address that begins at i ends, or i if there is none."""
    j = i
    if hi - i > 7 and src[i] | 32 == 104 and src[i + 1] | 32 == 116 and src[i + 2] | 32 == 116 and src[i + 3] | 32 == 112:
        j = i + 4
        if src[j] | 32 == 115:
            j += 1
        if j + 3 > hi or src[j] != 58 or src[j + 1] != 47 or src[j + 2] != 47:
            return i
    elif hi - i > 4 and src[i] | 32 == 119 and src[i + 1] | 32 == 119 and src[i + 2] | 32 == 119 and src[i + 3] == 46:
        if not _alnum(src[i + 4] | 32):
            return i
    else:
        return i
    while j < hi and src[j] > 32:
        j += 1
    return j


@inlined
def _copy(a, ab, ae, lo, hi, out, ob, oe, n):  # type: ignore[no-untyped-def]
    for k in range(lo, hi):
        out[n] = a[k]
        ob[n] = ab[k]
        oe[n] = ae[k]
        n += 1
    return n


@inlined
def _write(word, size, ab, ae, lo, hi, out, ob, oe, n):  # type: ignore[no-untyped-def]
    """Write a word in the place of a[lo:hi]; letter stands for letter where the sizes agree, else for the whole."""
    for k in range(size):
        out[n] = word[k]
        if size == hi - lo:
            ob[n] = ab[lo + k]
            oe[n] = ae[lo + k]
        else:
            ob[n] = ab[lo]
            oe[n] = ae[hi - 1]
        n += 1
    return n


@inlined
def _same(a, lo, hi, word, size):  # type: ignore[no-untyped-def]
    if hi - lo != size:
        return False
    for k in range(size):
        if a[lo + k] != word[k]:
            return False
    return True


@kernel
def _placeholder(a, lo, hi):  # type: ignore[no-untyped-def]
    """Return (1, end) for the mention and (2, end) for the address that corpora write as [user], <url> and the like, else (0, lo)."""
    if a[lo] == 91 or a[lo] == 60:
        if hi - lo >= 6 and a[lo + 1] == 117 and a[lo + 2] == 115 and a[lo + 3] == 101 and a[lo + 4] == 114:
            if a[lo + 5] == 93 or a[lo + 5] == 62:
                return 1, lo + 6
        if hi - lo >= 5 and a[lo + 1] == 117 and a[lo + 2] == 114 and a[lo + 3] == 108 and (a[lo + 4] == 93 or a[lo + 4] == 62):
            return 2, lo + 5
        return 0, lo
    j = lo + 1 if a[lo] == 47 else lo
    if hi - j >= 4 and a[j] == 117 and a[j + 1] == 47 and _alnum(a[j + 2]):
        j += 2
        while j < hi and (_alnum(a[j]) or a[j] == 95 or a[j] == 45):
            j += 1
        return 1, j
    return 0, lo


@inlined
def _edge(b):  # type: ignore[no-untyped-def]
    """Whether a sign at the edge of a token is punctuation around the word rather than part of it."""
    return b < 128 and _EDGE[b]


@inlined
def _separator(b):  # type: ignore[no-untyped-def]
    return b < 128 and _SEPARATOR[b]


@kernel
def _pass(a, ab, ae, size, lexicon, out, ob, oe, raw, word, found):  # type: ignore[no-untyped-def]
    """Go once over the blank-separated tokens of a[:size] and undo disguises; return the size written and whether anything changed."""
    n = 0
    changed = False
    i = 0
    while i < size:
        if a[i] == 32:
            n = _copy(a, ab, ae, i, i + 1, out, ob, oe, n)
            i += 1
            continue
        stop = i + 1
        while stop < size and a[stop] != 32:
            stop += 1
        kind, after = 0, i
        if a[i] == 91 or a[i] == 60 or a[i] == 47 or a[i] == 117:
            kind, after = _placeholder(a, i, stop)
        if kind > 0:
            n = _write(_USER if kind == 1 else _HTTP, 5 if kind == 1 else 4, ab, ae, i, after, out, ob, oe, n)
            changed = True
            n = _copy(a, ab, ae, after, stop, out, ob, oe, n)
            i = stop
            continue
        lo = i
        hi = stop
        while lo < hi and _edge(a[lo]):
            lo += 1
        while hi > lo and _edge(a[hi - 1]):
            hi -= 1
        n = _copy(a, ab, ae, i, lo, out, ob, oe, n)
        letters = 0
        signs = 0
        separators = 0
        others = 0
        longest = 1
        twice = False
        run = 1
        for k in range(lo, hi):
            b = a[k]
            if 97 <= b <= 122:
                letters += 1
            elif b < 128 and _LEET[b, 0] != 0:
                signs += 1
            elif _separator(b):
                separators += 1
            else:
                others += 1
            if k > lo and b == a[k - 1] and 97 <= b <= 122:
                run += 1
                twice = True
                longest = max(longest, run)
            else:
                run = 1
        width = hi - lo
        done = False
        if width > 1 and a[lo] == 64 and (_alnum(a[lo + 1]) or a[lo + 1] == 95):
            m = 0
            if others == 0 and separators == 0 and width <= _LONGEST:
                m = _resolve(a[lo:hi], width, lexicon, _NEVER, word, found)
            if m > 0:
                n = _write(found, m, ab, ae, lo, hi, out, ob, oe, n)
                changed = True
            else:
                after = lo + 1
                while after < hi and (_alnum(a[after]) or a[after] == 95):
                    after += 1
                changed = changed or not _same(a, lo, after, _USER, 5)
                n = _write(_USER, 5, ab, ae, lo, after, out, ob, oe, n)
                n = _copy(a, ab, ae, after, hi, out, ob, oe, n)
            done = True
        elif others > 0 or width == 0 or width > _LONGEST or letters == 0 and width > 1:
            done = False
        elif width == 1 and lo == i and hi == stop and (letters == 1 or signs == 1):
            k = i
            m = 0
            while m < 24 and k < size and (_letter(a[k]) or a[k] < 128 and _LEET[a[k], 0] != 0) and (k + 1 == size or a[k + 1] == 32):
                raw[m] = a[k]
                m += 1
                k += 2
            for tried in range(m, 2, -1):
                some = 0
                for q in range(tried):
                    if _letter(raw[q]):
                        some += 1
                if some * 2 < tried:
                    continue
                fit = _resolve(raw, tried, lexicon, 4, word, found)
                if fit > 0:
                    last = i + 2 * (tried - 1) + 1
                    n = _write(found, fit, ab, ae, i, last, out, ob, oe, n)
                    stop = last
                    hi = last
                    changed = True
                    done = True
                    break
        elif separators == 0 and signs == 0:
            flags = 0
            if longest >= 3 or twice or stop < size:
                flags = look_up(lexicon, a, lo, hi)
            if flags == 0 and twice:
                m = _collapse(a[lo:hi], width, lexicon, 2 if longest >= 3 else _NEVER, found)
                if m > 0:
                    n = _write(found, m, ab, ae, lo, hi, out, ob, oe, n)
                    changed = True
                    done = True
                elif longest >= 3:
                    run = 0
                    for k in range(lo, hi):
                        run = run + 1 if k > lo and a[k] == a[k - 1] else 1
                        if run <= 2:
                            n = _copy(a, ab, ae, k, k + 1, out, ob, oe, n)
                    changed = True
                    done = True
            if not done and hi == stop and stop + 1 < size and width <= 12:
                last = stop + 1
                while last < size and _letter(a[last]) and last - stop <= 13:
                    last += 1
                right = last - stop - 1
                if right > 0 and width + right >= 4 and (last == size or not _alnum(a[last])) and last - stop <= 13:
                    other = look_up(lexicon, a, stop + 1, last)
                    odd = width >= 2 and flags == 0 or right >= 2 and other == 0
                    if odd and (width > 1 or other == 0) and (right > 1 or flags == 0):
                        for k in range(width):
                            raw[k] = a[lo + k]
                        for k in range(right):
                            raw[width + k] = a[stop + 1 + k]
                        if look_up(lexicon, raw, 0, width + right) & CHARGED != 0:
                            n = _write(raw, width + right, ab, ae, lo, last, out, ob, oe, n)
                            stop = last
                            hi = last
                            changed = True
                            done = True
        elif separators == 0:
            m = _resolve(a[lo:hi], width, lexicon, 4 if _letter(a[lo]) and letters * 2 >= width else _NEVER, word, found)
            if m > 0 and letters > 0:
                n = _write(found, m, ab, ae, lo, hi, out, ob, oe, n)
                changed = True
                done = True
        elif letters > 1:
            m = 0
            groups = 1
            singles = True
            ordinary = True
            group = lo
            for k in range(lo, hi + 1):
                if k == hi or _separator(a[k]):
                    if k - group != 1:
                        singles = False
                    if k > group and look_up(lexicon, a, group, k) == 0:
                        ordinary = False
                    if k < hi:
                        groups += 1
                    group = k + 1
                else:
                    raw[m] = a[k]
                    m += 1
            fit = 0
            if separators == 1 and width >= 4 and signs == 0:
                for v in range(5):
                    for k in range(width):
                        word[k] = _VOWELS[v] if _separator(a[lo + k]) else a[lo + k]
                    if _letter(a[lo]) and _letter(a[hi - 1]) and look_up(lexicon, word, 0, width) & CHARGED != 0:
                        found[:width] = word[:width]
                        fit = width
                        break
            if fit > 0:
                pass
            elif singles and groups >= 3:
                fit = _resolve(raw, m, lexicon, 4 if letters * 2 >= m else _NEVER, word, found)
            elif not ordinary:
                fit = _resolve(raw, m, lexicon, _NEVER, word, found)
            if fit > 0:
                n = _write(found, fit, ab, ae, lo, hi, out, ob, oe, n)
                changed = True
                done = True
        if not done:
            n = _copy(a, ab, ae, lo, hi, out, ob, oe, n)
        n = _copy(a, ab, ae, hi, stop, out, ob, oe, n)
        i = stop
    return n, changed


@kernel
def normalise_bytes(src, lo, hi, lexicon, a, ab, ae, b, bb, be, small):  # type: ignore[no-untyped-def]
    """Normalise src[lo:hi] into a, with each byte's range in the source (from lo on) in ab and ae; return the size.

    a and b are scratch of 5 × (hi − lo) + 8 bytes; ab, ae, bb, be are int32 of the same size; small is uint8 of (3, 64).
    The pass is repeated until nothing changes, which makes the normalisation idempotent; every change shortens the
    text or removes a sign that is no letter, so it ends.
    """
    size = _clean(src, lo, hi, a, ab, ae)
    changed = True
    while changed:
        size, changed = _pass(a, ab, ae, size, lexicon, b, bb, be, small[0], small[1], small[2])
        if changed:
            a[:size] = b[:size]
            ab[:size] = bb[:size]
            ae[:size] = be[:size]
    return size
