"""Chooses the vocabulary of the encoder of all languages: pieces that comments use, letters of the scripts that are read, and emoji."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from model.encoder.script_pieces import ScriptPieces
from model.encoder.wordpiece import BEGIN, CONTINUATION, END, PADDING, UNKNOWN

__all__ = ["choose_script_pieces"]

_MARKS = (PADDING, UNKNOWN, BEGIN, END)
_LEAST_SIGNS = 8
"""The number of uses from which a sign that the base lacks, such as an emoji, gets a piece."""

_USUAL_ROWS = 10_000
"""Uses are counted as if each language had about so many rows, so that those with few rows have their words, too."""

# Of scripts of which there are few rows to count in: so many of the likeliest pieces are kept unseen.
_KEPT_UNSEEN = (
    (re.compile(r"[a-z\u00df-\u024f]+"), 9_000),
    (re.compile("[\u3041-\u30ff\u4e00-\u9fff]*[\u3041-\u30ff][\u3041-\u30ff\u4e00-\u9fff]*"), 1_500),
    (re.compile("[\u05d0-\u05ea]+"), 1_000),
    (re.compile("[\u0430-\u045f\u0491]+"), 2_000),
)
_LETTERS = re.compile(
    "[!-~\u00a1-\u024f\u0370-\u03ff\u0400-\u052f\u05d0-\u05ea\u0600-\u06ff\u0900-\u09ff\u0b80-\u0d7f\u0e00-\u0e7f\u1100-\u11ff"
    "\u1200-\u137f\u1ea0-\u1eff\u2010-\u2044\u20a0-\u20bf\u3001-\u30ff\u4e00-\u9fff\uac00-\ud7a3\U0001f300-\U0001faff\u2600-\u27bf]"
)


def choose_script_pieces(texts: Mapping[str, Sequence[str]], pieces: Sequence[str], *, most: int) -> list[str]:
    """Return the vocabulary for comments in several languages.

    A word that loses a piece is spelt with shorter ones.

    Args:
        texts: comments in their plain form by the tag of their language.
        pieces: those of the pretrained encoder, likeliest first.
        most: how many pieces to keep at most, signs that the encoder lacks aside.
    """
    words = ScriptPieces(pieces)
    unknown = words.tokenize("\x00")[0][0]
    uses: Counter[int] = Counter()
    signs: Counter[str] = Counter()
    for of_language in texts.values():
        counted = Counter(number for text in of_language for word in words.tokenize(text) for number in word)
        share = max(1.0, _USUAL_ROWS / max(len(of_language), 1)) ** 0.5
        uses.update({number: round(count * share) for number, count in counted.items()})
        signs.update(sign for text in of_language if not text.isascii() for sign in text if words.tokenize(sign) == [[unknown]])
    bare = [piece.removeprefix(CONTINUATION) for piece in pieces]
    kept = {number for number, piece in enumerate(bare) if piece in _MARKS or (len(piece) == 1 and _LETTERS.fullmatch(piece))}
    for pattern, count in _KEPT_UNSEEN:
        kept.update([number for number, piece in enumerate(bare) if piece not in _MARKS and pattern.fullmatch(piece)][:count])
    for number, _ in sorted(uses.items(), key=lambda item: (-item[1], item[0])):
        if len(kept) >= most:
            break
        kept.add(number)
    more = sorted(sign for sign, count in signs.items() if count >= _LEAST_SIGNS and unicodedata.category(sign)[0] in "LNS")
    return [pieces[number] for number in sorted(kept)] + more
