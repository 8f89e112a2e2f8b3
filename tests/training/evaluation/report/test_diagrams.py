"""Diagrams: bins and cells are where they belong, empty ones too."""

from training.evaluation.report.diagrams import confusion_heatmap, reliability_diagram
from training.metrics.estimate import Estimate


def test_a_confusion_matrix_has_counts_and_shares() -> None:
    """Each cell has its count and its share of the row."""
    svg = confusion_heatmap("t", "d", names=["x", "y"], counts=[[3, 1], [0, 1200]]).svg
    for words in ("75%", "25%", "0%", "100%", ">3<", ">1,200<"):
        assert words in svg


def test_a_confusion_matrix_without_rows() -> None:
    """A row without comments has shares of 0 %, not -0 % and not an error."""
    svg = confusion_heatmap("t", "d", names=["x"], counts=[[0]]).svg
    assert ">0%<" in svg
    assert "-0" not in svg


def test_a_reliability_diagram_has_a_marker_for_each_bin_with_rows() -> None:
    """Markers have whiskers where there is an interval, bars stand for all ten bins."""
    points = [(0.1, Estimate(0.2, 0.1, 0.3)), (0.9, Estimate(0.8))]
    svg = reliability_diagram("t", "d", points=points, shares=[0.5] * 2 + [0.0] * 8).svg
    assert svg.count("<circle") == 2
    assert svg.count("whisker") == 1
    assert svg.count("<rect") == 10
    assert "predicted 10.0%, observed 20.0" in svg
