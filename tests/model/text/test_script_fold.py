"""Promises of the Unicode stage for languages other than English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.script_fold import fold_for_language, map_for_language

TAGS = ("am", "ar", "de", "el", "fa", "he", "hi", "hi-Latn", "ja", "ko", "pl", "ru", "ta", "tr", "vi", "zh")
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("aAoO .,!ßÄıИйёأةיםकक़நひカ傻씨ㅋሰሠ😀\u0308\u093c\u0640\u200d\ud800")))


@pytest.mark.parametrize(
    ("tag", "one", "other"),
    [
        ("ar", "أنتَ كــلب حقيرة", "انت كلب حقيره"),
        ("fa", "کثافت عوضی", "كثافت عوضي"),
        ("he", "שָׁלוֹם", "שלומ"),
        ("hi", "क़ानून बड़ा चाँद", "कानून बडा चांद"),
        ("tr", "IĞDIR ığdır İyi", "igdir igdir iyi"),
        ("de", "Fußball Ärger SCHÖN", "fussball aerger schoen"),
        ("de", "u\u0308ber", "ueber"),
        ("fr", "Ça a été créé", "ca a ete cree"),
        ("pl", "Zażółć gęślą jaźń", "zazolc gesla jazn"),
        ("cs", "Příliš žluťoučký kůň", "prilis zlutoucky kun"),
        ("vi", "Đồ ngu, cút đi", "do ngu, cut di"),
        ("ru", "ещё ЁЖ", "еще еж"),
        ("uk", "Її їжак", "іі іжак"),
        ("el", "ΚΑΛΟΣ κόσμος", "καλοσ κοσμοσ"),
        ("ja", "バカ", "ばか"),
        ("ko", "\u1112\u1161\u11ab", "한"),
        ("am", "ሠላም ዓለም", "ሰላም አለም"),
        ("uk", "с-у-к-о", "суко"),
        ("de", "du A.r.s.c.h", "du Arsch"),
        ("hi-Latn", "Tum kitneee bewakoof", "tum kitne bewakof"),
    ],
)
def test_equal_spellings(tag: str, one: str, other: str) -> None:
    """What writers leave out, or put otherwise, makes no difference."""
    assert fold_for_language(one, tag) == fold_for_language(other, tag)


@pytest.mark.parametrize(
    ("tag", "one", "other"),
    [
        ("ru", "сука", "суки"),
        ("ar", "كلب", "قلب"),
        ("hi", "कल", "काल"),
        ("zh", "滚", "好"),
        ("ko", "병신", "병원"),
        ("am", "ሰው", "ሱው"),
        ("el", "καλός", "κακός"),
        ("ta", "கல்", "கால்"),
        ("de", "schon", "schön"),
    ],
)
def test_different_words(tag: str, one: str, other: str) -> None:
    """What makes another word of one is kept."""
    assert fold_for_language(one, tag) != fold_for_language(other, tag)


def test_look_alikes_in_words_of_the_own_script() -> None:
    """Latin letters in a Russian or Greek word, and Cyrillic ones in a German word, are read as the letters that they stand for."""
    assert fold_for_language("cyкa ПPИBET", "ru") == fold_for_language("сука привет", "ru")
    assert fold_for_language("μαλάκa", "el") == fold_for_language("μαλακα", "el")
    assert fold_for_language("Аrschlосh", "de") == "arschloch"


def test_words_of_another_script_are_not_latin() -> None:
    """A Russian word in a German comment, or a German one in a Russian comment, is not read as what it looks like."""
    assert not fold_for_language("рос", "de").isascii()
    assert fold_for_language("das ist лес", "ru").startswith("das ist ")


def test_chinese_characters_are_words() -> None:
    """Each Chinese character and each kana stands between blanks, other letters beside them as well."""
    words = fold_for_language("你fuck滚", "zh").split()
    assert (len(words), words[1]) == (3, "fuck")
    assert len(fold_for_language("死ね", "ja").split()) == 2


def test_all_chinese_characters_differ() -> None:
    """No two characters of the unified block look the same to the kernels."""
    block = [fold_for_language(chr(code), "zh") for code in range(0x4E00, 0xA000)]
    assert len(set(block)) == len(block)


@pytest.mark.parametrize(("tag", "text", "expected"), [("pl", "noooo", "noo"), ("fi", "maa", "maa"), ("hi-Latn", "yaaar", "yar")])
def test_letters_drawn_out(tag: str, text: str, expected: str) -> None:
    """A letter comes at most twice in a row, in romanised Hindi and Urdu once."""
    assert fold_for_language(text, tag) == expected


def test_single_bytes_for_letters() -> None:
    """A letter of the own script is one character below U+0100, so that runs of bytes are runs of letters."""
    for tag, word in (("ru", "сука"), ("ar", "كلب"), ("he", "כלב"), ("hi", "कमल"), ("el", "λογος"), ("ta", "மகன")):
        assert len(fold_for_language(word, tag)) == len(word)


@given(TEXTS, st.sampled_from(TAGS))
def test_any_text(text: str, tag: str) -> None:
    """Whatever the text, one byte stands for each character, and none is a capital."""
    folded = fold_for_language(text, tag)
    assert folded.encode("latin-1").lower() == folded.encode("latin-1")


@given(TEXTS, st.sampled_from(TAGS))
def test_way_back(text: str, tag: str) -> None:
    """The mapped fold gives the same words, and its ranges lie in the text and never go backwards."""
    mapped = map_for_language(text, tag)
    assert mapped.text.replace(" ", "") == fold_for_language(text, tag).replace(" ", "")
    begin, end = mapped.begin.tolist(), mapped.end.tolist()
    assert begin == sorted(begin)
    assert all(0 <= first < last <= len(text) for first, last in zip(begin, end, strict=True))


def test_way_back_of_a_word() -> None:
    """A word leads back to its letters, drawn-out ones and marks included."""
    text = "Du Määädchen"
    mapped = map_for_language(text, "de")
    assert mapped.text == "du maeaeaedchen"
    at = mapped.text.index("dchen")
    assert text[mapped.begin[at] :] == "dchen"


def test_way_back_of_letters_written_apart() -> None:
    """A word whose letters stand apart leads back to all of them."""
    mapped = map_for_language("du I d i о t!", "de")
    assert mapped.text == "du idiot!"
    assert (mapped.begin[3], mapped.end[7]) == (3, 12)
