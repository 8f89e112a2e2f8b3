"""The cheap evidence of a comment's language, compiled: letters, scripts, English words; and, where these leave a doubt, known words.

Most comments are in English and consist of English words. Looking these up costs a tenth of scoring the n-grams of all languages.
"""

import numpy as np

from model.array_types import ByteArray, IntArray
from model.language.comment_words import GAP, WORD, byte_at, lower_case, next_token
from model.language.likely.language_weights import FEWEST_OTHER, FEWEST_OTHER_WORDS, OTHER_SHARE, KnownWords, languages_of_word
from model.language.likely.letter_ngrams import LETTER_SLOTS, hash_letters, read_letters
from model.language.scripts import LATIN, NOT_A_LETTER, SCRIPT_NAMES, SYLLABIC, decode_code_point, script_of
from model.normaliser.hashing import HASH_OFFSET, Lexicon, extend_hash, finish_hash, flags_of
from model.numba_cache import inner, kernel

__all__ = [
    "DOUBTFUL",
    "ENGLISH",
    "ENGLISH_AND_MORE",
    "EVIDENCE_COLUMNS",
    "EVIDENTLY_ENGLISH",
    "FINDING",
    "HIGH",
    "MANY_MIXED",
    "OTHER",
    "PLAIN",
    "SCRIPT",
    "TOO_SHORT",
    "collect_evidence",
]

PLAIN, ENGLISH, OTHER, SCRIPT, FINDING, HIGH = range(6)
"""Columns of the evidence of a comment: letters in words of two Latin letters or more, none of them drawn out; those of them that
are in English words; letters of other scripts than Latin; the script that most of these belong to; what follows from all that; and, unless
it is evidently English, whether there is a letter from U+0240 on: none below looks like one of the Latin alphabet."""
EVIDENCE_COLUMNS = 6
TOO_SHORT, EVIDENTLY_ENGLISH, DOUBTFUL, ENGLISH_AND_MORE = range(4)
"""Findings: too few letters for any language; English without a look at n-grams; whatever the n-grams say; English without a look at
n-grams, with words or letters beside it that may be in a second language."""
MANY_MIXED = 8
"""So many letters of another script are read as what they are, whatever their share of a text is."""

_HIGH_BYTE = 0xC9  # begins the UTF-8 of U+0240
_MOST_LANGUAGES = 32  # with known words
_MOST_LOOKED_UP = 100  # words
_DRAWN_OUT = 3  # so many equal letters in a row
_HAN, _KANA = SCRIPT_NAMES.index("Han"), SCRIPT_NAMES.index("Kana")
# What has so many letters of other scripts, or more than this part of all, is not English alone.
_FEWEST_MIXED, _MIXED_PART = 4, 7
# A text of so many letters in English words alone is English; and so is one of so many letters, if this share of them is in these.
_FEWEST_ENGLISH, _LONG, _SHARE_OF_LONG = 14, 40, 0.7
# Of an English text with a smaller share of letters outside English words, these words are not looked up.
_LEAST_UNKNOWN = 0.06
# A text with this share of letters in English words is English too if the share of its letters in words known of English is ahead by so
# much of that of any other language, and no other language knows more of the rest than this share of all. A short one has to consist of
# English words, and no other language knows a larger share than the last.
_ENGLISH_AFTER_ALL, _LEAD, _MOST_BESIDE, _MOST_KNOWN = 0.55, 0.15, 0.15, 0.3
_KANA_SHARE = 10  # Japanese has at least one sign of Kana to so many of Han


@kernel
def collect_evidence(
    data: ByteArray,
    offsets: IntArray,
    lexicon: Lexicon,
    known: KnownWords,
    english_bit: int,
    other_bits: int,
    fewest_letters: int,
    evident_share: float,
    evidence: IntArray,
) -> int:
    """Write the cheap evidence of each comment, and what follows from it, to its row of ``evidence``.

    Args:
        data: of n packed comments.
        offsets: of the packed comments.
        lexicon: English words, as ``model.normaliser.lexicon`` packs them.
        known: the words known of each language, as ``LanguageWeights`` has them.
        english_bit: that of English among these.
        other_bits: those of the other languages that are written in Latin letters.
        fewest_letters: without so many letters a comment has no language.
        evident_share: the share of letters in English words from which on a comment is English, unless it is very short or long.
        evidence: gets the evidence, int64, shape (n, 6).

    Returns:
        How many of the comments are not evidently English.
    """
    script_letters, counts = np.zeros(len(SCRIPT_NAMES), np.int64), np.zeros((3, _MOST_LANGUAGES), np.int64)
    letters = np.empty(LETTER_SLOTS, np.int64)
    others = 0
    for i in range(offsets.size - 1):
        at, end = offsets[i], offsets[i + 1]
        script_letters[:] = 0
        plain = english = unknown_words = 0
        kind = GAP
        while at < end:
            kind, stop = next_token(data, at, end, kind)
            if kind == WORD:
                size, is_english = _read_word(data, at, stop, lexicon, script_letters)
                plain += size
                if is_english:
                    english += size
                elif size:
                    unknown_words += 1
            at = stop
        evidence[i, PLAIN] = plain
        evidence[i, ENGLISH] = english
        other = script_letters.sum() - script_letters[LATIN]
        evidence[i, OTHER] = other
        evidence[i, SCRIPT] = _main_script(script_letters)
        least_share = 1.0 if plain < fewest_letters else evident_share if plain < _LONG else _SHARE_OF_LONG
        is_mixed = other >= _FEWEST_MIXED and _MIXED_PART * other >= plain + other
        is_english = plain >= min(_FEWEST_ENGLISH, fewest_letters) and english >= least_share * plain and not is_mixed
        unknown = plain - english
        has_more = unknown_words >= FEWEST_OTHER_WORDS and unknown >= FEWEST_OTHER and unknown >= _LEAST_UNKNOWN * plain
        if is_english and has_more:
            has_more = _look_closer(data, offsets[i], end, known, english_bit, other_bits, letters, counts)[3]
        elif not is_english and not is_mixed and plain > 0 and english >= (_ENGLISH_AFTER_ALL if plain >= fewest_letters else 1.0) * plain:
            lead, most_known, beside, has_more = _look_closer(data, offsets[i], end, known, english_bit, other_bits, letters, counts)
            is_english = lead >= _LEAD and beside <= _MOST_BESIDE if plain >= fewest_letters else most_known <= _MOST_KNOWN
        if is_english:
            evidence[i, FINDING] = ENGLISH_AND_MORE if has_more or other >= MANY_MIXED else EVIDENTLY_ENGLISH
        elif plain + other < fewest_letters:
            evidence[i, FINDING] = TOO_SHORT
        else:
            evidence[i, FINDING] = DOUBTFUL
        evidence[i, HIGH] = False
        if evidence[i, FINDING] != EVIDENTLY_ENGLISH:
            others += 1
            for at in range(offsets[i], end):
                if data[at] >= _HIGH_BYTE:
                    evidence[i, HIGH] = True
                    break
    return others


@inner
def _look_closer(
    data: ByteArray, at: int, end: int, known: KnownWords, english_bit: int, other_bits: int, letters: IntArray, counts: IntArray
) -> tuple[float, float, float, bool]:
    """Look the words of data[at:end], in Latin letters, up among those known of all languages.

    Args:
        data: UTF-8.
        at: where the text begins.
        end: where it ends.
        known: as ``collect_evidence`` takes it.
        english_bit: as ``collect_evidence`` takes it.
        other_bits: as ``collect_evidence`` takes them.
        letters: a buffer for the letters of a word.
        counts: a buffer, shape (3, languages).

    Returns:
        By how much the share of letters in words known of English is ahead of the largest share of another language; that share; the
        largest share in words known of another language and not of English; and whether that is a second language beside English.
    """
    counts[:] = 0
    total, english, looked_up, kind = 0, 0, 0, GAP
    while at < end and looked_up < _MOST_LOOKED_UP:
        kind, stop = next_token(data, at, end, kind)
        while kind == WORD and at < stop:
            size, at = read_letters(data, at, stop, letters)
            looked_up += 1
            total += size - 2
            languages = int(languages_of_word(hash_letters(letters, size), known))
            is_english = languages & english_bit != 0
            if is_english:
                english += size - 2
            languages &= other_bits
            column = 0
            while languages != 0:
                if languages & 1:
                    counts[0, column] += size - 2
                    if not is_english:
                        counts[1, column] += size - 2
                        counts[2, column] += 1
                languages >>= 1
                column += 1
        at = stop
    most, most_beside, is_second = 0, 0, False
    for column in range(counts.shape[1]):
        most = max(most, counts[0, column])
        beside = counts[1, column]
        most_beside = max(most_beside, beside)
        is_second |= counts[2, column] >= FEWEST_OTHER_WORDS and beside >= FEWEST_OTHER and beside >= OTHER_SHARE * total
    total = max(total, 1)
    return (english - most) / total, most / total, most_beside / total, is_second


@inner
def _read_word(data: ByteArray, at: int, end: int, lexicon: Lexicon, script_letters: IntArray) -> tuple[int, bool]:
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
