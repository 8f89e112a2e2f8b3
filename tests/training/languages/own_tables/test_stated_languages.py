"""The languages that tables state."""

from pathlib import Path

import pytest

from tests.service.cli.calls import write_csv
from training.languages.own_tables.stated_languages import is_stated_as, read_stated_languages
from training.tables.labelled_tables import read_tables


def test_languages_are_read_row_by_row(tmp_path: Path) -> None:
    """Each row has the language of its own table and line; a cell that names none, and a table without the column, state nothing."""
    one = write_csv(
        tmp_path / "a.csv", ("text", "label", "Lang"), [("eins", "fine", "de"), ("zwei", "toxic", "?"), ("dois", "fine", "PT_br")]
    )
    other = write_csv(tmp_path / "b.csv", ("text", "label"), [("three", "fine")])
    rows = read_tables([one, other]).rows
    assert read_stated_languages(rows) == ["de", None, "pt-BR", None]


@pytest.mark.parametrize(
    ("stated", "tag", "expected"),
    [
        *(("de", "de", True), ("de-AT", "de", True), ("hi-Latn", "hi", False), ("hi-Latn", "hi-Latn", True), ("den", "de", False)),
        *(("zh-Hant-TW", "zh", True), ("ta-Latn", "ta", True), ("ru-Latn", "ru", False)),
    ],
)
def test_what_is_stated_is_read_as_a_language(stated: str, tag: str, *, expected: bool) -> None:
    """German in Austria is German, and traditional Chinese is Chinese; Hindi in Latin letters has its own pack, Tamil has not."""
    assert is_stated_as(stated, tag) is expected
