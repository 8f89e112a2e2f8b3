"""How an unknown word is read as words of the lexicon: mistyped ones, two run together, one of which signs hide a letter.

A word is mistyped if one letter is missing, too many or another, or if two neighbours are exchanged (Damerau 1964). All words
with one letter left out are in a table, so that the candidates for a word of n letters are found with n + 1 look-ups, as in
SymSpell (Garbe 2012). Each function leaves what it reads in ``found`` and returns its size, 0 if there is none.
"""

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray
from model.normaliser.alphabet import (
    CHARGED,
    HASH_OFFSET,
    Lexicon,
    entry_of,
    frequency_of,
    hash_end,
    hash_on,
    hashes_without,
    is_digit,
    is_letter,
    look_up,
    lost_letters,
    lost_slot,
    put,
    word_hash,
    word_letter,
    word_size,
)
from model.normaliser.lexicon import FEWEST
from model.numba_cache import inner, prefetch

__all__ = ["FAMILIAR", "RARE", "beheaded", "hidden", "mended", "parted", "respelled"]

Hashes = npt.NDArray[np.uint64]

FAMILIAR, RARE = 8, 4
"""How frequent the parts of a word that consists of two have to be, as binary logarithms."""

_FEWEST, _MOST = 3, 15  # letters of a word that is mended
_SHORT = 4  # letters of a word that only a charged one is read for
_COMMON = 8  # the frequency of words that three or four letters are read as nevertheless
_RUN = 4  # signs in a row that may stand for one letter
_SWAPPED, _DOUBLED, _MISSING, _OTHER = 8, 8, 5, 3  # how likely each mistake is, in the scale of frequencies


@inner
def _likelihood(frequency: int, flags: int, mistake: int, letters: int, size: int) -> int:
    """Return how likely it is that a word was meant, 0 if it may not be read.

    Args:
        frequency: of the word, binary logarithm.
        flags: of the word.
        mistake: how likely the mistake is.
        letters: of the word.
        size: letters that were written.
    """
    charged = flags & CHARGED != 0
    if letters < _SHORT or size < _FEWEST or (frequency < FEWEST and not charged):
        return 0
    if letters == _SHORT and not (charged or (mistake == _SWAPPED and frequency >= _COMMON)):
        return 0
    if size == _FEWEST and mistake != _MISSING:
        return 0
    return frequency + mistake + (4 if charged else 0)


@inner
def _mistake(lexicon: Lexicon, number: int, data: ByteArray, lo: int, hi: int) -> int:
    """Return how likely the mistake is that makes data[lo:hi] of a word of as many letters; 0 if it takes more than one."""
    first = second = -1
    for k in range(hi - lo):
        if data[lo + k] != word_letter(lexicon, number, k):
            if first < 0:
                first = k
            elif second < 0:
                second = k
            else:
                return 0
    if second < 0:
        return _OTHER
    swapped = data[lo + first] == word_letter(lexicon, number, second) and data[lo + second] == word_letter(lexicon, number, first)
    return _SWAPPED if second == first + 1 and swapped else 0


@inner
def _is_without(lexicon: Lexicon, number: int, data: ByteArray, lo: int, hi: int, left_out: int) -> bool:
    """Whether data[lo:hi] is a word without one letter: that at left_out, or any if it is negative."""
    skipped = 0
    for k in range(hi - lo):
        if skipped == 0 and ((left_out < 0 and data[lo + k] != word_letter(lexicon, number, k)) or k == left_out):
            skipped = 1
        if data[lo + k] != word_letter(lexicon, number, k + skipped):
            return False
    return left_out < 0 or skipped == 1 or left_out == hi - lo


@inner
def _spell(lexicon: Lexicon, number: int, found: ByteArray) -> int:
    size = word_size(lexicon, number)
    for k in range(size):
        found[k] = word_letter(lexicon, number, k)
    return size


@inner
def mended(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, hashes: Hashes, found: ByteArray) -> int:
    """Find the word that the unknown one data[lo:hi] is a mistyped form of; the likeliest if there are several.

    Args:
        data: the text.
        lo: where the word begins.
        hi: where it ends.
        lexicon: the known words.
        hashes: room for those of the word without each of its letters.
        found: room for the answer.
    """
    size = hi - lo
    if size < _FEWEST or size > _MOST:
        return 0
    # The table is larger than the cache: all that is needed is asked for before the first is waited for.
    hashes_without(data, lo, hi, hashes)
    for k in range(size):
        prefetch(lexicon, lost_slot(lexicon, hashes[k]))
    best = number = 0
    left_out = -1
    h = word_hash(data, lo, hi)
    slot, one = lost_letters(lexicon, h, -1)
    while one >= 0:
        if word_size(lexicon, one) == size + 1 and _is_without(lexicon, one, data, lo, hi, -1):
            frequency, flags = entry_of(lexicon, one)
            likelihood = _likelihood(frequency, flags, _MISSING, size + 1, size)
            if likelihood > best:
                best, number = likelihood, one
        slot, one = lost_letters(lexicon, h, slot)
    for k in range(lo, hi):
        if k > lo and data[k] == data[k - 1]:
            continue
        h = hashes[k - lo]
        frequency, flags = frequency_of(lexicon, h)
        if flags != 0:
            doubled = k + 1 < hi and data[k] == data[k + 1]
            likelihood = _likelihood(frequency, flags, _DOUBLED if doubled else _OTHER, size - 1, size)
            if likelihood > best:
                best, number, left_out = likelihood, -1, k
        slot, one = lost_letters(lexicon, h, -1)
        while one >= 0:
            if word_size(lexicon, one) == size:
                mistake = _mistake(lexicon, one, data, lo, hi)
                if mistake > 0:
                    frequency, flags = entry_of(lexicon, one)
                    likelihood = _likelihood(frequency, flags, mistake, size, size)
                    if likelihood > best:
                        best, number, left_out = likelihood, one, -1
            slot, one = lost_letters(lexicon, h, slot)
    if best == 0:
        return 0
    if left_out < 0:
        return _spell(lexicon, number, found)
    n = 0
    for k in range(lo, hi):
        if k != left_out:
            found[n] = data[k]
            n += 1
    return n


@inner
def parted(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, least: int, found: ByteArray) -> int:
    """Find the two words that the unknown one data[lo:hi] consists of; leaves them with a blank between.

    Args:
        data: the text.
        lo: where the word begins.
        hi: where it ends.
        lexicon: the known words.
        least: the frequency that both have to have; a charged word has it anyway beside one that has.
        found: room for the answer.
    """
    best = cut = 0
    h = hash_on(HASH_OFFSET, data[lo])
    for k in range(lo + 1, hi - 1):
        if k - lo >= 2:
            frequency, flags = frequency_of(lexicon, hash_end(h))
            if flags != 0 and hi - k >= 2:
                tail = HASH_OFFSET
                for j in range(k, hi):
                    tail = hash_on(tail, data[j])
                other, others = frequency_of(lexicon, hash_end(tail))
                rare = min(frequency, other) < least and not (max(frequency, other) >= least and (flags | others) & CHARGED != 0)
                if others != 0 and not rare and frequency + other > best:
                    best, cut = frequency + other, k
        h = hash_on(h, data[k])
    if best == 0:
        return 0
    n = 0
    for k in range(lo, hi):
        if k == cut:
            found[n] = 32
            n += 1
        found[n] = data[k]
        n += 1
    return n


@inner
def beheaded(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, found: ByteArray) -> int:
    """Set a familiar word apart that the unknown one data[lo:hi] begins with, if the rest consists of two known ones."""
    h = HASH_OFFSET
    for k in range(lo, hi - 4):
        h = hash_on(h, data[k])
        if k - lo < 2:
            continue
        frequency, flags = frequency_of(lexicon, hash_end(h))
        if flags != 0 and frequency >= FAMILIAR and parted(data, k + 1, hi, lexicon, RARE, found) > 0:
            n = k + 1 - lo
            for j in range(hi - lo):
                found[j if j < n else j + 1] = data[lo + j]
            found[n] = 32
            return hi - lo + 1
    return 0


@inner
def respelled(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, found: ByteArray) -> int:
    """Find the charged word of which data[lo:hi] writes a letter as two that sound or look alike (phuck, vvhore)."""
    n = 0
    k = lo
    changed = False
    while k < hi:
        letter = int(data[k])
        if k + 1 < hi and ((letter == 112 and data[k + 1] == 104) or (letter == 118 and data[k + 1] == 118)):
            letter = 102 if letter == 112 else 119
            changed = True
            k += 1
        found[n] = letter
        n += 1
        k += 1
    return n if changed and look_up(lexicon, found, 0, n) & CHARGED != 0 else 0


@inner
def _hidden_letter(lexicon: Lexicon, raw: ByteArray, size: int, at: int, words: bool) -> int:
    """Return the number of the likeliest word that is raw[:size] with a letter more at a place, -1 if there is none.

    Args:
        lexicon: the known words.
        raw: letters.
        size: how many.
        at: where the letter is missing.
        words: whether what stands before and behind that place are words, so that only a charged one may be read.
    """
    best, number = 0, -1
    h = word_hash(raw, 0, size)
    slot, one = lost_letters(lexicon, h, -1)
    while one >= 0:
        if word_size(lexicon, one) == size + 1 and _is_without(lexicon, one, raw, 0, size, at):
            frequency, flags = entry_of(lexicon, one)
            charged = flags & CHARGED != 0
            likelihood = frequency + (16 if charged else 0) if charged or (size >= _SHORT and not words) else 0
            if likelihood > best:
                best, number = likelihood, one
        slot, one = lost_letters(lexicon, h, slot)
    return number


@inner
def hidden(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, raw: ByteArray, found: ByteArray) -> int:
    """Find the word data[lo:hi] in which signs in a row hide one letter (sh*t, i|)iot), or stand between two (sh*it)."""
    begin = lo
    while begin < hi and is_letter(data[begin]):
        begin += 1
    end = begin
    while end < hi and not is_letter(data[end]):
        if data[end] >= 128:
            return 0
        end += 1
    size = hi - lo - (end - begin)
    if begin == lo or end == hi or end - begin > _RUN or size < 2 or size > _MOST:
        return 0
    numbers = 0
    for k in range(begin, end):
        numbers += is_digit(data[k])
    for k in range(end, hi):
        if not is_letter(data[k]):
            return 0
    for k in range(size):
        raw[k] = data[lo + k] if k < begin - lo else data[lo + k + end - begin]
    # "and/or", "non-violent", "o'clock": what consists of words is left alone, and so are contractions.
    left, right = look_up(lexicon, data, lo, begin), look_up(lexicon, data, end, hi)
    words = (left != 0 or begin - lo == 1) and (right != 0 or hi - end == 1)
    quoted = data[begin] == 39 and (hi - end <= 2 or left != 0)
    if quoted:
        return 0
    number = _hidden_letter(lexicon, raw, size, begin - lo, words)
    if number >= 0 and (data[begin] == 42 or data[begin] == 35):  # "*" and "#" stand for a letter rather than between two
        return _spell(lexicon, number, found)
    flags = look_up(lexicon, raw, 0, size)
    if numbers == 0 and (flags & CHARGED != 0 or (flags != 0 and size > _SHORT)) and not words:
        return put(raw, size, found)
    return _spell(lexicon, number, found) if number >= 0 else 0
