"""The scripts that comments in other languages than English are written in, and the byte that stands for each of their letters.

The n-gram kernels read bytes. In UTF-8 a letter of another script has two or three, so that most runs of bytes would begin or end within
a letter. Here every letter of a language's own script is one byte from 128 on, as ASCII letters are one below; letters that a writer may
put for each other (Arabic alef with and without hamza, Hebrew final forms, Cyrillic "ё" and "е") share one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ALPHABETS", "FIRST_LETTER_CODE", "SCRIPTS_WITHOUT_LATIN", "Alphabet", "pair_code"]

FIRST_LETTER_CODE = 0x80
"""The byte of the first letter of an alphabet; those below are ASCII."""

SCRIPTS_WITHOUT_LATIN = frozenset(
    (
        *("ARABIC", "ARMENIAN", "BENGALI", "CJK", "CYRILLIC", "DEVANAGARI", "ETHIOPIC", "GEORGIAN", "GREEK", "GUJARATI", "GURMUKHI"),
        *("HANGUL", "HEBREW", "HIRAGANA", "KANNADA", "KATAKANA", "KHMER", "LAO", "MALAYALAM", "MYANMAR", "ORIYA", "SINHALA", "TAMIL"),
        *("TELUGU", "THAI", "TIBETAN"),
    )
)
"""The first words of the Unicode names of letters that are read as what they are, not as what they look like."""

_HIGH_BYTES = 128
_INDIC_BLOCK = 128  # code points of the block of each Indic script, which are laid out alike


def pair_code(code: int) -> str:
    """Return two letters above ASCII that stand for a code point of a script that has more than bytes can tell apart, or is foreign."""
    return chr(FIRST_LETTER_CODE + (code >> 7) % _HIGH_BYTES) + chr(FIRST_LETTER_CODE + code % _HIGH_BYTES)


@dataclass(frozen=True)
class Alphabet:
    """The letters of one script.

    Attributes:
        letters: each stands for itself; its place is the place of its byte. A blank leaves a byte unused.
        same: letters that are read as another: letter → one of ``letters``, or nothing.
    """

    letters: str
    same: Mapping[str, str] = field(default_factory=dict)

    def codes(self) -> dict[str, str]:
        """Return letter → the character below U+0100 that stands for it, or nothing."""
        codes = {letter: chr(FIRST_LETTER_CODE + place) for place, letter in enumerate(self.letters) if letter != " "}
        return codes | {letter: codes[other] if other else "" for letter, other in self.same.items()}


def _indic(first: int) -> Alphabet:
    """Return the alphabet of an Indic block; candrabindu is read as anusvara, and nukta (combining class 7) is dropped by the fold."""
    block = "".join(map(chr, range(first, first + _INDIC_BLOCK)))
    return Alphabet(block, {chr(first + 1): chr(first + 2)})


_JAMO = "".join(map(chr, (*range(0x1100, 0x1113), *range(0x1161, 0x1176), *range(0x11A8, 0x11C3))))

ALPHABETS: Mapping[str, Alphabet] = {
    "Latn": Alphabet(""),
    "Cyrl": Alphabet("абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґўђјљњћџәөүҗңһқғұ", {"й": "и", "ї": "і", "ґ": "г", "ў": "у"}),
    "Grek": Alphabet("αβγδεζηθικλμνξοπρστυφχψω", {"ς": "σ"}),
    "Hebr": Alphabet("אבגדהוזחטיכלמנסעפצקרשת", {"ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ"}),
    "Arab": Alphabet(
        "ءابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگڤٹڈڑںھۓ",
        {"ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ۓ": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ہ": "ه", "ۀ": "ه", "ە": "ه", "ھ": "ه"}
        | {"ۃ": "ه", "ـ": "", "ء": ""},
    ),
    "Deva": _indic(0x0900),
    "Beng": _indic(0x0980),
    "Taml": _indic(0x0B80),
    "Telu": _indic(0x0C00),
    "Knda": _indic(0x0C80),
    "Mlym": _indic(0x0D00),
    "Hang": Alphabet(_JAMO),
    "Ethi": Alphabet(""),
    "Hani": Alphabet(""),
}
"""Script (ISO 15924) → its letters. Ethiopic syllables and Chinese characters are too many for one byte each."""
