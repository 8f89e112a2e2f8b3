"""Which pieces of the base's vocabulary are kept, and which are added: those that comments use."""

from collections import Counter
from collections.abc import Iterable, Sequence

from model.encoder.wordpiece import BEGIN, END, PADDING, UNKNOWN, WordPiece

__all__ = ["LEAST_USES", "choose_pieces"]

LEAST_USES = 8
"""How often texts have to use a piece so that it is kept."""

_CONTINUATION = "##"
_MARKS = (PADDING, UNKNOWN, BEGIN, END)


def choose_pieces(texts: Iterable[str], pieces: Sequence[str], *, least: int = LEAST_USES) -> list[str]:
    """Return the vocabulary for texts: pieces that they use often, all that spell ASCII, and signs of their own such as emoji.

    Without a piece the words that it was in have a longer spelling; nothing else is lost. Of the 30,522 pieces of
    BERT's vocabulary the corpus uses 18,966 at least eight times; the others would be a quarter of the encoder.

    Args:
        texts: normalised.
        pieces: the base's vocabulary.
        least: how often texts have to use a piece.
    """
    words = WordPiece(pieces)
    unknown = words.tokenize("\0")[0][0]
    uses: Counter[int] = Counter()
    signs: Counter[str] = Counter()
    for text in texts:
        for cut in words.tokenize(text):
            uses.update(cut)
        if not text.isascii():
            signs.update(sign for sign in text if not sign.isalnum() and not sign.isspace() and words.tokenize(sign) == [[unknown]])
    known = [piece for number, piece in enumerate(pieces) if piece in _MARKS or uses[number] >= least or _is_ascii_character(piece)]
    return known + sorted(sign for sign, count in signs.items() if count >= least and sign not in pieces)


def _is_ascii_character(piece: str) -> bool:
    """Return whether a piece is one ASCII character, at the beginning of a word or within it."""
    bare = piece.removeprefix(_CONTINUATION)
    return len(bare) == 1 and bare.isascii()
