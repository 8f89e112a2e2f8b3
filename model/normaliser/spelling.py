"""How an unknown word is read as words of the lexicon: mistyped ones, several run together, letters written as they sound.

A word is mistyped if one letter is missing, too many or another, or if two neighbours are exchanged (Damerau 1964). All words
with one letter left out are in a table, so that the candidates for a word of n letters are found with n + 1 look-ups, as in
SymSpell (Garbe 2012). Each function that reads a word writes it to ``replacement`` and returns its size, 0 if there is none.
"""

from typing import NamedTuple

import numpy as np

from model.array_types import ByteArray
from model.normaliser.ascii import SPACE
from model.normaliser.hashing import (
    CHARGED,
    HASH_OFFSET,
    HashArray,
    Lexicon,
    deletes_slot,
    extend_hash,
    find_word,
    finish_hash,
    hash_deletes,
    lexicon_hash,
    look_up,
    next_delete,
    word_info,
    word_letter,
    word_size,
)
from model.normaliser.lexicon import LEAST_FREQUENCY
from model.numba_cache import inlined, inner, prefetch

__all__ = [
    "FAMILIAR",
    "MOST_LETTERS",
    "RARE",
    "correct_typo",
    "is_delete",
    "spell_word",
    "split_compound",
    "split_prefix",
    "undo_homophone",
]

FAMILIAR, RARE = 8, 4
"""How frequent the parts of a word that consists of two have to be, as binary logarithms."""
MOST_LETTERS = 15
"""The most letters of a word that is read as another of the lexicon."""

_FEWEST_LETTERS = 3  # of a word that may be mistyped
_SHORT = 4  # a word of so many letters is read for a mistyped one only if it is charged, or exchanging two of them makes a common one
_COMMON = 8  # the frequency of these
_EXCHANGED, _DOUBLED, _MISSING, _OTHER = 8, 8, 5, 3  # how likely each mistake is, on the scale of frequencies
_ANYWHERE = -1


class _Candidate(NamedTuple):
    """A word that a mistyped one may be.

    Attributes:
        likelihood: on the scale of frequencies, 0 if there is no such word.
        number: that of the word in the lexicon, -1 if it is the text without one letter.
        left_out: where this letter is.
    """

    likelihood: int
    number: int
    left_out: int


@inner
def _likelihood(frequency: int, flags: int, mistake: int, letters: int, size: int) -> int:
    """Return how likely it is that a word was meant, 0 if it may not be read.

    Args:
        frequency: of the word, binary logarithm.
        flags: of the word.
        mistake: how likely the mistake is.
        letters: how many the word has.
        size: how many letters were written.
    """
    charged = flags & CHARGED != 0
    if letters < _SHORT or size < _FEWEST_LETTERS or (frequency < LEAST_FREQUENCY and not charged):
        return 0
    if letters == _SHORT and not (charged or (mistake == _EXCHANGED and frequency >= _COMMON)):
        return 0
    if size == _FEWEST_LETTERS and mistake != _MISSING:
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
    exchanged = data[lo + first] == word_letter(lexicon, number, second) and data[lo + second] == word_letter(lexicon, number, first)
    return _EXCHANGED if second == first + 1 and exchanged else 0


@inner
def is_delete(lexicon: Lexicon, number: int, data: ByteArray, lo: int, hi: int, left_out: int) -> bool:
    """Whether data[lo:hi] is a word without one letter: that at left_out, or any if this is negative."""
    skipped = 0
    for k in range(hi - lo):
        if skipped == 0 and ((left_out < 0 and data[lo + k] != word_letter(lexicon, number, k)) or k == left_out):
            skipped = 1
        if data[lo + k] != word_letter(lexicon, number, k + skipped):
            return False
    return left_out < 0 or skipped == 1 or left_out == hi - lo


@inner
def spell_word(lexicon: Lexicon, number: int, replacement: ByteArray) -> int:
    """Write a word of the lexicon."""
    size = word_size(lexicon, number)
    for k in range(size):
        replacement[k] = word_letter(lexicon, number, k)
    return size


@inner
def _find_longer(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, best: _Candidate) -> _Candidate:
    """Return the likeliest of best and the words that data[lo:hi] is without one of their letters."""
    size = hi - lo
    h = lexicon_hash(data, lo, hi)
    slot, number = next_delete(lexicon, h, deletes_slot(lexicon, h))
    while number >= 0:
        if word_size(lexicon, number) == size + 1 and is_delete(lexicon, number, data, lo, hi, _ANYWHERE):
            frequency, flags = word_info(lexicon, number)
            likelihood = _likelihood(frequency, flags, _MISSING, size + 1, size)
            if likelihood > best.likelihood:
                best = _Candidate(likelihood, number, -1)
        slot, number = next_delete(lexicon, h, slot)
    return best


@inner
def _find_shorter(data: ByteArray, lo: int, hi: int, k: int, h: np.uint64, lexicon: Lexicon, best: _Candidate) -> _Candidate:
    """Return the likelier of best and the word that data[lo:hi] is without its letter at k, whose hash is h."""
    frequency, flags = find_word(lexicon, h)
    if flags == 0:
        return best
    doubled = k + 1 < hi and data[k] == data[k + 1]
    likelihood = _likelihood(frequency, flags, _DOUBLED if doubled else _OTHER, hi - lo - 1, hi - lo)
    return _Candidate(likelihood, -1, k) if likelihood > best.likelihood else best


@inner
def _find_equal(data: ByteArray, lo: int, hi: int, h: np.uint64, lexicon: Lexicon, best: _Candidate) -> _Candidate:
    """Return the likeliest of best and the words of as many letters as data[lo:hi] that share its delete with the hash h."""
    size = hi - lo
    slot, number = next_delete(lexicon, h, deletes_slot(lexicon, h))
    while number >= 0:
        mistake = _mistake(lexicon, number, data, lo, hi) if word_size(lexicon, number) == size else 0
        if mistake > 0:
            frequency, flags = word_info(lexicon, number)
            likelihood = _likelihood(frequency, flags, mistake, size, size)
            if likelihood > best.likelihood:
                best = _Candidate(likelihood, number, -1)
        slot, number = next_delete(lexicon, h, slot)
    return best


@inlined
def correct_typo(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, hashes: HashArray, replacement: ByteArray) -> int:
    """Find the word that the unknown one data[lo:hi] is a mistyped form of; the likeliest if there are several.

    Args:
        data: the text.
        lo: where the word begins.
        hi: where it ends.
        lexicon: the known words.
        hashes: room for the hashes of the word without each of its letters.
        replacement: receives the word.
    """
    size = hi - lo
    if size < _FEWEST_LETTERS or size > MOST_LETTERS:
        return 0
    # The table is larger than the cache: all that is needed is asked for before the first is waited for.
    hash_deletes(data, lo, hi, hashes)
    for k in range(size):
        prefetch(lexicon, deletes_slot(lexicon, hashes[k]))
    best = _find_longer(data, lo, hi, lexicon, _Candidate(0, -1, -1))
    for k in range(lo, hi):
        if k > lo and data[k] == data[k - 1]:
            continue
        best = _find_shorter(data, lo, hi, k, hashes[k - lo], lexicon, best)
        best = _find_equal(data, lo, hi, hashes[k - lo], lexicon, best)
    if best.likelihood == 0:
        return 0
    if best.number >= 0:
        return spell_word(lexicon, best.number, replacement)
    n = 0
    for k in range(lo, hi):
        if k != best.left_out:
            replacement[n] = data[k]
            n += 1
    return n


@inner
def _is_rare_pair(frequency: int, flags: int, other_frequency: int, other_flags: int, least: int) -> bool:
    """Whether two words are too rare to be the parts of a compound; a charged one never is, beside one that is not."""
    charged = (flags | other_flags) & CHARGED != 0
    return min(frequency, other_frequency) < least and not (max(frequency, other_frequency) >= least and charged)


@inlined
def split_compound(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, least: int, replacement: ByteArray) -> int:
    """Find the two words that the unknown one data[lo:hi] consists of and write them with a blank between.

    Args:
        data: the text.
        lo: where the word begins.
        hi: where it ends.
        lexicon: the known words.
        least: the frequency that both have to have; a charged word may be rarer beside one that has it.
        replacement: receives the words.
    """
    best = cut = 0
    h = extend_hash(HASH_OFFSET, data[lo])
    for k in range(lo + 1, hi - 1):
        if k - lo >= 2:
            frequency, flags = find_word(lexicon, finish_hash(h))
            if flags != 0:
                other_frequency, other_flags = find_word(lexicon, lexicon_hash(data, k, hi))
                is_rare = _is_rare_pair(frequency, flags, other_frequency, other_flags, least)
                if other_flags != 0 and not is_rare and frequency + other_frequency > best:
                    best, cut = frequency + other_frequency, k
        h = extend_hash(h, data[k])
    return 0 if best == 0 else _write_split(data, lo, hi, cut, replacement)


@inner
def _write_split(data: ByteArray, lo: int, hi: int, cut: int, replacement: ByteArray) -> int:
    """Write data[lo:hi] with a blank before cut."""
    for k in range(lo, cut):
        replacement[k - lo] = data[k]
    replacement[cut - lo] = SPACE
    for k in range(cut, hi):
        replacement[k - lo + 1] = data[k]
    return hi - lo + 1


@inner
def split_prefix(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, replacement: ByteArray) -> int:
    """Split off a familiar word that the unknown one data[lo:hi] begins with, if the rest consists of two known ones."""
    h = HASH_OFFSET
    for k in range(lo, hi - 4):
        h = extend_hash(h, data[k])
        if k - lo < 2:
            continue
        frequency, flags = find_word(lexicon, finish_hash(h))
        if flags != 0 and frequency >= FAMILIAR and split_compound(data, k + 1, hi, lexicon, RARE, replacement) > 0:
            return _write_split(data, lo, hi, k + 1, replacement)
    return 0


@inlined
def undo_homophone(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, replacement: ByteArray) -> int:
    """Find the charged word of which data[lo:hi] writes a letter as two that sound or look alike (phuck, vvhore)."""
    n = 0
    k = lo
    changed = False
    while k < hi:
        letter = int(data[k])
        if k + 1 < hi:
            if letter == ord("p") and data[k + 1] == ord("h"):
                letter = ord("f")
            elif letter == ord("v") and data[k + 1] == ord("v"):
                letter = ord("w")
        if letter != data[k]:
            changed = True
            k += 1
        replacement[n] = letter
        n += 1
        k += 1
    return n if changed and look_up(lexicon, replacement, 0, n) & CHARGED != 0 else 0
