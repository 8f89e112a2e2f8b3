"""Character references in plain text are decoded, however deep they are nested, and nothing else is."""

from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.language.visible_texts import visible_text
from model.text.character_references import CLOSED_REFERENCE, closed_reference_edit, decode_reference, decode_references, unescape_once
from model.text.pipeline import strip_markup

REFERENCES = {
    "a &amp; b": "a & b",
    "&lt;3 &#39;x&#39; &#x1F600; &hellip;": "<3 'x' 😀 …",
    "&amp;amp;lt; &amp;#39; &amp;amp;": "< ' &",
    "&am&#112;; &#38;lt; &#x26;amp;gt;": "& < >",
    "&amp;bogus; &bogus; AT&amp;T": "&bogus; &bogus; AT&T",
    "&semi; &amp&semi;": "; &",
    "a&#1;b &#xD800;": "ab \ufffd",
}

SOURCES = st.text("&#;xamplts129 é") | st.lists(st.sampled_from(["&amp;", "&lt;", "&#112;", "&#x26;", "&", "amp;", "#38;", "a"])).map(
    "".join
)


def read(source: str) -> str:
    mapped = decode_references(source)
    return source if mapped is None else mapped.text


@pytest.mark.parametrize(("source", "text"), REFERENCES.items())
def test_examples(source: str, text: str) -> None:
    """References in plain text are decoded, however deep they are nested."""
    assert read(source) == text


@pytest.mark.parametrize("source", ["", "plain; text", "AT&T", "?a=1&b=2&copy=3", "&bogus;", "&;", "&#;", "&amp"])
def test_nothing_to_decode(source: str) -> None:
    """Without a reference that ends in a semicolon there is nothing to decode."""
    assert decode_references(source) is None


@given(SOURCES)
@example("&amp;amp;lt;")
def test_no_reference_is_left(source: str) -> None:
    """What is decoded holds nothing more to decode."""
    assert decode_references(read(source)) is None


def test_a_decoded_character_stands_for_the_whole_reference() -> None:
    """Offsets of a decoded character lead to the reference it was, nested or not."""
    for source in ("a &lt; b", "a &amp;lt; b", "a &am&#112;;lt; b"):
        mapped = decode_references(source)
        assert mapped is not None
        at = mapped.text.index("<")
        assert source[mapped.begin[at] : mapped.end[at]] == source[2:-2]


@pytest.mark.parametrize(
    ("reference", "decoded"),
    [
        ("&lt;", ("<", 4)),
        ("&ltb", ("<", 3)),
        ("&#65", ("A", 4)),
        ("&#x41;", ("A", 6)),
        ("&bogus;", ("", 0)),
        ("&#" + "9" * 5000, ("\ufffd", 5002)),
    ],
)
def test_references_of_html(reference: str, decoded: tuple[str, int]) -> None:
    """A reference is decoded as browsers do, with or without its semicolon; what is none takes up no code point."""
    assert decode_reference(reference) == decoded


@pytest.mark.parametrize(
    ("source", "edit"), [("&lt;", (0, 4, "<")), ("&amp;lt;", (0, 8, "<")), ("&amp;bogus;", (0, 5, "&")), ("&bogus;", None)]
)
def test_edits_of_closed_references(source: str, edit: tuple[int, int, str] | None) -> None:
    """What was escaped several times is one reference; where no known name follows, only the ampersand is decoded."""
    match = CLOSED_REFERENCE.match(source)
    assert match is not None
    assert closed_reference_edit(match) == edit


NUMBERS = st.builds(
    "&#{}{}{}{}".format,
    st.sampled_from(["", "x", "X"]),
    st.sampled_from(["", "0", "0" * 5000]),
    st.sampled_from(["", "65", "9" * 8, "9" * 4301, "1114111", "1114112", "f" * 5000, "128512"]),
    st.sampled_from(["", ";"]),
)


@pytest.mark.parametrize("text_format", Format)
@given(pieces=st.lists(NUMBERS | st.sampled_from(["idiot", "&amp;", "&", "#", "<b>", "`", "**", " "]), max_size=6))
def test_numbers_may_have_any_length(text_format: Format, pieces: list[str]) -> None:
    """References with thousands of digits, decimal or not, with leading zeros or without, raise nothing in any format."""
    text = "".join(pieces)
    strip_markup(text, text_format)
    assert isinstance(unescape_once(text), str)
    assert isinstance(visible_text(Comment("", text, text_format)), str)


@given(st.lists(st.sampled_from([*"&#xX0916af; ", "&#", "&amp", "&lt;", "110000", "33333333", "٣", "é"]), max_size=14).map("".join))
def test_decoding_once_is_what_python_does(text: str) -> None:
    """Where Python decodes a text, it is decoded in the same way."""
    assert unescape_once(text) == unescape(text)


@pytest.mark.parametrize(
    ("reference", "meaning"), [("&#" + "0" * 9000 + "65;", "A"), ("&#" + "9" * 4301 + ";", "\ufffd"), ("&#x" + "f" * 9000 + ";", "\ufffd")]
)
def test_a_number_beyond_every_code_point_is_a_replacement_character(reference: str, meaning: str) -> None:
    """Numbers saturate, as they do in browsers, and leading zeros do not count."""
    assert unescape_once(reference) == meaning
