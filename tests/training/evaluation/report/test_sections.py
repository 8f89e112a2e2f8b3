"""Sections: tables are checked where they are made, and estimates say their interval."""

import pytest

from training.evaluation.report.sections import ReportColumn, ReportTable
from training.metrics.estimate import Estimate


def test_table_rows_fit_their_columns() -> None:
    """A table with a row that is too short is refused where it is made."""
    with pytest.raises(ValueError, match="must have 2 cells"):
        ReportTable("t", (ReportColumn("a"), ReportColumn("b")), (("x",),))


@pytest.mark.parametrize(
    ("estimate", "percent", "words"),
    [
        (Estimate(0.5), False, "0.500"),
        (Estimate(0.5, 0.25, 0.75), False, "0.500 (0.250 to 0.750)"),
        (Estimate(0.5, 0.25, 0.75), True, "50.0\N{NO-BREAK SPACE}% (25.0\N{NO-BREAK SPACE}% to 75.0\N{NO-BREAK SPACE}%)"),
    ],
)
def test_an_estimate_says_its_interval(estimate: Estimate, percent: bool, words: str) -> None:
    """The figure comes first, then the interval if there is one."""
    assert estimate.describe(percent=percent) == words
