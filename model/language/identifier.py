"""The language of a comment, and whether the model that judges it has learned that language.

English evidence comes first: a comment most of whose letters are in English words is English. What is written in another script
is in another language, and often the script alone identifies it. Only the rest is scored by the n-grams of py3langid, which by
itself calls one tweet in eleven foreign. So names, tags and addresses are left out, words in capitals are lowered, and its
certainty is tempered by the length of the text and by the share of English words.
"""

import re
from collections.abc import Collection, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray, IntArray
from model.comment import Comment
from model.language.identification_kernels import (
    DOUBTFUL,
    ENGLISH,
    EVIDENCE_COLUMNS,
    EVIDENTLY_ENGLISH,
    FINDING,
    OTHER,
    PLAIN,
    SCRIPT,
    collect_evidence,
    score_languages,
)
from model.language.identified import Languages
from model.language.model_file import NgramTables, read_langid_model
from model.language.scripts import LANGUAGE_OF_SCRIPT, LANGUAGES_OF_SCRIPT, LATIN, SCRIPT_NAMES
from model.language.tags import primary_language, tag_scripts
from model.language.visible_texts import visible_text, visible_texts
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import PackedTexts, pack_bytes
from model.ngrams.shared_words import shared_lexicon
from model.text.unicode import fold_characters

__all__ = ["DEFAULT_CERTAINTY", "DEFAULT_LETTERS", "Identifier", "preload_tables"]

DEFAULT_LETTERS = 20
DEFAULT_CERTAINTY = 0.95

_ENGLISH = "en"
# Above this share of letters in English words no n-grams are scored: 97 % of the English dev rows, and no foreign comment of ours.
_EVIDENT_SHARE = 0.7
# The certainty that a text is foreign is a logistic function of this: the difference in log-probability between the best foreign
# language and the best learned one, divided by the square root of the number of bytes, less the first of these numbers, and less
# the second times the share of letters in English words. They were chosen so that next to no dev row is called foreign; the least
# certain of our foreign comments gets 0.97.
_DOUBT, _DOUBT_OF_ENGLISH = 0.5, 3.0
# Between several languages, English is ahead by so much of the difference that the first sentence speaks of: else one English word in
# twenty would be another language's. Text in a language that has no n-grams may have this share of English words.
_ENGLISH_LEAD, _MOST_ENGLISH_SHARE = 0.25, 0.5
# By so much of it English has to be ahead of a language that is stated, in a short text; "pet", which is French too, comes to 0.9.
_ENGLISH_PREFERENCE = 1.0
# So many letters of another script show a language.
_FEWEST_SHOWN = 3
# The same for other scripts, as a function of their share of the letters: half of them is enough.
_SCRIPT_SLOPE, _SCRIPT_OFFSET = 10.0, -2.0
# Letters outside the alphabets of the languages that are written in Latin letters.
_LOOK_ALIKE = re.compile(r"[\u0250-\u1dff\u2000-\U0010ffff]")
# What py3langid calls no language, and Nigerian Pidgin, whose words are English.
_COUNTED_AS_ENGLISH = frozenset({"zxx", "pcm"})
_ALIASES = {
    **{"nn": "no", "nb": "no", "fil": "tl", "uzs": "uz", "hbo": "he", "ary": "ar", "arz": "ar", "wuu": "zh", "yue": "zh"},
    **{"kik": "ki", "srl": "sr"},
}


@cache
def _tables() -> tuple[NgramTables, tuple[str, ...], npt.NDArray[np.uint32]]:
    return *read_langid_model(), shared_lexicon()


def preload_tables() -> None:
    """Read the tables, which takes half a second the first time; every ``Identifier`` of this process shares them.

    Raises:
        ArtefactError: they cannot be read.
    """
    _tables()


class Identifier:
    """Identifies the languages of comments; any number of threads may share one.

    Attributes:
        learned: codes of the languages that the model learned.
    """

    def __init__(
        self, learned: Collection[str] = (_ENGLISH,), *, letters: int = DEFAULT_LETTERS, certainty: float = DEFAULT_CERTAINTY
    ) -> None:
        self.learned = frozenset(learned)
        self._letters = letters
        self._certainty = certainty
        self._tables, codes, self._lexicon = _tables()
        self._codes = [_ALIASES.get(code, code) for code in codes]
        own = self.learned | _COUNTED_AS_ENGLISH
        self._is_learned = np.array([code in own for code in self._codes])
        self._uses_script = {script: np.array([code in some for code in codes]) for script, some in LANGUAGES_OF_SCRIPT.items()}

    @classmethod
    def load(
        cls, learned: Collection[str] = (_ENGLISH,), *, letters: int = DEFAULT_LETTERS, certainty: float = DEFAULT_CERTAINTY
    ) -> "Identifier":
        """Load the model of py3langid, which takes half a second, once in each process.

        Args:
            learned: codes of the languages that the judging model learned.
            letters: a comment with fewer letters gets no language.
            certainty: from which on a comment is called foreign, above 0.5 and below 1.

        Raises:
            ArtefactError: the model cannot be read.
        """
        return cls(learned, letters=letters, certainty=certainty)

    def warm(self) -> None:
        """Compile or load the kernels, so that the next call is fast."""
        self.identify_texts(["Das ist doch völliger Unsinn, was hier steht", "Совершенно не согласен с автором", "Good morning to you all"])

    def identify(self, comments: Sequence[Comment]) -> Languages:
        """Return the languages of n comments; where a comment states its language, that is taken as certain."""
        if isinstance(comments, PackedComments):
            return self._identify_packed(visible_texts(comments))
        languages = self.identify_texts([visible_text(comment) for comment in comments])
        for at, comment in enumerate(comments):
            if comment.language is not None and (stated := primary_language(comment.language)) is not None:
                languages.codes[at] = stated
                languages.foreign[at] = stated not in self.learned
                languages.certainties[at] = float(languages.foreign[at])
                languages.candidates[at] = () if languages.foreign[at] else (stated,)
        return languages

    def identify_texts(self, texts: Sequence[str]) -> Languages:
        """Return the languages of n texts without mark-up."""
        return self._identify_packed(pack_bytes([text.encode(errors="replace") for text in texts]))

    def shown_language(self, text: str) -> str | None:
        """Return the language that a text without mark-up shows at a glance, however short it is; None if it shows none.

        A text shows the language of its script if that is not Latin, and English if most of its letters are in English words.
        """
        packed = pack_bytes([text.encode(errors="replace")])
        ((plain, english, other, script, _),) = self._evidence(packed).tolist()
        if other > plain:
            # What has fewer letters may be a face: ¯\\_(ツ)_/¯.
            if other < _FEWEST_SHOWN or self._is_disguised_english(text, letters=_FEWEST_SHOWN):
                return None
            return self._language_of_script(SCRIPT_NAMES[script], self._ngram_scores(packed)[0])
        return _ENGLISH if plain and english >= _EVIDENT_SHARE * plain else None

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
        ((plain, english, other, script, _),) = self._evidence(packed).tolist()
        name = SCRIPT_NAMES[script if other > plain else LATIN]
        able = [tag for tag in tags if name in tag_scripts(tag)] if plain or other else []
        if len(able) <= 1:
            return able[0] if able else usual
        return self._choose_by_ngrams(packed, able, english_share=english / plain if plain else 0.0)

    def _choose_by_ngrams(self, packed: PackedTexts, tags: Sequence[str], *, english_share: float) -> str:
        """Return one of several tags, by the n-grams and English words of the only text of ``packed``."""
        english = next((tag for tag in tags if primary_language(tag) == _ENGLISH), None)
        if english is not None and english_share >= _EVIDENT_SHARE:
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

    def _identify_packed(self, packed: PackedTexts) -> Languages:
        """Return the languages of n packed texts without mark-up."""
        evidence = self._evidence(packed)
        findings = evidence[:, FINDING].tolist()
        foreign_english = self._certainty_of_english
        languages = Languages(
            [_ENGLISH if finding == EVIDENTLY_ENGLISH else None for finding in findings],
            [foreign_english if finding == EVIDENTLY_ENGLISH else 0.0 for finding in findings],
            [],
            [],
        )
        if DOUBTFUL in findings:
            doubtful = [row for row, finding in enumerate(findings) if finding == DOUBTFUL]
            self._identify_doubtful(packed, evidence, np.array(doubtful, np.int64), languages)
        languages.foreign.extend([certainty >= self._certainty for certainty in languages.certainties])
        languages.candidates.extend(map(self._candidates, languages.codes, languages.foreign))
        return languages

    def _candidates(self, code: str | None, foreign: bool) -> tuple[str, ...]:
        if foreign:
            return ()
        return (code,) if code in self.learned else (_ENGLISH,)

    @property
    def _certainty_of_english(self) -> float:
        """The certainty that an English comment is foreign."""
        return float(_ENGLISH not in self.learned)

    def _evidence(self, packed: PackedTexts) -> IntArray:
        evidence = np.empty((packed.offsets.size - 1, EVIDENCE_COLUMNS), np.int64)
        collect_evidence(packed.data, packed.offsets, self._lexicon, self._letters, _EVIDENT_SHARE, evidence)
        return evidence

    def _identify_doubtful(self, packed: PackedTexts, evidence: IntArray, rows: IntArray, languages: Languages) -> None:
        """Write the languages of some of the texts, which the n-grams decide."""
        scores = np.empty((rows.size, len(self._codes)))
        sizes = score_languages(packed.data, packed.offsets, rows, self._tables, scores)
        for at, row, size in zip(rows.tolist(), scores, sizes.tolist(), strict=True):
            code, certainty = self._decide(row, evidence[at], size)
            if certainty >= self._certainty and self._is_disguised_english(_text(packed, at), letters=self._letters // 2):
                code, certainty = _ENGLISH, self._certainty_of_english
            is_certain = max(certainty, 1 - certainty) >= self._certainty
            languages.codes[at], languages.certainties[at] = code if is_certain else None, certainty

    def _decide(self, scores: FloatArray, evidence: IntArray, size: int) -> tuple[str, float]:
        """Return the likeliest language of a text, and the certainty that the text is foreign.

        Args:
            scores: of each language by the n-grams.
            evidence: the cheap evidence of the text.
            size: number of bytes that the n-grams were taken from.
        """
        plain, other = int(evidence[PLAIN]), int(evidence[OTHER])
        if other >= plain:
            code = self._language_of_script(SCRIPT_NAMES[int(evidence[SCRIPT])], scores)
            return code, 0.0 if code in self.learned else _logistic(_SCRIPT_SLOPE * other / (other + plain) + _SCRIPT_OFFSET)
        ours, theirs = np.where(self._is_learned, scores, -np.inf), np.where(self._is_learned, -np.inf, scores)
        margin = float(theirs.max() - ours.max()) / max(1, size) ** 0.5
        doubt = _DOUBT + (_DOUBT_OF_ENGLISH * int(evidence[ENGLISH]) / max(1, plain) if _ENGLISH in self.learned else 0.0)
        certainty = _logistic(margin - doubt)
        best = int((theirs if certainty > 0.5 else ours).argmax())
        code = self._codes[best]
        return (_ENGLISH if code in _COUNTED_AS_ENGLISH else code), certainty

    def _language_of_script(self, script: str, scores: FloatArray) -> str:
        columns = self._uses_script.get(script)
        if columns is None:
            return LANGUAGE_OF_SCRIPT[script]
        return self._codes[int(np.where(columns, scores, -np.inf).argmax())]

    def _is_disguised_english(self, text: str, *, letters: int) -> bool:
        """Return whether a text has look-alike letters, and is English, of so many letters, once they are read as what they look like."""
        if not _LOOK_ALIKE.search(text):
            return False
        ((plain, english, other, *_),) = self._evidence(pack_bytes([fold_characters(text).encode()])).tolist()
        return bool(plain >= letters and english >= _EVIDENT_SHARE * plain and other < plain)


def _text(packed: PackedTexts, row: int) -> str:
    return packed.data[packed.offsets[row] : packed.offsets[row + 1]].tobytes().decode()


def _logistic(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))
