"""Signs that an attacker writes instead of letters, or between them.

The tables are independent of those of the normaliser, so that they test it.
"""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "BLANKS",
    "COMBINING_MARKS",
    "HOMOGLYPHS",
    "INVISIBLE",
    "LEET_SIGNS",
    "NEIGHBOURING_KEYS",
    "RARE_LEET_SIGNS",
    "SEPARATORS",
    "STYLED_ALPHABETS",
]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _read_table(lines: str) -> Mapping[str, tuple[str, ...]]:
    """Return letter → signs from lines of a letter and its signs, separated by blanks."""
    return MappingProxyType({line.split()[0]: tuple(line.split()[1:]) for line in lines.strip().splitlines()})


LEET_SIGNS = _read_table(
    """
    a 4 @
    b 8
    e 3
    g 9 6
    i 1 !
    l 1 |
    o 0
    s 5 $
    t 7 +
    z 2
    """
)
"""Letter → the signs that usually replace it."""

RARE_LEET_SIGNS = _read_table(
    r"""
    a ^ /\
    b 13 |3
    c ( < ©
    d |)
    e € &
    f ph
    h # |-|
    i ¡ ï
    k |< x
    l £ ¬
    m |\/|
    n |\| ^
    o () ø
    q 9
    s § z
    t † ']['
    u v µ |_|
    v \/
    w vv \/\/
    x ><
    y ¥ j
    """
)
"""Letter → signs that rarely replace it, some of several characters."""

HOMOGLYPHS = _read_table(
    """
    a а α ａ ɑ
    b Ь ḃ ʙ
    c с ϲ ᴄ
    d ԁ ɗ
    e е є ҽ
    f ƒ ғ
    g ɡ ց
    h һ հ
    i і ı ι
    j ј ϳ
    k κ к
    l ӏ ⅼ ǀ
    m м ⅿ
    n п ո ŋ
    o о ο օ
    p р ρ
    q ԛ գ
    r г ᴦ
    s ѕ ꜱ
    t т τ
    u υ ս ц
    v ѵ ν
    w ԝ ѡ
    x х χ
    y у γ
    z ᴢ ż
    """
)
"""Letter → letters of other alphabets that look like it: Cyrillic, Greek, Armenian, phonetic."""


def _alphabet(first: int) -> Mapping[str, str]:
    return MappingProxyType({letter: chr(first + number) for number, letter in enumerate(_LETTERS)})


_SMALL_CAPITALS = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ"
STYLED_ALPHABETS: tuple[Mapping[str, str], ...] = (
    # Full-width; mathematical bold, italic sans, double-struck, monospace, bold fraktur, bold script; circled, squared, regional.
    *(_alphabet(first) for first in (0xFF41, 0x1D41A, 0x1D622, 0x1D552, 0x1D68A, 0x1D586, 0x1D4EA)),
    *(_alphabet(first) for first in (0x24D0, 0x1F130, 0x1F170, 0x249C)),
    MappingProxyType(dict(zip(_LETTERS, _SMALL_CAPITALS, strict=True))),
)
"""Alphabets of styled Latin letters."""

INVISIBLE = tuple("\u200b\u200c\u200d\u2060\u00ad\ufeff\u180e\u034f\ufe0f\ufe0e\u200e\u200f\u2061\u2063\u061c")
"""Characters without width: zero-width spaces, joiners, the soft hyphen, direction marks, variation selectors."""

BLANKS = ("  ", "\u00a0", "\u2009", "\u2002", "\u3000", "\t", "\u202f")
"""Blanks other than the single space."""

SEPARATORS = ("-", "_", "*", "/", "|", "~", ",", "+", "·", "•", "'", "..", "^", ":")
"""Signs that are put between letters; the full stop is not among them."""

COMBINING_MARKS = ("\u0301", "\u0308", "\u0336", "\u0332", "\u0323", "\u0300\u0316", "\u0335\u0359\u031a", "\u20dd")
"""Marks above, below or across a letter; some stacked."""

NEIGHBOURING_KEYS = _read_table(
    """
    a q s w z
    b v n g h
    c x v d f
    d s f e c
    e w r d s
    f d g r v
    g f h t b
    h g j y n
    i u o k j
    j h k u m
    k j l i m
    l k o p
    m n j k
    n b m h j
    o i p l k
    p o l
    q w a
    r e t f d
    s a d w x
    t r y g f
    u y i j h
    v c b f g
    w q e s a
    x z c s d
    y t u h g
    z x a s
    """
)
"""Letter → the keys around its key, on a keyboard whose first row is qwertyuiop."""
