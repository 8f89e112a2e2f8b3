"""Charts of curves: axes place what they are given, and marks lie on every curve."""

import pytest

from training.evaluation.report.curve_charts import Axis, line_chart, recall_chart


@pytest.mark.parametrize(("value", "position"), [(0.001, 0.0), (0.01, 1 / 3), (1.0, 1.0), (0.0, 0.0), (5.0, 1.0)])
def test_a_logarithmic_axis(value: float, position: float) -> None:
    """Equal factors are equally far apart; values beyond the ends are placed at them."""
    assert Axis((0.001, 0.01, 0.1, 1.0), logarithmic=True).position(value) == pytest.approx(position)


@pytest.mark.parametrize(("value", "position"), [(2.0, 0.0), (3.0, 0.5), (4.0, 1.0), (0.0, 0.0), (9.0, 1.0)])
def test_a_linear_axis(value: float, position: float) -> None:
    """Equal differences are equally far apart; values beyond the ends are placed at them."""
    assert Axis((2.0, 4.0)).position(value) == pytest.approx(position)


def test_every_curve_is_drawn_and_marked() -> None:
    """Each curve has a line, an entry in the legend and a marker at each mark."""
    axis = Axis((0.0, 1.0))
    curves = [("one", [0.0, 1.0], [0.0, 1.0]), ("other", [0.0, 1.0], [1.0, 0.0])]
    svg = line_chart("t", "d", curves=curves, x_axis=axis, y_axis=axis, x_title="x", marks=[0.25, 0.5]).svg
    assert svg.count("<polyline") == 2
    assert svg.count('class="mark"') == 2
    assert svg.count("<circle") == 3  # two marks and the legend


def test_recall_is_drawn_over_false_positive_rates() -> None:
    """The y axis ends at 100 %, the x axis begins at a thousandth."""
    svg = recall_chart("t", "d", curves=[("abusive", [0.001, 1.0], [0.2, 1.0])], marks=[0.05]).svg
    assert ">100 %</text>" in svg
    assert ">0.1 %</text>" in svg
    assert "false-positive rate" in svg
