"""Makes one of what is written in several ways: signs and letters that are typed for one another, words with marks and without."""

import re
from collections.abc import Sequence

__all__ = ["canonical_places", "canonical_text"]

# Signs that are typed for one another.
_SIGN_FORMS = dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4`\u05f3", "'") | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u05f4", '"')
_SIGN_FORMS |= dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u05be", "-") | dict.fromkeys("\x00\x01\x02", " ")

# What is left out of words: marks of no script in particular that no letter has for good, vowel points of Hebrew and Arabic, tatweel.
_DROPPED = (
    "\u0300\u036f\u0591\u05c7\u0610\u061a\u0640\u0640\u064b\u065f\u0670\u0670\u06d6\u06dc\u06df\u06e8\u06ea\u06ed\u08d3\u08ff"
    "\u1ab0\u1aff\u1dc0\u1dff\u20d0\u20ff\ufe20\ufe2f"
)
_ALIKE = {"\u0627": "\u0622\u0623\u0625\u0671\u0672\u0673", "\u064a": "\u0649\u06cc", "\u0643": "\u06a9", "\u0647": "\u0629\u06c1\u06c3"}
# The Turkish dotless i has the capital of the English i. Russians write yo mostly as ye; Greek has its accents on small letters alone, and
# in chats on none.
_ALIKE |= {"i": "\u0131", "\u0435": "\u0451"} | dict(
    zip("\u03b1\u03b5\u03b7\u03b9\u03bf\u03c5\u03c9\u03ca\u03cb", "\u03ac\u03ad\u03ae\u03af\u03cc\u03cd\u03ce\u0390\u03b0", strict=True)
)

_CANONICAL: dict[int, str | None] = {
    code: None for first, last in zip(_DROPPED[::2], _DROPPED[1::2], strict=True) for code in range(ord(first), ord(last) + 1)
}
_CANONICAL |= {ord(form): letter for letter, forms in _ALIKE.items() for form in forms} | {
    ord(form): sign for form, sign in _SIGN_FORMS.items()
}
_CHANGED = re.compile(f"[{''.join(map(re.escape, map(chr, sorted(_CANONICAL))))}]")
# Letters to Python, but signs of emphasis to Markdown. Vowel signs of India, with which words end, are no letters to Python.
_EDGING_UNDERSCORES = re.compile(r"(?<!\w)_++(?=[^\W_])|(?<=[^\W_]|[\u0900-\u1fff])_++(?!\w)")


def canonical_text(text: str) -> str:
    """Return a text without marks and letters that only adorn words, and with signs and letters that are typed for one another made one.

    Underscores before and after a word, which emphasise it, are blanks.
    """
    text = text.translate(_CANONICAL) if _CHANGED.search(text) else text
    return _EDGING_UNDERSCORES.sub(_blank, text) if "_" in text else text


def _blank(underscores: re.Match[str]) -> str:
    return " " * len(underscores[0])


def canonical_places(text: str) -> Sequence[int]:
    """Return which character of a text each of the result of `canonical_text` is, and the length of the text."""
    if not _CHANGED.search(text):
        return range(len(text) + 1)
    return [*(at for at, character in enumerate(text) if _CANONICAL.get(ord(character), "") is not None), len(text)]
