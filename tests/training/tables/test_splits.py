"""Splits: nothing is judged by what was learnt from."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import TableError
from training.tables.labelled import Labelled, Place
from training.tables.splits import split_rows

SPLITS = st.sampled_from([None, "train", "dev"])


def table(size: int, *, splits: list[str | None] | None = None, sources: int = 2) -> Labelled:
    """Build rows of several sources, half of each abusive."""
    answers = np.array([row // sources % 2 for row in range(size)], dtype=np.int8)
    return Labelled(
        text=[f"comment number {row}" for row in range(size)],
        abusive=answers,
        hateful=np.zeros(size, dtype=np.int8),
        source=[f"forum {row % sources}" for row in range(size)],
        split=splits or [None] * size,
        id=[str(row) for row in range(size)],
        weight=np.ones(size),
        target=[None] * size,
        attributes={},
        place=[Place("t.csv", row + 2) for row in range(size)],
    )


def test_the_column_is_honoured() -> None:
    """Rows go where their table puts them."""
    splits: list[str | None] = ["dev", "train", "train", "dev"]
    split = split_rows(table(4, splits=splits), np.arange(4))
    assert split.dev.tolist() == [0, 3]
    assert split.train.tolist() == [1, 2]
    assert split.dropped.tolist() == []


def test_a_train_row_near_a_dev_row_is_dropped() -> None:
    """Dev judges only what train has not seen; what had to be left out is listed."""
    splits: list[str | None] = ["dev", "train", "train", "train"]
    split = split_rows(table(4, splits=splits), np.array([0, 0, 1, 2]))
    assert split.dev.tolist() == [0]
    assert split.train.tolist() == [2, 3]
    assert split.dropped.tolist() == [1]


def test_rows_without_a_split_follow_their_cluster() -> None:
    """A near duplicate of a row that has a side goes to that side."""
    splits: list[str | None] = ["dev", None, "train", None]
    split = split_rows(table(4, splits=splits), np.array([0, 0, 1, 1]))
    assert split.dev.tolist() == [0, 1]
    assert split.train.tolist() == [2, 3]


def test_every_source_and_answer_gets_its_share() -> None:
    """A tenth of each stratum is dev, not a tenth of the whole."""
    labelled = table(400)
    split = split_rows(labelled, np.arange(400))
    strata = [(labelled.source[row], labelled.abusive[row]) for row in split.dev]
    assert {stratum: strata.count(stratum) for stratum in strata} == dict.fromkeys(strata, 10)
    assert len(set(strata)) == 4


def test_small_strata_are_judged_too() -> None:
    """Two rows of a kind are enough for one in dev; a lone row teaches."""
    labelled = replace(table(5), source=["a", "a", "a", "b", "b"], abusive=np.array([0, 0, 1, 0, 0], dtype=np.int8))
    split = split_rows(labelled, np.arange(5))
    assert len(split.dev) == 2
    assert 2 in split.train


def test_the_division_depends_on_texts_and_seed_alone() -> None:
    """Other order, same division; other seed, another; rows that join later move few."""
    labelled, order = table(400), np.random.default_rng(1).permutation(400)
    dev = set(split_rows(labelled, np.arange(400)).dev.tolist())
    shuffled = split_rows(labelled.take(order), np.arange(400))
    assert {int(order[row]) for row in shuffled.dev} == dev
    assert set(split_rows(labelled, np.arange(400), seed=1).dev.tolist()) != dev
    grown = split_rows(table(480), np.arange(480))
    assert len(dev - set(grown.dev.tolist())) <= 8


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5])
def test_a_share_that_leaves_a_side_empty_is_refused(share: float) -> None:
    """Both sides must get something."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        split_rows(table(10), np.arange(10), dev_share=share)


@pytest.mark.parametrize("side", ["train", "dev"])
def test_an_empty_side_is_one_clear_line(side: str) -> None:
    """A table that puts everything on one side is refused, and the message says what is missing."""
    other = "dev" if side == "train" else "train"
    with pytest.raises(TableError, match=f"no row is left for {side} .*column split"):
        split_rows(table(4, splits=[other] * 4), np.arange(4))


@given(st.lists(st.tuples(SPLITS, st.integers(0, 8)), min_size=1, max_size=40), st.floats(0.05, 0.95))
def test_no_cluster_stands_on_both_sides(rows: list[tuple[str | None, int]], share: float) -> None:
    """Whatever the table says, each row is in one place, and no cluster in train and dev at once."""
    clusters = np.array([cluster for _, cluster in rows])
    try:
        split = split_rows(table(len(rows), splits=[side for side, _ in rows]), clusters, dev_share=share)
    except TableError:
        return
    assert sorted([*split.train, *split.dev, *split.dropped]) == list(range(len(rows)))
    assert not set(clusters[split.train]) & set(clusters[split.dev])
    assert all(rows[row][0] != "dev" for row in split.train)
    assert all(rows[row][0] != "train" for row in split.dev)
