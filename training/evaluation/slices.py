"""Assigns comments to slices, kinds of comment that are recognised by the text alone.

The kinds are those in which moderation models are known to fail: comments that name a group (Dixon et al. 2018, "Measuring and
mitigating unintended bias in text classification"), very short and very long ones, swearing, other languages, capitals, emoji.
All word lists are our own. A comment is in one slice of each family, but in an identity slice for every group that it names.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain, pairwise

import numpy as np

from model.array_types import BoolArray, IntArray

__all__ = ["IDENTITY_FAMILY", "SliceMembership", "assign_slices", "has_emoji", "is_english", "is_shouting"]

IDENTITY_FAMILY = "identity"
"""The family of the slices that name a group of people."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ADDRESSES = re.compile(r"https?://\S+|www\.\S+|[@#]\w+")
_EMOJI = re.compile("[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u2b05-\u2b55\ufe0f]")
_LATIN_END, _LATIN_EXTENSIONS = 0x2B0, range(0x1D00, 0x1F00)
_STYLED_LATIN = (range(0x1D400, 0x1D800), range(0x2100, 0x2500), range(0xFF21, 0xFF5B))  # mathematical; letter-like, enclosed; full-width
_LENGTHS: tuple[tuple[int, str], ...] = ((5, "1 to 5 words"), (15, "6 to 15 words"), (40, "16 to 40 words"), (100, "41 to 100 words"))
_LONGEST = "over 100 words"
_FOREIGN_SHARE = 0.3  # of the letters, from which a comment is not English
_CAPITALS_SHARE = 0.6  # of the letters, from which a comment shouts
_FEWEST_LETTERS = 10  # of a comment that shouts


@dataclass(frozen=True, slots=True)
class Slice:
    """A kind of comment, such as family "length", name "1 to 5 words"."""

    family: str
    name: str


@dataclass(frozen=True, eq=False)
class SliceMembership:
    """The slices that each of n comments is in.

    Attributes:
        slices: the kinds.
        starts: where the slices of each comment start in ``members``, and the end; shape (n + 1,).
        members: positions in ``slices``, comment by comment.
    """

    slices: tuple[Slice, ...]
    starts: IntArray
    members: IntArray

    def rows_in(self, number: int) -> BoolArray:
        """Return which comments are in the slice of that number, shape (n,)."""
        is_in = np.zeros(self.starts.size - 1, np.bool_)
        is_in[np.repeat(np.arange(is_in.size), np.diff(self.starts))[self.members == number]] = True
        return is_in


def assign_slices(texts: Sequence[str]) -> SliceMembership:
    """Return the slices that each of n comments is in, by its text as it was written."""
    slices = tuple(Slice(IDENTITY_FAMILY, name) for name in dict.fromkeys(_identities().values()))
    slices += tuple(Slice("length", name) for name in (*(name for _, name in _LENGTHS), _LONGEST))
    slices += (Slice("profanity", "present"), Slice("profanity", "absent"), Slice("language", "English"), Slice("language", "other"))
    slices += (Slice("capitals", "shouting"), Slice("capitals", "not shouting"), Slice("emoji", "present"), Slice("emoji", "absent"))
    numbers = {kind: number for number, kind in enumerate(slices)}
    memberships = [[numbers[kind] for kind in _slices(text)] for text in texts]
    starts = np.cumsum([0, *map(len, memberships)], dtype=np.int64)
    return SliceMembership(slices, starts, np.fromiter(chain.from_iterable(memberships), np.int64, count=int(starts[-1])))


def _slices(text: str) -> Iterator[Slice]:
    words = _words(text)
    for group in _groups(words):
        yield Slice(IDENTITY_FAMILY, group)
    yield Slice("length", next((name for most, name in _LENGTHS if len(words) <= most), _LONGEST))
    yield Slice("profanity", "absent" if _profanity().isdisjoint(words) else "present")
    yield Slice("language", "English" if is_english(text) else "other")
    yield Slice("capitals", "shouting" if is_shouting(text) else "not shouting")
    yield Slice("emoji", "present" if has_emoji(text) else "absent")


def is_english(text: str) -> bool:
    """Return whether a comment is in English, as far as its text shows.

    It is not if more than three in ten of its letters are not Latin, or if it has at least two different stop words of another
    language, and more of these than English ones. A comment of a few words counts as English unless its script says otherwise.
    """
    text = _ADDRESSES.sub(" ", text)
    if not text.isascii():
        letters = [char for char in text if char.isalpha()]
        foreign = sum(ord(char) >= _LATIN_END and ord(char) not in _LATIN_EXTENSIONS and not _is_styled_latin(char) for char in letters)
        if foreign > _FOREIGN_SHARE * len(letters):
            return False
    words = set(_WORD.findall(text.casefold()))
    languages = _stopwords()
    english = len(words & languages["english"])
    return all(len(words & common) < max(2, english + 1) for name, common in languages.items() if name != "english")


def is_shouting(text: str) -> bool:
    """Return whether at least six in ten letters of a comment are capitals, of at least ten that have a case."""
    text = _ADDRESSES.sub(" ", text)
    capitals, small = sum(map(str.isupper, text)), sum(map(str.islower, text))
    return capitals + small >= _FEWEST_LETTERS and capitals >= _CAPITALS_SHARE * (capitals + small)


def has_emoji(text: str) -> bool:
    """Return whether a comment holds an emoji or another pictograph; a typed face such as :-) is none."""
    return not text.isascii() and _EMOJI.search(text) is not None


def _is_styled_latin(char: str) -> bool:
    """Return whether a letter is a styled Latin one: mathematical, enclosed, full-width or letter-like."""
    return any(ord(char) in block for block in _STYLED_LATIN)


def _words(text: str) -> list[str]:
    return _WORD.findall(_ADDRESSES.sub(" ", text).casefold())


def _groups(words: Sequence[str]) -> frozenset[str]:
    terms = _identities()
    pairs = (" ".join(pair) for pair in pairwise(words))
    return frozenset(terms[term] for term in (*words, *pairs) if term in terms)


def _lines(name: str) -> Iterator[str]:
    for line in resources.files("training.evaluation").joinpath(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


@cache
def _identities() -> dict[str, str]:
    """Return word, or pair of words, → group."""
    terms: dict[str, str] = {}
    for line in _lines("identities.txt"):
        group, _, names = line.partition(": ")
        terms |= {term.strip(): group for term in names.split(",")}
    return terms


@cache
def _profanity() -> frozenset[str]:
    return frozenset(word for line in _lines("profanity.txt") for word in line.split())


@cache
def _stopwords() -> dict[str, frozenset[str]]:
    """Return language → words; words of another language that English has too are left out."""
    stopwords = {name: frozenset(words.split()) for name, _, words in (line.partition(": ") for line in _lines("stopwords.txt"))}
    english = stopwords["english"] | stopwords.pop("also")
    return {
        name: words if name == "english" else frozenset(word for word in words - english if len(word) > 1)
        for name, words in stopwords.items()
    }
