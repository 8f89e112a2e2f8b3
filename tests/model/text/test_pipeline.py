"""Normalisation: disguises are undone where that makes a word, all else survives, and the way back is sound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.normaliser.version import normaliser_version
from model.text.pipeline import normalise, prepare

UNTOUCHED = [
    *("142,460", "assassin", "scunthorpe", "3.5 km", "c++", "a.m.", "p.m.", "c#", "5am", "50s", "2nd", "1st", "b2b", "mp3", "3.14"),
    *("user123", "4chan", "covid-19", "dick van dyke", "pen is", "as sure as", "the rapist", "what s hit me", "10,000", "$5.99"),
    *("192.168.0.1", "3/4", "24/7", "12:30", "e.g.", "i.e.", "ph.d", "u.s.", "rock'n'roll", "it's", "don't", "well-known"),
    *("file.txt", "#metoo", "50%", "5 * 3 * 2", "x-ray", "hello", "https", "penistone", "shitake", "kkk", "good", "book"),
]
UNDONE = [
    *(("Sh1t", "shit"), ("f u c k you", "fuck you"), ("f.u.c.k off", "fuck off"), ("F-U-C-K", "fuck"), ("a$$hole", "asshole")),
    *(("b!tch", "bitch"), ("fuuuuuck", "fuck"), ("1diot", "idiot"), ("5hit", "shit"), ("@$$hole", "asshole"), ("f*ck", "fuck")),
    *(("ｆｕｃｋ", "fuck"), ("fu\u200bck", "fuck"), ("fück", "fuck"), ("ѕtuріd", "stupid"), ("𝓲𝓭𝓲𝓸𝓽", "idiot"), ("f\x00uck", "fuck")),
    *(("&#102;uck", "fuck"), ("fu ck", "fuck"), ("5 h i t", "shit"), ("b1tch!", "bitch!"), ("(sh1t)", "(shit)"), ("n00b", "noob")),
]
PLACED = [
    *(("see https://a.b/c?x=1 now", "see http now"), ("www.foo.com", "http"), ("@john hi", "@user hi"), ("u/some_one", "@user")),
    *(("[USER] <url>", "@user http"), ("tom & jerry", "tom and jerry"), ("  a \t\n b ", "a b"), ("don’t", "don't"), ("Hi 😀!", "hi 😀 !")),
]
PROVOKING = st.text("afuckshitnger0134579@$!|+(*.-_/' &\x01\x19#%~,<>[]:😀é\u0301\u200bＡſ\n\ud800", max_size=40) | st.lists(
    st.sampled_from(
        ["http://", "www.", "u/", "@", "[user]", "<url>", "f", "u", "c", "k", " ", ".", "sh1t", "fu", "ck", "&amp;", "&lt;", "aaa"]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("text", UNTOUCHED)
def test_ordinary_text_survives(text: str) -> None:
    """Numbers, names, abbreviations and words that merely look like a disguise stay as they are."""
    assert normalise(text).text == text


@pytest.mark.parametrize(("text", "normalised"), UNDONE)
def test_disguises_are_undone(text: str, normalised: str) -> None:
    """A disguise that makes a word is read as that word."""
    assert normalise(text).text == normalised


@pytest.mark.parametrize(("text", "normalised"), PLACED)
def test_addresses_mentions_and_blanks(text: str, normalised: str) -> None:
    """Addresses and mentions become placeholders, blanks one blank, look-alike punctuation ASCII."""
    assert normalise(text).text == normalised


@given(PROVOKING | st.text(max_size=60))
@settings(max_examples=400, deadline=None)
def test_normalising_twice_changes_nothing(text: str) -> None:
    """Normalisation is idempotent."""
    once = normalise(text).text

    assert normalise(once).text == once


@given(PROVOKING | st.text(max_size=60), st.sampled_from(Format))
@settings(max_examples=300, deadline=None)
def test_the_way_back_is_sound(text: str, written: Format) -> None:
    """Every code point of the normalised text stands for a range of the original; the ranges never go backwards."""
    found = normalise(text, written)

    assert len(found.begin) == len(found.end) == len(found.text)
    if found.text:
        assert found.begin.min() >= 0
        assert found.end.max() <= len(text)
        assert (found.end > found.begin).all()
        assert (np.diff(found.begin) >= 0).all()
        assert (np.diff(found.end) >= 0).all()


@pytest.mark.parametrize("written", Format)
def test_a_disguised_word_points_to_its_signs(written: Format) -> None:
    """The letters of a word read out of a disguise stand for the disguise."""
    text = "well, f.u.c.k that"
    found = normalise(text, written)
    at = found.text.index("fuck")

    assert text[found.begin[at] : found.end[at + 3]] == "f.u.c.k"


@pytest.mark.parametrize(
    "text", ["&" * 20_000, "@a " * 7_000, "u/a " * 5_000, "a" * 100_000, "a " * 50_000, "<url>" * 4_000, "f " * 9_000, "\ud800" * 99]
)
def test_endless_texts_are_read(text: str) -> None:
    """Long runs of what grows or repeats are read to the end."""
    assert normalise(text).text.encode() or text[0] == "\ud800"


def test_preparing_is_the_first_half_of_normalising() -> None:
    """What the kernel is handed normalises to the same text, whatever the mark-up."""
    for written in Format:
        comment = Comment("1", "<p>Tom &amp; Jérry</p> **b\u200bold**", written)
        (ready,) = prepare([comment])
        assert normalise(ready.decode()).text == normalise(comment.text, written).text


def test_the_version_is_stable() -> None:
    """The version of the normalisation names its rules and its lexicon, the same at every call."""
    assert normaliser_version() == normaliser_version()
    assert len(normaliser_version()) > 6
