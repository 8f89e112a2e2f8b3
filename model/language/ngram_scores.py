"""The n-grams of py3langid, counted in the cleaned words of texts and scored for its languages; compiled."""

from typing import NamedTuple

import numpy as np

from model.array_types import ByteArray, FloatArray, Int32Array, IntArray
from model.language.comment_words import GAP, WORD, byte_at, lower_case, next_token
from model.language.model_file import GAIN_STEP, NO_STATE, NgramTables, child_state
from model.numba_cache import inner, kernel

__all__ = ["score_languages"]

_MOST_BYTES = 192  # further ones hardly change the result
_MOST_READ = 4 * _MOST_BYTES  # in search of them: names are left out
_FEWEST_SLOTS = 64
_SLOT_FACTOR = 40503  # 2**16 / golden ratio (Knuth, TAOCP 3, 6.4)


@inner
def _write_cleaned(data: ByteArray, at: int, end: int, out: ByteArray) -> int:
    """Write the words of a comment, with a blank between them, to ``out`` and return the number of bytes.

    Words in capitals are lowered, names left out, and drawn-out letters cut to two.
    """
    n = 0
    kind = GAP
    while at < end:
        kind, stop = next_token(data, at, end, kind)
        if kind == WORD:
            n = _write_word(data, at, stop, out, n)
        elif kind == GAP:
            sign = ord("'") if data[at] == ord("'") else ord(" ")
            if sign == ord("'") or (n and out[n - 1] != ord(" ")):
                out[n] = sign
                n += 1
        at = stop
    return n


@inner
def _write_word(data: ByteArray, begin: int, end: int, out: ByteArray, n: int) -> int:
    """Append the word data[begin:end] to out[:n], as ``_write_cleaned`` has it, and return the new n."""
    is_capitals = True
    for k in range(begin, end):
        is_capitals = is_capitals and data[k] < ord("a")
    for k in range(begin, end):
        byte = lower_case(byte_at(data, k)) if is_capitals else byte_at(data, k)
        if byte < 128 and n >= 2 and out[n - 1] == byte and out[n - 2] == byte:
            continue
        out[n] = byte
        n += 1
    return n


class _NgramCounts(NamedTuple):
    """Buffers for counting n-grams: a hash table, of a power of two of entries, and which of them are in use.

    Attributes:
        ngram: of each entry, int32.
        times: how often it occurred, 0 if the entry is empty, int32.
        used: the entries in use, int32.
    """

    ngram: Int32Array
    times: Int32Array
    used: Int32Array


@kernel
def _allocate_counts(most: int) -> _NgramCounts:
    """Return buffers that count up to so many n-grams."""
    entries = _FEWEST_SLOTS
    while entries < 2 * most:
        entries *= 2
    return _NgramCounts(np.empty(entries, np.int32), np.zeros(entries, np.int32), np.empty(entries, np.int32))


@inner
def _count_ngram(ngram: int, counts: _NgramCounts, distinct: int) -> int:
    """Count an n-gram once more; return how many distinct ones there are now, given how many there were."""
    mask = counts.ngram.size - 1
    slot = (ngram * _SLOT_FACTOR) & mask
    while counts.times[slot] != 0 and counts.ngram[slot] != ngram:
        slot = (slot + 1) & mask
    if counts.times[slot] == 0:
        counts.ngram[slot] = ngram
        counts.used[distinct] = slot
        distinct += 1
    counts.times[slot] += 1
    return distinct


@inner
def _count_ngrams(text: ByteArray, n: int, tables: NgramTables, counts: _NgramCounts) -> int:
    """Count the n-grams of text[:n], as Aho and Corasick find them; return how many distinct ones there are."""
    state, distinct = 0, 0
    for at in range(n):
        byte = byte_at(text, at)
        after = child_state(tables.edges, state, byte)
        while after == NO_STATE and state != 0:
            state = int(tables.fallback[state])
            after = child_state(tables.edges, state, byte)
        state = max(after, 0)
        ngram = int(tables.ngram[state])
        if ngram >= 0:
            distinct = _count_ngram(ngram, counts, distinct)
    return distinct


@inner
def _score_text(text: ByteArray, n: int, tables: NgramTables, counts: _NgramCounts, scores: FloatArray) -> None:
    """Write to ``scores`` what the n-grams of text[:n] add up to for each language; ``counts`` is empty before and after."""
    distinct = _count_ngrams(text, n, tables, counts)
    total = 0.0
    scores[:] = 0.0
    for j in range(distinct):
        slot = counts.used[j]
        ngram = int(counts.ngram[slot])
        weight = np.log1p(np.float64(counts.times[slot]))
        counts.times[slot] = 0
        total += weight
        weight *= GAIN_STEP
        for entry in range(tables.starts[ngram], tables.starts[ngram + 1]):
            scores[tables.language[entry]] += weight * np.float64(tables.gain[entry])
    for column in range(scores.size):
        scores[column] += tables.prior[column] + total * tables.unseen[column]


@kernel
def score_languages(data: ByteArray, offsets: IntArray, rows: IntArray, tables: NgramTables, scores: FloatArray) -> IntArray:
    """Score some comments for every language by their n-grams.

    Args:
        data: of the packed comments.
        offsets: of the packed comments.
        rows: the comments to score; int64, shape (m,).
        tables: the model.
        scores: gets the logarithm of P(language, text), up to a constant; shape (m, languages).

    Returns:
        The number of bytes that were read of each comment; shape (m,).
    """
    sizes = np.zeros(rows.size, np.int64)
    longest = 0
    for k in range(rows.size):
        longest = max(longest, min(offsets[rows[k] + 1] - offsets[rows[k]], _MOST_READ))
    text = np.empty(longest + 1, np.uint8)
    counts = _allocate_counts(min(longest, _MOST_BYTES))
    for k in range(rows.size):
        begin = offsets[rows[k]]
        n = min(_write_cleaned(data, begin, min(offsets[rows[k] + 1], begin + _MOST_READ), text), _MOST_BYTES)
        sizes[k] = n
        _score_text(text, n, tables, counts, scores[k])
    return sizes
