"""Character references to the characters that they stand for, and how edits of a source keep the way back."""

import re
from collections.abc import Iterable
from html import unescape
from html.entities import html5
from itertools import groupby

from model.text.offsets import Mapped, Piece

__all__ = ["CLOSED_REFERENCE", "REFERENCE", "Edit", "decode", "decode_closed", "edited", "entities", "joined"]

# Where, and what instead.
Edit = tuple[int, int, str]

REFERENCE = r"&(?:\#[0-9]++|\#[xX][0-9a-fA-F]++|[a-zA-Z][a-zA-Z0-9]{1,31}+);?"
# What was escaped several times ("&amp;amp;lt;") is read as one reference.
CLOSED_REFERENCE = re.compile(r"&(?:amp;)*(#[0-9]{1,31}|#[xX][0-9a-fA-F]{1,30}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_LONGEST_CLOSED_REFERENCE = 34


def entities(text: str) -> Mapped | None:
    """Decodes the character references that stand in plain text, again and again until none is left.

    Only references that end in a semicolon count, for the addresses of web pages are full of ampersands.

    Args:
        text: plain text.

    Returns:
        The decoded text; its offsets count code points of ``text``. None if there is nothing to decode.
    """
    if "&" not in text:
        return None
    edits = _references(text)
    if not edits:
        return None
    decoded = edited(text, edits)
    return _unwound(text) if "&" in decoded.text and _references(decoded.text) else decoded


def _references(text: str) -> list[Edit]:
    return [edit for edit in map(decode_closed, CLOSED_REFERENCE.finditer(text)) if edit]


def decode_closed(found: re.Match[str]) -> Edit | None:
    """What to put for a reference that ends in a semicolon, or None if it only looks like one."""
    if found[1][0] == "#" or f"{found[1]};" in html5:
        return (*found.span(), decode(f"&{found[1]};")[0])
    begin = found.start()
    return (begin, found.start(1), "&") if begin + 1 < found.start(1) else None


def _unwound(text: str) -> Mapped:
    """Decodes references that come to light when others are decoded, as in ``&am&#112;;``, in one pass."""
    stack: list[tuple[str, tuple[int, int]]] = []
    for at, character in enumerate(text):
        stack.append((character, (at, at + 1)))
        while stack and stack[-1][0] == ";":
            tail = "".join(character for character, _ in stack[-_LONGEST_CLOSED_REFERENCE:])
            found = CLOSED_REFERENCE.match(tail, max(tail.rfind("&"), 0))
            edit = decode_closed(found) if found else None
            if not edit:
                break
            size = edit[1] - edit[0]
            span = (stack[-size][1][0], at + 1)
            del stack[-size:]
            stack.extend((character, span) for character in edit[2])
    pieces = [Piece("".join(character for character, _ in group), *span) for span, group in groupby(stack, lambda entry: entry[1])]
    return joined(pieces)


def edited(source: str, edits: Iterable[Edit]) -> Mapped:
    """Applies edits in order of their beginning; one that begins within another is void."""
    pieces = []
    at = 0
    for begin, end, text in edits:
        if begin < at:
            continue
        if at < begin:
            pieces.append(Piece(source[at:begin], at, begin))
        if text:
            pieces.append(Piece(text, begin, end))
        at = end
    if at < len(source):
        pieces.append(Piece(source[at:], at, len(source)))
    return joined(pieces)


def joined(pieces: list[Piece]) -> Mapped:
    """Makes a text of its pieces."""
    return Mapped("".join([piece.text for piece in pieces]), pieces)


def decode(reference: str) -> tuple[str, int]:
    """What a character reference stands for, and how many of its code points it takes: 0 if it is none."""
    if reference[1] == "#":
        base = "x" if reference[2] in "xX" else ""
        digits = reference[2 + len(base) :].rstrip(";").lstrip("0") or "0"
        # No code point has more digits, and int() refuses thousands of them.
        return (unescape(f"&#{base}{digits};") if len(digits) <= 7 else "\ufffd"), len(reference)
    for size in range(len(reference), 2, -1):
        if reference[1:size] in html5:
            return html5[reference[1:size]], size
    return "", 0
