"""Pieces of pictures: what they hold is escaped, and colours have markers of their own."""

from training.evaluation.report.svg import svg_marker, svg_picture, svg_tag, svg_text

HOSTILE = "<script>\"'&"


def test_words_are_escaped() -> None:
    """Neither words nor attributes can end their element."""
    picture = svg_picture(HOSTILE, HOSTILE, 10, [svg_text(HOSTILE, 0, 0), svg_tag("path", d=HOSTILE)])
    assert "<script" not in picture.svg
    assert picture.svg.count("&lt;script&gt;&#34;&#39;&amp;") == 4


def test_an_attribute_may_be_named_like_a_keyword() -> None:
    """The underscore that Python needs is not in the picture, and floats have one decimal."""
    assert svg_tag("g", class_="grid", x=1.25, y=3) == '<g class="grid" x="1.2" y="3"/>'


def test_colours_have_different_markers() -> None:
    """Circle, square and triangle can be told apart without colour."""
    assert len({svg_marker(colour, 0, 0).split()[0] for colour in range(3)}) == 3
