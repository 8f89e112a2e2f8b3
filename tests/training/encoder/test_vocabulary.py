"""The vocabulary of the encoder: what comments use, what spells ASCII, and signs of their own."""

from model.encoder.wordpiece import BEGIN, END, PADDING, UNKNOWN, WordPiece
from training.encoder.vocabulary import choose_pieces

LETTERS = "abcdefghijklmnopqrstuvwxyz"
BASE = [PADDING, UNKNOWN, BEGIN, END, *LETTERS, *(f"##{letter}" for letter in LETTERS), "idiot", "lovely", "##ly", "\u00e9"]


def test_used_pieces_are_kept_in_their_order() -> None:
    """A piece that texts use often enough stays, one that they use less goes, and the marks always stay."""
    pieces = choose_pieces(["you idiot"] * 3 + ["lovely"] * 2, BASE, least=3)
    assert "idiot" in pieces
    assert "lovely" not in pieces
    assert pieces[:4] == BASE[:4]
    assert pieces == [piece for piece in BASE if piece in pieces]


def test_every_ascii_word_can_still_be_spelt() -> None:
    """Single ASCII characters stay, so that no plain word becomes unknown; others go unless they are used."""
    pieces = choose_pieces([], BASE)
    words = WordPiece(pieces)
    unknown = words.tokenize("\0")[0][0]
    assert unknown not in [number for word in words.tokenize("lovely idiot") for number in word]
    assert "\u00e9" not in pieces


def test_signs_that_the_base_does_not_know_are_added() -> None:
    """Emoji and other signs that comments use often come behind the known pieces, sorted; letters and rare signs do not."""
    pieces = choose_pieces(["go \U0001f92e"] * 3 + ["\u2764"] * 3 + ["\U0001f642"] + ["\u0436"] * 5, BASE, least=3)
    assert pieces[-2:] == ["\u2764", "\U0001f92e"]
    assert not {"\U0001f642", "\u0436"} & set(pieces)
