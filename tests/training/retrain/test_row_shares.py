"""What rulings weigh: no person, raid or old dispute decides alone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.training.retrain.conftest import FINE, labelled, sentences
from training.retrain.row_shares import LARGEST_SHARE, weigh_rulings
from training.retrain.ruling_rows import RulingRows

DAY = 86400.0


def rulings(persons: Sequence[str | None], **columns: object) -> RulingRows:
    """Return rulings on different comments by these persons."""
    rows = RulingRows.of(labelled({"fine": sentences(FINE, len(persons), seed=1)}))
    return replace(rows, person=list(persons), group=np.arange(len(persons)), **columns)  # type: ignore[arg-type]


def shares(rows: RulingRows) -> dict[str | None, float]:
    """Return the share of the weight that each person has."""
    weights = weigh_rulings(rows)
    return {person: float(weights[[one == person for one in rows.person]].sum() / weights.sum()) for person in rows.person}


def test_ordinary_rulings_weigh_one() -> None:
    """Where nothing speaks against it, every ruling counts the same."""
    assert weigh_rulings(rulings([None] * 10)).tolist() == [1.0] * 10
    assert weigh_rulings(rulings(["a", "b", "c", "d", "e", "f"])).tolist() == [1.0] * 6


@pytest.mark.parametrize("flood", [30, 3000])
def test_nobody_has_more_than_a_quarter(flood: int) -> None:
    """One of five, however much he rules, has a quarter of the weight; what the others say keeps all of its own."""
    rows = rulings(["flooder"] * flood + ["a", "b", "c", "d"] * 6)
    assert shares(rows)["flooder"] == pytest.approx(LARGEST_SHARE)
    assert weigh_rulings(rows)[flood:].tolist() == [1.0] * 24


def test_two_floods_are_held_down_too() -> None:
    """Several who rule too much have a quarter each at most."""
    found = shares(rulings(["one"] * 500 + ["two"] * 300 + ["a", "b", "c", "d"] * 5))
    assert max(found.values()) <= LARGEST_SHARE + 1e-9
    assert found["one"] == pytest.approx(found["two"])


@pytest.mark.parametrize(("persons", "most"), [(1, 1.0), (2, 1.0), (3, 0.5), (4, 0.25), (5, 0.25), (9, 0.25)])
def test_few_persons_share_what_there_is(persons: int, most: float) -> None:
    """With fewer than four a quarter each cannot be: one who hardly rules must not decide what the others weigh."""
    rows = rulings(["flooder"] * 200 + [f"person {number}" for number in range(1, persons)] * 4)
    assert shares(rows)["flooder"] <= most + 1e-9


def test_plain_tables_share_the_weight() -> None:
    """Beside the rows of a plain table a single moderator has a quarter at most, and the rows keep their weights."""
    rows = rulings(["flooder"] * 500 + [None] * 90)
    assert shares(rows)["flooder"] == pytest.approx(LARGEST_SHARE)
    assert weigh_rulings(rows)[500:].tolist() == [1.0] * 90


def test_a_raid_counts_once() -> None:
    """Near duplicates have the weight of one ruling together, whoever ruled on them."""
    rows = replace(rulings(["a", "b", "c"] * 20), group=np.array([0] * 50 + list(range(1, 11))))
    weights = weigh_rulings(rows)
    assert weights[:50].sum() == pytest.approx(1.0)
    assert weights[50:].tolist() == [1.0] * 10


def test_the_highest_role_speaks_for_a_raid() -> None:
    """Of near duplicates, those that a higher role ruled on count alone."""
    rows = rulings([None] * 4, role=["forum", "moderator", "lead", "moderator"])
    assert weigh_rulings(replace(rows, group=np.zeros(4, np.int64))).tolist() == pytest.approx([0.0, 0.0, 1.0, 0.0])


def test_newer_rulings_count_more() -> None:
    """A ruling loses half of its weight in a year, never more than three quarters; one without a time loses nothing."""
    times = np.array([0.0, -365.0, -3650.0, np.nan]) * DAY + 1.7e9
    assert weigh_rulings(rulings([None] * 4, created_at=times)).tolist() == pytest.approx([1.0, 0.5, 0.25, 1.0])


def test_of_a_raid_the_newer_ruling_counts_more() -> None:
    """Of two rulings about one message, the one of a year later has more than twice the weight."""
    rows = rulings([None] * 2, created_at=np.array([0.0, 365.0]) * DAY + 1.7e9)
    old, new = weigh_rulings(replace(rows, group=np.zeros(2, np.int64)))
    assert new > 2 * old > 0


def test_contested_rulings_count_less() -> None:
    """A ruling counts as far as those who spoke agree."""
    rows = rulings([None] * 3, agreeing=np.array([2, 1, 1]), contesting=np.array([0, 1, 3]))
    assert weigh_rulings(rows).tolist() == pytest.approx([1.0, 0.5, 0.25])


def test_no_rows_weigh_nothing() -> None:
    """No rulings have no weights."""
    assert weigh_rulings(rulings(["a"]).take([])).size == 0
