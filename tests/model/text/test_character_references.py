"""Character references in plain text are decoded, however deep they are nested, and nothing else is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.text.character_references import CLOSED_REFERENCE, closed_reference_edit, decode_reference, decode_references

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
