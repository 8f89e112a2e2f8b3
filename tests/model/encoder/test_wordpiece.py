"""Words cut into pieces: the longest first, every word spelled that the vocabulary can spell."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.encoder.session import pack_pieces, unpack_pieces
from model.encoder.wordpiece import WordPiece

LETTERS = string.ascii_lowercase
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *(f"##{letter}" for letter in LETTERS), *"#.,!?'", "un", "##happ", "##iness", "😂"]


@pytest.fixture(scope="module")
def words() -> WordPiece:
    return WordPiece(PIECES)


def spelled(words: WordPiece, text: str) -> list[str]:
    return ["".join(PIECES[number].removeprefix("##") for number in word) for word in words.tokenize(text)]


def test_longest_pieces_come_first(words: WordPiece) -> None:
    """A word is cut into the longest pieces that there are, from its beginning on."""
    assert [[PIECES[number] for number in word] for word in words.tokenize("unhappiness")] == [["un", "##happ", "##iness"]]


def test_signs_are_words(words: WordPiece) -> None:
    """Signs and emoji are words of their own, whatever they stand beside; a sign is never the beginning of a piece within words."""
    assert [[PIECES[number] for number in word] for word in words.tokenize("un😂un!##a")] == [
        ["un"],
        ["😂"],
        ["un"],
        ["!"],
        ["#"],
        ["#"],
        ["a"],
    ]


def test_what_cannot_be_spelled_is_unknown(words: WordPiece) -> None:
    """A word with a letter that no piece holds, and one that is very long, are one unknown piece each; the words beside them are read."""
    assert words.tokenize("unß un") == [[1], [PIECES.index("un")]]
    assert words.tokenize("a" * 65) == [[1]]
    assert len(words.tokenize("a" * 64)[0]) == 64


@given(st.text(LETTERS + " .,!?'", max_size=80))
def test_every_word_is_spelled(text: str) -> None:
    """The pieces of each word, put together, are the word; nothing but blanks is lost."""
    assert "".join(spelled(WordPiece(PIECES), text)) == "".join(text.split())


@given(st.text(max_size=60))
def test_marks_cannot_be_written(text: str) -> None:
    """No text is read as the marks that stand before and after every text."""
    words = WordPiece(PIECES)
    numbers = {number for word in words.tokenize(text + " [CLS] [SEP] [PAD]") for number in word}
    assert not numbers & {0, words.begin, words.end}


def test_vocabularies_without_marks_are_refused() -> None:
    """A vocabulary that lacks a mark, or holds a piece twice, is refused with the reason."""
    with pytest.raises(ValueError, match=r"\[CLS\], \[SEP\] is missing"):
        WordPiece(["[PAD]", "[UNK]"])
    with pytest.raises(ValueError, match="a piece comes twice"):
        WordPiece([*PIECES, "un"])


def test_packed_vocabularies_come_back() -> None:
    """A vocabulary that was packed into an array comes back as it was."""
    assert unpack_pieces(pack_pieces(PIECES)) == PIECES
