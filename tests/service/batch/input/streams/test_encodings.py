"""Texts in other encodings than UTF-8 are recognised and read."""

import pytest

from model.errors import DumpError
from service.batch.rows import Columns
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
        ("très belle journée à la mer, ça va, il a été là", "mac-roman"),
        ("das wäre für später wohl schön, du Täter", "mac-roman"),
        ("się śmiał, są takie łąki", "iso8859-2"),
    ],
)
def test_short_tables_among_english_lines_are_read(read_dump: DumpReader, text: str, encoding: str) -> None:
    """Three lines are enough to tell the usual encodings of a language from those of its neighbours."""
    content = ("id;text\n" + f"1;{text}\n2;plain English words\n" * 3).encode(encoding)
    assert [row.text for row in read_dump(content, "x.csv").rows] == [text, "plain English words"] * 3


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["ты дурак, уходи отсюда", "你真是一个白痴 快滚出去", "أنت غبي جدا", "お前は本当に馬鹿だ"])
def test_utf16_without_a_mark_is_known_in_any_script(read_dump: DumpReader, encoding: str, text: str) -> None:
    """The line ends and the delimiters tell it, where no letter is one of ASCII."""
    content = f"id;text\n1;{text}\n2;{text}\n3;{text}\n".encode(encoding)
    assert texts(read_dump(content, "x.csv").rows) == [text] * 3


@pytest.mark.parametrize("content", [b"id,text\n1,you\0 fool\n2,fine\n", b"id,text\n1,\0\n2,fool\0\0\n\0\n" * 3])
def test_zeros_alone_are_no_utf16(read_dump: DumpReader, content: bytes) -> None:
    """A table in UTF-8 with some zeros in its texts stays one."""
    assert read_dump(content, "x.csv").columns == Columns("text", "id")


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
