"""Markdown is read as forums show it: its markers go, prose stays, swear words behind asterisks above all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.markdown import parse_markdown, read_markdown

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


def read(source: str) -> str:
    mapped = read_markdown(source)
    return source if mapped is None else mapped.text


@pytest.mark.parametrize(("source", "text"), MARKDOWN.items())
def test_examples(source: str, text: str) -> None:
    """The markers of Markdown go; prose, and above all a swear word behind asterisks, stays."""
    assert read(source) == text


@given(
    st.lists(st.sampled_from(["word", "f*ck", "s**t", "x_y", "b*tch", "C#", "#1", "3.5", "AT&T", "isn't", "C++", "a*", "!", ".", "5 * 3"]))
)
def test_prose_is_untouched(words: list[str]) -> None:
    """Markdown takes nothing from prose, as often as it swears."""
    source = " ".join(["so", *words])
    assert read(source) == source


def test_text_without_markers_is_one_piece() -> None:
    """A text without markers is mapped by a single piece, an empty one by none."""
    assert len(parse_markdown("You are fine; isn't that good? (Yes!)").pieces) == 1
    assert not parse_markdown("").pieces


def test_offsets_point_into_the_source() -> None:
    """What a reader sees is found again where it is in the source, behind the markers of lines, links and emphasis."""
    source = "> # ~~id~~iot [you](http://a.b) &amp; 😀"
    mapped = parse_markdown(source)
    assert mapped.text == "idiot you & 😀"
    assert source[mapped.begin[0] : mapped.end[4]] == "id~~iot"
    assert source[mapped.begin[10] : mapped.end[10]] == "&amp;"
    assert source[mapped.begin[-1] : mapped.end[-1]] == "😀"
