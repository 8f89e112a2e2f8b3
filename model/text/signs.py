"""Signs, which are letters with their marks, and words whose signs are written apart, as in "i d i o t" or "i.d.i.o.t"."""

import re
import unicodedata
from functools import cache

__all__ = ["SIGN_SEPARATORS", "join_signs", "marks_class", "places_of_joined"]

_MARK_BLOCKS = (range(0x300, 0x3100), range(0xA66F, 0xAC00))
SIGN_SEPARATORS = "-._* "
"""What stands between letters that are written apart."""
_SEPARATOR = f"[{SIGN_SEPARATORS}]"
# Chinese and Japanese have no blanks, and in Korean many words are one sign: nothing tells there what is written apart.
_LETTER = "[^\\W\\d_\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff]"

_DEVANAGARI = "".join(map(chr, range(0x900, 0x980)))


@cache
def marks_class() -> str:
    """Return the combining marks of the scripts in use, as ranges for a class of a regular expression."""
    marks = {code for block in _MARK_BLOCKS for code in block if unicodedata.category(chr(code)).startswith("M")}
    starts, ends = (sorted(code for code in marks if code + step not in marks) for step in (-1, 1))
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what nearly every text is without, which takes little time to see, and a word written apart."""
    sign, word = f"{_LETTER}[{marks_class()}]*", rf"\w{marks_class()}"
    hint = re.compile(rf"({_SEPARATOR}){sign}\1{sign}(?![{word}])")
    return hint, re.compile(rf"(?<![{word}]){sign}({_SEPARATOR}){sign}(?:\1{sign})+(?![{word}])")


def join_signs(text: str) -> str:
    """Return a text in which three or more signs with the same separator between them are one word."""
    hint, apart = _patterns()
    if hint.search(text) is None:
        return text
    return apart.sub(lambda word: word[0].replace(word[1], "") if _is_one_word(word) else word[0], text)


def places_of_joined(text: str) -> list[int]:
    """Return where in a text each character stands that ``join_signs`` leaves of it."""
    _, apart = _patterns()
    words = filter(_is_one_word, apart.finditer(text))
    left_out = {place for word in words for place in range(*word.span()) if text[place] == word[1]}
    return [place for place in range(len(text)) if place not in left_out]


def _is_one_word(apart: re.Match[str]) -> bool:
    """Tell whether signs were one word: in Hindi, where a letter with its mark often is a word, blanks have to part mostly bare letters."""
    signs = apart[0].split(apart[1])
    return apart[1] != " " or signs[0][0] not in _DEVANAGARI or 2 * sum(len(sign) > 1 for sign in signs) <= len(signs)
