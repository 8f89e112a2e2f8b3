"""What commands show: names from tables cannot command a terminal, and of many problems some are named."""

import numpy as np
import pytest

from training.tables.labelled import Labelled
from training.tables.labelled_tables import RowProblem, TableReading
from training.terminal import describe_reading, print_remark, replace_unprintable

NO_ROWS = Labelled([], np.empty(0, np.int8), np.empty(0, np.int8), [], [], [], np.empty(0), [], {}, [])


@pytest.mark.parametrize(("text", "safe"), [("forum", "forum"), ("a\x1b[2Jb", "a [2Jb"), ("a\nb", "a b"), ("wörter", "wörter")])
def test_control_characters_are_blanks(text: str, safe: str) -> None:
    """Escape sequences and line breaks do not reach a terminal; letters of any language do."""
    assert replace_unprintable(text) == safe


def test_remarks_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output is left to the results."""
    print_remark("a\x1bb")
    assert capsys.readouterr() == ("", "tipstaff: a b\n")


@pytest.mark.parametrize(("most", "rest"), [(5, []), (2, ["and 1 problems more; report.json lists them all"])])
def test_of_many_problems_the_first_are_named(most: int, rest: list[str]) -> None:
    """The others are counted, and the last line says how many rows were read."""
    problems = [RowProblem("t.csv", line, "label", "is missing") for line in (2, 3, 4)]
    reading = TableReading(NO_ROWS, problems, read=1200, used=1196, skipped=1, bad=3)
    lines = list(describe_reading(reading, most=most, rest="report.json lists them all"))
    assert lines[:-1] == [str(problem) for problem in problems[:most]] + rest
    assert lines[-1] == "1,200 rows read: 1,196 used, 1 answer no question, 3 bad"
