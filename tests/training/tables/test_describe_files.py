"""What a manifest says of the files that rows were read from."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from training.tables.describe_files import describe_files, hash_file
from training.tables.labelled_tables import read_tables


def test_each_file_has_its_rows_and_its_hash(write: Callable[..., Path]) -> None:
    """Files are sorted by their paths, and counted by the rows that are used."""
    one, other = write("b.csv", "text,label\na,fine\nb,toxic\nc,\n"), write("a.csv", "text,label\nd,fine\n")
    sources = describe_files(read_tables([one, other]).rows)
    assert [(source.source, source.rows, source.sha256) for source in sources] == [
        ("a.csv", 1, hash_file(other)),
        ("b.csv", 2, hash_file(one)),
    ]
    assert hash_file(one) == hashlib.sha256(one.read_bytes()).hexdigest()


def test_a_great_many_files_are_one(write: Callable[..., Path], tmp_path: Path) -> None:
    """More than 500 files are described together, and any of them changes the hash."""
    for day in range(501):
        write(f"{day}.csv", "text,label\na,fine\n")
    (before,) = describe_files(read_tables([tmp_path]).rows)
    write("7.csv", "text,label\nb,fine\n")
    (after,) = describe_files(read_tables([tmp_path]).rows)
    assert (before.source, before.rows) == ("501 files", 501)
    assert before.sha256 != after.sha256
