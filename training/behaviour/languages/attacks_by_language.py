"""Edits by which people get abuse past a filter in any script: what is hidden, spaced or swapped are signs as readers see them.

A letter keeps its marks: a vowel sign of Devanagari or a dot of Hebrew moves with the letter that carries it. An edit that a script has no
use for, such as look-alike letters in Chinese, leaves the text as it is.
"""

import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from training.robustness.attacks import attack_rng
from training.robustness.lookalikes import HOMOGLYPHS, LEET_SIGNS

__all__ = ["LANGUAGE_ATTACKS", "attack_text"]

_EDITED_WORDS = 3
_JOINERS = "\u200c\u200d"
_VIRAMA = 9  # the combining class of the sign by which a letter joins the next
_INVISIBLE = ("\u200b", "\u2060", "\u00ad", "\ufeff")
_TATWEEL = "\u0640"
_LEAST_ARABIC, _LAST_ARABIC = "\u0600", "\u06ff"
_LEAST_HEBREW, _LAST_HEBREW = "\u05d0", "\u05ea"

_LOOK_ALIKES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        **HOMOGLYPHS,
        # Letters of Cyrillic and of Greek, each with the Latin one that looks like it.
        **dict(zip("авеіјкмнорстухѕ", ("a", "B", "e", "i", "j", "k", "m", "H", "o", "p", "c", "t", "y", "x", "s"), strict=True)),
        **dict(zip("αικνορτυχ", "aikvoptux", strict=True)),
    }
)

_UNACCENTED = str.maketrans(
    {
        **{"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ß": "ss", "đ": "d", "Đ": "D", "ı": "i", "ё": "е", "Ё": "Е"},
        **{"أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "\u200c": ""},
    }
)
"""What people write where they leave out accents, dots, hamzas or joiners that no decomposition takes off."""

_SignEdit = Callable[[list[str], random.Random], list[str]]
"""Takes the signs of a word, each a letter with its marks, and a random generator; returns the new signs."""


def attack_text(text: str, *, attack: str, seed: int = 0) -> str | None:
    """Return the text after an attack; None where the attack leaves it as it is.

    Args:
        text: a comment.
        attack: a name in ``LANGUAGE_ATTACKS``.
        seed: of what is random; the result depends on nothing but this, the name and the text.
    """
    edited = LANGUAGE_ATTACKS[attack](text, attack_rng(text, attack=attack, seed=seed))
    return None if edited == text else edited


def _in_longest_words(edit: _SignEdit) -> Callable[[str, random.Random], str]:
    """Return the attack that makes an edit in each of the longest words that have two signs or more."""

    def attack(text: str, rng: random.Random) -> str:
        parts = ["".join(part) for _, part in groupby(text, key=_is_in_word)]
        words = [number for number, part in enumerate(parts) if _is_in_word(part[0]) and len(_signs(part)) > 1]
        for number in sorted(words, key=lambda word: -len(_signs(parts[word])))[:_EDITED_WORDS]:
            parts[number] = "".join(edit(_signs(parts[number]), rng))
        return "".join(parts)

    return attack


def _is_in_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM" or char in _JOINERS


def _signs(word: str) -> list[str]:
    """Return the letters of a word, each with the marks and joiners that follow it and what these join it with."""
    signs: list[str] = []
    for char in word:
        if signs and (unicodedata.category(char)[0] == "M" or char in _JOINERS or unicodedata.combining(signs[-1][-1]) == _VIRAMA):
            signs[-1] += char
        else:
            signs.append(char)
    return signs


def _hide_one(signs: list[str], rng: random.Random) -> list[str]:
    """Hide a letter, not the first, and not the last where there are others, behind an asterisk."""
    place = rng.randrange(1, len(signs) - 1) if len(signs) > 2 else 1
    return [*signs[:place], "*", *signs[place + 1 :]]


def _insert_everywhere(inserted: Sequence[str]) -> _SignEdit:
    """Return the edit that inserts the same of some characters between all letters."""

    def edit(signs: list[str], rng: random.Random) -> list[str]:
        return [rng.choice(inserted).join(signs)]

    return edit


def _draw_out(signs: list[str], rng: random.Random) -> list[str]:
    """Repeat a letter of an alphabet; in Arabic script the line between two letters is drawn out as often."""
    places = [place for place, sign in enumerate(signs) if _is_alphabetic(sign[0])]
    if not places:
        return signs
    place, times = rng.choice(places), rng.randint(3, 6)
    is_line = _LEAST_ARABIC <= signs[place][0] <= _LAST_ARABIC and place + 1 < len(signs) and rng.random() < 0.5
    return [*signs[:place], signs[place] + _TATWEEL * times if is_line else signs[place] * times, *signs[place + 1 :]]


def _is_alphabetic(char: str) -> bool:
    """Tell whether a character is a letter of an alphabet, which people repeat: a cased one, or one of Arabic or Hebrew."""
    return char.lower() != char.upper() or _LEAST_ARABIC <= char <= _LAST_ARABIC or _LEAST_HEBREW <= char <= _LAST_HEBREW


def _replace_from(table: Mapping[str, Sequence[str]]) -> _SignEdit:
    """Return the edit that replaces one of the letters in a table."""

    def edit(signs: list[str], rng: random.Random) -> list[str]:
        places = [place for place, sign in enumerate(signs) if sign.lower() in table]
        if not places:
            return signs
        place = rng.choice(places)
        return [*signs[:place], rng.choice(table[signs[place].lower()]), *signs[place + 1 :]]

    return edit


def _drop_accents(text: str, _: random.Random) -> str:
    """Write Latin and Greek letters without marks, and other letters as they are written in haste."""
    plain = []
    for char in text.translate(_UNACCENTED):
        base = unicodedata.normalize("NFD", char)
        plain.append(base[0] if len(base) > 1 and unicodedata.name(base[0], "").startswith(("LATIN", "GREEK")) else char)
    return "".join(plain)


LANGUAGE_ATTACKS: Mapping[str, Callable[[str, random.Random], str]] = MappingProxyType(
    {
        "masked": _in_longest_words(_hide_one),
        "spaced": _in_longest_words(_insert_everywhere((" ",))),
        "dotted": _in_longest_words(_insert_everywhere((".", "-", "_"))),
        "zero-width": _in_longest_words(_insert_everywhere(_INVISIBLE)),
        "drawn out": _in_longest_words(_draw_out),
        "look-alike": _in_longest_words(_replace_from(_LOOK_ALIKES)),
        "digits": _in_longest_words(_replace_from(LEET_SIGNS)),
        "unaccented": _drop_accents,
    }
)
"""Every attack, by name: takes a text and a random generator, and returns the new text."""
