"""A phrase that a community allows is taken out of a comment, and all else stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.explain import Span
from service.judging.lists.excused_phrases import excuse_phrases
from service.judging.lists.word_lists import WordLists

ALLOWED = WordLists(["weed killer", "c++", "法轮功"], ["foo+"])


@pytest.mark.parametrize(
    ("text", "markup", "left"),
    [
        ("weed killer kill them", Format.PLAIN, "kill them"),
        ("I like Weed  KILLER and weed-killer, too", Format.PLAIN, "I like and , too"),
        ("kill weed killer them", Format.PLAIN, "kill them"),
        ("say(weed killer)it", Format.PLAIN, "say()it"),
        ("我爱法轮功人", Format.PLAIN, "我爱 人"),
        ("a fooo b foo c", Format.PLAIN, "a b c"),
        ("we\u200bed ｋiller, kill", Format.PLAIN, ", kill"),
        ("weed &amp; killer kill", Format.PLAIN, "kill"),
        ("<b>weed</b> ki&#108;ler <i>kill</i> them", Format.HTML, "<b></b> <i>kill</i> them"),
        ("**weed killer** kill", Format.MARKDOWN, "**** kill"),
        ("c++ \U0001f595", Format.PLAIN, "\U0001f595"),
    ],
)
def test_the_rest_is_left(text: str, markup: Format, left: str) -> None:
    """All occurrences of what is allowed are taken out of the text as its reader sees it, with one of the blanks beside each."""
    remainder = excuse_phrases(Comment("7", text, markup, parent_text="weed killer?"), ALLOWED)

    assert remainder is not None
    assert remainder.comment == Comment("7", left, markup, parent_text="weed killer?")


@pytest.mark.parametrize(
    "text",
    [
        "weed killer",
        "Weed killer!!! (foo) …",
        "<p>weed <b>killer</b></p>",
        "weed killer weed killer. c++",
        "weed killer \u2122 \u2191 \u2800",
    ],
)
def test_nothing_may_be_left(text: str) -> None:
    """A comment that consists of what is allowed and of punctuation has no rest."""
    assert excuse_phrases(Comment("", text, Format.HTML), ALLOWED) is None


def test_what_matches_nothing_takes_nothing_out() -> None:
    """A pattern that matches between letters takes none of them out."""
    remainder = excuse_phrases(Comment("", "all of it"), WordLists([], ["x*"]))

    assert remainder is not None
    assert remainder.comment.text == "all of it"


def test_explanations_are_taken_back() -> None:
    """A stretch of the rest is found at its place in the whole comment."""
    text = "a &lt; weed killer bad"
    remainder = excuse_phrases(Comment("", text), ALLOWED)

    assert remainder is not None
    begin = remainder.comment.text.index("bad")
    (span,) = remainder.take_back([Span(begin, begin + 3, abusive=1.0, hateful=2.0)])
    assert (text[span.begin : span.end], span.abusive, span.hateful) == ("bad", 1.0, 2.0)


@given(
    st.lists(
        st.sampled_from(["weed killer", "Ｗeed killer", "foo", "bad", "<b>", "&amp;", "é", "…", "**", "法轮功", "\u200b"]), max_size=12
    )
)
def test_nothing_that_is_allowed_is_left(parts: list[str]) -> None:
    """Whatever is around it, a phrase that is allowed is not left, and no other letter is taken out."""
    text = " ".join(parts)
    for markup in Format:
        remainder = excuse_phrases(Comment("", text, markup), ALLOWED)
        left = "" if remainder is None else remainder.comment.text
        assert (left.count("bad"), left.count("é")) == ((parts.count("bad"), parts.count("é")) if remainder is not None else (0, 0))
        assert "foo" not in left
        assert "法" not in left
