"""Charts with rows: every figure is drawn, and none outside the plot."""

import re

import pytest

from training.evaluation.report.row_charts import Series, bar_chart, dot_chart
from training.evaluation.report.svg import RIGHT, WIDTH
from training.metrics.estimate import Estimate


def test_figures_beyond_the_scale_are_drawn_at_its_ends() -> None:
    """No coordinate lies outside the plot, and a row without a figure has no marker."""
    picture = dot_chart("t", "d", names=["a", "b"], series=[Series("s", [Estimate(0.1, -3.0, 7.0), None])], bounds=(0.4, 1.0))
    assert picture.svg.count("<circle") == 2  # the figure and the legend
    assert all(0 <= float(x) <= WIDTH - RIGHT for x in re.findall(r' (?:cx|x|x1|x2)="([^"]+)"', picture.svg))


@pytest.mark.parametrize(("value", "width"), [(0.0, 0.5), (0.5, 263.0), (1.0, 526.0)])
def test_a_bar_is_as_long_as_its_share(value: float, width: float) -> None:
    """The whole plot is 100 %; a bar of nothing can still be seen."""
    picture = bar_chart("t", "d", names=["a"], series=[Series("s", [Estimate(value)])])
    assert f'width="{width}" height="9" class="bar fill0"' in picture.svg


def test_a_long_name_is_cut_and_its_tooltip_is_not() -> None:
    """What does not fit beside the row is in its title."""
    name = "a name that is much longer than the place for it"
    svg = bar_chart("t", "d", names=[name], series=[Series("s", [None])]).svg
    assert f"<title>{name}</title>" in svg
    assert svg.count(name) == 1
