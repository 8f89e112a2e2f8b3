"""What a text shows of its language at a glance, and which of several languages that a caller names it is in."""

import re
from collections.abc import Collection, Sequence
from functools import cache

import numpy as np

from model.array_types import FloatArray, IntArray
from model.language.identification_kernels import ENGLISH, EVIDENCE_COLUMNS, OTHER, collect_evidence
from model.language.likely.language_weights import KnownWords, load_language_weights
from model.language.model_file import NgramTables, read_langid_model
from model.language.ngram_scores import score_languages
from model.language.scripts import LANGUAGE_OF_SCRIPT, LANGUAGES_OF_SCRIPT, LATIN, SCRIPT_NAMES
from model.language.tags import primary_language, tag_scripts
from model.ngrams.packed_texts import PackedTexts, pack_bytes
from model.ngrams.shared_words import shared_lexicon
from model.normaliser.hashing import Lexicon
from model.text.unicode import fold_characters

__all__ = ["ENGLISH_SHARE", "FEWEST_SHOWN", "LanguageGlance", "preload_tables", "read_evidence"]

ENGLISH_SHARE = 0.7
"""The share of letters in English words from which on a text looks English."""

FEWEST_SHOWN = 3
"""So many letters of another script show a language; fewer may be a face: ¯\\_(ツ)_/¯."""

_ENGLISH, _LATIN = "en", SCRIPT_NAMES[LATIN]
# Nothing but these is weighed from this share of letters in English words on; from less on in a text of forty letters or more.
_EVIDENT_SHARE = 0.87
# Between several languages, English is ahead by so much of the difference between the logarithms of the best probabilities, divided by
# the square root of the number of bytes: else one English word in twenty would be another language's. Text in a language that has no
# n-grams may have this share of English words.
_ENGLISH_LEAD, _MOST_ENGLISH_SHARE = 0.25, 0.5
# By so much of it English has to be ahead of a language that is stated, in a short text; "pet", which is French too, comes to 0.9.
_ENGLISH_PREFERENCE = 1.0
# Letters that look like those of the Latin alphabet, or are ornaments of these.
_LOOK_ALIKE = re.compile(
    r"[\u0250-\u02ff\u0370-\u058f\u10a0-\u10ff\u13a0-\u13ff\u1c80-\u1dbf\u1f00-\u1fff\u2100-\u214f\u2460-\u24ff"
    r"\u2c60-\u2c7f\ua640-\ua7ff\uab30-\uabbf\uff21-\uff5a\U0001d400-\U0001d7ff\U0001f100-\U0001f1ff]"
)
_ALIASES = {
    **{"nn": "no", "nb": "no", "fil": "tl", "uzs": "uz", "hbo": "he", "ary": "ar", "arz": "ar", "wuu": "zh", "yue": "zh"},
    **{"kik": "ki", "srl": "sr"},
}


@cache
def _tables() -> tuple[NgramTables, tuple[str, ...]]:
    return read_langid_model()


@cache
def _english_words() -> tuple[Lexicon, KnownWords, int, int]:
    """Return what ``collect_evidence`` tells English words from others by: lexicon, known words, and their bits."""
    weights = load_language_weights()
    bits = {tag: 1 << place for place, tag in enumerate(weights.tags)}
    english = bits.pop(_ENGLISH)
    others = sum(bit for tag, bit in bits.items() if _LATIN in tag_scripts(tag))
    return shared_lexicon(), weights.known, english, others


def preload_tables() -> None:
    """Read the tables, which takes half a second the first time; every ``Identifier`` of this process shares them.

    Raises:
        ArtefactError: they cannot be read.
    """
    _tables()
    _english_words()


def read_evidence(text: str) -> IntArray:
    """Return the cheap evidence of a text without mark-up, as ``collect_evidence`` writes it; shape (6,)."""
    evidence = np.empty((1, EVIDENCE_COLUMNS), np.int64)
    packed = pack_bytes([text.encode(errors="replace")])
    collect_evidence(packed.data, packed.offsets, *_english_words(), 0, _EVIDENT_SHARE, evidence)
    return evidence.reshape(-1)


class LanguageGlance:
    """Tells at a glance which language a text is in; any number of threads may share one.

    Attributes:
        learned: tags of the languages that are read.
    """

    def __init__(self, learned: Collection[str], *, letters: int) -> None:
        self.learned = frozenset(learned)
        self._letters = letters
        self._words = _english_words()
        self._tables, codes = _tables()
        self._codes = [_ALIASES.get(code, code) for code in codes]
        self._uses_script = {script: np.array([code in some for code in codes]) for script, some in LANGUAGES_OF_SCRIPT.items()}

    def shown_language(self, text: str) -> str | None:
        """Return the language that a text without mark-up shows at a glance, however short it is; None if it shows none.

        A text shows the language of its script if that is not Latin, and English if most of its letters are in English words.
        """
        packed = pack_bytes([text.encode(errors="replace")])
        ((plain, english, other, script, *_),) = self._evidence(packed).tolist()
        if other > plain:
            # What has fewer letters may be a face: ¯\\_(ツ)_/¯.
            if other < FEWEST_SHOWN or self._is_disguised_english(text, letters=FEWEST_SHOWN):
                return None
            return self._language_of_script(SCRIPT_NAMES[script], self._ngram_scores(packed)[0])
        return _ENGLISH if plain and english >= ENGLISH_SHARE * plain else None

    def is_rather_english(self, text: str, tag: str) -> bool:
        """Return whether a text without mark-up, however short, is English, by its words and its n-grams, not in a tag's language."""
        columns = self._columns(tag)
        if not columns or self.shown_language(text) != _ENGLISH:
            return False
        scores, size = self._ngram_scores(pack_bytes([text.encode(errors="replace")]))
        return bool(scores[self._columns(_ENGLISH)].max() - scores[columns].max() >= _ENGLISH_PREFERENCE * size**0.5)

    def choose(self, text: str, tags: Sequence[str]) -> str:
        """Return the one of several canonical tags (`canonical_tag`) whose language a text without mark-up is in; one word is enough.

        If nothing in the text decides, that is the first tag of a language that the model learned, or else the first of all.
        """
        usual = next((tag for tag in tags if primary_language(tag) in self.learned), tags[0])
        if len(tags) == 1:
            return usual
        packed = pack_bytes([text.encode(errors="replace")])
        ((plain, english, other, script, *_),) = self._evidence(packed).tolist()
        name = SCRIPT_NAMES[script] if other > plain else _LATIN
        able = [tag for tag in tags if name in tag_scripts(tag)] if plain or other else []
        if len(able) <= 1:
            return able[0] if able else usual
        return self._choose_by_ngrams(packed, able, english_share=english / plain if plain else 0.0)

    def _choose_by_ngrams(self, packed: PackedTexts, tags: Sequence[str], *, english_share: float) -> str:
        """Return one of several tags, by the n-grams and English words of the only text of ``packed``."""
        english = next((tag for tag in tags if primary_language(tag) == _ENGLISH), None)
        if english is not None and english_share >= ENGLISH_SHARE:
            return english
        # The n-grams do not know romanised Hindi, nor the rarer languages.
        unscored = [tag for tag in tags if not self._columns(tag)]
        scored = [tag for tag in tags if tag not in unscored]
        if scored:
            scores, size = self._ngram_scores(packed)
            lead = _ENGLISH_LEAD * size**0.5
            best = max(scored, key=lambda tag: scores[self._columns(tag)].max() + (lead if tag == english else 0.0))
            if not unscored or best != english or english_share >= _MOST_ENGLISH_SHARE:
                return best
        return unscored[0]

    def _columns(self, tag: str) -> list[int]:
        """Return the columns of the n-grams that score the language of a tag in the script that the tag names; none if there are none."""
        code = primary_language(tag) or ""
        if not tag_scripts(tag) <= tag_scripts(code):
            return []
        return [at for at, column in enumerate(self._codes) if column == _ALIASES.get(code, code)]

    def _ngram_scores(self, packed: PackedTexts) -> tuple[FloatArray, int]:
        """Return the score of each language by the n-grams, for the only text of ``packed``, and the number of bytes that were read."""
        scores = np.empty((1, len(self._codes)))
        (size,) = score_languages(packed.data, packed.offsets, np.zeros(1, np.int64), self._tables, scores).tolist()
        return scores[0], max(1, size)

    def _evidence(self, packed: PackedTexts) -> IntArray:
        return self._count_others(packed)[0]

    def _count_others(self, packed: PackedTexts) -> tuple[IntArray, int]:
        """Return the evidence of texts, and how many of them are not evidently English."""
        evidence = np.empty((packed.offsets.size - 1, EVIDENCE_COLUMNS), np.int64)
        others = collect_evidence(packed.data, packed.offsets, *self._words, self._letters, _EVIDENT_SHARE, evidence)
        return evidence, others

    def _language_of_script(self, script: str, scores: FloatArray) -> str:
        columns = self._uses_script.get(script)
        if columns is None:
            return LANGUAGE_OF_SCRIPT[script]
        return self._codes[int(np.where(columns, scores, -np.inf).argmax())]

    def _is_disguised_english(self, text: str, *, letters: int) -> bool:
        """Return whether a text has look-alike letters, and is English, of so many letters, once they are read as what they look like."""
        if not _LOOK_ALIKE.search(text):
            return False
        plain, english, other, *_ = self._evidence_of_look(text)
        return bool(plain >= letters and english >= ENGLISH_SHARE * plain and other < plain)

    def _hides_english(self, text: str, evidence: IntArray) -> bool:
        """Return whether most letters of another script only hide English words in a text, given its evidence as it stands."""
        return bool(self._evidence_of_look(text)[ENGLISH] - evidence[ENGLISH] >= ENGLISH_SHARE * evidence[OTHER])

    def _evidence_of_look(self, text: str) -> list[int]:
        """Return the evidence of a text as it looks, with look-alike letters read as what they look like."""
        look: list[list[int]] = self._evidence(pack_bytes([fold_characters(text).encode()])).tolist()
        return look[0]
