"""The kernels that tell languages: first the cheap signs, letters, scripts and known words; then, if need be, n-grams.

Most comments are in English and consist of English words: to look these up costs a tenth of what the n-grams of all languages cost.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray
from model.language.model_file import NO_EDGE, STEP, Tables, edge
from model.language.scripts import LATIN, NO_LETTER, SCRIPTS, SYLLABIC, code_point, script_of
from model.normaliser.alphabet import HASH_OFFSET, flags_of, hash_end, hash_on
from model.numba_cache import inner, kernel

__all__ = ["KNOWN", "LETTERS", "OTHER", "PLAIN", "SCRIPT", "find_signs", "weigh"]

LETTERS, PLAIN, KNOWN, OTHER, SCRIPT = range(5)
"""Columns of signs: letters; those in words of two Latin letters or more, none of them drawn out; those in English words;
those of other scripts; the script that most of these are of."""

_ENOUGH = 1024  # bytes: what follows hardly changes what was found
_SCRIPTS = len(SCRIPTS)
_HAN, _KANA = SCRIPTS.index("Han"), SCRIPTS.index("Kana")


@inner
def _at(data: ByteArray, at: int) -> int:
    """Return a byte as a number with a sign, as all others here are."""
    return int(np.int64(data[at]))


@inner
def _lower(byte: int) -> int:
    return byte + 32 if 65 <= byte <= 90 else byte


@inner
def _is_word(byte: int) -> bool:
    return 97 <= _lower(byte) <= 122 or byte >= 128


@inner
def _after_name(data: ByteArray, at: int, end: int) -> int:
    """Return where a name, tag or address that begins a token ends; at itself if none does."""
    byte = data[at]
    name = byte == 64 or byte == 35
    if not name and at + 4 < end:
        one, two, three, four = _lower(_at(data, at)), _lower(_at(data, at + 1)), _lower(_at(data, at + 2)), _lower(_at(data, at + 3))
        name = (one == 104 and two == 116 and three == 116 and four == 112) or (one == 119 and two == 119 and three == 119 and four == 46)
    if name:
        while at < end and data[at] > 32:
            at += 1
    return at


@kernel
def find_signs(data: ByteArray, offsets: npt.NDArray[np.int64], lexicon: npt.NDArray[np.uint32], signs: npt.NDArray[np.int64]) -> None:
    """Write the cheap signs of each comment to its row of signs, int64, shape (n, 5)."""
    of_script = np.zeros(_SCRIPTS, np.int64)
    for i in range(offsets.size - 1):
        at, end = offsets[i], offsets[i + 1]
        of_script[:] = 0
        plain = known = 0
        fresh = True
        while at < end:
            if fresh:
                after = _after_name(data, at, end)
                if after != at:
                    at = after
                    continue
            byte = _at(data, at)
            fresh = not _is_word(byte)
            if fresh:
                at += 1
                continue
            h, size, drawn, ascii_only = HASH_OFFSET, 0, 0, True
            last, run = 0, 0
            while at < end and _is_word(_at(data, at)):
                if data[at] < 128:
                    byte = _lower(_at(data, at))
                    run = run + 1 if byte == last else 1
                    last = byte
                    drawn = max(drawn, run)
                    h = hash_on(h, byte)
                    size += 1
                    at += 1
                    of_script[LATIN] += 1
                else:
                    point, step = code_point(data, at, end)
                    at += step
                    script = script_of(point)
                    if script != NO_LETTER:
                        of_script[script] += 2 if SYLLABIC[script] else 1
                        ascii_only = False
                        if script == LATIN:
                            size += 1
            if drawn < 3 and size > 1:
                plain += size
                if ascii_only and flags_of(lexicon, hash_end(h)) != 0:
                    known += size
        best = 0
        letters = of_script[LATIN]
        for script in range(LATIN + 1, _SCRIPTS):
            letters += of_script[script]
            if of_script[script] > of_script[best] or best == 0:
                best = script
        # Japanese is written in both, with less of the one that no other language has.
        if best == _HAN and of_script[_KANA] * 10 >= of_script[_HAN]:
            best = _KANA
        signs[i, LETTERS] = letters
        signs[i, PLAIN] = plain
        signs[i, KNOWN] = known
        signs[i, OTHER] = letters - of_script[LATIN]
        signs[i, SCRIPT] = best


@inner
def _cleaned(data: ByteArray, at: int, end: int, out: ByteArray) -> int:
    """Copy a comment's words to out, a blank between them, shouting lowered, drawn-out letters cut to two; return the number of bytes."""
    n = 0
    fresh = True
    while at < end:
        if fresh:
            after = _after_name(data, at, end)
            if after != at:
                at = after
                continue
        byte = _at(data, at)
        fresh = not _is_word(byte)
        if fresh:
            at += 1
            if byte != 39 and n and out[n - 1] != 32:
                out[n] = 32
                n += 1
            elif byte == 39:
                out[n] = 39
                n += 1
            continue
        start, small = at, False
        while at < end and _is_word(_at(data, at)):
            small = small or data[at] >= 97
            at += 1
        for k in range(start, at):
            byte = _at(data, k) if small else _lower(_at(data, k))
            if byte < 128 and n >= 2 and out[n - 1] == byte and out[n - 2] == byte:
                continue
            out[n] = byte
            n += 1
    return n


class _Count(NamedTuple):
    """Room to count n-grams in: a hash table, and the places in it that are taken; of a power of two entries."""

    feature: npt.NDArray[np.int32]
    times: npt.NDArray[np.int32]
    taken: npt.NDArray[np.int32]


@inner
def _count(feature: int, count: _Count, different: int) -> int:
    """Count an n-gram; return how many different ones there are now."""
    mask = count.feature.size - 1
    slot = (feature * 40503) & mask
    while count.times[slot] != 0 and count.feature[slot] != feature:
        slot = (slot + 1) & mask
    if count.times[slot] == 0:
        count.feature[slot] = feature
        count.taken[different] = slot
        different += 1
    count.times[slot] += 1
    return different


@inner
def _weigh(text: ByteArray, n: int, tables: Tables, count: _Count, row: npt.NDArray[np.float64]) -> None:
    """Write to row what the n-grams of text[:n] say; count is empty, and left so."""
    state, different = 0, 0
    for at in range(n):
        byte = _at(text, at)
        found = edge(tables.edges, state, byte)
        while found == NO_EDGE and state != 0:
            state = int(tables.fall[state])
            found = edge(tables.edges, state, byte)
        state = max(found, 0)
        feature = int(tables.feature[state])
        if feature >= 0:
            different = _count(feature, count, different)
    whole = 0.0
    row[:] = 0.0
    for j in range(different):
        slot = count.taken[j]
        feature = int(count.feature[slot])
        weight = np.log1p(np.float64(count.times[slot]))
        count.times[slot] = 0
        whole += weight
        weight *= STEP
        for entry in range(tables.first[feature], tables.first[feature + 1]):
            row[tables.language[entry]] += weight * np.float64(tables.more[entry])
    for column in range(row.size):
        row[column] += tables.prior[column] + whole * tables.unseen[column]


@kernel
def weigh(
    data: ByteArray, offsets: npt.NDArray[np.int64], chosen: npt.NDArray[np.int64], tables: Tables, scores: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Add up what the n-grams of the chosen comments say.

    Args:
        data: packed comments.
        offsets: where they are.
        chosen: which are looked at; int64, shape (m,).
        tables: the model.
        scores: gets the logarithm of P(language, text), up to a constant; shape (m, languages).

    Returns:
        The number of bytes that were looked at; shape (m,).
    """
    sizes = np.zeros(chosen.size, np.int64)
    longest = 0
    for k in range(chosen.size):
        longest = max(longest, offsets[chosen[k] + 1] - offsets[chosen[k]])
    text = np.empty(longest + 1, np.uint8)
    room = 64
    while room < 2 * min(longest, _ENOUGH):
        room *= 2
    count = _Count(np.empty(room, np.int32), np.zeros(room, np.int32), np.empty(room, np.int32))
    for k in range(chosen.size):
        n = min(_cleaned(data, offsets[chosen[k]], offsets[chosen[k] + 1], text), _ENOUGH)
        sizes[k] = n
        _weigh(text, n, tables, count, scores[k])
    return sizes
