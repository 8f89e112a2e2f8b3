"""Tags that name a language are told from those that do not, and are written in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.language.tags import bare_tag, canonical_tag, primary_language, reader_tag, tag_scripts


@pytest.mark.parametrize(
    ("tag", "bare"),
    [
        ("de", "de"),
        ("pt-BR", "pt"),
        ("hi-Latn", "hi-Latn"),
        ("ur-Latn-PK", "ur-Latn"),
        ("hi-Deva", "hi"),
        ("sr-Latn", "sr"),
        ("zh-Hant-TW", "zh"),
    ],
)
def test_script_stays_where_it_is_not_the_usual_one(tag: str, bare: str) -> None:
    """Of a tag the language is kept, with its script where that is not one of those in which it is usually written."""
    assert bare_tag(tag) == bare


@pytest.mark.parametrize(
    ("tag", "reader"), [("pt-BR", "pt"), ("zh-Hant-HK", "zh"), ("hi-Latn", "hi-Latn"), ("kn-Latn-IN", "kn"), ("ru-Latn", "ru-Latn")]
)
def test_readers_of_tags(tag: str, reader: str) -> None:
    """A region, and a script that people use, are read by the reader of the language; Latin letters only where that learned from them."""
    assert reader_tag(tag) == reader


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        *(("en", "en"), ("PT_br", "pt-BR"), ("hi-Latn", "hi-Latn"), ("zh-hans-cn", "zh-Hans-CN"), ("es-419", "es-419")),
        *(("eng", "en"), ("deu", "de"), ("cmn", "zh"), ("iw", "he"), ("fil", "fil"), ("gsw", "gsw"), ("en-x-mine", "en")),
        *(("en-Fool", "en"), ("de-CH-1996", "de-CH"), ("und", None), ("mul", None), ("zxx", None), ("xx", None), ("qqq", None)),
        *(("", None), ("a", None), ("english", None), ("you fool", None), ("en ", None), ("en-", None), ("\uff45\uff4e", None)),
    ],
)
def test_only_languages_have_tags(text: str, tag: str | None) -> None:
    """A tag of a real language is written as BCP 47 writes it, with its script and its region; anything else is none."""
    assert canonical_tag(text) == tag


@given(st.text(max_size=12) | st.from_regex(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}", fullmatch=True))
def test_canonical_tags_stay_as_they_are(text: str) -> None:
    """Whatever text comes in, what comes out is its own canonical form, is short, and has a language and a script."""
    tag = canonical_tag(text)

    if tag is not None:
        assert canonical_tag(tag) == tag
        assert len(tag) <= 11
        assert primary_language(tag) == tag.partition("-")[0]
        assert tag_scripts(tag)


@pytest.mark.parametrize(
    ("tag", "code"), [("de-AT", "de"), ("DE", "de"), ("zh_Hant", "zh"), ("gsw", "gsw"), ("english", None), ("x", None)]
)
def test_languages_of_tags(tag: str, code: str | None) -> None:
    """The primary language of a BCP 47 tag is its first part; what is no tag names none."""
    assert primary_language(tag) == code


@pytest.mark.parametrize(
    ("tag", "scripts"),
    [
        *(("fr", {"Latin"}), ("ko", {"Hangul"}), ("ja", {"Kana", "Han"}), ("hi", {"Devanagari"}), ("hi-Latn", {"Latin"})),
        *(("sr", {"Cyrillic", "Latin"}), ("sr-Latn-RS", {"Latin"}), ("zh-Hant", {"Han"}), ("gsw", {"Latin"})),
    ],
)
def test_scripts_of_tags(tag: str, scripts: set[str]) -> None:
    """The script that a tag names is the only one; else those in which its language is usually written."""
    assert tag_scripts(tag) == scripts
