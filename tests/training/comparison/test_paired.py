"""Comparing two artefacts: differences, their intervals, McNemar's test, and the comments whose label changed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from model.errors import ArtefactError
from training.comparison.comparison_report import (
    COMPARISON_FILES,
    changed_lines,
    comparison_html,
    comparison_json,
    write_changed_texts,
    write_comparison,
)
from training.comparison.paired import MEAN, POOLED, Comparison, compare_rows, mcnemar
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.source_metrics import auc
from training.tables.labelled import Labelled
from training.tables.labelled_tables import TablesRead

MakeRows = Callable[..., Labelled]
ANSWERS = ["fine", "toxic", "hateful"] * 40 + ["abusive", "not hateful", "fine"] * 10
SECRET = "only the owner may read this <b>"


def judged(rows: Labelled, *, seed: int, skill: float, version: str) -> ScoredRows:
    """Scores that are right as far as the skill goes."""
    random = np.random.default_rng(seed)
    truth = np.maximum(rows.label, 0)
    scores = random.dirichlet(np.ones(3), len(rows)) + skill * np.eye(3)[truth]
    scores /= scores.sum(axis=1, keepdims=True)
    return ScoredRows(rows, scores, scores.argmax(axis=1).astype(np.int8), frozenset(rows.source), 0.1, version=version)


@pytest.fixture(scope="module")
def table(rows: MakeRows) -> Labelled:
    """Rows of two sources, sorted by them."""
    return rows(ANSWERS, source=["a"] * 75 + ["b"] * 75, text=[f"{SECRET} {number}" for number in range(150)])


@pytest.fixture(scope="module")
def pair(table: Labelled) -> tuple[ScoredRows, ScoredRows]:
    """A poor artefact and a better one."""
    return judged(table, seed=1, skill=0.2, version="poor@1"), judged(table, seed=2, skill=1.0, version="better@2")


@pytest.fixture(scope="module")
def comparison(pair: tuple[ScoredRows, ScoredRows]) -> Comparison:
    """The better one against the poor one."""
    return compare_rows(*pair, resamples=200)


@pytest.fixture(scope="module")
def reading(table: Labelled) -> TablesRead:
    """What came of reading the rows."""
    return TablesRead(table, [], read=150, used=150, skipped=0, bad=0)


@pytest.mark.parametrize(("one", "other"), [(0, 0), (1, 0), (3, 3), (10, 2), (2, 10), (40, 61), (500, 499)])
def test_mcnemar_is_exact_for_few(one: int, other: int) -> None:
    """Below a thousand discordant rows it is the binomial test."""
    p, method = mcnemar(one, other)
    assert method == "exact"
    assert p == pytest.approx(binomtest(one, one + other).pvalue if one + other else 1.0)


@pytest.mark.parametrize(("one", "other"), [(500, 500), (600, 500), (1000, 10), (100_000, 100_800)])
def test_mcnemar_is_chi_squared_for_many(one: int, other: int) -> None:
    """From a thousand on it is the chi-squared test with the continuity correction."""
    p, method = mcnemar(one, other)
    assert method == "chi-squared"
    assert p == pytest.approx(chi2.sf(max(abs(one - other) - 1, 0) ** 2 / (one + other), 1))


def test_both_methods_agree_where_they_meet() -> None:
    """The step from one method to the other is small."""
    assert mcnemar(460, 539)[0] == pytest.approx(mcnemar(461, 539)[0], abs=0.002)


def test_an_artefact_does_not_differ_from_itself(pair: tuple[ScoredRows, ScoredRows]) -> None:
    """All changes are 0, no label changes, nothing is significant."""
    found = compare_rows(pair[0], pair[0], resamples=20)
    assert {(one.change, one.low, one.high, one.p) for one in found.differences} == {(0.0, 0.0, 0.0, 1.0)}
    assert {(test.only_first, test.only_second, test.p) for test in found.tests} == {(0, 0, 1.0)}
    assert found.changes == ()


def test_a_difference_is_second_less_first(comparison: Comparison, pair: tuple[ScoredRows, ScoredRows], table: Labelled) -> None:
    """The figures are those of the artefacts, and the change what lies between."""
    of = slice(0, 75)
    (found,) = [one for one in comparison.differences if (one.source, one.figure) == ("a", "auc_abusive")]
    assert [found.first, found.second] == pytest.approx([auc(table.abusive[of], one.abusive[of]) for one in pair])
    assert found.change == pytest.approx(found.second - found.first)


def test_a_clear_gain_is_significant(comparison: Comparison) -> None:
    """The interval of a large gain leaves out 0, and its p-value is small."""
    (found,) = [one for one in comparison.differences if (one.source, one.figure) == (POOLED, "auc_abusive")]
    assert found.low is not None
    assert found.p is not None
    assert found.low > 0
    assert found.p < 0.05


def test_the_other_way_round(comparison: Comparison, pair: tuple[ScoredRows, ScoredRows]) -> None:
    """Exchanging the artefacts turns signs and counts round."""
    turned = compare_rows(pair[1], pair[0], resamples=200)
    assert [-one.change for one in turned.differences] == pytest.approx([one.change for one in comparison.differences])
    assert [one.p for one in turned.differences] == [one.p for one in comparison.differences]
    assert [(one.only_second, one.only_first, one.p) for one in turned.tests] == [
        (one.only_first, one.only_second, one.p) for one in comparison.tests
    ]


def test_every_source_the_mean_and_the_pool(comparison: Comparison) -> None:
    """Differences are told of each source, of their mean, and of all rows."""
    assert list(dict.fromkeys(one.source for one in comparison.differences)) == ["a", "b", MEAN, POOLED]


def test_tests_count_the_rows_that_answer(comparison: Comparison, table: Labelled) -> None:
    """A row is in the test of a question only if its source answers it."""
    counts = {test.question: test.rows for test in comparison.tests if test.source == POOLED}
    assert counts == {"label": 130, "abusive": 140, "hateful": int((table.hateful >= 0).sum())}


def test_every_changed_label_is_told(comparison: Comparison, pair: tuple[ScoredRows, ScoredRows]) -> None:
    """The changes are those rows whose labels differ, with place and both labels."""
    assert [change.row for change in comparison.changes] == np.flatnonzero(pair[0].labels != pair[1].labels).tolist()
    assert all(change.first != change.second and change.file == "t.csv" and change.line == change.row + 2 for change in comparison.changes)


@pytest.mark.parametrize(
    ("answer", "labels", "outcome", "truth"),
    [
        ("fine", (1, 0), "better", "fine"),
        ("fine", (1, 2), "open", "fine"),
        ("toxic", (1, 0), "worse", "toxic"),
        ("hateful", (0, 2), "better", "hateful"),
        ("abusive", (0, 1), "better", "abusive"),
        ("abusive", (1, 2), "open", "abusive"),
        ("not hateful", (2, 0), "better", "not hateful"),
        ("not hateful", (0, 1), "open", "not hateful"),
        ("unknown", (0, 2), "open", "unknown"),
    ],
)
def test_better_or_worse_by_what_is_known(rows: MakeRows, answer: str, labels: tuple[int, int], outcome: str, truth: str) -> None:
    """A change is judged by what is known of the comment, and left open where that does not decide."""
    one = rows([answer, "fine", "toxic", "hateful"])
    first, second = (
        ScoredRows(one, np.full((4, 3), 1 / 3), np.array([label, 0, 1, 2], np.int8), frozenset(one.source), 0.1) for label in labels
    )
    (change,) = compare_rows(first, second, resamples=2).changes
    assert (change.outcome, change.truth) == (outcome, truth)


def test_other_rows_are_refused(pair: tuple[ScoredRows, ScoredRows]) -> None:
    """What was said of different rows cannot be compared."""
    fewer = judged(pair[0].rows.take(range(100)), seed=1, skill=0.2, version="poor@1")
    with pytest.raises(ValueError, match="same rows"):
        compare_rows(fewer, pair[1])
    with pytest.raises(ValueError, match="same rows"):
        compare_rows(replace(pair[0], clean=frozenset({"a"})), pair[1])


def test_the_report_keeps_texts_private(comparison: Comparison, reading: TablesRead, tmp_path: Path) -> None:
    """No text of a comment is in what is written by default."""
    write_comparison(comparison, reading, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(COMPARISON_FILES)
    assert all(SECRET[:20] not in (tmp_path / "out" / name).read_text("utf-8") for name in COMPARISON_FILES)


def test_a_report_replaces_the_one_before(comparison: Comparison, reading: TablesRead, tmp_path: Path) -> None:
    """Writing twice leaves the second report."""
    for _ in range(2):
        write_comparison(comparison, reading, tmp_path)
    assert json.loads((tmp_path / "compare.json").read_text("utf-8"))["second"] == "better@2"


def test_texts_go_to_a_file_of_their_own(comparison: Comparison, table: Labelled, tmp_path: Path) -> None:
    """Whoever names a file finds the texts there, and nobody else may read it."""
    write_changed_texts(comparison, table.text, tmp_path / "changed.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "changed.jsonl").read_text("utf-8").splitlines()]
    assert [line["text"] for line in lines] == [table.text[change.row] for change in comparison.changes]
    assert (tmp_path / "changed.jsonl").stat().st_mode & 0o077 == 0


def test_what_cannot_be_written_is_said(comparison: Comparison, reading: TablesRead, table: Labelled, tmp_path: Path) -> None:
    """A place that is not there ends in one clear line."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match="not written"):
        write_changed_texts(comparison, table.text, tmp_path / "nowhere" / "x.jsonl")
    with pytest.raises(ArtefactError, match="not written"):
        write_comparison(comparison, reading, tmp_path / "file" / "out")


def test_programs_read_everything(comparison: Comparison, reading: TablesRead) -> None:
    """The JSON holds differences, tests and counts of changes that add up."""
    told = json.loads(comparison_json(comparison, reading))
    assert len(told["differences"]) == len(comparison.differences)
    assert sum(change["comments"] for change in told["changes"]) == len(comparison.changes)
    assert len(list(changed_lines(comparison))) == len(comparison.changes)


def test_the_page_escapes_what_a_table_holds(pair: tuple[ScoredRows, ScoredRows]) -> None:
    """A source's name cannot put mark-up into the page."""
    rows = replace(pair[0].rows, source=["<script>"] * 150)
    first, second = (replace(one, rows=rows, clean=frozenset(rows.source)) for one in pair)
    page = comparison_html(compare_rows(first, second, resamples=5))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
