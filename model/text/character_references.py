"""Character references, such as ``&amp;`` and ``&#39;``, and the characters that they stand for."""

import re
from functools import lru_cache
from html import unescape
from html.entities import html5
from itertools import groupby

from model.text.offsets import Edit, Mapped, Piece, apply_edits

__all__ = ["CLOSED_REFERENCE", "REFERENCE", "closed_reference_edit", "decode_reference", "decode_references", "unescape_once"]

REFERENCE = r"&(?:\#[0-9]++|\#[xX][0-9a-fA-F]++|[a-zA-Z][a-zA-Z0-9]{1,31}+);?"
"""What may be a reference in HTML, where the semicolon may be missing."""
CLOSED_REFERENCE = re.compile(r"&(?:amp;)*(#[0-9]{1,31}|#[xX][0-9a-fA-F]{1,30}|[a-zA-Z][a-zA-Z0-9]{1,31});")
"""What may be a reference that ends in a semicolon; one that was escaped several times ("&amp;amp;lt;") is one."""

_LONGEST_CLOSED_REFERENCE = 34
_MOST_DIGITS = 7  # of a code point; int() refuses thousands of them
_DECIMAL = re.compile(r"&#(?=[0-9])0*+([0-9]{0,8})[0-9]*+")


def decode_references(text: str) -> Mapped | None:
    """Decode the character references in plain text, again and again until none is left.

    Only references that end in a semicolon count, for the addresses of web pages are full of ampersands.

    Args:
        text: plain text.

    Returns:
        The decoded text; its offsets count code points of ``text``. None if there is nothing to decode.
    """
    if "&" not in text:
        return None
    edits = _find_edits(text)
    if not edits:
        return None
    decoded = apply_edits(text, edits)
    return _decode_nested(text) if "&" in decoded.text and _find_edits(decoded.text) else decoded


def unescape_once(text: str) -> str:
    """Return what ``html.unescape`` makes of a text, which decodes once, and without the semicolon too; numbers may have any length."""
    # Eight digits that count are beyond every code point already. Hexadecimal numbers may have any length anyway.
    return unescape(_DECIMAL.sub(r"&#0\1", text) if "&#" in text else text)


def _find_edits(text: str) -> list[Edit]:
    return [edit for edit in map(closed_reference_edit, CLOSED_REFERENCE.finditer(text)) if edit]


def closed_reference_edit(match: re.Match[str]) -> Edit | None:
    """Return the edit that decodes a match of ``CLOSED_REFERENCE``, or None if it only looks like a reference."""
    if match[1][0] == "#" or f"{match[1]};" in html5:
        return (*match.span(), decode_reference(f"&{match[1]};")[0])
    begin = match.start()
    return (begin, match.start(1), "&") if begin + 1 < match.start(1) else None


def _decode_nested(text: str) -> Mapped:
    """Decode references that only appear once others are decoded, as in ``&am&#112;;``, in one pass."""
    stack: list[tuple[str, tuple[int, int]]] = []
    for at, character in enumerate(text):
        stack.append((character, (at, at + 1)))
        while stack and stack[-1][0] == ";":
            tail = "".join(character for character, _ in stack[-_LONGEST_CLOSED_REFERENCE:])
            match = CLOSED_REFERENCE.match(tail, max(tail.rfind("&"), 0))
            edit = closed_reference_edit(match) if match else None
            if not edit:
                break
            size = edit[1] - edit[0]
            span = (stack[-size][1][0], at + 1)
            del stack[-size:]
            stack.extend((character, span) for character in edit[2])
    pieces = [Piece("".join(character for character, _ in group), *span) for span, group in groupby(stack, lambda entry: entry[1])]
    return Mapped.from_pieces(pieces)


def decode_reference(reference: str) -> tuple[str, int]:
    """Decode what may be a character reference of HTML.

    Args:
        reference: a match of ``REFERENCE``.

    Returns:
        What it stands for, and how many of its code points belong to it: 0 if it is no reference.
    """
    if reference[1] == "#":
        base = "x" if reference[2] in "xX" else ""
        digits = reference[2 + len(base) :].rstrip(";").lstrip("0") or "0"
        return (_decode_number(base, digits) if len(digits) <= _MOST_DIGITS else "\ufffd"), len(reference)
    for size in range(len(reference), 2, -1):
        if reference[1:size] in html5:
            return html5[reference[1:size]], size
    return "", 0


@lru_cache(1024)
def _decode_number(base: str, digits: str) -> str:
    return unescape(f"&#{base}{digits};")
