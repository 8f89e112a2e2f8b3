"""The weights by which the words of a short text tell its language: of n-grams of letters, and the words known of each language.

They are learned from comments (``training.languages.build_identifier``), and know the languages that Tipstaff has comments of, romanised
Hindi and Urdu among them; py3langid knows many more languages, but is right only from some ten words on.
"""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, ByteArray, FloatArray, Int8Array, Int32Array, IntArray
from model.errors import ArtefactError
from model.language.comment_words import GAP, WORD, next_token
from model.language.likely.letter_ngrams import LETTER_SLOTS, MOST_NGRAMS, hash_letters, read_letters, write_ngrams
from model.numba_cache import inner, kernel

__all__ = [
    "FEWEST_OTHER",
    "FEWEST_OTHER_WORDS",
    "OTHER_SHARE",
    "WEIGHTS_FILE",
    "WEIGHT_STEP",
    "KnownWords",
    "LanguageWeights",
    "languages_of_word",
    "load_language_weights",
    "mark_known",
    "weigh_other_words",
    "weigh_words",
]

WEIGHTS_FILE = Path(__file__).with_name("weights.npz")
"""Where the weights lie."""

WEIGHT_STEP = 0.05
"""What one unit of ``LanguageWeights.weights`` is worth, in logarithms."""

FEWEST_OTHER, FEWEST_OTHER_WORDS, OTHER_SHARE = 8, 3, 0.12
"""A second language in Latin letters has so many letters, so many words unless it is English, and this share of all letters."""

_MOST_WORDS_LOOKED_UP = 100  # in the search for words of another language
_MOST_WORDS = 16  # of a text with more words, the first ones are read
# Nothing further is read once so many letters speak for one language by so many units more than for any other (700 to 1), and this
# share of them is in words known of it.
_ENOUGH_LETTERS, _ENOUGH_LEAD, _ENOUGH_KNOWN = 24, 150, 0.6
# A word is a language's own if it speaks for it by so many units more than for the next: 7 to 1.
_OWN_LEAD = 40

KnownWords = npt.NDArray[np.uint32]


class LanguageWeights(NamedTuple):
    """The weights of c languages, at most 32.

    Attributes:
        weights: how much an n-gram speaks for each language, by the bucket of its hash; int8, in units of WEIGHT_STEP, shape (2**k, c).
        biases: what each language begins with, float64, shape (c,).
        known: a Bloom filter (1970) of the words of all languages: a word of language i sets bit i of three entries; uint32, shape (2**j,).
        tags: of the languages, c.
    """

    weights: Int8Array
    biases: FloatArray
    known: KnownWords
    tags: tuple[str, ...]


@inner
def _known_slots(h: np.uint64, entries: int) -> tuple[int, int, int]:
    mask = np.uint64(entries - 1)
    return int(h & mask), int((h >> np.uint64(20)) & mask), int((h >> np.uint64(40)) & mask)


@inner
def languages_of_word(h: np.uint64, known: KnownWords) -> np.uint32:
    """Return a bit for each language that a word with this hash is known of."""
    one, two, three = _known_slots(h, known.size)
    languages: np.uint32 = known[one] & known[two] & known[three]
    return languages


@kernel
def mark_known(data: ByteArray, offsets: IntArray, languages: IntArray, known: KnownWords) -> None:
    """Enter n words, packed, into the filter of known words, each as a word of the language with the number that stands beside it."""
    letters = np.empty(LETTER_SLOTS, np.int64)
    for i in range(languages.size):
        size, _ = read_letters(data, offsets[i], offsets[i + 1], letters)
        one, two, three = _known_slots(hash_letters(letters, size), known.size)
        bit = np.uint32(1 << languages[i])
        known[one] |= bit
        known[two] |= bit
        known[three] |= bit


@kernel
def weigh_words(
    data: ByteArray,
    offsets: IntArray,
    rows: IntArray,
    are_weighed: BoolArray,
    weights: Int8Array,
    known: KnownWords,
    totals: Int32Array,
    letters_known: Int32Array,
    letters_own: Int32Array,
    letters_read: Int32Array,
) -> None:
    """Add up what the words of some texts say of their languages.

    Args:
        data: of the packed texts.
        offsets: of the packed texts.
        rows: the texts to weigh; int64, shape (m,).
        are_weighed: whether the n-grams of each count; its words alone are looked up where only one language is possible; shape (m,).
        weights: as LanguageWeights has them, with c languages.
        known: as LanguageWeights has it.
        totals: gets the sums of the weights; shape (m, c).
        letters_known: gets the number of letters that are in words known of each language; shape (m, c).
        letters_own: gets the number of letters that are in words known of this language that speak for no other as much; shape (m, c).
        letters_read: gets the number of letters; shape (m,).
    """
    bits = int(np.log2(weights.shape[0]))
    letters, ngrams = np.empty(LETTER_SLOTS, np.int64), np.empty(MOST_NGRAMS, np.int32)
    word = np.empty(weights.shape[1], np.int32)
    for i in range(rows.size):
        at, end = offsets[rows[i]], offsets[rows[i] + 1]
        totals[i] = 0
        letters_known[i] = 0
        letters_own[i] = 0
        letters_read[i] = 0
        kind, words = GAP, 0
        while at < end and words < _MOST_WORDS:
            kind, stop = next_token(data, at, end, kind)
            while kind == WORD and at < stop:
                size, at = read_letters(data, at, stop, letters)
                if size > 2:
                    words += 1
                    letters_read[i] += size - 2
                    _weigh_word(
                        letters,
                        size,
                        bits if are_weighed[i] else 0,
                        weights,
                        known,
                        ngrams,
                        word,
                        totals[i],
                        letters_known[i],
                        letters_own[i],
                    )
            at = stop
            if kind == WORD and letters_read[i] >= _ENOUGH_LETTERS and _is_decided(totals[i], letters_known[i], letters_read[i]):
                break


@kernel
def weigh_other_words(
    data: ByteArray,
    offsets: IntArray,
    rows: IntArray,
    likeliest: IntArray,
    fewest_words: IntArray,
    known: KnownWords,
    letters_other: Int32Array,
    letters_read: Int32Array,
) -> None:
    """Count the letters of some texts that are in words known of other languages than that of the text, and not of it.

    Args:
        data: of the packed texts.
        offsets: of the packed texts.
        rows: the texts; int64, shape (m,).
        likeliest: the number of the language of each, -1 if no words are known of it; shape (m,).
        fewest_words: so many words of each language have to be there; shape (c,).
        known: as LanguageWeights has it, with c languages.
        letters_other: gets the number of letters in words known of each language and not of the text's own; shape (m, c).
        letters_read: gets the number of letters, shape (m,).
    """
    letters = np.empty(LETTER_SLOTS, np.int64)
    counts = np.empty(letters_other.shape[1], np.int64)
    for i in range(rows.size):
        at, end = offsets[rows[i]], offsets[rows[i] + 1]
        letters_other[i] = 0
        letters_read[i] = 0
        counts[:] = 0
        own = np.uint32(0) if likeliest[i] < 0 else np.uint32(1) << np.uint32(likeliest[i])
        kind, words = GAP, 0
        while at < end and words < _MOST_WORDS_LOOKED_UP:
            kind, stop = next_token(data, at, end, kind)
            while kind == WORD and at < stop:
                size, at = read_letters(data, at, stop, letters)
                if size > 2:
                    words += 1
                    letters_read[i] += size - 2
                    languages = languages_of_word(hash_letters(letters, size), known)
                    if languages and not languages & own:
                        for column in range(counts.size):
                            if (languages >> np.uint32(column)) & np.uint32(1):
                                counts[column] += 1
                                letters_other[i, column] += size - 2
            at = stop
        for column in range(counts.size):
            if counts[column] < fewest_words[column]:
                letters_other[i, column] = 0


@inner
def _is_decided(totals: Int32Array, letters_known: Int32Array, letters_read: int) -> bool:
    """Return whether the words of a text that were read leave no doubt."""
    best, second = 0, -(1 << 30)
    for column in range(1, totals.size):
        if totals[column] > totals[best]:
            second, best = totals[best], column
        else:
            second = max(second, totals[column])
    return bool(totals[best] >= second + _ENOUGH_LEAD and letters_known[best] >= _ENOUGH_KNOWN * letters_read)


@inner
def _weigh_word(
    letters: IntArray,
    size: int,
    bits: int,
    weights: Int8Array,
    known: KnownWords,
    ngrams: Int32Array,
    word: Int32Array,
    totals: Int32Array,
    letters_known: Int32Array,
    letters_own: Int32Array,
) -> None:
    """Add what one word says to ``totals``, ``letters_known`` and ``letters_own``, of one text; ``word`` is a buffer of their size.

    Without bits, the n-grams are not counted.
    """
    word[:] = 0
    for k in range(write_ngrams(letters, size, bits, ngrams) if bits else 0):
        bucket = ngrams[k]
        for column in range(totals.size):
            word[column] += weights[bucket, column]
    best, second = 0, -(1 << 30)
    for column in range(totals.size):
        totals[column] += word[column]
        if column > 0 and word[column] > word[best]:
            second, best = word[best], column
        elif column > 0 and word[column] > second:
            second = word[column]
    languages = languages_of_word(hash_letters(letters, size), known)
    if languages:
        for column in range(totals.size):
            if (languages >> np.uint32(column)) & np.uint32(1):
                letters_known[column] += size - 2
                if column == best and word[best] >= second + _OWN_LEAD:
                    letters_own[column] += size - 2


@cache
def load_language_weights(path: Path = WEIGHTS_FILE) -> LanguageWeights:
    """Read the weights, once in each process.

    Raises:
        ArtefactError: the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: dict[str, Any] = {name: file[name] for name in ("weights", "biases", "known", "tags")}
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise ArtefactError(f"{path}: the weights that identify languages cannot be read ({type(error).__name__}): install anew") from error
    return LanguageWeights(arrays["weights"], arrays["biases"], arrays["known"], tuple(arrays["tags"].tolist()))
