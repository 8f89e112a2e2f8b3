"""Formats that are recognised but not read are named, with what makes a readable file of them."""

import pickle

import pytest

from service.batch.input.streams.foreign_formats import explain_foreign_format


@pytest.mark.parametrize(
    ("head", "name", "words"),
    [
        (b"7z\xbc\xaf\x27\x1c\0\4", "a", ["7z archive", "7z x"]),
        (b"Rar!\x1a\x07\x01\x00", "a", ["RAR archive", "unrar x"]),
        (b"\x04\x22\x4d\x18\x64\x40", "a.json", ["LZ4", "lz4 -d"]),
        (b"PGDMP\x01\x0e\x00", "a.dump", ["pg_dump", "pg_restore -f"]),
        (b"\x8b\x0b\x80hello\x03", "a.csv.br", ["Brotli", "brotli -d"]),
        (pickle.dumps(["a" * 100]), "a", ["pickle", "Parquet"]),
        (b"Obj\x01\x04\x14avro.codec", "a", ["Avro", "avro-tools"]),
        (b"toc.dat\0".ljust(257, b"\0") + b"ustar", "a.tar", ["pg_dump", "pg_restore -f"]),
        (b"%PDF-1.7\n1 0 obj", "a", ["PDF", "table"]),
    ],
    ids=["7z", "rar", "lz4", "pg_dump", "brotli", "pickle", "avro", "pg_dump tar", "pdf"],
)
def test_files_that_are_not_read_are_named(head: bytes, name: str, words: list[str]) -> None:
    """The message says what the file is and which command makes one of it that is read."""
    message = explain_foreign_format(head, name)

    assert message is not None
    assert all(word in message for word in words)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"ORC is a nice format, they say, and I agree", "a.txt"),
        (b"LZIP\nis what my cat is called, for no reason at all", "a.txt"),
        (b'{"text":"a text, whatever its file is called"}', "a.br"),
        (b"id,text\n1,Rar! and so on, and on, and on\n", "a.rar"),
        (b"comments.json\0".ljust(257, b"\0") + b"ustar", "a.tar"),
        (b"", "a.7z"),
    ],
    ids=["orc", "lzip", "named brotli", "named rar", "tar", "empty"],
)
def test_texts_are_not_taken_for_other_formats(head: bytes, name: str) -> None:
    """A text that begins as a signature does, and one whose name misleads, may be a dump."""
    assert explain_foreign_format(head, name) is None
