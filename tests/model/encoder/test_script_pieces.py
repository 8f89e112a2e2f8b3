"""Pieces of words in any script: marks belong to words, what cannot be spelt is unknown alone, and pieces fit at any place of a word."""

import pytest

from model.encoder.script_pieces import PLAIN_FORM, ScriptPieces, read_vocabulary
from model.encoder.session import pack_pieces
from model.encoder.wordpiece import BEGIN, END, PADDING, UNKNOWN

PIECES = [PADDING, UNKNOWN, BEGIN, END, "idiot", "##en", "##中国", "人", "हि", "##न्दी", "a", "!", "##b"]


def spell(text: str) -> list[list[str]]:
    """Return the pieces of each word."""
    return [[PIECES[number] for number in word] for word in ScriptPieces(PIECES).tokenize(text)]


def test_marks_belong_to_their_words() -> None:
    """A word of an Indic script is one word, marks included; a sign is a word of its own."""
    assert spell("हिन्दी!") == [["हि", "##न्दी"], ["!"]]
    assert ScriptPieces(PIECES).find_words("हिन्दी! a") == [(0, 6), (6, 7), (8, 9)]


def test_pieces_fit_at_any_place_of_a_word() -> None:
    """A piece that is known only as a continuation begins a word as well, and one that begins words continues them."""
    assert spell("中国人") == [["##中国", "人"]]
    assert spell("idioten en") == [["idiot", "##en"], ["##en"]]


def test_only_the_character_that_cannot_be_spelt_is_unknown() -> None:
    """The rest of its word keeps its pieces."""
    assert spell("aяb") == [["a", UNKNOWN, "##b"]]
    assert spell("я") == [[UNKNOWN]]


def test_words_without_end_are_cut() -> None:
    """A run of letters without blanks is read in words of 64 characters, none of it lost."""
    words = spell("人" * 150)
    assert [len(word) for word in words] == [64, 64, 22]
    assert {piece for word in words for piece in word} == {"人"}


def test_marks_of_the_vocabulary_cannot_be_spelt() -> None:
    """What a text spells is never one of the marks, nor a piece with the sign of a continuation."""
    assert all(piece == UNKNOWN for word in spell("[#") for piece in word)
    assert [BEGIN] not in spell("[CLS]")
    assert ScriptPieces.reads_plain_form


def test_the_form_of_the_texts_chooses_the_vocabulary() -> None:
    """Encoders of English have a vocabulary of normalised text, those that read plain forms this one; other forms are refused."""
    packed = pack_pieces(PIECES)
    assert type(read_vocabulary(packed, PLAIN_FORM)) is ScriptPieces
    assert not read_vocabulary(packed, None).reads_plain_form
    with pytest.raises(ValueError, match="form has to be"):
        read_vocabulary(packed, "other")
