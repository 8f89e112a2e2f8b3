"""Every name of a file can be written as text."""

import os

import pytest

from training.tables.file_names import legible_name


@pytest.mark.parametrize(
    ("name", "shown"), [("a.csv", "a.csv"), ("ü.csv", "ü.csv"), (os.fsdecode(b"\xc3\xbc\xff.csv"), "ü\\xff.csv"), ("\ud800", "\\ud800")]
)
def test_bytes_that_are_not_utf8_are_shown_as_escapes(name: str, shown: str) -> None:
    """What is UTF-8 stays as it is."""
    assert legible_name(name) == shown
    assert legible_name(name).encode()
