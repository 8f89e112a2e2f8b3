"""How likely a text is in each language, given what its words, its n-grams and its English words say; compiled.

The weights of words (``model.language.likely.language_weights``) know the languages that Tipstaff has comments of, py3langid knows about
a hundred. The logarithm of the probability of a language is the sum of what the weights say, tempered; of the logarithm of the share of
letters in words known of it; and of what the n-grams of py3langid say. A language that only py3langid knows gets a constant instead of
the first two: the words of a text in it are not known. The constants were fitted by maximum likelihood on held-out rows, a third of which
were in languages that the weights were made to forget.
"""

from typing import NamedTuple

import numpy as np

from model.array_types import BoolArray, FloatArray, Int32Array, IntArray
from model.language.likely.language_weights import WEIGHT_STEP
from model.numba_cache import inner, kernel

__all__ = [
    "CERTAIN",
    "CERTAIN_BUT_FOR_DOUBLE",
    "MOST_CANDIDATES",
    "UNCERTAIN",
    "WordEvidence",
    "choose_candidates",
    "combine_evidence",
    "find_certain",
]

MOST_CANDIDATES = 3
"""By so many languages a text is judged at most."""
UNCERTAIN, CERTAIN_BUT_FOR_DOUBLE, CERTAIN = range(3)
"""Whether words alone leave no doubt of a text's language; or none but between two languages of which only n-grams know which it is."""

_TEMPERATURE = 1.14
_UNKNOWN_SHARE = 0.04  # of letters in known words; so much is granted to a language none of whose words are found
_UNKNOWN_LANGUAGE = -4.5  # for what the weights do not know, by logarithms
_WITHOUT_NGRAMS = -1.0  # for what py3langid does not know
_KNOWN_TRUST = 2.5  # and so much more of the logarithm of the share of known words, which alone speaks for it against a hundred languages
_RULED_OUT = -30.0  # for what the words leave no room for
_NGRAM_TRUST = 2.0
_ENGLISH_PRIOR = 1.4  # English is four times as frequent as others
_LEXICON_TRUST = 0.9  # the lexicon of English has words of others as well
# Read languages that are less likely than the likeliest by this factor, or less likely than this, are no candidates.
_LEAST_OF_BEST, _LEAST_LIKELY = 0.1, 0.03
# Nor are, where no language is likely, those less likely than this, as long as there is English: most such texts are names.
_LEAST_OF_NAMES = 0.1
# English is one as well if the words are English, and if no language is likely.
_ENGLISH_SHARE, _LEAST_ENGLISH, _NOTHING_LIKELY = 0.7, 0.05, 0.4
# A second language has so many letters in words of its own, and this share of all.
_FEWEST_OWN, _LEAST_OWN_SHARE = 8, 0.25
# Without n-grams, from these on: likelihood by the weights, share of letters in known words, letters; that share of so many letters.
_CERTAIN, _CERTAIN_SHARE, _CERTAIN_LETTERS = 0.99, 0.6, 8
_CERTAIN_SHARE_OF_MORE, _MORE_LETTERS = 0.4, 24


class WordEvidence(NamedTuple):
    """What the words of m texts say, with c languages that have weights.

    Attributes:
        totals: as ``weigh_words`` gives them, shape (m, c).
        letters_known: as ``weigh_words`` gives them, shape (m, c).
        letters_read: as ``weigh_words`` gives them, shape (m,).
        english_shares: of the letters, those in words of the lexicon of English; shape (m,).
        groups: the place of the script of each text in GROUPED_SCRIPTS, shape (m,).
    """

    totals: Int32Array
    letters_known: Int32Array
    letters_read: Int32Array
    english_shares: FloatArray
    groups: IntArray

    def part_of(self, places: IntArray) -> "WordEvidence":
        """Return what the words of some of the texts say."""
        known, read, shares = self.letters_known[places], self.letters_read[places], self.english_shares[places]
        return WordEvidence(self.totals[places], known, read, shares, self.groups[places])


@inner
def _weigh(totals: Int32Array, biases: FloatArray, allowed: BoolArray, values: FloatArray) -> None:
    """Write the logarithms of the probabilities by the weights alone to the first values; -inf for languages of other scripts."""
    most = -np.inf
    for column in range(biases.size):
        values[column] = -np.inf
        if allowed[column]:
            values[column] = (totals[column] * WEIGHT_STEP + biases[column]) / _TEMPERATURE
            most = max(most, values[column])
    total = 0.0
    for column in range(biases.size):
        if allowed[column]:
            total += np.exp(values[column] - most)
    for column in range(biases.size):
        values[column] -= most + np.log(total) if total > 0.0 else 0.0


@inner
def _known_share(column: int, letters_known: Int32Array, letters_read: int, english_share: float, english: int) -> float:
    """Return the share of the letters of a text that are in words known of one language."""
    share = float(letters_known[column] / max(letters_read, 1))
    return max(share, _LEXICON_TRUST * english_share) if column == english else share


@kernel
def find_certain(
    words: WordEvidence,
    biases: FloatArray,
    allowed: BoolArray,
    english: int,
    has_double: BoolArray,
    certainties: IntArray,
    likeliest: IntArray,
) -> None:
    """Find the texts whose words alone leave no doubt, so that their n-grams need not be counted.

    Args:
        words: of m texts.
        biases: as ``LanguageWeights`` has them.
        allowed: which languages are possible, by the script of a text; shape (scripts, languages).
        english: the place of English.
        has_double: whether there is a language so close to one of the weights that only n-grams know which it is; shape (c,).
        certainties: gets UNCERTAIN, CERTAIN_BUT_FOR_DOUBLE or CERTAIN for each text; shape (m,).
        likeliest: gets the likeliest language by the words of each text; shape (m,).
    """
    values = np.empty(biases.size)
    for i in range(certainties.size):
        certainties[i] = UNCERTAIN
        letters = words.letters_read[i]
        _weigh(words.totals[i], biases, allowed[words.groups[i]], values)
        best = likeliest[i] = int(values.argmax())
        if letters < _CERTAIN_LETTERS:
            continue
        share = _known_share(best, words.letters_known[i], letters, words.english_shares[i], english)
        if values[best] >= np.log(_CERTAIN) and share >= (_CERTAIN_SHARE if letters < _MORE_LETTERS else _CERTAIN_SHARE_OF_MORE):
            certainties[i] = CERTAIN_BUT_FOR_DOUBLE if has_double[best] else CERTAIN


@kernel
def combine_evidence(
    words: WordEvidence,
    biases: FloatArray,
    ngram_scores: FloatArray,
    ngram_sizes: IntArray,
    language_of_score: IntArray,
    is_between_doubles: bool,
    allowed: BoolArray,
    english: int,
    likelihoods: FloatArray,
) -> None:
    """Write the probability of each language for m texts.

    Args:
        words: of the texts.
        biases: as ``LanguageWeights`` has them; its languages are the first of all.
        ngram_scores: as ``score_languages`` gives them; shape (m, columns).
        ngram_sizes: the number of bytes that they are of; 0 where none were taken, as the words are certain; shape (m,).
        language_of_score: the language of each of these columns, -1 for none; shape (columns,).
        is_between_doubles: whether the words leave a doubt only between languages of these columns.
        allowed: which languages are possible, by the script of a text; shape (scripts, languages).
        english: the place of English.
        likelihoods: gets the probabilities, shape (m, languages).
    """
    without = _WITHOUT_NGRAMS if not is_between_doubles else _RULED_OUT
    ngrams, unaided = np.empty(allowed.shape[1]), np.full(allowed.shape[1], without)
    for i in range(ngram_sizes.size):
        values, possible = likelihoods[i], allowed[words.groups[i]]
        _weigh(words.totals[i], biases, possible, values)
        for column in range(biases.size):
            share = _known_share(column, words.letters_known[i], words.letters_read[i], words.english_shares[i], english)
            known = np.log(_UNKNOWN_SHARE + share)
            values[column] += known
            unaided[column] = without + _KNOWN_TRUST * known
        for column in range(biases.size, values.size):
            values[column] = _UNKNOWN_LANGUAGE if possible[column] and ngram_sizes[i] > 0 else -np.inf
        values[english] += _ENGLISH_PRIOR
        if ngram_sizes[i] > 0:
            _add_ngrams(ngram_scores[i], ngram_sizes[i], language_of_score, possible, unaided, ngrams, values)
        most = values.max()
        total = 0.0
        for column in range(values.size):
            values[column] = np.exp(values[column] - most) if values[column] > -np.inf else 0.0
            total += values[column]
        for column in range(values.size):
            values[column] /= total


@inner
def _add_ngrams(
    scores: FloatArray,
    size: int,
    language_of_score: IntArray,
    possible: BoolArray,
    unaided: FloatArray,
    ngrams: FloatArray,
    values: FloatArray,
) -> None:
    """Add what the n-grams say, divided by the square root of the number of bytes: those of a text depend on one another."""
    ngrams[:] = -np.inf
    most = -np.inf
    for column in range(scores.size):
        language = language_of_score[column]
        if language >= 0 and possible[language]:
            ngrams[language] = max(ngrams[language], scores[column])
            most = max(most, scores[column])
    for language in range(values.size):
        values[language] += _NGRAM_TRUST * (ngrams[language] - most) / np.sqrt(size) if ngrams[language] > -np.inf else unaided[language]


@kernel
def choose_candidates(
    likelihoods: FloatArray,
    letters_own: Int32Array,
    letters_read: Int32Array,
    english_shares: FloatArray,
    read_as: IntArray,
    english: int,
    candidates: IntArray,
    unread: FloatArray,
) -> None:
    """Write the languages by which each of m texts is to be judged, likeliest first.

    Args:
        likelihoods: of the texts, as ``combine_evidence`` gives them; shape (m, languages).
        letters_own: as ``weigh_words`` gives them, shape (m, c).
        letters_read: the number of letters, shape (m,).
        english_shares: of the letters, those in words of the lexicon of English; shape (m,).
        read_as: the read language as which each language is read, itself or another that is learned with it, -1 for none.
        english: the place of English.
        candidates: gets the languages, -1 where there are no more; shape (m, MOST_CANDIDATES).
        unread: gets the probability that a text is in a language that is not read; shape (m,).
    """
    for i in range(likelihoods.shape[0]):
        row, chosen = likelihoods[i], candidates[i]
        chosen[:] = -1
        unread[i] = 0.0
        for column in range(row.size):
            if read_as[column] < 0:
                unread[i] += row[column]
        best = row.max()
        count = 0
        least = max(_LEAST_LIKELY, _LEAST_OF_BEST * best)
        if best < _NOTHING_LIKELY and read_as[english] >= 0 and row[english] > 0.0:
            least = max(least, _LEAST_OF_NAMES)
        while count < MOST_CANDIDATES:
            next_best = -1
            for column in range(row.size):
                if row[column] < least or read_as[column] < 0 or _is_chosen(chosen, read_as[column]):
                    continue
                if next_best < 0 or row[column] > row[next_best]:
                    next_best = column
            if next_best < 0:
                break
            chosen[count] = read_as[next_best]
            count += 1
        for column in range(letters_own.shape[1]):
            own = letters_own[i, column]
            if row[column] > 0.0 and own >= _FEWEST_OWN and own >= _LEAST_OWN_SHARE * letters_read[i] and read_as[column] >= 0:
                count = _add(chosen, count, read_as[column])
        is_english = english_shares[i] >= _ENGLISH_SHARE and row[english] >= _LEAST_ENGLISH
        if read_as[english] >= 0 and row[english] > 0.0 and (is_english or best < _NOTHING_LIKELY):
            count = _add(chosen, count, read_as[english])


@inner
def _is_chosen(chosen: IntArray, language: int) -> bool:
    found = False
    for k in range(chosen.size):
        found = found or chosen[k] == language
    return found


@inner
def _add(chosen: IntArray, count: int, language: int) -> int:
    """Add a language to those chosen, if it is not there; the last gives way if there are as many as may be."""
    if _is_chosen(chosen, language):
        return count
    count = min(count + 1, chosen.size)
    chosen[count - 1] = language
    return count
