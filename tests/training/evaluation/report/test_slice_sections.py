"""The sections about slices: groups with enough innocent comments, and every kind of comment that occurs."""

from collections.abc import Callable

from training.evaluation.measurement import compute_results
from training.evaluation.report.slice_sections import identity_section, kinds_section
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.slices import IDENTITY_FAMILY

MakeScored = Callable[..., ScoredRows]
THREE = ("fine", "toxic", "hateful")


def test_groups_with_ten_innocent_comments_are_listed(make_scored: MakeScored) -> None:
    """Those and no others have a row in both tables and in the pictures."""
    slices = compute_results(make_scored({"a": THREE}), resamples=2).slices
    names = [one.name for one in slices if one.family == IDENTITY_FAMILY and max(one.fine, one.not_hateful) >= 10]
    section = identity_section(slices)
    assert names
    assert [[row[0] for row in table.rows] for table in section.tables] == [names, names]
    assert all(name in picture.svg for picture in section.pictures for name in names)


def test_without_such_groups_the_section_says_so(make_scored: MakeScored) -> None:
    """A few rows give a section of words alone."""
    section = identity_section(compute_results(make_scored({"a": THREE}, size=9), resamples=2).slices)
    assert "No group is named in 10 innocent comments" in section.introduction
    assert (section.tables, section.pictures) == ((), ())


def test_every_kind_that_occurs_has_a_row(make_scored: MakeScored) -> None:
    """Kinds are named by family and name; those without a comment are left out."""
    slices = compute_results(make_scored({"a": THREE}), resamples=2).slices
    rows = kinds_section(slices).tables[0].rows
    assert [(row[0], row[1]) for row in rows] == [
        (f"{one.family}: {one.name}", one.rows) for one in slices if one.family != IDENTITY_FAMILY and one.rows
    ]
