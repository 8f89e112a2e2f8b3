"""Labelled rows move together."""

import numpy as np
import pytest

from training.tables.labelled import Labelled, Place


def rows(*answers: tuple[int, int], source: str = "forum", **attributes: list[int]) -> Labelled:
    """Build rows that answer as given."""
    size = len(answers)
    return Labelled(
        text=[f"{source} {row}" for row in range(size)],
        abusive=np.array([abusive for abusive, _ in answers], dtype=np.int8),
        hateful=np.array([hateful for _, hateful in answers], dtype=np.int8),
        source=[source] * size,
        split=[None] * size,
        id=[str(row) for row in range(size)],
        weight=np.ones(size),
        target=[None] * size,
        attributes={name: np.array(values, dtype=np.int8) for name, values in attributes.items()},
        place=[Place("table.csv", row + 2) for row in range(size)],
    )


def test_label_is_known_only_where_the_two_answers_decide() -> None:
    """Fine, toxic, hateful; unknown where abusive is yes and hateful open, or where only "not hateful" is known."""
    labelled = rows((0, 0), (1, 0), (1, 1), (1, -1), (-1, 0), (-1, -1))
    assert labelled.label.tolist() == [0, 1, 2, -1, -1, -1]


def test_take_moves_every_column_alike() -> None:
    """Rows come in the order asked for, with all that belongs to them, and may come twice."""
    labelled = rows((0, 0), (1, 0), (1, 1), insult=[0, 1, -1])
    taken = labelled.take([2, 0, 2])
    assert taken.text == ["forum 2", "forum 0", "forum 2"]
    assert taken.label.tolist() == [2, 0, 2]
    assert taken.attributes["insult"].tolist() == [-1, 0, -1]
    assert [place.line for place in taken.place] == [4, 2, 4]


def test_concat_leaves_what_a_part_does_not_know_unknown() -> None:
    """An attribute that one part lacks is -1 in its rows; dtypes survive, also with no part at all."""
    joined = Labelled.concat([rows((0, 0), insult=[0]), rows((1, 1), source="blog", threat=[1])])
    assert joined.source == ["forum", "blog"]
    assert joined.attributes["insult"].tolist() == [0, -1]
    assert joined.attributes["threat"].tolist() == [-1, 1]
    nothing = Labelled.concat([])
    assert len(nothing) == 0
    assert nothing.abusive.dtype == np.int8
    assert nothing.weight.dtype == np.float64


def test_columns_of_unequal_length_are_refused() -> None:
    """Nothing can be built whose rows do not belong together."""
    with pytest.raises(ValueError, match="as long as text"):
        rows((0, 0), insult=[0, 1])
