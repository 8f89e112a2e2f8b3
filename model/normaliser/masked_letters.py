"""How a word is read in which signs hide a letter (sh*t), or stand between two of its letters (sh*it)."""

from model.array_types import ByteArray
from model.normaliser.ascii import is_digit, is_letter, letters_end
from model.normaliser.buffers import copy_word
from model.normaliser.hashing import CHARGED, Lexicon, deletes_slot, lexicon_hash, look_up, next_delete, word_info, word_size
from model.normaliser.spelling import MOST_LETTERS, is_delete, spell_word
from model.numba_cache import inner

__all__ = ["unmask_letter"]

_LONGEST_MASK = 4  # signs in a row that may stand for one letter
_SHORT = 4  # letters beside the mask: a word of no more is read only if it is charged
_CHARGED_FIRST = 16  # more than any frequency: a charged word is likelier than any other


@inner
def _mask_end(data: ByteArray, begin: int, hi: int) -> int:
    """Return where the ASCII signs that data[begin:hi] begins with end."""
    end = begin
    while end < hi and data[end] < 128 and not is_letter(data[end]):
        end += 1
    return end


@inner
def _is_masked(data: ByteArray, lo: int, begin: int, end: int, hi: int) -> bool:
    """Whether data[begin:end] may mask a letter of data[lo:hi]: it has letters, nothing but letters, on either side, and not too many."""
    if begin == lo or end == hi or end - begin > _LONGEST_MASK or letters_end(data, end, hi) < hi:
        return False
    return 2 <= hi - lo - (end - begin) <= MOST_LETTERS


@inner
def _likelihood(frequency: int, flags: int, size: int, between_words: bool) -> int:
    """Return how likely it is that a masked word is meant, 0 if it may not be read.

    Args:
        frequency: of the word, binary logarithm.
        flags: of the word.
        size: how many letters are not masked.
        between_words: whether the signs stand between two words, so that only a charged one may be read.
    """
    if flags & CHARGED != 0:
        return frequency + _CHARGED_FIRST
    return 0 if size < _SHORT or between_words else frequency


@inner
def _find_masked(lexicon: Lexicon, raw: ByteArray, size: int, at: int, between_words: bool) -> int:
    """Return the number of the likeliest word that is raw[:size] with one more letter at a place, -1 if there is none."""
    best, number = 0, -1
    h = lexicon_hash(raw, 0, size)
    slot, candidate = next_delete(lexicon, h, deletes_slot(lexicon, h))
    while candidate >= 0:
        if word_size(lexicon, candidate) == size + 1 and is_delete(lexicon, candidate, raw, 0, size, at):
            frequency, flags = word_info(lexicon, candidate)
            likelihood = _likelihood(frequency, flags, size, between_words)
            if likelihood > best:
                best, number = likelihood, candidate
        slot, candidate = next_delete(lexicon, h, slot)
    return number


@inner
def _is_contraction(data: ByteArray, lo: int, begin: int, end: int, hi: int, lexicon: Lexicon) -> bool:
    """Whether the signs data[begin:end] begin with an apostrophe that one or two letters follow, or that follows a word."""
    return data[begin] == ord("'") and (hi - end <= 2 or look_up(lexicon, data, lo, begin) != 0)


@inner
def _stands_for_letter(sign: int) -> bool:
    """Whether a sign rather stands for a letter than between two."""
    return sign == ord("*") or sign == ord("#")


@inner
def _has_digit(data: ByteArray, lo: int, hi: int) -> bool:
    has_digit = False
    for k in range(lo, hi):
        has_digit |= is_digit(data[k])
    return has_digit


@inner
def unmask_letter(data: ByteArray, lo: int, hi: int, lexicon: Lexicon, raw: ByteArray, replacement: ByteArray) -> int:
    """Find the word data[lo:hi] in which signs in a row hide one letter (sh*t, i|)iot), or stand between two (sh*it).

    What consists of two words ("and/or", "non-violent") is read only as a charged one with a letter hidden, and contractions are
    left alone.

    Args:
        data: the text.
        lo: where the token begins.
        hi: where it ends.
        lexicon: the known words.
        raw: room for the letters that are not masked.
        replacement: receives the word.

    Returns:
        The size of the word, 0 if there is none.
    """
    begin = letters_end(data, lo, hi)
    end = _mask_end(data, begin, hi)
    if not _is_masked(data, lo, begin, end, hi) or _is_contraction(data, lo, begin, end, hi, lexicon):
        return 0
    size = hi - lo - (end - begin)
    for k in range(size):
        raw[k] = data[lo + k] if k < begin - lo else data[lo + k + end - begin]
    between_words = (begin - lo == 1 or look_up(lexicon, data, lo, begin) != 0) and (hi - end == 1 or look_up(lexicon, data, end, hi) != 0)
    number = _find_masked(lexicon, raw, size, begin - lo, between_words)
    if number >= 0 and _stands_for_letter(data[begin]):
        return spell_word(lexicon, number, replacement)
    if not between_words and not _has_digit(data, begin, end):
        flags = look_up(lexicon, raw, 0, size)
        if flags & CHARGED != 0 or (flags != 0 and size > _SHORT):
            return copy_word(raw, size, replacement)
    return spell_word(lexicon, number, replacement) if number >= 0 else 0
