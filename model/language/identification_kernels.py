"""The kernels of language identification: first cheap evidence (letters, scripts, English words), then, if need be, n-grams.

Most comments are in English and consist of English words. Looking these up costs a tenth of scoring the n-grams of all languages.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, ByteArray, FloatArray, Int32Array, IntArray
from model.language.comment_words import GAP, WORD, byte_at, lower_case, next_token
from model.language.model_file import GAIN_STEP, NO_STATE, NgramTables, child_state
from model.language.scripts import LATIN, NOT_A_LETTER, SCRIPT_NAMES, SYLLABIC, decode_code_point, script_of
from model.normaliser.hashing import HASH_OFFSET, extend_hash, finish_hash, flags_of
from model.numba_cache import inner, kernel

__all__ = [
    "DOUBTFUL",
    "ENGLISH",
    "EVIDENCE_COLUMNS",
    "EVIDENTLY_ENGLISH",
    "FINDING",
    "OTHER",
    "PLAIN",
    "SCRIPT",
    "TOO_SHORT",
    "collect_evidence",
    "find_markup",
    "score_languages",
]

PLAIN, ENGLISH, OTHER, SCRIPT, FINDING = range(5)
"""Columns of the evidence of a comment: letters in words of two Latin letters or more, none of them drawn out; those of them that
are in English words; letters of other scripts than Latin; the script that most of these belong to; what follows from all that."""
EVIDENCE_COLUMNS = 5
TOO_SHORT, EVIDENTLY_ENGLISH, DOUBTFUL = range(3)
"""Findings: too few letters for any language; English without a look at n-grams; whatever the n-grams say."""

_DRAWN_OUT = 3  # so many equal letters in a row
_MOST_BYTES = 192  # further ones hardly change the result
_MOST_READ = 4 * _MOST_BYTES  # in search of them: names are left out
_FEWEST_SLOTS = 64
_SLOT_FACTOR = 40503  # 2**16 / golden ratio (Knuth, TAOCP 3, 6.4)
_HAN, _KANA = SCRIPT_NAMES.index("Han"), SCRIPT_NAMES.index("Kana")
# What has so many letters of other scripts, or more than this part of all, is not English alone.
_FEWEST_MIXED, _MIXED_PART = 4, 7
# A text of so many letters in English words alone is English; and so is one of so many letters, if this share of them is in these.
_FEWEST_ENGLISH, _LONG, _SHARE_OF_LONG = 14, 40, 0.7
_KANA_SHARE = 10  # Japanese has at least one sign of Kana to so many of Han


@kernel
def collect_evidence(
    data: ByteArray, offsets: IntArray, lexicon: npt.NDArray[np.uint32], fewest_letters: int, evident_share: float, evidence: IntArray
) -> None:
    """Write the cheap evidence of each comment, and what follows from it, to its row of ``evidence``.

    Args:
        data: of n packed comments.
        offsets: of the packed comments.
        lexicon: English words, as ``model.normaliser.lexicon`` packs them.
        fewest_letters: without so many letters a comment has no language.
        evident_share: the share of letters in English words from which on a comment is English, unless it is very short or long.
        evidence: gets the evidence, int64, shape (n, 5).
    """
    script_letters = np.zeros(len(SCRIPT_NAMES), np.int64)
    for i in range(offsets.size - 1):
        at, end = offsets[i], offsets[i + 1]
        script_letters[:] = 0
        plain = english = 0
        kind = GAP
        while at < end:
            kind, stop = next_token(data, at, end, kind)
            if kind == WORD:
                size, is_english = _read_word(data, at, stop, lexicon, script_letters)
                plain += size
                if is_english:
                    english += size
            at = stop
        evidence[i, PLAIN] = plain
        evidence[i, ENGLISH] = english
        other = script_letters.sum() - script_letters[LATIN]
        evidence[i, OTHER] = other
        evidence[i, SCRIPT] = _main_script(script_letters)
        least_share = 1.0 if plain < fewest_letters else evident_share if plain < _LONG else _SHARE_OF_LONG
        is_mixed = other >= _FEWEST_MIXED and _MIXED_PART * other >= plain + other
        if plain >= min(_FEWEST_ENGLISH, fewest_letters) and english >= least_share * plain and not is_mixed:
            evidence[i, FINDING] = EVIDENTLY_ENGLISH
        elif plain + other < fewest_letters:
            evidence[i, FINDING] = TOO_SHORT
        else:
            evidence[i, FINDING] = DOUBTFUL


@kernel
def find_markup(data: ByteArray, offsets: IntArray, tags: bool, most_bytes: int, marks: BoolArray) -> None:
    """Mark the texts that are not their own visible text: those with a character reference or a tag, and those that are too long.

    Args:
        data: of n packed texts.
        offsets: of the packed texts.
        tags: whether "<" may begin a tag.
        most_bytes: the size up to which a text is not too long.
        marks: gets the marks, shape (n,).
    """
    for i in range(marks.size):
        marks[i] = offsets[i + 1] - offsets[i] > most_bytes
        for at in range(offsets[i], offsets[i + 1]):
            if marks[i]:
                break
            marks[i] = data[at] == ord("&") or (tags and data[at] == ord("<"))


@inner
def _read_word(data: ByteArray, at: int, end: int, lexicon: npt.NDArray[np.uint32], script_letters: IntArray) -> tuple[int, bool]:
    """Add the letters of the word data[at:end] to those of their scripts.

    Returns:
        The number of Latin letters, 0 if there is only one or if one is drawn out; and whether they are an English word.
    """
    h, size, longest_run, only_ascii = HASH_OFFSET, 0, 0, True
    last, run = 0, 0
    while at < end:
        if data[at] < 128:
            byte = lower_case(byte_at(data, at))
            run = run + 1 if byte == last else 1
            last = byte
            longest_run = max(longest_run, run)
            h = extend_hash(h, byte)
            size += 1
            at += 1
            script_letters[LATIN] += 1
        else:
            point, width = decode_code_point(data, at, end)
            at += width
            script = script_of(point)
            if script != NOT_A_LETTER:
                script_letters[script] += 2 if SYLLABIC[script] else 1
                only_ascii = False
                if script == LATIN:
                    size += 1
    if longest_run >= _DRAWN_OUT or size < 2:
        return 0, False
    return size, only_ascii and flags_of(lexicon, finish_hash(h)) != 0


@inner
def _main_script(script_letters: IntArray) -> int:
    """Return the script, other than Latin, that most letters belong to."""
    best = LATIN + 1
    for script in range(LATIN + 2, script_letters.size):
        if script_letters[script] > script_letters[best]:
            best = script
    # Japanese is written in both, with less of the one that no other language has.
    if best == _HAN and script_letters[_KANA] * _KANA_SHARE >= script_letters[_HAN]:
        best = _KANA
    return best


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
