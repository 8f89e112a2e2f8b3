"""Fits the weights by which words tell their language, and collects the words that are known of each language.

It is multinomial logistic regression over the n-grams of a text, fitted by AdaGrad (Duchi, Hazan & Singer 2011) in one thread and a fixed
order, so that the same texts give the same weights.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from model.array_types import Int32Array, IntArray
from model.language.comment_words import GAP, WORD, next_token
from model.language.likely.language_weights import WEIGHT_STEP, KnownWords, LanguageWeights, mark_known
from model.language.likely.letter_ngrams import LETTER_SLOTS, MOST_NGRAMS, read_letters, write_ngrams
from model.ngrams.packed_texts import pack_bytes
from model.numba_cache import kernel
from training.languages.identification.teaching_texts import TeachingTexts, cut_texts

__all__ = ["collect_known_words", "fit_language_weights"]

_Floats = npt.NDArray[np.float32]

_BITS = 15  # 2**15 buckets; with twice as many, the mean accuracy of five words rises by 0.3 points
_KNOWN_SLOTS = 1 << 17  # of 8,000 words known of a language, one in 200 others passes for known
_PASSES, _RATE, _PENALTY = 3, 0.1, 1e-6
_MOST_WEIGHT = 5.0  # of a text in a rare language
_MOST_KNOWN, _MOST_KNOWN_ENGLISH, _FEWEST_TIMES, _TIMES_OF_OWN = 8_000, 20_000, 2, 3
_LIKELIER_IN_ENGLISH = 2
_WORD = re.compile(r"[^\W\d_]+")


def fit_language_weights(teaching: TeachingTexts, *, seed: int = 0) -> LanguageWeights:
    """Return the weights that the texts teach.

    Args:
        teaching: the texts, with at most 32 languages.
        seed: of the order in which they are read.
    """
    tags = tuple(sorted(set(teaching.tags)))
    cuts, cut_tags = cut_texts(teaching)
    languages = np.array([tags.index(tag) for tag in cut_tags], np.int64)
    packed = pack_bytes([cut.encode(errors="replace") for cut in cuts])
    ngrams, starts = np.empty(5 * packed.data.size + MOST_NGRAMS, np.int32), np.zeros(len(cuts) + 1, np.int64)
    ngrams = ngrams[: _extract(packed.data, packed.offsets, _BITS, ngrams, starts)]
    counts = np.bincount(languages, minlength=len(tags))
    rarity = np.minimum(np.sqrt(counts.mean() / np.maximum(counts, 1)), _MOST_WEIGHT)[languages]
    weights, biases = np.zeros((1 << _BITS, len(tags)), np.float32), np.zeros(len(tags), np.float32)
    squares = np.zeros_like(weights), np.zeros_like(biases)
    generator = np.random.default_rng(seed)
    for number in range(_PASSES):
        order = generator.permutation(len(cuts))
        _fit_pass(ngrams, starts, languages, rarity.astype(np.float32), weights, biases, *squares, order, _RATE / (1 + number))
    units = np.clip(np.rint(weights / WEIGHT_STEP), -127, 127).astype(np.int8)
    return LanguageWeights(units, biases.astype(np.float64), collect_known_words(teaching, tags), tags)


def collect_known_words(teaching: TeachingTexts, tags: Sequence[str]) -> KnownWords:
    """Return the filter of the most frequent words of each language that occur at least twice; those of our own texts count thrice.

    Comments in other languages have English words. What is so much likelier in English than in a language is not known of that language.
    """
    counts = defaultdict[str, Counter[str]](Counter)
    for text, tag, own in zip(teaching.texts, teaching.tags, teaching.own, strict=True):
        for word in sorted(set(_WORD.findall(text.lower()))):
            counts[tag][word] += _TIMES_OF_OWN if own else 1
    english, words_of_english = counts["en"], counts["en"].total()
    words, languages = list[bytes](), list[int]()
    for place, tag in enumerate(tags):
        least_of_english = counts[tag].total() / max(words_of_english, 1) / _LIKELIER_IN_ENGLISH
        most = counts[tag].most_common(_MOST_KNOWN_ENGLISH if tag == "en" else _MOST_KNOWN)
        known = [
            word.encode() for word, count in most if count >= _FEWEST_TIMES and (tag == "en" or count >= least_of_english * english[word])
        ]
        words += known
        languages += [place] * len(known)
    slots = np.zeros(_KNOWN_SLOTS, np.uint32)
    packed = pack_bytes(words)
    mark_known(packed.data, packed.offsets, np.array(languages, np.int64), slots)
    return slots


@kernel
def _extract(data: npt.NDArray[np.uint8], offsets: IntArray, bits: int, ngrams: Int32Array, starts: IntArray) -> int:
    """Write the n-grams of all texts to ``ngrams``, and to ``starts`` where those of each begin; return their number."""
    letters, some = np.empty(LETTER_SLOTS, np.int64), np.empty(MOST_NGRAMS, np.int32)
    total = 0
    for i in range(offsets.size - 1):
        starts[i] = total
        at, end, kind = offsets[i], offsets[i + 1], GAP
        while at < end:
            kind, stop = next_token(data, at, end, kind)
            while kind == WORD and at < stop:
                size, at = read_letters(data, at, stop, letters)
                if size > 2:
                    count = write_ngrams(letters, size, bits, some)
                    ngrams[total : total + count] = some[:count]
                    total += count
            at = stop
    starts[offsets.size - 1] = total
    return total


@kernel
def _fit_pass(
    ngrams: Int32Array,
    starts: IntArray,
    languages: IntArray,
    rarity: _Floats,
    weights: _Floats,
    biases: _Floats,
    weight_squares: _Floats,
    bias_squares: _Floats,
    order: IntArray,
    rate: float,
) -> None:
    """Take one step for each text, in the given order."""
    chances = np.empty(biases.size, np.float32)
    for text in order:
        chances[:] = biases
        for k in range(starts[text], starts[text + 1]):
            chances += weights[ngrams[k]]
        chances[:] = np.exp(chances - chances.max())
        chances /= chances.sum()
        chances[languages[text]] -= np.float32(1.0)
        chances *= rarity[text]
        for column in range(biases.size):
            bias_squares[column] += chances[column] * chances[column]
            biases[column] -= rate * chances[column] / np.sqrt(bias_squares[column] + 1e-6)
        for k in range(starts[text], starts[text + 1]):
            row = ngrams[k]
            for column in range(biases.size):
                slope = chances[column] + _PENALTY * weights[row, column]
                weight_squares[row, column] += slope * slope
                weights[row, column] -= rate * slope / np.sqrt(weight_squares[row, column] + 1e-4)
