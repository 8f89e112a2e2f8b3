"""The classes that an answer is compared in."""

import numpy as np
import pytest

from model.errors import TableError
from tests.training.conftest import MakeRows
from training.label_quality.answer_classes import contradicts, group_by_classes


def names_and_rows(groups: object) -> list[tuple[tuple[str, ...], list[int], list[int]]]:
    return [(group.names, group.rows.tolist(), group.given.tolist()) for group in groups]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["fine", "toxic", "fine"], [(("fine", "toxic"), [0, 1, 2], [0, 1, 0])]),
        (["fine", "abusive"], [(("fine", "abusive"), [0, 1], [0, 1])]),
        (["hateful", "not hateful"], [(("not hateful", "hateful"), [0, 1], [1, 0])]),
        (
            ["fine", "toxic", "hateful", "abusive", "not hateful"],
            [
                (("fine", "toxic", "hateful"), [0, 1, 2], [0, 1, 2]),
                (("fine", "abusive"), [3], [1]),
                (("not hateful", "hateful"), [4], [0]),
            ],
        ),
    ],
)
def test_rows_are_compared_in_the_tables_own_words(rows: MakeRows, answers: list[str], expected: object) -> None:
    """Every row is in one group, with the classes that its table tells apart."""
    assert names_and_rows(group_by_classes(rows(answers))) == expected


@pytest.mark.parametrize("answers", [["fine"] * 3, ["hateful"] * 2, ["abusive"] * 2, ["toxic", "abusive"]])
def test_one_kind_of_answer_is_refused(rows: MakeRows, answers: list[str]) -> None:
    """Without two kinds of answers there is nothing to compare, and the error says so."""
    with pytest.raises(TableError, match="none says otherwise"):
        group_by_classes(rows(answers))


def test_probabilities_and_contradictions(rows: MakeRows) -> None:
    """Probabilities of classes are sums over their labels; unknown answers contradict nothing."""
    table = rows(["fine", "abusive", "not hateful"])
    by_names = {group.names: group for group in group_by_classes(rows(["fine", "abusive"]))}
    of_classes = by_names["fine", "abusive"].probabilities(np.array([[0.5, 0.3, 0.2]]))
    np.testing.assert_allclose(of_classes, [[0.5, 0.5]])
    assert contradicts(table, 0, 1)
    assert not contradicts(table, 0, 2)
    assert not contradicts(table, 1, 2)
