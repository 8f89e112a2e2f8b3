"""Writes a text the way that the encoder of all languages reads it: in lower case, with its accents, without what only disguises it.

English is folded further (``model.text``): accents and marks go there, which in other scripts carries the meaning away.
"""

import re
import unicodedata
from functools import cache

from model.text.signs import join_signs, marks_class

__all__ = ["plain_form"]

# What is left out: soft hyphen, signs of direction and of joining, selectors of variants, Arabic tatweel and vowel signs, Hebrew points.
_LEFT_OUT = re.compile(
    "[\u00ad\u034f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061c\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06ed"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)
_NO_CHARACTER = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_REPEATED = re.compile(r"([^\s\d])\1{3,}")
_ADDRESS = re.compile(r"(?<!\w)(?:https?://|www\.)\S+")
_MIXED_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC_OR_GREEK = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_LATIN = re.compile("[a-z\u00df-\u024f]")

# Small letters that look alike, or whose capitals do: the Latin one, the Cyrillic one, the Greek one.
_ALIKE = (
    ("a", "а", "α"),
    ("b", "в", "β"),
    ("c", "с", ""),
    ("d", "ԁ", ""),
    ("e", "е", "ε"),
    ("h", "н", "η"),
    ("i", "і", "ι"),
    ("j", "ј", ""),
    ("k", "к", "κ"),
    ("m", "м", "μ"),
    ("o", "о", "ο"),
    ("p", "р", "ρ"),
    ("s", "ѕ", ""),
    ("t", "т", "τ"),
    ("v", "ѵ", "ν"),
    ("x", "х", "χ"),
    ("y", "у", "υ"),
)
_SCRIPTS = (_LATIN, re.compile("[\u0400-\u052f]"), re.compile("[\u0370-\u03ff]"))
_INTO = tuple(
    str.maketrans({letter: letters[script] for letters in _ALIKE for letter in letters if letters[script] and letter})
    for script in range(len(_SCRIPTS))
)


@cache
def _mention() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)@\w[\w{marks_class()}]*")


def plain_form(text: str) -> str:
    """Return a text as the encoder of all languages reads it; the plain form of a plain form is itself.

    Compatibility forms are resolved (NFKC) and letters small, Turkish dotted I without a second dot; accents stay. Signs without width,
    vowel signs of Arabic and Hebrew and the stroke that stretches Arabic words go. Letters written apart are one word. What is repeated
    more than three times is cut to two, addresses become ``http`` and mentions ``@user``. Letters of another script that look like those of
    the word around them are taken for these. White space, also what stands for no character, is one blank.

    Args:
        text: any string, mark-up already taken out; halves of surrogate pairs count as blanks.
    """
    if not text.isascii():
        text = _NO_CHARACTER.sub(" ", text)
        text = unicodedata.normalize("NFKC", text).replace("\u0130", "i").replace("\u1e9e", "\u00df").lower()
        text = join_signs(" ".join(unicodedata.normalize("NFKC", _LEFT_OUT.sub("", text)).split()))
        if _CYRILLIC_OR_GREEK.search(text) and _LATIN.search(text):
            text = unicodedata.normalize("NFKC", _MIXED_WORD.sub(_one_script, text))
    else:
        text = join_signs(" ".join(_NO_CHARACTER.sub(" ", text).lower().split()))
    text = _REPEATED.sub(r"\1\1", text)
    if "://" in text or "www." in text:
        text = _ADDRESS.sub("http", text)
    if "@" in text:
        text = _mention().sub("@user", text)
    return " ".join(text.split())


def _one_script(match: re.Match[str]) -> str:
    """Return a word in the script of most of its letters, where it has letters of several."""
    word = match.group()
    if word.isascii():
        return word
    counts = [len(script.findall(word)) for script in _SCRIPTS]
    most = max(counts)
    if sum(counts) == most or counts.count(most) > 1:
        return word
    return word.translate(_INTO[counts.index(most)])
