"""The quick look at a text: it passes over prose, and over nothing that Markdown would change."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.text.markdown import parse_markdown
from model.text.markdown_marks import has_marks

# What Markdown is made of, and what is found around it.
MARKS = [
    *("*", "**", "_", "~~", "~", "||", "|", "`", "```", "[", "]", "](b)", "![", "[b]", "[/b]", "<", ">", "<b>", "</b>", "<a@b.c>", "<3"),
    *("&", "&gt;", "&amp;", "&x", ";", "\\", ">!", "!<", "#", "# ", "-", "- ", "--", "+ ", "=", "1. ", "2) ", ":", "!", "(", ")"),
    *(" ", "\n", "\t", "\r", "\xa0", "a", "é", "7", "²", ".", "'"),
]


@given(st.lists(st.sampled_from(MARKS), max_size=7).map("".join) | st.text())
@example("a**b")
@example("*_a_*")
def test_what_is_passed_over_would_have_come_out_the_same(source: str) -> None:
    """A text that the quick look takes for prose is its own text, also when it is read as Markdown."""
    assert has_marks(source) or parse_markdown(source).text == source


@pytest.mark.parametrize(
    "source", ["", "plain", "5 * 3", "f*ck", "AT&T", "a < b", "* one item", "1984. A book", "C# is #1", "a | b", "[sic]", "don`t", "x_y_z"]
)
def test_prose_has_no_marks(source: str) -> None:
    """A single sign, a list of one item and signs within words are no marks."""
    assert not has_marks(source)


@pytest.mark.parametrize(
    "source", ["*a*", "_a_", "~~a~~", "`a`", "> a", "# a", "* a\n* b", "[a](b)", "<b>", "||a||", ">!a!<", "\\*", "&amp;", "---", "a|b\n-|-"]
)
def test_marks(source: str) -> None:
    """Whatever Markdown has a marker for is seen."""
    assert has_marks(source)
