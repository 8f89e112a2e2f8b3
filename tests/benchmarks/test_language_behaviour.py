"""The tables of behaviour by language: they come from the judge of a site, and a page gets them between its marks."""

import pytest

from benchmarks.language_behaviour import fill_tables, measure
from model.errors import TableError
from model.profile import Profile


def test_a_page_is_filled_between_its_marks() -> None:
    """What stood there is replaced, however often, and nothing else changes."""
    page = "before\n<!-- language behaviour -->\nold\n<!-- end of language behaviour -->\nafter\n"
    filled = fill_tables(page, ["| a |", r"| \1 |"])
    expected = "before\n<!-- language behaviour -->\n\n| a |\n\n| \\1 |\n\n<!-- end of language behaviour -->\nafter\n"
    assert filled == expected
    assert fill_tables(filled, ["| a |", r"| \1 |"]) == expected


def test_a_page_without_marks_is_refused() -> None:
    """The error says what is missing."""
    with pytest.raises(TableError, match="has 0 places"):
        fill_tables("before", ["| a |"])


def test_the_site_judges_the_languages_that_are_named() -> None:
    """There are tables of kinds, of attacks and of whose language is found, with a line for each language."""
    kinds, attacks, found = measure(["de", "ru"], profile=Profile.FAST)
    assert [line.split(" | ")[0] for line in kinds.splitlines()[2:]] == ["| de", "| ru", "| mean"]
    assert [line.split(" | ")[0] for line in found.splitlines()[2:]] == ["| de", "| ru"]
    assert "masked" in attacks.splitlines()[0]
    with pytest.raises(TableError, match="language xx"):
        list(measure(["xx"], profile=Profile.FAST))
