"""Lines that are ASCII but for some bytes are read in the encoding that these are most likely written in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.batch.input.streams.odd_bytes import find_fallback_encoding, repair_text
from tests.service.batch.input.dump_reader import DumpReader, texts


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("nur ein schöner Tag", "cp1252"),
        ("à la carte, s'il te plaît", "cp1252"),
        ("it’s – “quoted” … 5 €", "cp1252"),
        ("¿qué pasó, niño?", "cp1252"),
        ("Straße, naïve", "cp1252"),
        ("Übergröße", "cp1252"),
        ("ja, dürfen", "cp1252"),
        ("дурак", "cp1251"),
        ("plain and привет", "cp1251"),
        ("żółw i łatwo", "cp1250"),
        ("bir ağaç, ışık", "cp1254"),
    ],
)
def test_few_odd_bytes_are_letters(read_dump: DumpReader, text: str, encoding: str) -> None:
    """One line with a letter beyond ASCII does not cost its comment, and the choice is a remark."""
    content = f"id;text\n1;hello there\n2;{text}\n3;fine\n".encode(encoding)
    assert find_fallback_encoding(content) == encoding
    table = read_dump(content, "x.csv")
    assert texts(table.rows) == ["hello there", text, "fine"]
    assert any(f"Windows-{encoding[2:]}" in remark for remark in table.remarks)


@pytest.mark.parametrize("line", [b"\xff\xfe", b"a\xff", b"so \xc3\xa4 and \xe4", b"\x81\x8d", b"sch\xc3", b"\xf0\x9f\x98"])
def test_damage_is_no_letter(line: bytes) -> None:
    """Bytes that no text has, and damaged UTF-8, stay as they are."""
    text = line.decode("utf-8", "surrogateescape")
    assert repair_text(text, "cp1252") is text


def test_a_file_in_utf8_says_nothing_about_older_encodings(read_dump: DumpReader) -> None:
    """A damaged line in a Russian file is not read as something else; its bytes are no word."""
    content = "id;text\n1;ты дурак\n2;спасибо тебе\n".encode() + b"3;\xd0\n4;\xd0\xd1 abc\n"
    assert find_fallback_encoding(content.split(b"3;")[0]) == "cp1252"
    assert texts(read_dump(content, "x.csv").rows) == ["ты дурак", "спасибо тебе", None, None]


def test_letters_far_below_the_beginning_are_read(read_dump: DumpReader) -> None:
    """A file whose first 64 KiB are ASCII may be in an older encoding all the same."""
    content = b"id;text\n" + b"1;nothing but ASCII here\n" * 4000 + "2;schöne Grüße\n".encode("cp1252")
    assert texts(read_dump(content, "x.csv").rows[-1:]) == ["schöne Grüße"]


def test_plain_text_is_repaired(read_dump: DumpReader) -> None:
    """Lines and paragraphs of plain text are read alike."""
    content = "hello\n\nschöner Tag\n\nbye\n".encode("cp1252")
    assert texts(read_dump(content, "x.txt").rows) == ["hello", "schöner Tag", "bye"]
    assert texts(read_dump(content, "x.txt", lines=True).rows) == ["hello", "schöner Tag", "bye"]


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_valid_text_is_never_changed(text: str) -> None:
    """What is UTF-8 stays as it is."""
    assert repair_text(text, "cp1252") is text
