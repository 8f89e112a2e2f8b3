"""Texts that are ASCII but for a few bytes, which are not UTF-8: the letters and signs of an older encoding."""

import re
from collections.abc import Iterator

from service.batch.remarks import add_remark

__all__ = ["describe_encoding", "find_fallback_encoding", "repair_line", "repair_text"]

_ODD_BYTE = re.compile("[\udc80-\udcff]")
"""What ``surrogateescape`` makes of a byte that is not UTF-8."""

_VALID_SIGN = re.compile("[\u0080-\ud7ff\ue000-\U0010ffff]")
_ODD = re.compile(rb"[\x80-\xff]")
_TOKEN = re.compile(rb"[A-Za-z'\x80-\xff]+")
_SIGNS = frozenset(
    b"\x80\x82\x84\x85\x86\x87\x8b\x91\x92\x93\x94\x95\x96\x97\x99\x9b\xa0\xa1\xa2\xa3\xa5\xa7\xa9\xaa\xab\xae\xb0\xb1\xb2\xb3\xb4\xb5\xb7\xb9\xba\xbb\xbc\xbd\xbe\xbf"
)
"""Stops, quotation marks, currencies and the like of Windows-1252."""
_LETTERS = frozenset(b"\x83\x8a\x8c\x8e\x9a\x9c\x9e\x9f") | frozenset(set(range(0xC0, 0xFF)) - {0xD7, 0xF7})
_WORDS_OF_ONE_LETTER = frozenset(b"\xc0\xc8\xc9\xd3\xe0\xe8\xe9\xf2\xf3")
"""À, È, É, Ó, à, è, é, ò and ó are words of their own."""
_MIXED_CASE = re.compile(rb"[a-z\xdf-\xf6\xf8-\xff][\xc0-\xd6\xd8-\xde]")
"""A capital behind a small letter, as damaged UTF-8 has it."""
_MOST_LETTERS_TOGETHER = 3
_CENTRAL_EUROPEAN = re.compile(
    rb"[\xb3\xb9\xba][a-z]|[A-Za-z\xc0-\xff][\xbe\xbf\xfe][a-z]|[A-Za-z\xc0-\xff][\x9a\x9e]|[\x9a\x9e][a-z]|[\x9d\x9f]|\x9c[a-hj-tv-z]|\xf5(?!e)"
)
"""Letters of Windows-1250 (ł, ą, ş, ľ, ż, ţ, š, ž, ť, ź, ś, ő) in places where Windows-1252 would have a sign or a rare letter."""
_MOST_ODD_PER_LETTER = 40
_TURKISH = re.compile(rb"[A-Za-z][\xf0\xfd\xfe][a-z]")
_NOT_TURKISH = re.compile(rb"[\xe1\xe6\xed\xf3]")
_CYRILLIC_WORD = re.compile(rb"[\xa8\xaa\xaf\xb2-\xb4\xb8\xba\xbf\xc0-\xff]{2,}")
_CYRILLIC_VOWEL = re.compile(rb"[\xa8\xaa\xaf\xb2\xb3\xb8\xba\xbf\xc0\xc5\xc8\xce\xd3\xdb\xdd\xde\xdf\xe0\xe5\xe8\xee\xf3\xfb\xfd\xfe\xff]")
_MIN_CYRILLIC_LETTERS = 4


def describe_encoding(encoding: str) -> str:
    """Return the name by which people know an encoding."""
    return f"Windows-{encoding[2:]}" if encoding.startswith("cp125") else encoding


def _holds_cyrillic(head: bytes) -> bool:
    """Tell whether most words with odd bytes have no letter of ASCII, as in no language that is written with the Latin alphabet."""
    tokens = list(_find_tokens(head))
    words = [token for token in tokens if _CYRILLIC_WORD.fullmatch(token)]
    vowels = sum(1 for word in words if _CYRILLIC_VOWEL.search(word))
    return sum(map(len, words)) >= _MIN_CYRILLIC_LETTERS and 2 * len(words) > len(tokens) and 2 * vowels > len(words)


def find_fallback_encoding(head: bytes) -> str:
    """Return the encoding that the odd bytes of a text are most likely written in.

    Args:
        head: the first bytes of the text, which is ASCII or UTF-8 otherwise.
    """
    head = _VALID_SIGN.sub(" ", head.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    if head.isascii():
        return "cp1252"
    return "cp1251" if _holds_cyrillic(head) else _find_latin_encoding(head)


def _find_latin_encoding(head: bytes) -> str:
    """Return which of the encodings of languages with the Latin alphabet a text is most likely written in."""
    if _TURKISH.search(head) and not _NOT_TURKISH.search(head):
        return "cp1254"
    odd = len(_ODD.findall(head))
    return "cp1250" if _MOST_ODD_PER_LETTER * len(_CENTRAL_EUROPEAN.findall(head)) > odd else "cp1252"


def repair_line(text: str, encoding: str, remarks: list[str]) -> str:
    """Return a line as ``repair_text`` does, and add a remark if that is another."""
    repaired = repair_text(text, encoding)
    if repaired is not text:
        add_remark(remarks, f"lines that are not UTF-8 are read as {describe_encoding(encoding)}; if that is wrong, say --encoding")
    return repaired


def repair_text(text: str, encoding: str) -> str:
    """Return a text with its odd bytes decoded, if they are letters and signs of an older encoding; otherwise as it is.

    A text that also holds signs of UTF-8 is damaged, and stays as it is.

    Args:
        text: the text, with a lone surrogate in place of each odd byte.
        encoding: what ``find_fallback_encoding`` returned.
    """
    if _ODD_BYTE.search(text) is None or _VALID_SIGN.search(text) is not None:
        return text
    content = text.encode("utf-8", "surrogateescape")
    if not all(_is_plausible(token, encoding) for token in _find_tokens(content)):
        return text
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return text


def _find_tokens(content: bytes) -> Iterator[bytes]:
    return (token for token in _TOKEN.findall(content) if not token.isascii())


def _is_plausible(token: bytes, encoding: str) -> bool:
    """Tell whether a word with odd bytes is one of an older encoding."""
    if encoding == "cp1251":
        return min(byte for byte in token if byte >= 0x80) >= 0xA8
    odd = [byte for byte in token if byte >= 0x80]
    if encoding == "cp1252" and any(byte not in _SIGNS and byte not in _LETTERS for byte in odd):
        return False
    if 0xFF in odd or (encoding == "cp1252" and _MIXED_CASE.search(token)):
        return False
    letters = [byte for byte in odd if byte not in _SIGNS or encoding != "cp1252"]
    if not letters:
        return True
    if len(letters) == len(token):
        return len(letters) == 1 and letters[0] in _WORDS_OF_ONE_LETTER
    return all(len(run) <= _MOST_LETTERS_TOGETHER for run in re.findall(rb"[\xc0-\xff]+", token))
