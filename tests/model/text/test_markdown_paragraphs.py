"""The mark-up within a paragraph: what pairs, what does not, and that it stays within the paragraph."""

import pytest

from model.text.markdown_paragraphs import MarkdownEdits, read_paragraph
from model.text.offsets import apply_edits


def read(source: str, begin: int = 0, end: int | None = None, *, table: bool = False) -> str:
    edits = MarkdownEdits(source)
    read_paragraph(edits, begin, len(source) if end is None else end, table=table)
    return apply_edits(source, sorted(edits.edits)).text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("*a* **b** ~~c~~ ||d||", "a b c d"),
        ("`*a*` [b](c) <b>d</b>", "*a* b d"),
        ("*a **b** c", "*a b c"),
        ("a* *b", "a* *b"),
        (r"\*a\*", "*a*"),
        ("&lt; &bogus;", "< &bogus;"),
        ("<me@a.org> <idiot>", "me@a.org <idiot>"),
        ("a<br>b", "a\nb"),
    ],
)
def test_markers_go_in_pairs(source: str, text: str) -> None:
    """Markers that have a counterpart go, all others stay."""
    assert read(source) == text


def test_nothing_outside_the_paragraph_is_touched() -> None:
    """A marker in the paragraph has no counterpart behind its end."""
    assert read("*a* b* *c*", 4) == "*a* b* c"
    assert read("*a b* *c*", 0, 3) == "*a b* *c*"


def test_bars_of_a_table_become_spaces() -> None:
    """The bars between the cells of a table become spaces, elsewhere they stay."""
    assert read("a | b", table=True) == "a   b"
    assert read("a | b") == "a | b"


def test_bbcode_pairs_across_paragraphs() -> None:
    """A BBCode tag that one paragraph opens is closed by another."""
    source = "[quote=bob]a\n\nb[/quote]"
    edits = MarkdownEdits(source)
    read_paragraph(edits, 0, 12, table=False)
    assert not edits.edits
    read_paragraph(edits, 14, len(source), table=False)
    assert apply_edits(source, sorted(edits.edits)).text == "a\n\nb"


def test_edits_replace_and_remove() -> None:
    """Edits are kept as they are added."""
    edits = MarkdownEdits("abc")
    edits.remove(0, 1)
    edits.add(2, 3, "d")
    assert edits.edits == [(0, 1, ""), (2, 3, "d")]
