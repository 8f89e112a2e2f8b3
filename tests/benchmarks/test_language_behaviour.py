"""The tables of behaviour by language come from the judge of a site."""

import pytest

from benchmarks.language_behaviour import measure
from model.errors import TableError
from model.profile import Profile


def test_the_site_judges_the_languages_that_are_named() -> None:
    """There are tables of kinds, of attacks and of whose language is found, with a line for each language."""
    kinds, attacks, found = measure(["de", "ru"], profile=Profile.FAST)
    assert [line.split(" | ")[0] for line in kinds.splitlines()[2:]] == ["| de", "| ru", "| mean"]
    assert [line.split(" | ")[0] for line in found.splitlines()[2:]] == ["| de", "| ru"]
    assert "masked" in attacks.splitlines()[0]
    with pytest.raises(TableError, match="language xx"):
        list(measure(["xx"], profile=Profile.FAST))
