"""Posts of forums are read as people see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.platforms.bbcode import read_bbcode, read_forum_markup, read_stored_xml


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("[b]so[/b] [I]good[/I]", "so good"),
        ("[b:1a2b3c]so[/b:1a2b3c] [list:u:9z][*:9z]a[/*:m:9z][/list:u:9z]", "so \na"),
        ("[url=https://a.example/?b=[c]]label[/url] [url]https://a.example[/url]", "label https://a.example"),
        ('[quote="Ann [the first]"]no[/quote]yes', "no\nyes"),
        ("[QUOTE='Bob, post: 1, member: 2']no[/QUOTE]\n[USER=2]@Bob[/USER]", "no\n@Bob"),
        ("[img]https://a.example/i.png[/img]see [attach=full]12[/attach][media=youtube]id[/media]", "see "),
        ("[color=#ff0000][size=150]big[/size][/color][spoiler]end[/spoiler]", "bigend"),
        ("a[0] = b[i + 1]; [sic] [Ann] [1] [ok then]", "a[0] = b[i + 1]; [sic] [Ann] [1] [ok then]"),
        ("[b so", "[b so"),
        ("&#1076;&#x430; &amp;", "да &amp;"),
    ],
)
def test_marks_go_and_texts_stay(written: str, seen: str) -> None:
    """A link is its label, a picture nothing; a quotation has lines of its own; what is in brackets and no mark stays."""
    assert read_bbcode(written) == seen


@pytest.mark.parametrize(
    ("stored", "seen"),
    [
        ("<t>plain &lt;3 &amp; more<br/>\nnext</t>", "plain <3 & more\nnext"),
        ("<r><B><s>[b]</s>so<e>[/b]</e></B> good <E>:)</E></r>", "so good :)"),
        ('<r><URL url="https://a.example"><s>[url=https://a.example]</s>label<e>[/url]</e></URL></r>', "label"),
        ('<r><IMG src="https://a.example/i.png"><s>[img]</s>https://a.example/i.png<e>[/img]</e></IMG>see</r>', "see"),
        ('<r><QUOTE author="Ann"><s>[quote=Ann]</s>no<e>[/quote]</e></QUOTE>\nyes</r>', "no\nyes"),
        ('<r><POSTMENTION displayname="Ann" id="1">@"Ann"#p1</POSTMENTION> so</r>', '@"Ann"#p1 so'),
    ],
)
def test_what_newer_forums_store_is_read(stored: str, seen: str) -> None:
    """The marks that the author wrote are kept in the XML, and are not part of what people see."""
    assert read_stored_xml(stored) == seen
    assert read_forum_markup(stored) == seen


def test_html_of_older_forums_is_read() -> None:
    """Smileys are their signs, links their labels, and signs that mean something in HTML themselves."""
    stored = 'so &quot;good&quot; <!-- s:) --><img src="x.gif" alt=":)" title="S" /><!-- s:) --><br />[b:9z]it&#039;s[/b:9z] '
    stored += '<!-- m --><a class="postlink" href="https://a.example">https://a.example</a><!-- m --> &lt;3'
    assert read_forum_markup(stored) == 'so "good" :)\nit\'s https://a.example <3'


@given(st.text(st.characters(exclude_characters="[<&")))
def test_a_text_without_marks_stays_as_it_is(text: str) -> None:
    """Nothing is lost of what has no mark-up."""
    assert read_bbcode(text) == text
    assert read_forum_markup(text) == text


@pytest.mark.parametrize(
    "sign", ["[b", "[b=", "[quote=[", '[quote="', "[img]", "<s>", "<IMG ", "<IMG>", "<!--", '<img alt="', "&#1", "[*:", "<"]
)
def test_marks_without_end_are_read_in_a_moment(sign: str) -> None:
    """No post takes long, whatever is repeated in it."""
    text = sign * 20_000
    assert isinstance(read_bbcode(text), str)
    assert isinstance(read_forum_markup("<r>" + text), str)
    assert isinstance(read_forum_markup(text), str)
