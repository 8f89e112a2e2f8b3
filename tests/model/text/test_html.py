"""HTML is read as a browser shows it, and the way back to the source is sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.html import BREAKS, ELEMENTS, Tags, read_html

HTML = {
    # what is not mark-up
    "": "",
    "plain text, no mark-up": "plain text, no mark-up",
    "a < b and c > d": "a < b and c > d",
    "I <3 you </3 <- -> <> << >>": "I <3 you </3 <- -> <> << >>",
    "you <!!! idiot> <? you>": "you <!!! idiot> <? you>",
    # tags
    "<p>Hello <b>wor</b>ld</p>": "Hello world",
    "un<em>frigging</em>believable": "unfriggingbelievable",
    "<A HREF='x'>t</A><BR/>u": "t\nu",
    "<a title='x>y' href=\"a>b\">t</a>": "t",
    "<a title=it's>t</a> isn't": "t isn't",
    '<a b=c=">t</a>': "t",
    '<a "x>y">t</a>': 'y">t',
    "<my-widget>t</my-widget>": "t",
    # lines
    "a<br>b<br/>c<BR />d": "a\nb\nc\nd",
    "<div>a</div>\n<div>b<p>c</div>d": "a\nb\nc\nd",
    "<ul><li>one<li>two</li></ul>three": "one\ntwo\nthree",
    "<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>": "a b\nc",
    "<h1>a</h1>b<blockquote>c</blockquote><hr>d": "a\nb\nc\nd",
    # white space
    "  a \t\r\n  b <i> c</i> <b> d </b>  ": "a b c d",
    "<p> a </p> <p> b </p>": "a\nb",
    "a&nbsp;&nbsp;b": "a\xa0\xa0b",
    "a &#32;&#10; b": "a b",
    "<pre>a\n\n  b</pre>  c\n  d": "a\n\n  b\nc d",
    "<pre>a  b</pre></pre>c  d": "a  b\nc d",
    # what is never shown
    "a<script>if (a<b) '</b>'</script>b<style>p{}</style >c": "abc",
    "a<template><p>x</template>b": "ab",
    "<!DOCTYPE html><html><head><title>x</title><style>y</style></head><body>z</body></html>": "z",
    "a<!-- x > <b> -- y -->b<!-->c<!--->d<!-- e --!>f": "abcdf",
    "a<?php x ?>b<![endif]>c": "abc",
    "<![CDATA[a<b>b</b>": "ab",
    # what is never closed is shown
    "a <!-- b > c": "a <!-- b > c",
    "a <script>b": "a b",
    "a <b": "a <b",
    "a <b you fool": "a <b you fool",
    'a <a href="x>b</a> c': "a b c",
    "<b>a<i>b": "ab",
    "a</b></i>b": "ab",
    "<head>you fool</head>": "you fool",
    # references
    "&lt;b&gt; &amp;amp; &quot;&#39;&#x27;&apos;": "<b> &amp; \"'''",
    "AT&T &bogus; & &; &# &#x; &#xyz;": "AT&T &bogus; & &; &# &#x; &#xyz;",
    "&amp &ampx &ltb &#65b &copy2 &notit;": "& &x <b Ab ©2 ¬it;",
    "&#0; &#xD800; &#x110000; &#99999999999; a&#1;b": "\ufffd \ufffd \ufffd \ufffd ab",
    "&#000000000000000065; &#128;": "A €",
    "&NotEqualTilde;": "≂̸",
    "&#" + "9" * 5000 + ";": "\ufffd",
    # pictures
    "<img src=x alt=smile>a<img alt='b c' /><img alt=\"&lt;3\">": "smileab c<3",
    "<img title=\"alt='no'\" data-alt=no ALT = yes>": "yes",
    "a<img src=x><img alt><img alt=''>b": "ab",
}


def read(source: str) -> str:
    mapped = read_html(source)
    return source if mapped is None else mapped.text


@pytest.mark.parametrize(("source", "text"), HTML.items())
def test_examples(source: str, text: str) -> None:
    """HTML is read as a browser shows it, and what is broken stays as text."""
    assert read(source) == text


@given(st.text(st.characters(exclude_characters="<&", categories=["L", "N", "P", "S"])))
def test_text_without_markup_is_untouched(source: str) -> None:
    """HTML without tags, references and white space is its own text, and is not even taken apart."""
    assert read_html(source) is None


@given(st.text(st.characters(exclude_characters="\r\n\t\f ")))
def test_what_was_escaped_comes_back(text: str) -> None:
    """A text that was escaped comes back, for example that of a forum which stores what it shows."""
    escaped = "".join(f"&#{ord(character)};" if character in "<>&\"'" else character for character in text)
    assert read(f"<p>{escaped}</p>") == text


def test_offsets_point_into_the_source() -> None:
    """What a reader sees is found again where it is in the source, behind tags and references."""
    source = "<p>&#x201C;you</p> <i>id</i>iot &amp; 😀</p>"
    mapped = read_html(source)
    assert mapped is not None
    at = mapped.text.index("idiot")
    assert source[mapped.begin[at] : mapped.end[at + 4]] == "id</i>iot"
    assert source[mapped.begin[0] : mapped.end[0]] == "&#x201C;"
    assert source[mapped.begin[-1] : mapped.end[-1]] == "😀"


def test_a_tag_lies_within_its_bounds() -> None:
    """A tag that is closed only behind the end of what is read is none."""
    source = "<b title='x'>bold"
    assert Tags(source, 0, 8).read(0) is None
    tag = Tags(source, 0, len(source)).read(0)
    assert tag is not None
    assert (tag.name, tag.end, tag.closing) == ("b", 13, False)


def test_a_hidden_element_is_read_with_all_that_it_hides() -> None:
    """The tag of a script ends where the script is closed; that of a picture says where its alternative text is."""
    source = "<script>if (a<b)</script>"
    script = Tags(source, 0, len(source)).read(0)
    assert script is not None
    assert source[script.end :] == "</script>"
    source = "<img src=x alt='smile'>"
    picture = Tags(source, 0, len(source)).read(0)
    assert picture is not None
    assert picture.alt is not None
    assert source[slice(*picture.alt)] == "smile"


def test_what_breaks_a_line_is_an_element() -> None:
    """Each element that a line break or a space takes the place of is known as an element."""
    assert ELEMENTS.issuperset(BREAKS)
