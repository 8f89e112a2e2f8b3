"""Columns whose texts are HTML are recognised by their mark-up."""

import pytest

from model.comment import Format
from service.batch.input.columns.html_content import holds_html
from tests.service.batch.input.dump_reader import DumpReader

MARKED = [
    ["plain", "so <b>bold</b>"],
    ["one<br>two", "three"],
    ["<p>one", "<p>two &amp; three"],
    ["say &quot;hi&quot;", "no", "yes"],
    ['see <a href="https://example.org">this</a>'],
    ["it&#39;s fine"],
]
PLAIN = [
    ["I <3 you", "a < b"],
    ["you & me", "R&D"],
    ["<b>bold</b> claim", "a < b", "c & d", "e <- f"],
    ["plain", None, 7, ""],
    ["&gt; quoted in Markdown", "Q&amp;A"],
    ["<grin>"],
    [],
]


@pytest.mark.parametrize("values", MARKED)
def test_markup_is_noticed(values: list[object]) -> None:
    """Closing tags, breaks, links and references to quotes are HTML."""
    assert holds_html(values)


@pytest.mark.parametrize("values", PLAIN)
def test_signs_in_plain_text_are_no_markup(values: list[object]) -> None:
    """Where people write bare signs that HTML escapes, the text is plain."""
    assert not holds_html(values)


def test_a_column_of_html_is_read_as_html(read_dump: DumpReader) -> None:
    """Each row says so, and a remark does; other tables stay plain."""
    content = read_dump(b"id,text\n1,<b>you</b> there\n2,ok\n", "x.csv")
    assert [row.format for row in content.rows] == [Format.HTML] * 2
    assert any("HTML" in remark for remark in content.remarks)
    content = read_dump(b"id,text\n1,i <3 you there\n2,ok\n", "x.csv")
    assert ([row.format for row in content.rows], content.remarks) == ([Format.PLAIN] * 2, [])
