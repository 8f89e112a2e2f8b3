"""The sections that every report has: all that was measured has its place, whatever the rows answer."""

from collections.abc import Callable

import pytest

from training.evaluation.measurement import compute_results
from training.evaluation.report.standard_sections import HEADLINES, build_sections
from training.evaluation.scored_rows import ScoredRows
from training.metrics.metric_names import METRICS

MakeScored = Callable[..., ScoredRows]
THREE = ("fine", "toxic", "hateful")
TITLES = [
    *("Recall at a fixed false-positive rate", "Every source", "The three labels", "Calibration", "Identity terms"),
    *("Kinds of comment", "The worst mistakes"),
]


@pytest.mark.parametrize("sources", [{"a": THREE}, {"a": ("abusive",)}, {"a": ("hateful", "not hateful")}])
def test_every_report_has_the_same_sections(make_scored: MakeScored, sources: dict[str, tuple[str, ...]]) -> None:
    """Sections that the rows cannot fill say so and stay."""
    sections = build_sections(compute_results(make_scored(sources), resamples=2))
    assert [section.title for section in sections] == TITLES


def test_the_table_of_sources_has_every_metric(make_scored: MakeScored) -> None:
    """Each source, the mean and the pool have a row, with a cell for each metric."""
    results = compute_results(make_scored({"a": THREE, "b": THREE}), resamples=2)
    table = next(section for section in build_sections(results) if section.title == "Every source").tables[0]
    assert [row[0] for row in table.rows] == ["a", "b", "mean of sources", "all rows pooled"]
    assert table.rows[0][2:] == tuple(results.sources[0].figures[metric] for metric in METRICS)


def test_headlines_are_metrics() -> None:
    """What a reader sees first is among what is measured, each once."""
    keys = [headline.metric for headline in HEADLINES]
    assert len(set(keys)) == len(keys)
    assert set(keys) <= set(METRICS)


def test_mistakes_have_the_words_of_the_field(make_scored: MakeScored) -> None:
    """A fine comment that scores high is a false positive, an abusive one that scores low a false negative."""
    section = build_sections(compute_results(make_scored({"a": THREE}), resamples=2))[-1]
    assert {row[0] for row in section.tables[0].rows} == {"false positive", "false negative"}
