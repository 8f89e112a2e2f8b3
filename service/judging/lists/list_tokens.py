"""Splits texts into the words and signs that entries of lists are compared by, in every script.

Most scripts put blanks between words. Chinese, Japanese, Thai and others do not, so that an entry in one of these has to be found by its
letters; Korean puts particles behind a word, Hebrew and Arabic put prefixes before it.
"""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

__all__ = [
    "bare_sign",
    "begins_with_stem",
    "locate_tokens",
    "read_with_signs",
    "read_words",
    "word_readings",
]

_BREAK = "\n"
"""Stands between letters of a script without blanks that do not follow one another directly; no word is this."""
_CLOSED_BEFORE, _CLOSED_AFTER = "\x01", "\x02"
"""Stand beside a sign where no entry may begin or end with it."""

# Ranges of code points. Tibetan is not among them: it has a sign between syllables, which counts like any other.
_BLANKLESS = (
    "\u0e00\u0eff\u1000\u109f\u1780\u17ff\u1950\u19df\u1a20\u1aaf\u1b00\u1b7f\u2e80\u2fdf\u3005\u3007\u3021\u3029\u3031\u3035\u3038\u303c"
    "\u3041\u312f\u31a0\u31bf\u31f0\u31ff\u3400\u4dbf\u4e00\u9fff\ua000\ua4cf\ua980\ua9df\uaa60\uaadf\uf900\ufaff"
    "\U0001b000\U0001b16f"
)
# The first and the last of the ideographs that follow all other letters.
_FIRST_IDEOGRAPH, _RARE_IDEOGRAPHS = "\u4e00", "\U00020000\U000323af"
_RARE = re.compile("[\U00010000-\U0010ffff]")
_FIRST_BLANKLESS = "\u0e00"
_SYLLABLES = "\uac00\ud7a3"
_JAMO = "\u1100\u11ff\u3130\u318f\ua960\ua97f\ud7b0\ud7ff"
_RIGHT_TO_LEFT = "\u0590\u08ff\ufb1d\ufdff\ufe70\ufefe"
_APART = (_BLANKLESS, _SYLLABLES, _JAMO, _RIGHT_TO_LEFT)
# Khmer and Burmese write a letter below another one with a sign between the two.
_STACKED = "\u17d2\u1039"

# Signs that are parts of words: "18+" is not in "18+5", nor "c+" in "c++", while "t.me/" is in "t.me/x", and "go away!" in "go away!!!".
_JOINING = "[$+#*%^~@\u20ac\u00a3\u00a5]"
_JOINING_AFTER = _JOINING.replace("@", "")

_LEAST_STEM = 3


def _join_all(*parts: Sequence[str]) -> frozenset[str]:
    return frozenset("".join(chosen) for chosen in product(*parts))


_HEBREW_PREFIXES = _join_all(["", "ו"], ["", "ש", "כש", "לכש", "מש"], ["", "ב", "כ", "ל", "מ", "ה", "מה", "לה", "בה", "כה"])
_ARABIC_PREFIXES = _join_all(["", "و", "ف"], ["", "ب", "ك", "ل", "س"], ["", "ال"]) | _join_all(["", "و", "ف"], ["لل"])
_PREFIXES = (_HEBREW_PREFIXES | _ARABIC_PREFIXES) - {""}
# A word of two letters is taken to have a prefix only where that is an article.
_ARTICLES = _join_all(["", "ו"], ["", "ש"], ["ה"]) | {prefix for prefix in _ARABIC_PREFIXES if prefix.endswith(("ال", "لل"))}
_MAX_PREFIX = max(map(len, _PREFIXES))

# A word of one syllable is taken for the beginning of another word unless one of these follows.
_PARTICLES = re.compile(
    "은|는|아|이|가|을|를|의|에|에서|에게|에게서|한테|한테서|께|께서|도|만|로|으로|와|과|랑|이랑|하고|처럼|같이|같은|보다|까지|"
    "부터|마다|조차|밖에|이나|든지|라도|이라도|야|이야|이여|님|씨|들|들이|들은|들을|들의|들도|들아|들에게|이다|이네|이니|이고|이지|"
    "이라|이라고|이라는|입니다|이에요|예요|이죠|이었다|였다|인데|인가|이냐"
)
_MAX_KOREAN_WORD = 40
_MAX_READINGS = 3


class _Patterns(NamedTuple):
    """What splits texts.

    Attributes:
        apart: a letter of a script that has rules of its own, or a mark; without these, words are what Python takes for words.
        words: a word; of a script without blanks, letters that follow one another directly.
        run: the first letter of those.
        letters: a letter of a script without blanks, with the marks on it and what is written below it.
        signed: a word, white space, or a sign with what says whether an entry may begin or end with it.
        closed_before, closed_after: the places before and after which no entry may begin or end with a sign.
    """

    apart: re.Pattern[str]
    words: re.Pattern[str]
    run: re.Pattern[str]
    letters: re.Pattern[str]
    signed: re.Pattern[str]
    closed_before: re.Pattern[str]
    closed_after: re.Pattern[str]


def _class_of(characters: str) -> str:
    """Return a class of characters; one that names its ranges is ten times as fast as one that takes some of Python's letters away."""
    ranges: list[list[int]] = []
    if _FIRST_IDEOGRAPH in characters and max(characters) > "\uffff":
        ranges.append([*map(ord, _RARE_IDEOGRAPHS)])
    for code in sorted(map(ord, characters)):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges) + "]" if ranges else "(?!)"


def _inside(characters: str, ranges: str) -> str:
    return "".join(re.findall(f"[{''.join(f'{begin}-{end}' for begin, end in _pairs(ranges))}]", characters))


def _pairs(ranges: str) -> Iterator[tuple[str, str]]:
    return zip(ranges[::2], ranges[1::2], strict=True)


def _closed_places(letter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the places before and after which no entry may begin or end with a sign, given what matches a letter that closes them."""
    return re.compile(rf"(?<={letter})(?={_JOINING})"), re.compile(rf"(?<={_JOINING_AFTER})(?={letter})|(?<=({_JOINING}))(?=\1)")


def _patterns_for(text: str) -> _Patterns:
    """Return the quickest patterns that split a text."""
    if text.isascii():
        return _ASCII
    return _compile_patterns(with_rare=_RARE.search(text) is not None)


@lru_cache(maxsize=2)
def _compile_patterns(*, with_rare: bool) -> _Patterns:
    """Return the patterns, which takes a tenth of a second; those that know letters beyond the first 65,536 are slower."""
    known = "".join(map(chr, (*range(0x20000), *range(0xE0100, 0xE01F0)) if with_rare else range(0x10000)))
    letters, marks = "".join(re.findall(r"\w", known)), "".join(char for char in known if unicodedata.category(char)[0] == "M")
    apart = [(_inside(letters, ranges), _inside(marks, ranges)) for ranges in _APART]
    elsewhere = tuple("".join(sorted(set(whole).difference(*(part[at] for part in apart)))) for at, whole in enumerate((letters, marks)))
    words = "|".join(f"{_class_of(own)}{_class_of(own + with_marks)}*" for own, with_marks in (elsewhere, *apart))
    sign = rf"[^\w\s{_CLOSED_BEFORE}{_CLOSED_AFTER}{_class_of(marks)[1:]}"
    closing = _class_of("".join(elsewhere) + "".join(apart[-1]))
    return _Patterns(
        re.compile(_class_of("".join(own for own, _ in apart) + marks)),
        re.compile(words),
        re.compile(_class_of(apart[0][0])),
        re.compile(rf"\w(?:{_class_of(marks)}|(?<=[{_STACKED}])\w)*"),
        re.compile(rf"{words}|\s+|{_CLOSED_BEFORE}?{sign}{_CLOSED_AFTER}?"),
        *_closed_places(closing),
    )


_ASCII = _Patterns(
    re.compile("(?!)"),
    re.compile(r"\w+"),
    re.compile("(?!)"),
    re.compile("(?!)"),
    re.compile(rf"\w+|\s+|{_CLOSED_BEFORE}?[^\w\s{_CLOSED_BEFORE}{_CLOSED_AFTER}]{_CLOSED_AFTER}?"),
    *_closed_places(r"\w"),
)


def bare_sign(token: str) -> str | None:
    """Return the sign of a token of `read_with_signs`; None if it is a word, a letter or a blank."""
    sign = token.strip(_CLOSED_BEFORE + _CLOSED_AFTER)
    return None if sign[0].isalnum() or sign[0] in "_ " else sign


def read_words(text: str) -> list[str]:
    """Return the words of a canonical text, and of scripts without blanks the letters."""
    patterns = _patterns_for(text)
    patterns = patterns if patterns.apart.search(text) else _ASCII
    return _split_runs(patterns.words.findall(text), patterns, separator=_BREAK)


def read_with_signs(text: str) -> list[str]:
    """Return the words, signs and blanks of a canonical text.

    With a sign goes whether it stands where an entry may begin or end. Signs that are parts of words do not where a letter of a script
    with blanks is beside them, or one more of the same follows.
    """
    patterns = _patterns_for(text)
    marked = patterns.closed_after.sub(_CLOSED_AFTER, patterns.closed_before.sub(_CLOSED_BEFORE, text))
    tokens = [" " if token.isspace() else token for token in patterns.signed.findall(marked)]
    return _split_runs(tokens, patterns, separator=None)


def _split_runs(words: list[str], patterns: _Patterns, *, separator: str | None) -> list[str]:
    """Return words, those of scripts without blanks letter by letter, with a separator between two that follow one another."""
    if patterns is _ASCII:
        return words
    split, was_run = list[str](), False
    for word in words:
        is_run = word >= _FIRST_BLANKLESS and patterns.run.match(word) is not None
        if is_run:
            if was_run and separator is not None:
                split.append(separator)
            split.extend(word if word.isalnum() else patterns.letters.findall(word))
        else:
            split.append(word)
        was_run = is_run
    return split


def locate_tokens(text: str, tokens: Iterable[str]) -> list[tuple[int, int]]:
    """Return the first character of each of some tokens of a canonical text, and that after its last one.

    Args:
        text: the text.
        tokens: the result of `read_words` or `read_with_signs` for it.
    """
    places, at = list[tuple[int, int]](), 0
    for token in tokens:
        if token.isspace() and token != _BREAK:
            begin = next(place for place in range(at, len(text)) if text[place].isspace())
            at = next((place for place in range(begin, len(text)) if not text[place].isspace()), len(text))
        elif token == _BREAK:
            begin = at
        else:
            bare = token.strip(_CLOSED_BEFORE + _CLOSED_AFTER)
            begin = text.index(bare, at)
            at = begin + len(bare)
        places.append((begin, at))
    return places


def word_readings(words: Sequence[str], vocabulary: Container[str], *, at_most: int = _MAX_READINGS) -> list[list[str]]:
    """Return the ways in which words may be read as those of a vocabulary: without prefixes or particles.

    Args:
        words: the words of a text.
        vocabulary: the words that matter.
        at_most: how many ways to return.

    Returns:
        The words; where some of them are read as others, with these in their place, and so on where one may be read as several.
    """
    readings = [list(words)]
    for at, word in enumerate(words):
        if not begins_with_stem(word):
            continue
        known = [word] if word in vocabulary else []
        known += [stem for stem in _stems(word) if stem in vocabulary]
        for number, stem in enumerate(known[:at_most]):
            if number == len(readings):
                readings.append(list(readings[-1]))
            for reading in readings[number:]:
                reading[at] = stem
    return readings


def begins_with_stem(word: str) -> bool:
    """Return whether a word is of a script in which something may be attached to it: Hebrew, Arabic, Korean."""
    return "\u0590" <= word[0] <= "\u08ff" or "\uac00" <= word[0] <= "\ud7a3"


def _stems(word: str) -> Iterator[str]:
    """Yield a word of such a script without each prefix that it may have, or without what may be particles."""
    if word[0] <= "\u08ff":
        for size in range(1, min(_MAX_PREFIX, len(word) - 2) + 1):
            prefix = word[:size]
            if prefix in _PREFIXES and (len(word) - size >= _LEAST_STEM or prefix in _ARTICLES):
                yield word[size:]
        return
    for size in range(min(len(word) - 1, _MAX_KOREAN_WORD), 1, -1):
        yield word[:size]
    if _PARTICLES.fullmatch(word, 1):
        yield word[0]
