r"""JSON as programs and people write it by hand, and as Google's front end takes it: ``{comment: {text: 'so what'},}``.

Keys need no quotes, apostrophes do as quotes, a comma may stand after the last entry, and a string may hold line breaks and escapes
that JSON does not have (``\'``). Nothing else is taken: words such as ``True`` and comments are refused there too.
"""

import re

__all__ = ["to_strict_json"]

# What is JSON already, as far as it goes: strings, all that is neither string nor word nor comma, commas within, and words that are no
# keys. All repetitions are possessive, so that no body takes more than one look at each byte of it, and one ahead.
_STRICT = re.compile(
    rb'(?:"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrtu])*+"|[^"\'A-Za-z_$,]++|,(?!\s*+[}\]])|[A-Za-z_$][A-Za-z0-9_$]*+(?!\s*+:))++',
)
_LENIENT = re.compile(
    rb'"(?P<quoted>(?:[^"\\]++|\\.)*+)"|\'(?P<single>(?:[^\'\\]++|\\.)*+)\'|(?P<key>[A-Za-z_$][A-Za-z0-9_$]*+)|(?P<comma>,)',
    re.DOTALL,
)
_FOREIGN_LETTER = re.compile(rb"\\(?P<escaped>.)|(?P<bare>[\x00-\x1f\"])", re.DOTALL)
_ESCAPES = frozenset(b'"\\/bfnrtu')
_VERTICAL_TAB = b"v"
# Every piece or letter that has to be written anew takes a microsecond or more, while nobody else is answered.
_MAX_BYTES = 65_536
_MAX_PIECES = _MAX_LETTERS = 10_000


def to_strict_json(body: bytes) -> bytes:
    """Return what a body says in JSON; the body itself if it needs no change, or is too large or too odd for one.

    Args:
        body: text in UTF-8 that is no JSON.
    """
    if len(body) > _MAX_BYTES:
        return body
    pieces: list[bytes] = []
    at, letters = 0, _MAX_LETTERS
    for _ in range(_MAX_PIECES):
        if strict := _STRICT.match(body, at):
            pieces.append(strict[0])
            at = strict.end()
        if at == len(body):
            return b"".join(pieces)
        lenient = _LENIENT.match(body, at)
        if lenient is None:
            break
        piece, count = _rewrite(lenient, at_most=letters + 1)
        letters -= count
        if letters < 0:
            break
        pieces.append(piece)
        at = lenient.end()
    return body


def _rewrite(piece: re.Match[bytes], *, at_most: int) -> tuple[bytes, int]:
    """Return a piece in JSON, and how many of its letters, ``at_most`` of them, had to be written anew."""
    if piece["comma"] is not None:
        return b"", 0
    if piece["key"] is not None:
        return b'"%s"' % piece["key"], 0
    text = piece["quoted"] if piece["quoted"] is not None else piece["single"]
    content, count = _FOREIGN_LETTER.subn(_escape, text, count=at_most)
    return b'"%s"' % content, count


def _escape(letter: re.Match[bytes]) -> bytes:
    escaped = letter["escaped"]
    if escaped is None:
        return _write_letter(letter["bare"])
    if escaped[0] in _ESCAPES:
        return letter[0]
    return _write_letter(b"\x0b" if escaped == _VERTICAL_TAB else escaped)


def _write_letter(letter: bytes) -> bytes:
    """Return a letter, or the first byte of one, as it stands in a string of JSON."""
    return b"\\u%04x" % letter[0] if letter[0] < ord(" ") or letter == b'"' else letter
