"""The Unicode stage of normalisation for languages other than English: what a writer may leave out or put otherwise is made equal.

English's fold (``model.text.unicode``) takes accents away and reads letters of other scripts as the Latin ones that they look like, which
would ruin other scripts. Here a language's own script is kept, one byte for each letter (``model.text.alphabets``), and only what its
writers vary is lost: accents, tones, points, hamza, tatweel, nukta, final forms. Look-alikes of another script are put right where
they stand in a word of the own one. A letter comes at most twice in a row. All that is no letter is folded as in English.

The result is meant for the n-gram kernels alone: each of its characters is below U+0100 and becomes one byte.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from model.text.alphabets import ALPHABETS, SCRIPTS_WITHOUT_LATIN, pair_code
from model.text.offsets import Edit, Mapped, Piece, apply_edits
from model.text.signs import join_signs, places_of_joined
from model.text.unicode import fold_characters

__all__ = ["FoldRules", "find_fold_rules", "fold_for_language", "map_for_language"]

_SCRIPTS: Mapping[str, str] = {
    **dict.fromkeys(("ar", "fa", "ur"), "Arab"),
    **dict.fromkeys(("be", "bg", "kk", "mk", "ru", "sr", "tt", "uk"), "Cyrl"),
    **dict.fromkeys(("hi", "mr", "ne"), "Deva"),
    **dict.fromkeys(("ja", "zh"), "Hani"),
    **{"am": "Ethi", "bn": "Beng", "el": "Grek", "he": "Hebr", "kn": "Knda", "ko": "Hang", "ml": "Mlym", "ta": "Taml", "te": "Telu"},
}
_LATIN = "Latn"
_ROMANISED = frozenset(("hi-Latn", "ur-Latn"))
# What is written out where a key is missing: the two ways are made equal.
_WRITTEN_OUT: Mapping[str, Mapping[str, str]] = {
    "de": {"ä": "ae", "ö": "oe", "ü": "ue", "\u0308": "e"},
    "da": {"å": "aa", "ø": "oe", "\u030a": "a"},
}

_NUKTA = 7  # combining class
_KATAKANA_TO_HIRAGANA = 0x60
_KATAKANA, _HIRAGANA = range(0x30A1, 0x30F7), range(0x3041, 0x3097)
_HAN = range(0x4E00, 0xA000)
_HAN_FIRST = "".join(map(chr, range(0x80, 0x100))) + "abcdefghijklmnopqrstuvwxyz0123456789"  # 164 * 128 = all of the block
# Ethiopic: eight forms of each consonant; consonants that sound alike today are written for each other.
_ETHIOPIC = range(0x1200, 0x1380)
_ETHIOPIC_FORMS, _ETHIOPIC_VOWEL = 8, 0xE0
_GUTTURALS = (0x1200, 0x12A0)  # whose first form sounds like the fourth
_SAME_CONSONANT = {0x1210: 0x1200, 0x1280: 0x1200, 0x1220: 0x1230, 0x12D0: 0x12A0, 0x1340: 0x1338}

_RUN = re.compile(r"([a-z\x80-\xff])\1\1+")
_DOUBLE = re.compile(r"([a-z])\1+")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN_LETTER, _FOREIGN_LETTER = re.compile("[A-Za-z\u00c0-\u024f]"), re.compile("[\u0370-\u052f]")  # the latter Greek and Cyrillic
_MIXED = re.compile("[A-Za-z][\u0370-\u052f]|[\u0370-\u052f][A-Za-z]")
_CYRILLIC_LETTER, _GREEK_LETTER = re.compile("[\u0400-\u052f]"), re.compile("[\u0370-\u03ff]")
# Letters that look alike: those of the script, and the Latin ones that are typed for them.
_LOOK_ALIKES: Mapping[str, tuple[re.Pattern[str], Mapping[int, int]]] = {
    "Cyrl": (_CYRILLIC_LETTER, str.maketrans("aceopxykmthbiABCEHKMOPTXYI", "асеорхукмтнвіавсенкмортхуі")),
    "Grek": (_GREEK_LETTER, str.maketrans("aeiknoptuvxywABEHIKMNOPTXYZ", "αεικηορτυνχυωαβεηικμνορτχυζ")),
}


@dataclass(frozen=True)
class FoldRules:
    """How the texts of one language are folded.

    Attributes:
        fold: returns what takes the place of a character.
        script: the language's own.
        is_romanised: whether spelling varies as in Hindi or Urdu in Latin letters.
    """

    fold: Callable[[str], str]
    script: str
    is_romanised: bool

    @property
    def has_look_alikes(self) -> bool:
        """Whether letters that look like Latin ones are the language's own."""
        return self.script in _LOOK_ALIKES

    @property
    def keeps_blanks(self) -> bool:
        """Whether each sign is a word of its own, with blanks around it."""
        return self.script == "Hani"


class _LetterTable(dict[str, str]):
    """What each character is folded into in one language, worked out when it is first met."""

    def __init__(self, tag: str, script: str) -> None:
        super().__init__({letter: letter.lower() for letter in map(chr, range(0x80))})
        written_out = _WRITTEN_OUT.get(tag, {})
        self.update({letter.upper(): written for letter, written in written_out.items()}, **written_out)
        self._script, self._own = script, ALPHABETS[script].codes()

    def __missing__(self, character: str) -> str:
        folded = self._fold(character)
        # Remembering what Unicode does not assign would let a hostile text fill the memory.
        if folded or unicodedata.category(character) not in {"Cn", "Co", "Cs"}:
            self[character] = folded
        return folded

    def _fold(self, character: str) -> str:
        category = unicodedata.category(character)
        if category[0] not in "LM" or unicodedata.name(character, "").partition(" ")[0] not in SCRIPTS_WITHOUT_LATIN:
            return self._fold_other(character)
        if category[0] == "M" and (unicodedata.combining(character) == _NUKTA or not fold_characters(character)):
            return ""
        parts = unicodedata.normalize("NFKD", character.lower())
        is_whole = parts == character or ord(character) in _HIRAGANA or ord(character) in _KATAKANA
        return self._fold_letter(character) if is_whole else "".join(map(self.__getitem__, parts))

    def _fold_letter(self, letter: str) -> str:
        """Fold a letter of one of the scripts that are not Latin."""
        code = ord(letter)
        if letter in self._own:
            return self._own[letter]
        if self._script == "Hani" and code in _HAN:
            return f" {_HAN_FIRST[(code - _HAN.start) >> 7]}{chr(0x80 + (code & 0x7F))} "
        if code in _HIRAGANA or code in _KATAKANA:
            spelt = pair_code(code - _KATAKANA_TO_HIRAGANA if code in _KATAKANA else code)
            return f" {spelt} " if self._script == "Hani" else spelt
        if self._script == "Ethi" and code in _ETHIOPIC:
            consonant = code - code % _ETHIOPIC_FORMS
            consonant, form = _SAME_CONSONANT.get(consonant, consonant), code % _ETHIOPIC_FORMS
            row = (consonant - _ETHIOPIC.start) // _ETHIOPIC_FORMS
            return chr(0x80 + row) + chr(_ETHIOPIC_VOWEL + (3 if form == 0 and consonant in _GUTTURALS else form))
        return pair_code(code)

    def _fold_other(self, character: str) -> str:
        """Fold what is no letter of these scripts as English does; what stays outside ASCII, as emoji do, becomes two bytes."""
        return "".join(each if each.isascii() else pair_code(ord(each)) for each in fold_characters(character)).lower()


@cache
def find_fold_rules(tag: str) -> FoldRules:
    """Return how the texts of a language are folded."""
    script = _SCRIPTS.get(tag, _LATIN)
    return FoldRules(_LetterTable(tag, script).__getitem__, script, tag in _ROMANISED)


def fold_for_language(text: str, tag: str) -> str:
    """Fold a text of a language for the n-gram kernels.

    Args:
        text: anything, lone surrogates included.
        tag: the language, ISO 639-1, with a script where there are several (``hi-Latn``).

    Returns:
        The folded text: no capitals of ASCII, and no character from U+0100 on.
    """
    rules = find_fold_rules(tag)
    text = join_signs(text)
    if text.isascii():
        folded = text.lower()
    else:
        folded = "".join(map(rules.fold, _restore_look_alikes(text, rules.script)))
        if rules.keeps_blanks:
            return folded.replace("  ", " ").replace("  ", " ")  # where each character is a word of its own, none comes in a row
    if rules.is_romanised:
        return _DOUBLE.sub(r"\1", folded)
    return _RUN.sub(r"\1\1", folded)


def map_for_language(text: str, tag: str) -> Mapped:
    """Fold a text of a language and remember where each character came from.

    Args:
        text: anything, lone surrogates included.
        tag: see ``fold_for_language``.

    Returns:
        The text that ``fold_for_language`` returns but for the number of blanks, with the way back to ``text``.
    """
    rules = find_fold_rules(tag)
    places, text = places_of_joined(text), join_signs(text)
    restored = text if text.isascii() else _restore_look_alikes(text, rules.script)
    folds = zip(places, map(rules.fold, restored), strict=True)
    letters = Mapped.from_pieces([Piece(folded, at, at + 1) for at, folded in folds if folded])
    pattern, kept = (_DOUBLE, 1) if rules.is_romanised else (_RUN, 2)
    runs = () if rules.keeps_blanks and not text.isascii() else pattern.finditer(letters.text)
    edits: list[Edit] = [(run.start() + kept, run.end(), "") for run in runs]
    shortened = apply_edits(letters.text, edits)
    begins, ends = letters.begin[shortened.begin].tolist(), letters.end[shortened.end - 1].tolist()
    return Mapped.from_pieces([Piece(*piece) for piece in zip(shortened.text, begins, ends, strict=True)])


def _restore_look_alikes(text: str, script: str) -> str:
    """Return a text of the same length in which words of one script hold no letters of another that look alike."""
    if script in _LOOK_ALIKES:
        own, table = _LOOK_ALIKES[script]
        if _MIXED.search(text) is None:
            return text
        return _WORD.sub(lambda word: _restore_word(word[0], own, table), text)
    if _FOREIGN_LETTER.search(text) is None:
        return text
    return _WORD.sub(lambda word: _as_latin(word[0]) if _is_mostly(word[0], _LATIN_LETTER) else word[0], text)


def _restore_word(word: str, own: re.Pattern[str], table: Mapping[int, int]) -> str:
    """Return a word with the letters of a script for those that look like them, if it has some of these and hardly any others."""
    restored = word.translate(table)
    has_own = own.search(word) is not None
    return restored if has_own and (_LATIN_LETTER.search(restored) is None or _is_mostly(word, own)) else word


def _is_mostly(word: str, letters: re.Pattern[str]) -> bool:
    return 2 * len(letters.findall(word)) >= len(word)


def _as_latin(word: str) -> str:
    """Return a word in which letters of other scripts are the Latin ones that English's fold reads them as, if that is one each."""
    return _FOREIGN_LETTER.sub(lambda letter: twin if len(twin := fold_characters(letter[0])) == 1 and twin.isascii() else letter[0], word)
