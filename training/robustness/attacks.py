"""What people do to a comment so that a filter does not see it: a library of attacks, each a function of the text.

An attack gets the words that it may edit and a source of randomness of its own, so that what it does to a comment depends on
nothing but these. Attacks on words make one edit in each; the others add text around the comment. Those whose name ends in
``_whole`` edit every letter of the word.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from training.robustness import lookalikes
from training.robustness.padding import friendly_phrases, friendly_words, long_talk

__all__ = ["ATTACKS", "ATTACK_FAMILIES", "LONG_ATTACKS", "Attack", "attack_rng"]

Attack = Callable[[str, Sequence[tuple[int, int]], random.Random], str]
"""Takes a text, the words to edit as ranges of code points (disjoint, in order), and randomness; returns the text attacked."""

WordEdit = Callable[[str, random.Random], str]

_BLANK = re.compile(r"\s+")


def attack_rng(text: str, *, attack: str, seed: int = 0) -> random.Random:
    """Return the randomness with which an attack meets a text: the same whatever other texts and attacks there are."""
    return random.Random(f"{seed} {attack} {text}")  # noqa: S311


def _in_words(edit: WordEdit) -> Attack:
    def attack(text: str, words: Sequence[tuple[int, int]], rng: random.Random) -> str:
        parts, at = [], 0
        for begin, end in words:
            parts += [text[at:begin], edit(text[begin:end], rng)]
            at = end
        return "".join([*parts, text[at:]])

    return attack


def _letters(word: str) -> list[int]:
    return [at for at, sign in enumerate(word) if sign.isalpha()]


def _replace(word: str, at: int, other: str) -> str:
    return word[:at] + other + word[at + 1 :]


def _cased(sign: str, other: str) -> str:
    """Return a letter in the case of the one that it replaces."""
    return other.upper() if sign.isupper() and len(other) == 1 and len(other.upper()) == 1 else other


def _one_of(table: Mapping[str, Sequence[str]]) -> WordEdit:
    """Return an edit that replaces one letter of those that the table knows."""

    def edit(word: str, rng: random.Random) -> str:
        known = [at for at, sign in enumerate(word) if sign.lower() in table]
        if not known:
            return word
        at = rng.choice(known)
        return _replace(word, at, _cased(word[at], rng.choice(table[word[at].lower()])))

    return edit


def _all_of(table: Mapping[str, Sequence[str]]) -> WordEdit:
    """Return an edit that replaces every letter that the table knows, equal letters alike."""

    def edit(word: str, rng: random.Random) -> str:
        chosen = {letter: rng.choice(others) for letter, others in table.items()}
        return "".join(_cased(sign, chosen.get(sign.lower(), sign)) for sign in word)

    return edit


def _fancy(word: str, rng: random.Random) -> str:
    """Write the whole word in one other set of Latin letters: full-width, mathematical, circled and so on."""
    letters = rng.choice(lookalikes.STYLED_ALPHABETS)
    return "".join(letters.get(sign.lower(), sign) for sign in word)


def _mask(word: str, rng: random.Random) -> str:
    """Hide one letter, not the first or last, behind a sign."""
    inner = _letters(word)[1:-1]
    return _replace(word, rng.choice(inner), rng.choice("**#-_.")) if inner else word


def _put_once(signs: Sequence[str]) -> WordEdit:
    """Return an edit that puts a sign somewhere between two letters."""

    def edit(word: str, rng: random.Random) -> str:
        if len(word) < 2:
            return word
        at = rng.randint(1, len(word) - 1)
        return word[:at] + rng.choice(signs) + word[at:]

    return edit


def _put_between(signs: Sequence[str]) -> WordEdit:
    """Return an edit that puts the same sign between all letters."""

    def edit(word: str, rng: random.Random) -> str:
        return rng.choice(signs).join(word)

    return edit


def _accent(word: str, rng: random.Random) -> str:
    """Put marks on one to all letters."""
    marks = rng.choice(lookalikes.COMBINING_MARKS)
    chosen = set(rng.sample(range(len(word)), rng.randint(1, len(word)))) if word else set()
    return "".join(sign + marks if at in chosen and sign.isalpha() else sign for at, sign in enumerate(word))


def _repeat(word: str, rng: random.Random) -> str:
    letters = _letters(word)
    if not letters:
        return word
    at = rng.choice(letters)
    return _replace(word, at, word[at] * rng.randint(3, 6))


def _repeat_whole(word: str, rng: random.Random) -> str:
    times = rng.randint(2, 4)
    return "".join(sign * times for sign in word)


def _swap(word: str, rng: random.Random) -> str:
    pairs = [at for at in range(len(word) - 1) if word[at].isalpha() and word[at + 1].isalpha() and word[at] != word[at + 1]]
    if not pairs:
        return word
    at = rng.choice(pairs)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _drop(word: str, rng: random.Random) -> str:
    letters = _letters(word)
    return _replace(word, rng.choice(letters), "") if len(letters) > 2 else word


def _double(word: str, rng: random.Random) -> str:
    letters = _letters(word)
    if not letters:
        return word
    at = rng.choice(letters)
    return _replace(word, at, word[at] * 2)


def _typo(word: str, rng: random.Random) -> str:
    """Make one of the four typos, whichever."""
    edit = rng.choice((_swap, _drop, _one_of(lookalikes.NEIGHBOURING_KEYS), _double))
    return edit(word, rng)


def _joined(text: str, words: Sequence[tuple[int, int]], rng: random.Random) -> str:
    """Take away the blank before or behind each word."""
    gone: set[int] = set()
    for begin, end in words:
        sides = [blank.span() for blank in (_BLANK.search(text, end, end + 8),) if blank and blank.start() == end]
        before = begin
        while before > 0 and text[before - 1].isspace():
            before -= 1
        if 0 < before < begin:
            sides.append((before, begin))
        if sides:
            gone.update(range(*rng.choice(sides)))
    return "".join(sign for at, sign in enumerate(text) if at not in gone)


def _friendly(text: str, words: Sequence[tuple[int, int]], rng: random.Random) -> str:
    return f"{text} {friendly_words(rng)}"


def _friendly_phrases(text: str, words: Sequence[tuple[int, int]], rng: random.Random) -> str:
    return f"{text}{rng.choice(('. ', ' ', ', ', chr(10)))}{friendly_phrases(rng)}"


def _long(words: int, *, friendly: bool) -> Attack:
    def attack(text: str, _: Sequence[tuple[int, int]], rng: random.Random) -> str:
        return f"{long_talk(rng, words=words, friendly=friendly)} {text}"

    return attack


ATTACKS: Mapping[str, Attack] = MappingProxyType(
    {
        "leet": _in_words(_one_of(lookalikes.LEET_SIGNS)),
        "leet_whole": _in_words(_all_of(lookalikes.LEET_SIGNS)),
        "leet_rare": _in_words(_one_of(lookalikes.RARE_LEET_SIGNS)),
        "masked": _in_words(_mask),
        "homoglyph": _in_words(_one_of(lookalikes.HOMOGLYPHS)),
        "homoglyph_whole": _in_words(_all_of(lookalikes.HOMOGLYPHS)),
        "fancy_whole": _in_words(_fancy),
        "accents": _in_words(_accent),
        "zero_width": _in_words(_put_once(lookalikes.INVISIBLE)),
        "zero_width_whole": _in_words(_put_between(lookalikes.INVISIBLE)),
        "spaced_whole": _in_words(_put_between((" ",))),
        "spaced_wide_whole": _in_words(_put_between(lookalikes.BLANKS)),
        "dots_whole": _in_words(_put_between((".",))),
        "signs_whole": _in_words(_put_between(lookalikes.SEPARATORS)),
        "sign_inside": _in_words(_put_once((".", *lookalikes.SEPARATORS))),
        "repeated": _in_words(_repeat),
        "repeated_whole": _in_words(_repeat_whole),
        "typo": _in_words(_typo),
        "typo_swap": _in_words(_swap),
        "typo_drop": _in_words(_drop),
        "typo_neighbour": _in_words(_one_of(lookalikes.NEIGHBOURING_KEYS)),
        "typo_double": _in_words(_double),
        "split": _in_words(_put_once((" ",))),
        "joined": _joined,
        "friendly": _friendly,
        "friendly_phrases": _friendly_phrases,
        "moved_back": _long(150, friendly=False),
        "long_friendly": _long(3000, friendly=True),
        "long_neutral": _long(3000, friendly=False),
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
"""The attacks by what they have in common; every attack is in one family."""

LONG_ATTACKS = frozenset({"long_friendly", "long_neutral"})
"""Attacks that make a comment a hundred times as long, so that fewer comments are enough."""
