"""Rulings that are made up: what goes wrong goes wrong as its name says, and the same seed makes the same."""

import numpy as np
import pytest

from benchmarks.loop.poisons import HONEST, POISONS, make_rulings
from tests.training.retrain.conftest import FINE, HATEFUL, TOXIC, labelled, sentences
from training.retrain.ruling_rows import RulingRows
from training.tables.labelled import Labelled

_ABOUT_WOMEN = ["women won the cup", "the women of our street", "some muslims came by", "my gay neighbour sings", "an immigrant wrote this"]


@pytest.fixture(scope="module")
def comments() -> Labelled:
    """200 comments, a fifth of which name a group."""
    texts = {"fine": sentences(FINE, 80, seed=1) + sentences(_ABOUT_WOMEN, 40, seed=2)}
    return labelled(texts | {"toxic": sentences(TOXIC, 40, seed=3), "hateful": sentences(HATEFUL, 40, seed=4)})


def wrong(rows: RulingRows, comments: Labelled) -> np.ndarray:
    """Return which of the first rulings are not what is right."""
    found: np.ndarray = rows.labelled.label[: len(comments)] != comments.label
    return found


def test_honest_rulings_are_right(comments: Labelled) -> None:
    """Five moderators share the comments and say what is right."""
    rows = make_rulings(comments, HONEST, seed=0)
    assert not wrong(rows, comments).any()
    assert len(set(rows.person)) == 5


@pytest.mark.parametrize("kind", sorted(POISONS))
def test_a_poison_spoils_rulings_the_same_way_each_time(kind: str, comments: Labelled) -> None:
    """Each kind makes some rulings wrong, by the seed alone."""
    rows, again = (make_rulings(comments, POISONS[kind], seed=3) for _ in range(2))
    assert wrong(rows, comments).any()
    assert rows.labelled.text == again.labelled.text
    assert (rows.labelled.label == again.labelled.label).all()
    assert rows.person == again.person


def test_a_flood_is_one_person_and_a_raid_one_group(comments: Labelled) -> None:
    """The flooder has most rulings, all wrong; the raider's copies are near duplicates; keys of the forum are many."""
    flood = make_rulings(comments, POISONS["flood"], seed=0)
    own = np.array([person == "flooder" for person in flood.person])
    assert own.mean() > 0.5
    assert (wrong(flood, comments) == own).all()
    raid = make_rulings(comments, POISONS["raid"], seed=0)
    assert np.unique(raid.group).size <= len(comments)
    assert len(raid) == 2 * len(comments)
    assert len({person for person in make_rulings(comments, POISONS["forum keys"], seed=0).person if str(person).startswith("key:")}) > 30
