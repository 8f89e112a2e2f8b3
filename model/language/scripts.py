"""The script that a letter belongs to, compiled: many languages have a script of their own."""

import numpy as np

from model.array_types import ByteArray
from model.numba_cache import inner

__all__ = [
    "LANGUAGES_OF_SCRIPT",
    "LANGUAGE_OF_SCRIPT",
    "LATIN",
    "NOT_A_LETTER",
    "SCRIPT_NAMES",
    "SYLLABIC",
    "decode_code_point",
    "script_of",
]

NOT_A_LETTER, LATIN = 0, 1
"""Places in ``SCRIPT_NAMES``."""

_RANGES = (
    (0xC0, 0xD6, "Latin"),
    (0xD8, 0xF6, "Latin"),
    (0xF8, 0x2AF, "Latin"),
    (0x370, 0x3FF, "Greek"),
    (0x400, 0x52F, "Cyrillic"),
    (0x531, 0x587, "Armenian"),
    (0x5D0, 0x5F4, "Hebrew"),
    (0x620, 0x65F, "Arabic"),
    (0x66E, 0x6D3, "Arabic"),
    (0x6D5, 0x6EF, "Arabic"),
    (0x6FA, 0x77F, "Arabic"),
    (0x900, 0x963, "Devanagari"),
    (0x970, 0x97F, "Devanagari"),
    (0x980, 0x9E3, "Bengali"),
    (0x9F0, 0x9F1, "Bengali"),
    (0xA01, 0xA75, "Gurmukhi"),
    (0xA81, 0xAE3, "Gujarati"),
    (0xB01, 0xB63, "Odia"),
    (0xB82, 0xBD7, "Tamil"),
    (0xC00, 0xC63, "Telugu"),
    (0xC80, 0xCE3, "Kannada"),
    (0xD00, 0xD63, "Malayalam"),
    (0xD81, 0xDF3, "Sinhala"),
    (0xE01, 0xE4E, "Thai"),
    (0xE81, 0xEDF, "Lao"),
    (0xF40, 0xFBC, "Tibetan"),
    (0x1000, 0x109F, "Myanmar"),
    (0x10A0, 0x10FF, "Georgian"),
    (0x1100, 0x11FF, "Hangul"),
    (0x1200, 0x139F, "Ethiopic"),
    (0x1780, 0x17D3, "Khmer"),
    (0x1C80, 0x1C88, "Cyrillic"),
    (0x1C90, 0x1CBF, "Georgian"),
    (0x1E00, 0x1EFF, "Latin"),
    (0x1F00, 0x1FFF, "Greek"),
    (0x2C60, 0x2C7F, "Latin"),
    (0x3041, 0x3096, "Kana"),
    (0x30A1, 0x30FA, "Kana"),
    (0x3131, 0x318E, "Hangul"),
    (0x3400, 0x4DBF, "Han"),
    (0x4E00, 0x9FFF, "Han"),
    (0xA720, 0xA7FF, "Latin"),
    (0xAC00, 0xD7A3, "Hangul"),
    (0xF900, 0xFAFF, "Han"),
    (0xFB1D, 0xFB4F, "Hebrew"),
    (0xFB50, 0xFDFB, "Arabic"),
    (0xFE70, 0xFEFC, "Arabic"),
    (0xFF21, 0xFF3A, "Latin"),
    (0xFF41, 0xFF5A, "Latin"),
    (0xFF66, 0xFF9D, "Kana"),
    (0x1D400, 0x1D7CB, "Latin"),
    (0x20000, 0x3134F, "Han"),
)
SCRIPT_NAMES = ("", "Latin", *sorted({name for _, _, name in _RANGES} - {"Latin"}))
"""The scripts that are distinguished; a script's place here is its number."""

LANGUAGE_OF_SCRIPT = {
    **{"Greek": "el", "Armenian": "hy", "Gurmukhi": "pa", "Gujarati": "gu", "Odia": "or", "Tamil": "ta", "Telugu": "te"},
    **{"Kannada": "kn", "Malayalam": "ml", "Sinhala": "si", "Thai": "th", "Lao": "lo", "Tibetan": "dz", "Myanmar": "my"},
    **{"Georgian": "ka", "Hangul": "ko", "Khmer": "km", "Kana": "ja"},
}
"""By script, the code of the only language that is written in it, or of the one that nearly all comments in it are in."""

LANGUAGES_OF_SCRIPT = {
    "Cyrillic": ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "ba", "tt", "tg"),
    "Arabic": ("ar", "fa", "ur", "ps", "ug", "sdh", "arz", "ary"),
    "Devanagari": ("hi", "mr", "ne", "sa", "gom"),
    "Bengali": ("bn", "as"),
    "Hebrew": ("he",),
    "Ethiopic": ("am",),
    "Han": ("zh",),
}
"""By script, the codes of the languages that are written in it, for scripts that do not tell which one it is."""

SYLLABIC = np.array([name in ("Han", "Kana", "Hangul", "Ethiopic") for name in SCRIPT_NAMES])
"""Whether the signs of a script denote syllables or words; each counts as two letters, the least that other scripts need for one."""

_FIRST = np.array([first for first, _, _ in _RANGES], np.int64)
_LAST = np.array([last for _, last, _ in _RANGES], np.int64)
_SCRIPT = np.array([SCRIPT_NAMES.index(name) for _, _, name in _RANGES], np.int64)


@inner
def script_of(point: int) -> int:
    """Return the number of the script of a code point that is not ASCII, ``NOT_A_LETTER`` if it is no letter."""
    low, high = 0, _FIRST.size
    while low < high:
        middle = (low + high) >> 1
        if _LAST[middle] < point:
            low = middle + 1
        else:
            high = middle
    if low < _FIRST.size and _FIRST[low] <= point:
        return int(_SCRIPT[low])
    return NOT_A_LETTER


@inner
def decode_code_point(data: ByteArray, at: int, end: int) -> tuple[int, int]:
    """Return the code point whose UTF-8, of two bytes or more, begins at data[at], and its number of bytes; (0, ...) if cut off."""
    lead = np.int64(data[at])
    size = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    if at + size > end:
        return 0, end - at
    point = lead & (0x7F >> size)
    for k in range(1, size):
        point = (point << 6) | (np.int64(data[at + k]) & 0x3F)
    return point, size
