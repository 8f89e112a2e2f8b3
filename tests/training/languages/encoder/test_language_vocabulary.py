"""The vocabulary of the encoder of all languages: what comments use, every letter, and signs that the base lacks."""

from model.encoder.script_pieces import ScriptPieces
from model.encoder.wordpiece import BEGIN, END, PADDING, UNKNOWN
from training.languages.encoder import language_vocabulary
from training.languages.encoder.language_vocabulary import choose_script_pieces

BASE = [PADDING, UNKNOWN, BEGIN, END, *"abcя人", "##ist", "ጤናጤና", "ጤናይ", "ጤ", "!"]


def test_pieces_that_are_used_most_are_kept() -> None:
    """Letters and marks are always kept, then what comments use, most first, until there are enough; the order stays."""
    assert language_vocabulary.choose_script_pieces({"am": ["ጤናይ ጤናይ"]}, BASE, most=14) == [piece for piece in BASE if piece != "ጤናጤና"]


def test_languages_with_few_comments_have_their_words() -> None:
    """The same uses count for more where there are fewer comments to count in."""
    texts = {"am": ["ጤናይ"] * 30, "ti": ["ጤናጤና"] * 40 + ["!"] * 40_000}
    pieces = choose_script_pieces(texts, BASE, most=13)
    assert "ጤናይ" in pieces
    assert "ጤናጤና" not in pieces


def test_signs_that_the_base_lacks_get_pieces() -> None:
    """An emoji that comments use eight times is added behind the others, one that is used less is not, nor a broken character."""
    texts = {"de": ["🤬"] * 8 + ["🥳"] * 7 + ["\x00", "\ufdd0"] * 20}
    pieces = choose_script_pieces(texts, BASE, most=100)
    assert pieces == [*(piece for piece in BASE if "ና" not in piece), "🤬"]
    assert ScriptPieces(pieces).tokenize("🤬") == [[len(pieces) - 1]]
