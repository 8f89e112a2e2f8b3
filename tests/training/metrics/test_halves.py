"""The two halves of the dev rows that were read again."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from training.metrics.halves import choosing_rows, measure_reporting, reporting_rows, unchosen_rows
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]


def test_nothing_is_reported_on_that_chose(rows: MakeRows) -> None:
    """Every row that was read again is in exactly one half, about as many in each; the others are in neither."""
    dev = replace(rows(["fine"] * 400), reread=np.arange(400) % 2 == 0)
    choosing, reporting = choosing_rows(dev), reporting_rows(dev)
    assert sorted([*choosing, *reporting]) == list(range(0, 400, 2))
    assert 70 < choosing.size < 130


def test_a_row_keeps_its_half(rows: MakeRows) -> None:
    """The half of a row depends on its id alone."""
    dev = replace(rows(["fine", "toxic"] * 50), reread=np.ones(100, np.bool_))
    order = np.random.default_rng(0).permutation(100)[:40]
    ids = {dev.id[row] for row in choosing_rows(dev)}
    shuffled = dev.take(order)
    assert {shuffled.id[row] for row in choosing_rows(shuffled)} == ids & set(shuffled.id)


def test_without_rows_that_were_read_again_all_serve_both(rows: MakeRows) -> None:
    """Tables of a user choose and report by all their dev rows."""
    dev = rows(["fine", "toxic"] * 5)
    assert choosing_rows(dev).tolist() == reporting_rows(dev).tolist() == list(range(10))


def test_figures_leave_out_what_chose(rows: MakeRows) -> None:
    """Rows that were not read again are measured whatever their half; of the others the reporting half alone."""
    dev = replace(rows(["fine", "toxic"] * 100), reread=np.arange(200) < 100)
    assert set(unchosen_rows(dev)) == set(range(200)) - set(choosing_rows(dev))
    scores = np.where((dev.abusive == 1)[:, None], (0.1, 0.8, 0.1), (0.9, 0.05, 0.05))
    scores[choosing_rows(dev)] = (0.5, 0.3, 0.2)
    figures = measure_reporting(scores, dev.abusive, dev)
    assert figures is not None
    assert (figures.rows, figures.auc_abusive) == (reporting_rows(dev).size, 1)
    assert measure_reporting(scores, dev.abusive, rows(["fine", "toxic"] * 100)) is None
