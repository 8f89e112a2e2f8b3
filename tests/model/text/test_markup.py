"""Promises of the stage that takes mark-up away."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.text.markdown import read_markdown
from model.text.markup import entities, html_text, markdown_text
from model.text.offsets import Mapped

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

MARKDOWN = {
    # prose
    "": "",
    "plain text, no mark-up! (really); isn't it? 5% - $3": "plain text, no mark-up! (really); isn't it? 5% - $3",
    "5 * 3 * 2, 5*3*2, 2**3**4": "5 * 3 * 2, 5*3*2, 2**3**4",
    "snake_case_word and __dunder and _private": "snake_case_word and __dunder and _private",
    "f*ck, f**k you, s**t, a**hole, f*** you": "f*ck, f**k you, s**t, a**hole, f*** you",
    "f*ck you and your s*it, b*tch": "f*ck you and your s*it, b*tch",
    "**** you, you ***, what the ****?": "**** you, you ***, what the ****?",
    "*ss and f***": "*ss and f***",
    "C# is #1": "C# is #1",
    "#hashtag": "#hashtag",
    "* hello": "* hello",
    "- hello": "- hello",
    "1984. A book": "1984. A book",
    "1984. A book\n1985. Another": "1984. A book\n1985. Another",
    "3.5 km, 142,460, a.m.": "3.5 km, 142,460, a.m.",
    "a < b > c, I <3 you": "a < b > c, I <3 you",
    "<idiot> <you fool>": "<idiot> <you fool>",
    "[s]he said [sic] [i]t": "[s]he said [sic] [i]t",
    "a || b | c": "a || b | c",
    "~5 ~ 6, 1~2": "~5 ~ 6, 1~2",
    "`tis a 'quote`s": "tis a 'quotes",
    "don`t": "don`t",
    "wow! <- that": "wow! <- that",
    "AT&T &bogus; & &amp": "AT&T &bogus; & &amp",
    "http://x.org/?a=1&b=2": "http://x.org/?a=1&b=2",
    # emphasis
    "*a* **b** ***c*** _d_ __e__ ___f___": "a b c d e f",
    "(*a*), “*b*”: **c**! *d*.": "(a), “b”: c! d.",
    "*a **b** c*": "a b c",
    "*f*ck*": "f*ck",
    "*a\nb* c": "a\nb c",
    "*a\n\nb*": "*a\n\nb*",
    "**a*": "**a*",
    "~~a~~ f~~u~~ck": "a fuck",
    r"\*a\* \_ \\ \x": r"*a* _ \ \x",
    r"¯\\\_(ツ)\_/¯": r"¯\_(ツ)_/¯",
    "a\\\nb": "a\nb",
    # spoilers
    "||a|| >!b!< &gt;!c!&lt;": "a b c",
    ">!a!< b": "a b",
    "a >!b": "a >!b",
    "wow!<br>b": "wow!\nb",
    # lines
    "# a\n## b ##\n###### c\n####### d": "a\nb\nc\n####### d",
    "# C#": "C#",
    "> a\n>> b\n> > c\n\nd": "a\nb\nc\n\nd",
    "&gt; a\n\nb": "a\n\nb",
    "> *a\n> b* c": "a\nb c",
    "- a\n- b": "a\nb",
    "* a\n  * b *c*": "a\nb c",
    "1. a\n2. b\n10. c": "a\nb\nc",
    "1) a\n2) b": "a\nb",
    "> - a\n> - b": "a\nb",
    "a\n***\nb\n- - -\nc\n___\nd\n===": "a\n\nb\n\nc\n\nd\n",
    "a | b\n--|:-:\n*c* | d\n\ne | f": "a   b\n\nc   d\n\ne | f",
    # code
    "`*a*` ``b`c`` ```d```": "*a* b`c d",
    "`a": "`a",
    "```python\n*a* &amp; [b](c)\n```\n*d*": "\n*a* &amp; [b](c)\n\nd",
    "~~~\n*a*\n~~~~\nb": "\n*a*\n\nb",
    "```\n*a*": "\n*a*",
    "```you fool": "```you fool",
    # links
    "[a](http://b.org) [c](<d e> 'f') [g]()": "a c g",
    "[a](http://b.org/(c)) [*d*](e)": "a d",
    "![a](b.png) ![](c) ![gif](giphy|x|y)": "a  gif",
    "[a [b](c) d](e)": "a b d",
    "[a] (b) [c]: d [e][f]": "[a] (b) [c]: d [e][f]",
    "[a](b c": "[a](b c",
    "[*a](b) c*": "*a c*",
    "<http://a.org/b_c_d> <me@a.org>": "http://a.org/b_c_d me@a.org",
    # BBCode
    '[quote="bob, post:1, topic:2"]\n*a*\n[/quote]\n\nb': "\na\n\n\nb",
    "[B]a[/b] [url=http://x.org]c[/url] [spoiler]d[/spoiler]": "a c d",
    "[details=Sum]a[/details]": "Suma",
    "[b](x)": "b",
    "[/b]a[b]": "[/b]a[b]",
    # HTML
    "<b>a</b><br>b<!-- c --><p>d</p>": "a\nb\nd\n",
    "a<script>b</script>c <img alt='*d*'> <b": "ac *d* <b",
    "&lt;b&gt; &amp; &#39; &copy;": "<b> & ' ©",
    "&amp;#x200B;&amp;amp;lt;": "\u200b<",
}

ENTITIES = {
    "a &amp; b": "a & b",
    "&lt;3 &#39;x&#39; &#x1F600; &hellip;": "<3 'x' 😀 …",
    "&amp;amp;lt; &amp;#39; &amp;amp;": "< ' &",
    "&am&#112;; &#38;lt; &#x26;amp;gt;": "& < >",
    "&amp;bogus; &bogus; AT&amp;T": "&bogus; &bogus; AT&T",
    "&semi; &amp&semi;": "; &",
    "a&#1;b &#xD800;": "ab \ufffd",
}

# Whatever is special to a parser, so that chance makes mark-up of it.
FRAGMENTS = st.sampled_from(
    re.findall(
        r"\S+",
        "< > & \" ' = / ! - -- <!-- --> <a <b> </b> <script> </script> <img alt= x= a B 1 [ ] ( ) ` `` ``` * ** _ ~~ || | |-| >! !< \\ "
        "&amp; &amp;lt; &# &lt &#112; ; [b] [/b] [quote=x] [/quote] <http: @ > # 1. ~~~ <pre> </pre> <p> <td> é 😀 \ud800",
    )
    + re.findall("(?s).", " \n\t\r")
    + re.findall("(?s)\n[^\n]+", "\n> \n* \n- a\n# \n```\n|-|-|\n\n")
)
SOURCES = st.one_of(st.lists(FRAGMENTS, max_size=30).map("".join), st.text())
READERS: list[Callable[[str], Mapped | None]] = [html_text, markdown_text, entities]

HOSTILE = [
    *(
        "<",
        "&",
        "<a",
        "</a",
        "<a ",
        '<a b="',
        "<a b='>",
        '<a b=">" ',
        "<!--",
        "<!",
        "<?x",
        "<script>",
        "<title><b>",
        "<pre>",
        "<b>",
        "<td> ",
    ),
    *(
        "&#",
        "&#9",
        "&amp;",
        "&am&#112;;",
        "&a",
        "[",
        "](",
        "[a](",
        '[a](b "',
        "[a](b (",
        "[a](<",
        "[b]",
        "[b=",
        "[/b]",
        "![",
        "*a ",
        "**a b",
        "*_",
    ),
    *(
        "`",
        "` ``",
        "\\",
        ">!a",
        "!<",
        "||a ",
        "|",
        "\n|-|",
        "a|b\n",
        "\n> ",
        "\n* a",
        "# ",
        "# #",
        "``` ",
        "~",
        "<http:",
        "<a@",
        " ",
        "\n",
        "- \n",
    ),
]
# What begins here, again and again, may end far away; then follows, as often, what does not end it.
ENDLESS = [
    *(
        ("<a", ""),
        ("<a", ">"),
        ('<a b="', ">"),
        ('<a b=">" ', '="'),
        ("<!--", ">"),
        ("<script>", ""),
        ("<title><b>", "<title>"),
        ("<idiot", ">"),
    ),
    *(
        ("&#9", ""),
        ("&am&#112;", ";"),
        ("[a](", ""),
        ('[a](b "', "')"),
        ("[a](<", "]("),
        ("[b=", ""),
        ("`` `", "```"),
        ("*a ", " b**"),
        ("``` ", "a b"),
    ),
]


# What Markdown is made of, and what stands around it.
MARKS = [
    *("*", "**", "_", "~~", "~", "||", "|", "`", "```", "[", "]", "](b)", "![", "[b]", "[/b]", "<", ">", "<b>", "</b>", "<a@b.c>", "<3"),
    *("&", "&gt;", "&amp;", "&x", ";", "\\", ">!", "!<", "#", "# ", "-", "- ", "--", "+ ", "=", "1. ", "2) ", ":", "!", "(", ")"),
    *(" ", "\n", "\t", "\r", "\xa0", "a", "é", "7", "²", ".", "'"),
]


def _read(reader: Callable[[str], Mapped | None], source: str) -> Mapped:
    return reader(source) or Mapped(source, ())


@pytest.mark.parametrize(("source", "text"), HTML.items())
def test_html(source: str, text: str) -> None:
    """HTML is read as a browser shows it, and what is broken stays as text."""
    assert html_text(source).text == text


@pytest.mark.parametrize(("source", "text"), MARKDOWN.items())
def test_markdown(source: str, text: str) -> None:
    """The markers of Markdown go; prose, and above all a swear word behind asterisks, stays."""
    assert markdown_text(source).text == text


@pytest.mark.parametrize(("source", "text"), ENTITIES.items())
def test_entities(source: str, text: str) -> None:
    """References in plain text are decoded, however deep they are nested."""
    assert _read(entities, source).text == text


@pytest.mark.parametrize("source", ["", "plain; text", "AT&T", "?a=1&b=2&copy=3", "&bogus;", "&;", "&#;", "&amp"])
def test_entities_says_when_there_is_nothing_to_do(source: str) -> None:
    """Without a reference that ends in a semicolon there is nothing to decode."""
    assert entities(source) is None


@given(SOURCES)
@example("&amp;amp;lt;")
def test_entities_leaves_none(source: str) -> None:
    """What is decoded holds nothing more to decode."""
    assert entities(_read(entities, source).text) is None


@pytest.mark.parametrize("reader", READERS)
@given(source=SOURCES)
def test_pieces_lead_back(reader: Callable[[str], Mapped | None], source: str) -> None:
    """Pieces make up the text, never go backwards, lie within the source, and repeat it or stand for something in it."""
    mapped = reader(source)
    if mapped is None:
        return
    assert "".join(piece.text for piece in mapped.pieces) == mapped.text
    at = 0
    for piece in mapped.pieces:
        assert piece.text
        assert at <= piece.begin < piece.end <= len(source)
        at = piece.end
        if len(piece.text) == piece.end - piece.begin and not piece.text.isspace():
            assert piece.text == source[piece.begin : piece.end]


@given(st.lists(st.sampled_from(MARKS), max_size=7).map("".join) | SOURCES)
@example("a**b")
@example("*_a_*")
def test_what_is_not_read_would_have_come_out_the_same(source: str) -> None:
    """Whatever the look at a text passes over as prose, reading it whole changes nothing in."""
    assert markdown_text(source).text == read_markdown(source).text


@given(
    st.lists(st.sampled_from(["word", "f*ck", "s**t", "x_y", "b*tch", "C#", "#1", "3.5", "AT&T", "isn't", "C++", "a*", "!", ".", "5 * 3"]))
)
def test_prose_is_untouched(words: list[str]) -> None:
    """Markdown takes nothing from prose, as often as it swears."""
    source = " ".join(["so", *words])
    assert markdown_text(source).text == source


@given(st.text(st.characters(exclude_characters="<&", categories=["L", "N", "P", "S"])))
def test_html_without_mark_up_is_untouched(source: str) -> None:
    """HTML without tags, references and white space is its own text."""
    assert html_text(source).text == source


@given(st.text(st.characters(exclude_characters="\r\n\t\f ")))
def test_html_gives_back_what_was_escaped(text: str) -> None:
    """A text that was escaped comes back, for example that of a forum which stores what it shows."""
    escaped = "".join(f"&#{ord(character)};" if character in "<>&\"'" else character for character in text)
    assert html_text(f"<p>{escaped}</p>").text == text


@pytest.mark.parametrize("reader", [html_text, markdown_text])
def test_text_without_mark_up_is_one_piece(reader: Callable[[str], Mapped]) -> None:
    """A text without special characters is mapped by a single piece, an empty one by none."""
    assert len(reader("You are fine; isn't that good? (Yes!)").pieces) == 1
    assert not reader("").pieces


def test_offsets_point_into_the_source() -> None:
    """What a reader sees is found again where it stands in the source, behind tags and references."""
    source = "<p>&#x201C;you</p> <i>id</i>iot &amp; 😀</p>"
    mapped = html_text(source)
    at = mapped.text.index("idiot")
    assert source[mapped.begin[at] : mapped.end[at + 4]] == "id</i>iot"
    assert source[mapped.begin[0] : mapped.end[0]] == "&#x201C;"
    assert source[mapped.begin[-1] : mapped.end[-1]] == "😀"


def _calls(reader: Callable[[str], Mapped | None], source: str) -> int:
    count = 0

    def tick(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(tick)
    try:
        reader(source)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("reader", READERS)
def test_calls_grow_with_the_source(reader: Callable[[str], Mapped | None], unit: str) -> None:
    """Four times the hostile source makes at most about four times the calls."""
    assert _calls(reader, unit * 1600 + ">") <= 4.4 * _calls(reader, unit * 400 + ">") + 100


@pytest.mark.parametrize("reader", READERS)
def test_scans_do_not_run_away(reader: Callable[[str], Mapped | None]) -> None:
    """What begins and never ends is not searched for each time: a processor needs far less than eight seconds."""
    program = (
        "import resource, sys; from model.text import markup\n"
        f"for begun, ended in {ENDLESS!r}:\n"
        "    spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])\n"
        "    resource.setrlimit(resource.RLIMIT_CPU, (int(spent) + 8, resource.RLIM_INFINITY))\n"
        "    print(repr((begun, ended)), file=sys.stderr)\n"
        "    times = 400_000 // len(begun + ended)\n"
        f"    markup.{reader.__name__}(begun * times + ended * times)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr.splitlines()[-1]
