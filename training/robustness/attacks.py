"""A library of attacks: edits by which people get a comment past a filter, each a function of the text.

An attack takes the words to edit and a random generator of its own, and its result depends on nothing else. Attacks on words make
one edit in each word, or edit every letter if their name ends in ``_whole``; the others add text around the comment.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from training.robustness import lookalikes
from training.robustness.padding import friendly_phrases, friendly_words, long_talk

__all__ = ["ATTACKS", "ATTACK_FAMILIES", "LONG_ATTACKS", "Attack", "attack_rng"]

Attack = Callable[[str, Sequence[tuple[int, int]], random.Random], str]
"""Takes a text, the words to edit as ranges of code points (disjoint, in order), and a random generator; returns the new text."""

WordEdit = Callable[[str, random.Random], str]
"""Takes a word and a random generator; returns the new word."""

_BLANK = re.compile(r"\s+")
_LONGEST_GAP = 8  # characters between two words that are joined
_SHORT_TALK, _LONG_TALK = 150, 3000  # words


def attack_rng(text: str, *, attack: str, seed: int = 0) -> random.Random:
    """Return the random generator of an attack on a text; it does not depend on other texts and attacks."""
    return random.Random(f"{seed} {attack} {text}")  # noqa: S311


def _in_words(edit: WordEdit) -> Attack:
    """Return the attack that makes an edit in each word."""

    def attack(text: str, words: Sequence[tuple[int, int]], rng: random.Random) -> str:
        parts, position = [], 0
        for begin, end in words:
            parts += [text[position:begin], edit(text[begin:end], rng)]
            position = end
        return "".join([*parts, text[position:]])

    return attack


def _letter_positions(word: str) -> list[int]:
    return [position for position, char in enumerate(word) if char.isalpha()]


def _replace_at(word: str, position: int, replacement: str) -> str:
    return word[:position] + replacement + word[position + 1 :]


def _match_case(letter: str, replacement: str) -> str:
    """Return a replacement in the case of the letter that it replaces."""
    return replacement.upper() if letter.isupper() and len(replacement) == 1 and len(replacement.upper()) == 1 else replacement


def _replace_one(table: Mapping[str, Sequence[str]]) -> WordEdit:
    """Return the edit that replaces one of the letters in the table."""

    def edit(word: str, rng: random.Random) -> str:
        positions = [position for position, char in enumerate(word) if char.lower() in table]
        if not positions:
            return word
        position = rng.choice(positions)
        letter = word[position]
        return _replace_at(word, position, _match_case(letter, rng.choice(table[letter.lower()])))

    return edit


def _replace_all(table: Mapping[str, Sequence[str]]) -> WordEdit:
    """Return the edit that replaces every letter in the table, equal letters by the same sign."""

    def edit(word: str, rng: random.Random) -> str:
        replacements = {letter: rng.choice(candidates) for letter, candidates in table.items()}
        return "".join(_match_case(char, replacements.get(char.lower(), char)) for char in word)

    return edit


def _restyle(word: str, rng: random.Random) -> str:
    """Write the whole word in another set of Latin letters: full-width, mathematical, circled and so on."""
    letters = rng.choice(lookalikes.STYLED_ALPHABETS)
    return "".join(letters.get(char.lower(), char) for char in word)


def _mask(word: str, rng: random.Random) -> str:
    """Hide one letter, not the first or last, behind a sign."""
    inner = _letter_positions(word)[1:-1]
    return _replace_at(word, rng.choice(inner), rng.choice("**#-_.")) if inner else word


def _insert_once(signs: Sequence[str]) -> WordEdit:
    """Return the edit that inserts a sign somewhere between two letters."""

    def edit(word: str, rng: random.Random) -> str:
        if len(word) < 2:
            return word
        position = rng.randint(1, len(word) - 1)
        return word[:position] + rng.choice(signs) + word[position:]

    return edit


def _insert_between(signs: Sequence[str]) -> WordEdit:
    """Return the edit that inserts the same sign between all letters."""

    def edit(word: str, rng: random.Random) -> str:
        return rng.choice(signs).join(word)

    return edit


def _accent(word: str, rng: random.Random) -> str:
    """Add combining marks to one or more letters, up to all."""
    marks = rng.choice(lookalikes.COMBINING_MARKS)
    positions = set(rng.sample(range(len(word)), rng.randint(1, len(word)))) if word else set()
    return "".join(char + marks if position in positions and char.isalpha() else char for position, char in enumerate(word))


def _repeat(word: str, rng: random.Random) -> str:
    positions = _letter_positions(word)
    if not positions:
        return word
    position = rng.choice(positions)
    return _replace_at(word, position, word[position] * rng.randint(3, 6))


def _repeat_whole(word: str, rng: random.Random) -> str:
    times = rng.randint(2, 4)
    return "".join(char * times for char in word)


def _swap(word: str, rng: random.Random) -> str:
    positions = [
        position for position, (first, second) in enumerate(pairwise(word)) if first.isalpha() and second.isalpha() and first != second
    ]
    if not positions:
        return word
    position = rng.choice(positions)
    return word[:position] + word[position + 1] + word[position] + word[position + 2 :]


def _drop(word: str, rng: random.Random) -> str:
    positions = _letter_positions(word)
    return _replace_at(word, rng.choice(positions), "") if len(positions) > 2 else word


def _double(word: str, rng: random.Random) -> str:
    positions = _letter_positions(word)
    if not positions:
        return word
    position = rng.choice(positions)
    return _replace_at(word, position, word[position] * 2)


def _typo(word: str, rng: random.Random) -> str:
    """Make one of the four typos."""
    edit = rng.choice((_swap, _drop, _replace_one(lookalikes.NEIGHBOURING_KEYS), _double))
    return edit(word, rng)


def _join_words(text: str, words: Sequence[tuple[int, int]], rng: random.Random) -> str:
    """Remove the blanks before or after each word."""
    removed: set[int] = set()
    for begin, end in words:
        gaps = [blank.span() for blank in (_BLANK.search(text, end, end + _LONGEST_GAP),) if blank and blank.start() == end]
        before = begin
        while before > 0 and text[before - 1].isspace():
            before -= 1
        if 0 < before < begin:
            gaps.append((before, begin))
        if gaps:
            removed.update(range(*rng.choice(gaps)))
    return "".join(char for position, char in enumerate(text) if position not in removed)


def _append_friendly_words(text: str, words: Sequence[tuple[int, int]], rng: random.Random) -> str:
    return f"{text} {friendly_words(rng)}"


def _append_friendly_phrases(text: str, words: Sequence[tuple[int, int]], rng: random.Random) -> str:
    return f"{text}{rng.choice(('. ', ' ', ', ', chr(10)))}{friendly_phrases(rng)}"


def _prepend_talk(words: int, *, friendly: bool) -> Attack:
    """Return the attack that puts at least ``words`` words of talk before the comment."""

    def attack(text: str, _: Sequence[tuple[int, int]], rng: random.Random) -> str:
        return f"{long_talk(rng, words=words, friendly=friendly)} {text}"

    return attack


ATTACKS: Mapping[str, Attack] = MappingProxyType(
    {
        "leet": _in_words(_replace_one(lookalikes.LEET_SIGNS)),
        "leet_whole": _in_words(_replace_all(lookalikes.LEET_SIGNS)),
        "leet_rare": _in_words(_replace_one(lookalikes.RARE_LEET_SIGNS)),
        "masked": _in_words(_mask),
        "homoglyph": _in_words(_replace_one(lookalikes.HOMOGLYPHS)),
        "homoglyph_whole": _in_words(_replace_all(lookalikes.HOMOGLYPHS)),
        "fancy_whole": _in_words(_restyle),
        "accents": _in_words(_accent),
        "zero_width": _in_words(_insert_once(lookalikes.INVISIBLE)),
        "zero_width_whole": _in_words(_insert_between(lookalikes.INVISIBLE)),
        "spaced_whole": _in_words(_insert_between((" ",))),
        "spaced_wide_whole": _in_words(_insert_between(lookalikes.BLANKS)),
        "dots_whole": _in_words(_insert_between((".",))),
        "signs_whole": _in_words(_insert_between(lookalikes.SEPARATORS)),
        "sign_inside": _in_words(_insert_once((".", *lookalikes.SEPARATORS))),
        "repeated": _in_words(_repeat),
        "repeated_whole": _in_words(_repeat_whole),
        "typo": _in_words(_typo),
        "typo_swap": _in_words(_swap),
        "typo_drop": _in_words(_drop),
        "typo_neighbour": _in_words(_replace_one(lookalikes.NEIGHBOURING_KEYS)),
        "typo_double": _in_words(_double),
        "split": _in_words(_insert_once((" ",))),
        "joined": _join_words,
        "friendly": _append_friendly_words,
        "friendly_phrases": _append_friendly_phrases,
        "moved_back": _prepend_talk(_SHORT_TALK, friendly=False),
        "long_friendly": _prepend_talk(_LONG_TALK, friendly=True),
        "long_neutral": _prepend_talk(_LONG_TALK, friendly=False),
    }
)
"""Every attack, by name."""

ATTACK_FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "leet": ("leet", "leet_whole", "leet_rare", "masked"),
        "homoglyphs": ("homoglyph", "homoglyph_whole", "fancy_whole", "accents"),
        "zero-width": ("zero_width", "zero_width_whole"),
        "spacing": ("spaced_whole", "spaced_wide_whole"),
        "dots": ("dots_whole", "signs_whole", "sign_inside"),
        "repeated letters": ("repeated", "repeated_whole"),
        "typos": ("typo", "typo_swap", "typo_drop", "typo_neighbour", "typo_double"),
        "word splits": ("split",),
        "word joins": ("joined",),
        "friendly words": ("friendly", "friendly_phrases"),
        "long comment": ("moved_back", "long_friendly", "long_neutral"),
    }
)
"""Family → its attacks; every attack is in one family."""

LONG_ATTACKS = frozenset({"long_friendly", "long_neutral"})
"""Attacks that make a comment about a hundred times as long; they are measured on fewer comments."""
