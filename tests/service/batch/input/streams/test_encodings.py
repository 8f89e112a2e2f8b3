"""Texts in other encodings than UTF-8 are recognised and read."""

import pytest

from model.errors import DumpError
from tests.service.batch.input.dump_reader import DumpReader, texts


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251"])
def test_tables_of_other_encodings_are_read(read_dump: DumpReader, encoding: str) -> None:
    """The encodings that spreadsheet programs write instead of UTF-8 are recognised."""
    text = (
        "Это просто ужасно глупый комментарий, уходи отсюда"
        if encoding == "cp1251"
        else "Für größere Übel wären schöne Äpfel nötig, Müller"
    )
    rows = read_dump(("id;text\n" + "".join(f"{n};{text} {n}\n" for n in range(20))).encode(encoding), "x.csv").rows
    assert [row.text for row in rows] == [f"{text} {n}" for n in range(20)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("voilà une très belle journée à Paris, ça va", "cp1252"),
        ("não há opções", "cp1252"),
        ("så är det på ön", "cp1252"),
        ("perché è così", "cp1252"),
        ("el niño comió mañana, ¿qué?", "cp1252"),
        ("příliš žluťoučký kůň", "cp1250"),
        ("się nie śmiać, był łatwo", "cp1250"),
        ("árvíztűrő tükörfúrógép", "cp1250"),
        ("şu adam çok kötü değil mi", "cp1254"),
        ("ты дурак, уходи", "cp1251"),
        ("їжак жахливо пише", "cp1251"),
        ("ты дурак, уходи", "koi8-r"),
        ("καλημέρα φίλε μου", "cp1253"),
    ],
)
def test_short_tables_among_english_lines_are_read(read_dump: DumpReader, text: str, encoding: str) -> None:
    """Three lines are enough to tell the usual encodings of a language from those of its neighbours."""
    content = ("id;text\n" + f"1;{text}\n2;plain English words\n" * 3).encode(encoding)
    assert [row.text for row in read_dump(content, "x.csv").rows] == [text, "plain English words"] * 3


def test_the_caller_can_name_the_encoding(read_dump: DumpReader) -> None:
    """A name that Python or a person knows is taken, whatever the bytes look like; an unknown one is refused with names that work."""
    content = "id,text\n1,Grüße\n".encode("cp437")
    assert [row.text for row in read_dump(content, "x.csv", encoding="cp437").rows] == ["Grüße"]
    assert [row.text for row in read_dump("id,text\n1,привет\n".encode("koi8-r"), "x.csv", encoding="KOI8-R").rows] == ["привет"]
    lines = '{"id":1,"text":"Grüße"}\n'.encode("latin-1")
    assert [row.text for row in read_dump(lines, "x.jsonl", encoding="latin-1").rows] == ["Grüße"]
    for name in ("nonsense", "base64", ""):
        with pytest.raises(DumpError, match="windows-1252"):
            read_dump(content, "x.csv", encoding=name)


@pytest.mark.parametrize(("encoding", "written"), [("utf-16", "utf-16-le"), ("utf-16", "utf-16"), ("utf-32", "utf-32-le")])
def test_a_named_encoding_needs_no_byte_order_mark(read_dump: DumpReader, encoding: str, written: str) -> None:
    """Whoever names it knows better than the file."""
    assert texts(read_dump("text\ngrüße\n".encode(written), "x.csv", encoding=encoding).rows) == ["grüße"]
