"""Which language a comment is in, and whether the model that judges it has learned that.

English evidence comes first: a comment most of whose letters are in English words is English. What is written in another script
is in another language, and often in one that the script tells. Only the rest is weighed by the n-grams of py3langid, which by
itself calls one tweet in eleven foreign: names, tags and addresses are left out, shouting is lowered, and its certainty is
tempered by the length of the text and by the share of English words.
"""

import re
from collections.abc import Collection, Sequence
from functools import cache
from html import unescape
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.comment import Comment, Format
from model.language.identification_kernels import KNOWN, OTHER, PLAIN, SCRIPT, find_signs, weigh
from model.language.model_file import Tables, read_tables
from model.language.scripts import OF_SCRIPT, SCRIPTS
from model.ngrams.packed_texts import pack_bytes
from model.normaliser.lexicon import load_lexicon
from model.text.unicode import fold

__all__ = ["CERTAINTY", "LETTERS", "Identifier", "Languages", "preload_tables", "primary_language", "visible_text"]

LETTERS = 20
CERTAINTY = 0.95

_ENGLISH = "en"
# Above this share of letters in English words no n-grams are looked at: 97 % of the English dev rows, no foreign comment of ours.
_EVIDENT = 0.7
# Certainty that a text is foreign is a logistic function of: the difference in log-probability between the best foreign language
# and the best that was learned, divided by the square root of the number of bytes; less these, the second times the share of
# letters in English words. Chosen so that next to no dev row is called foreign; the least certain of our foreign comments gets 0.97.
_DOUBT, _DOUBT_OF_ENGLISH = 0.5, 3.0
# The same for other scripts, of their share of the letters: half of them is enough.
_SLOPE, _OFFSET = 10.0, -2.0
_MOST_LETTERS = 4096
# Letters beyond the alphabets of languages that are written in Latin ones.
_LOOK_ALIKE = re.compile(r"[\u0250-\u1dff\u2000-\U0010ffff]")
_TAG = re.compile(r"<[^<>]*>")
_PRIMARY = re.compile(r"([A-Za-z]{2,3})(?![A-Za-z0-9])")
# No language, and one that is English with other words.
_NEITHER = frozenset({"zxx", "pcm"})
_ALIAS = {"uzs": "uz", "nn": "no", "hbo": "he", "ary": "ar", "arz": "ar", "wuu": "zh", "yue": "zh", "kik": "ki", "srl": "sr"}
_CANDIDATES = {
    "Cyrillic": ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "ba", "tt", "tg"),
    "Arabic": ("ar", "fa", "ur", "ps", "ug", "sdh", "arz", "ary"),
    "Devanagari": ("hi", "mr", "ne", "sa", "gom"),
    "Bengali": ("bn", "as"),
    "Hebrew": ("he",),
    "Ethiopic": ("am",),
    "Han": ("zh",),
}


class Languages(NamedTuple):
    """The languages of n comments.

    Attributes:
        codes: of the language (ISO 639-1, or 639-3 where that has none); None where it cannot be told; n.
        certainties: that the comment is in a language that the model did not learn, in [0, 1]; n.
        foreign: whether that is certain enough; n.
    """

    codes: list[str | None]
    certainties: list[float]
    foreign: list[bool]


def primary_language(tag: str | None) -> str | None:
    """Return the language of a BCP 47 tag: ``de`` of ``de-AT``; None if it names none."""
    found = _PRIMARY.match(tag) if tag else None
    code = found[1].lower() if found else None
    return None if code in (None, "und", "mul", "zxx", "mis") else code


def visible_text(comment: Comment) -> str:
    """Return the text of a comment without mark-up, as far as it matters to the language; up to 4,096 letters of it."""
    text = comment.text[: 4 * _MOST_LETTERS]
    if comment.format is not Format.PLAIN and "<" in text:
        text = _TAG.sub(" ", text)
    return (unescape(text) if "&" in text else text)[:_MOST_LETTERS]


@cache
def _tables() -> tuple[Tables, tuple[str, ...], npt.NDArray[np.uint32]]:
    return *read_tables(), load_lexicon()


def preload_tables() -> None:
    """Read the tables, which takes half a second the first time; what is loaded after that is there at once.

    Raises:
        ArtefactError: they cannot be read.
    """
    _tables()


class Identifier:
    """Tells languages; as many threads as like may use one.

    Attributes:
        learned: codes of the languages that the model learned.
    """

    def __init__(self, learned: Collection[str] = (_ENGLISH,), *, letters: int = LETTERS, certainty: float = CERTAINTY) -> None:
        self.learned = frozenset(learned)
        self._letters = letters
        self._certainty = certainty
        self._tables, codes, self._lexicon = _tables()
        self._codes = [_ALIAS.get(code, code) for code in codes]
        own = self.learned | _NEITHER
        self._ours = np.array([code in own for code in self._codes])
        self._columns = {name: np.array([code in some for code in codes]) for name, some in _CANDIDATES.items()}

    @classmethod
    def load(cls, learned: Collection[str] = (_ENGLISH,), *, letters: int = LETTERS, certainty: float = CERTAINTY) -> "Identifier":
        """Load the model of py3langid, which takes half a second, once in each process.

        Args:
            learned: codes of the languages that the model that judges learned.
            letters: without so many, nothing is said of a comment.
            certainty: from which on a comment is called foreign, above 0.5 and below 1.

        Raises:
            ArtefactError: the model cannot be read.
        """
        return cls(learned, letters=letters, certainty=certainty)

    def warm(self) -> None:
        """Compile or load the kernels: the next call is fast."""
        self.identify(["Das ist doch völliger Unsinn, was hier steht", "Совершенно не согласен с автором", "Good morning to you all"])

    def of(self, comments: Sequence[Comment]) -> Languages:
        """Return the languages of n comments; whoever sent a comment may have said in which it is, and is believed."""
        found = self.identify([visible_text(comment) for comment in comments])
        for at, comment in enumerate(comments):
            if comment.language is not None and (said := primary_language(comment.language)) is not None:
                found.codes[at] = said
                found.foreign[at] = said not in self.learned
                found.certainties[at] = float(found.foreign[at])
        return found

    def identify(self, texts: Sequence[str]) -> Languages:
        """Return the languages of n texts without mark-up."""
        packed = pack_bytes([text.encode(errors="replace") for text in texts])
        n = len(texts)
        signs = np.empty((n, 5), np.int64)
        find_signs(*packed, self._lexicon, signs)
        known = float(_ENGLISH not in self.learned)
        found = Languages([None] * n, [0.0] * n, [False] * n)
        doubtful = []
        for at, (_, plain, english, other, _) in enumerate(signs.tolist()):
            if plain + other < self._letters:
                continue
            if english >= _EVIDENT * plain and other < plain:
                found.codes[at], found.certainties[at] = _ENGLISH, known
            else:
                doubtful.append(at)
        if doubtful:
            scores = np.empty((len(doubtful), len(self._codes)))
            sizes = weigh(packed.data, packed.offsets, np.array(doubtful, np.int64), self._tables, scores)
            for at, row, size in zip(doubtful, scores, sizes.tolist(), strict=True):
                code, certainty = self._weighed(row, signs[at], size)
                if certainty >= self._certainty and _LOOK_ALIKE.search(texts[at]) and self._in_disguise(texts[at]):
                    code, certainty = _ENGLISH, known
                sure = max(certainty, 1 - certainty) >= self._certainty
                found.codes[at], found.certainties[at] = code if sure else None, certainty
        found.foreign[:] = [certainty >= self._certainty for certainty in found.certainties]
        return found

    def _weighed(self, row: npt.NDArray[np.float64], signs: npt.NDArray[np.int64], size: int) -> tuple[str, float]:
        plain, other = int(signs[PLAIN]), int(signs[OTHER])
        if other >= plain:
            code = self._of_script(SCRIPTS[int(signs[SCRIPT])], row)
            return code, 0.0 if code in self.learned else _logistic(_SLOPE * other / (other + plain) + _OFFSET)
        ours, theirs = np.where(self._ours, row, -np.inf), np.where(self._ours, -np.inf, row)
        margin = float(theirs.max() - ours.max()) / max(1, size) ** 0.5
        doubt = _DOUBT + (_DOUBT_OF_ENGLISH * int(signs[KNOWN]) / max(1, plain) if _ENGLISH in self.learned else 0.0)
        certainty = _logistic(margin - doubt)
        best = int((theirs if certainty > 0.5 else ours).argmax())
        code = self._codes[best]
        return (_ENGLISH if code in _NEITHER else code), certainty

    def _of_script(self, script: str, row: npt.NDArray[np.float64]) -> str:
        columns = self._columns.get(script)
        if columns is None:
            return OF_SCRIPT[script]
        return self._codes[int(np.where(columns, row, -np.inf).argmax())]

    def _in_disguise(self, text: str) -> bool:
        """Return whether a text is English once look-alike letters are read as what they look like."""
        packed = pack_bytes([fold(text).encode()])
        signs = np.empty((1, 5), np.int64)
        find_signs(packed.data, packed.offsets, self._lexicon, signs)
        plain, known, other = signs[0, PLAIN], signs[0, KNOWN], signs[0, OTHER]
        return bool(plain >= self._letters // 2 and known >= _EVIDENT * plain and other < plain)


def _logistic(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))
