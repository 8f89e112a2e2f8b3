"""Texts of every script are split into what entries of lists are compared by, and every piece keeps its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.judging.lists.canonical_text import canonical_places, canonical_text
from service.judging.lists.list_tokens import (
    bare_sign,
    locate_tokens,
    read_with_signs,
    read_words,
    word_readings,
)
from service.judging.lists.matching_text import fold_for_matching

MIXED = st.text() | st.text("aé法ヶทู가ᄏכַوـ\u0301\u0b3e+$.!'’- \n_\x01\x02\U0001f595", max_size=30)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't buy_now!", ["don", "t", "buy_now"]),
        ("买T恤。好吗", ["买", "t", "恤", "\n", "好", "吗"]),
        ("ที่หมู", ["ที่", "ห", "มู"]),
        ("바보야ㅋㅋ iPhone은", ["바보야", "ᄏᄏ", "iphone", "은"]),
        ("וְהַכֶּלֶב של", ["והכלב", "של"]),
        ("الأحـــمقُ", ["الاحمق"]),
        ("हिन्दी है", ["हिन्दी", "है"]),
        ("ко\u0301за", ["коза"]),
        ("", []),
    ],
)
def test_texts_are_split_into_words(text: str, words: list[str]) -> None:
    """Words are words; of scripts without blanks every letter with its marks is one; what only adorns a word is left out."""
    assert read_words(canonical_text(fold_for_matching(text))) == words


def test_signs_say_where_an_entry_may_end() -> None:
    """A sign that may be a part of a word is another one beside a letter, or before the same sign, than elsewhere."""
    first, second = ([token for token in read_with_signs(text) if bare_sign(token) is not None] for text in ("a+ b", "a+b"))

    assert first != second
    assert list(map(bare_sign, first)) == list(map(bare_sign, second)) == ["+"]
    assert read_with_signs("! ?") == ["!", " ", "?"]
    assert len(set(read_with_signs("++"))) == 2
    assert len(set(read_with_signs("!!"))) == 1
    assert read_with_signs("的+的")[1] == "+"


@given(MIXED)
def test_every_piece_keeps_its_place(text: str) -> None:
    """What a text is split into stands where it is said to stand, in order, and lies within the text as it was before."""
    canonical, places = canonical_text(text), canonical_places(text)
    assert len(places) == len(canonical) + 1
    for tokens in (read_words(canonical), read_with_signs(canonical)):
        spans = locate_tokens(canonical, tokens)
        assert spans == sorted(spans)
        for token, (begin, end) in zip(tokens, spans, strict=True):
            assert canonical[begin:end] == (bare_sign(token) or token) or token.isspace()
            assert 0 <= places[begin] <= places[end] <= len(text)


def test_words_are_read_without_what_is_attached() -> None:
    """A word is read as the word of a vocabulary that it is without a prefix or a particle; where there are several, in several ways."""
    assert word_readings(["והכלב", "cat"], {"כלב", "cat"}) == [["כלב", "cat"]]
    assert word_readings(["הכלב"], {"כלב", "הכלב"}) == [["הכלב"], ["כלב"]]
    assert word_readings(["바보들은"], {"바보", "바보들", "바"}) == [["바보들"], ["바보"]]
    assert word_readings(["개는", "개인"], {"개"}) == [["개", "개인"]]
    assert word_readings(["כלב"], {"לב"}) == [["כלב"]]
    assert len(word_readings(["가나다라마바"], {"가나", "가나다", "가나다라", "가나다라마"})) == 3
