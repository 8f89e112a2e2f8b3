"""The two halves of the dev rows that were read again."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from training.metrics.halves import choosing_rows, reporting_rows
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
