"""The Unicode stage of normalisation: every code point by itself, whatever stands around it.

Disguises come off: fullwidth, mathematical and circled letters, accents and stacked marks, invisible characters, look-alikes
from other alphabets. Punctuation becomes ASCII, emoji are put between spaces, letters of other scripts stay, lower-cased. ASCII is
left as it is: case, control characters and runs of spaces are left to the stage that follows.

What a code point is folded into depends on ``unicodedata.unidata_version`` and on the version of ``confusable-homoglyphs``, which
packages the confusables of Unicode Technical Standard 39.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from model.text.offsets import Mapped, Piece

__all__ = ["fold_characters", "map_characters"]

_ASCII = bytes(range(128))
_FEW = 8  # different non-ASCII characters
_MANY = 8  # characters are folded one by one where at least one in so many is not ASCII, which is faster than to look for runs of these
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_NON_ASCII_RUN = re.compile(r"[^\x00-\x7f]+")
# "LATIN SMALL LETTER L WITH STROKE", "LATIN LETTER SMALL CAPITAL F", "NEGATIVE SQUARED LATIN CAPITAL LETTER B", "… TURNED A"
_LATIN = re.compile(r"\bLATIN (?:CAPITAL |SMALL )?LETTER (?:[A-Z-]+ )*?([A-Z])(?: |$)")
_PUNCTUATION = re.compile(r"\b(ASTERISK|QUESTION MARK|EXCLAMATION MARK|FULL STOP|DANDA|COMMA|SEMICOLON|COLON|PERCENT SIGN)\b")
_SIGNS = {"ASTERISK": "*", "QUESTION MARK": "?", "EXCLAMATION MARK": "!", "FULL STOP": ".", "DANDA": "."}
_SIGNS |= {"COMMA": ",", "SEMICOLON": ";", "COLON": ":", "PERCENT SIGN": "%"}

# By hand: what names and tables do not say, or say otherwise (there, “ is two apostrophes and € is Ꞓ). Barred letters serve
# as currency signs, and as letters in "fancy" writing, as some syllabics, И, Я and ω do. Last: blanks, and blanks of no width.
_BY_HAND: Mapping[str, str] = {
    **{"'": "‘’‚‛‹›´΄´᾽᾿῾", '"': "“”„‟«»″‶〝〞〟〃ʺˮ˝˶「」『』", "?": "‽", "!": "ǃ", "*": "٭"},
    **{"ae": "æÆ", "oe": "œŒ", "ss": "ßẞ", "d": "ðÐ∂", "e": "əƏ€єЄ", "k": "ĸ₭", "l": "ӏǀ", "n": "ŋŊ₦ᑎиИпП", "r": "яЯ", "z": "ʒƷᘔ"},
    **{"a": "₳ᗩ", "b": "฿₿", "c": "¢₡₵©ᑕ", "f": "₣ғҒ", "g": "₲", "m": "₥", "p": "₱", "q": "ᑫ", "s": "₴ᔕ", "t": "₮", "u": "цЦ"},
    **{"w": "₩ᗯω", "x": "Ӿӿ", "y": "¥", " ": "\x85™℠\u3164\uffa0", "": "\u115f\u1160"},
}
# Marks that only decorate, whatever their combining class says: the general blocks of combining marks, then selectors of glyphs.
_DECORATION = (
    *((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F)),
    *((0x17B4, 0x17B5), (0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF)),
)
# Symbols that people send as pictures. unicodedata does not know the property Emoji; arrows and boxes are left out.
_EMOJI = (
    *((0x231A, 0x231B), (0x2328, 0x2328), (0x23CF, 0x23CF), (0x23E9, 0x23FA), (0x2600, 0x27BF)),
    *((0x2B1B, 0x2B1C), (0x2B50, 0x2B55), (0x1F000, 0x1FAFF)),
)
_REGIONAL_INDICATORS = ((0x1F1E6, 0x1F1FF),)
_SPACING_MODIFIERS = ((0x02B0, 0x02FF),)


def fold_characters(text: str) -> str:
    """Fold every code point of a text into its plainest form.

    Args:
        text: anything, lone surrogates included.

    Returns:
        The folded text. Beside ASCII it holds lower-case letters, the marks that other scripts write with, and emoji, nothing
        else, and it always encodes to UTF-8. Folding it again changes nothing but the number of spaces around emoji.
    """
    if text.isascii():
        return text
    table = _load_table()
    rare = text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    different = set(rare)
    if len(different) > _FEW:
        fold = table.__getitem__
        if _MANY * len(rare) > len(text):
            return "".join(map(fold, text))
        return _NON_ASCII_RUN.sub(lambda run: "".join(map(fold, run[0])), text)
    # English has few of them. They can be replaced one after the other, since none is folded into a character that is itself folded.
    for character in different:
        text = text.replace(character, table[character])
    return text


def map_characters(text: str) -> Mapped:
    """Fold every code point of a text and remember where it came from.

    Args:
        text: anything, lone surrogates included.

    Returns:
        The text that ``fold_characters`` returns, with the way back to ``text``.
    """
    if text.isascii():
        return Mapped.unchanged(text)
    table = _load_table()
    pieces: list[Piece] = []
    run: list[str] = []
    begin = done = 0
    for match in _NON_ASCII.finditer(text):
        at = match.start()
        folded = table[text[at]]
        run.append(text[done:at])
        done = at + 1
        if len(folded) == 1:
            run.append(folded)
            continue
        if begin < at:
            pieces.append(Piece("".join(run), begin, at))
        if folded:
            pieces.append(Piece(folded, at, done))
        run.clear()
        begin = done
    if begin < len(text):
        pieces.append(Piece("".join([*run, text[done:]]), begin, len(text)))
    return Mapped.from_pieces(pieces)


class _Table(dict[str, str]):
    """What each character is folded into, worked out when it is first met."""

    def __missing__(self, character: str) -> str:
        folded = character if character.isascii() else _fold_character(character)
        # Remembering what Unicode does not assign would let a hostile text fill the memory.
        if folded or unicodedata.category(character) not in {"Cn", "Co"}:
            self[character] = folded
        return folded


@cache
def _load_table() -> _Table:
    return _Table({character: folded for folded, characters in _BY_HAND.items() for character in characters})


def _fold_character(character: str) -> str:
    """Fold a non-ASCII character that is not in the table made by hand."""
    category = unicodedata.category(character)
    match category[0]:
        case "C":
            return ""
        case "Z":
            return " "
        case "M":
            return "" if _is_decoration(character) else character
        case "L":
            return _fold_letter(character)
        case "N":
            return _fold_number(character)
        case _:
            return _fold_symbol(character, category)


def _fold_each(text: str) -> str:
    table = _load_table()
    return "".join(character.lower() if character.isascii() else table[character] for character in text)


def _is_decoration(character: str) -> bool:
    """Whether a character is a mark that a word can lose without becoming another.

    Vowel signs of Indic scripts, viramas and the like have combining classes below 10, those of Thai to Tibetan 84 to 132: they
    stay. The points of Hebrew, Arabic and Syriac (10 to 36) and whatever is set above or below (from 200) go.
    """
    category = unicodedata.category(character)
    if category[0] != "M":
        return False
    position = unicodedata.combining(character)
    return category == "Me" or 10 <= position <= 36 or position >= 200 or _within(character, _DECORATION)


def _decompose(character: str) -> str:
    """Return the compatibility decomposition without its decoration; Hangul and kana are put together again."""
    parts = unicodedata.normalize("NFKD", character)
    return unicodedata.normalize("NFC", "".join(part for part in parts if not _is_decoration(part)))


def _latin_letter(character: str) -> str:
    """Return the ASCII letter in the Unicode name of a character, or nothing."""
    match = _LATIN.search(unicodedata.name(character, ""))
    return match[1].lower() if match else ""


def _twin(letter: str) -> str:
    """Return the ASCII letter or apostrophe that a letter looks like, of the same case where there is a choice, or nothing."""
    twins = _load_twins().get(letter, ())
    # Scripts without case are taken for capitals: most of their look-alikes are.
    letters = sorted((twin.islower() != letter.islower(), twin.lower()) for twin in twins if twin.isalpha())
    if letters:
        return letters[0][1]
    return "'" if "'" in twins else ""


def _fold_letter(letter: str) -> str:
    """Fold a letter into the ASCII letter that its name, its looks, its parts or its other case suggest, else into lower case."""
    ascii_letter = _latin_letter(letter) or _twin(letter)
    plain = _decompose(letter)
    if not ascii_letter and plain != letter:
        return _fold_each(plain)
    ascii_letter = ascii_letter or _twin(letter.swapcase())
    lower = letter.lower()
    if not ascii_letter and lower != letter:
        return _fold_each(lower)
    return ascii_letter or ("" if _within(letter, _SPACING_MODIFIERS) else letter)


def _fold_number(number: str) -> str:
    """Fold a number into ASCII digits, or into a space if it is not whole and has no decomposition."""
    plain = _decompose(number)
    if plain != number:
        return _fold_each(plain)
    value = unicodedata.numeric(number)
    return str(int(value)) if value.is_integer() else " "


def _fold_symbol(symbol: str, category: str) -> str:
    """Fold punctuation and symbols into ASCII or a space; put spaces around emoji."""
    plain = _decompose(symbol)
    folded = _latin_letter(symbol) or (_fold_each(plain) if plain != symbol else "")
    if folded:
        return folded
    match = _PUNCTUATION.search(unicodedata.name(symbol, ""))
    if category in {"So", "Sk"} and _within(symbol, _EMOJI) and not (match and match[1] == "ASTERISK"):
        return symbol if _within(symbol, _REGIONAL_INDICATORS) else f" {symbol} "
    if match:
        return _SIGNS[match[1]]
    twins = {"Pd": "-", "Pc": "_"}.get(category) or _load_twins().get(symbol, ())
    return min(twins, key=lambda twin: (twin.isalnum(), twin), default=" ").lower()


def _within(character: str, ranges: Sequence[tuple[int, int]]) -> bool:
    code = ord(character)
    return any(first <= code <= last for first, last in ranges)


@cache
def _load_twins() -> Mapping[str, Sequence[str]]:
    """Return the ASCII characters that each non-ASCII one is confusable with.

    The table names one per group (l for l, I, 1 and |); the others of its group are listed too. Right-to-left letters are missing:
    the table wraps them in direction marks, and in a word of Latin letters they would be shown out of order.
    """
    # The package's own loader imports urllib and takes three times as long.
    source = files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8")
    table = {key: [other["c"] for other in others] for key, others in json.loads(source).items() if len(key) == 1}
    group = {key: [key, *(other for other in table.get(key, ()) if _is_ascii(other))] for key in map(chr, range(0x80))}
    return {
        key: [twin for other in others if _is_ascii(other) for twin in group[other]]
        for key, others in table.items()
        if not key.isascii() and any(map(_is_ascii, others))
    }


def _is_ascii(text: str) -> bool:
    return len(text) == 1 and text.isascii()
