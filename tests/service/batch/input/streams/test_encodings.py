"""Texts in other encodings than UTF-8 are recognised and read."""

import pytest

from tests.service.batch.input.dump_reader import DumpReader


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-32", "cp1251"])
def test_tables_of_other_encodings_are_read(read_dump: DumpReader, encoding: str) -> None:
    """The encodings that spreadsheet programs write instead of UTF-8 are recognised."""
    text = (
        "Это просто ужасно глупый комментарий, уходи отсюда"
        if encoding == "cp1251"
        else "Für größere Übel wären schöne Äpfel nötig, Müller"
    )
    rows = read_dump(("id;text\n" + "".join(f"{n};{text} {n}\n" for n in range(20))).encode(encoding), "x.csv").rows
    assert [row.text for row in rows] == [f"{text} {n}" for n in range(20)]
