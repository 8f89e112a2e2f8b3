"""How sources err, estimated from those of their rows that were read again."""

import numpy as np

from model.array_types import Int8Array
from training.label_noise.source_confusion import SourceConfusion, estimate_confusion


def estimate(answers: list[tuple[int, int]], labels: list[int], *, counts: list[bool] | None = None) -> SourceConfusion:
    """Estimate the confusion of one source."""
    columns: Int8Array = np.array(answers, np.int8).reshape(-1, 2)
    counted = np.array(counts if counts is not None else [True] * len(labels))
    return estimate_confusion(["forum"] * len(labels), columns[:, 0], columns[:, 1], np.array(labels, np.int8), counts=counted)


def test_a_source_that_cries_wolf_is_not_believed() -> None:
    """Where a source calls most fine comments hateful, its word says little; what it calls fine is fine."""
    confusion = estimate([(1, 1)] * 500 + [(0, 0)] * 100 + [(1, 1)] * 100, [0] * 600 + [2] * 100)
    likelihoods = confusion.likelihoods(["forum"] * 2, np.array([1, 0], np.int8), np.array([1, 0], np.int8))
    assert likelihoods[0, 2] < 1.3 * likelihoods[0, 0]
    assert likelihoods[1, 0] > 3 * likelihoods[1, 2]


def test_a_few_rows_hardly_move_a_source() -> None:
    """A source of which next to nothing was read again is taken for an ordinary one: right more often than not."""
    confusion = estimate([(1, 1), (0, 0), (1, 0)], [0, -1, -1])
    fine, toxic, hateful = confusion.by_source["forum"]
    assert fine[4] > fine[8]
    assert hateful[8] > hateful[4]
    assert toxic[7] > toxic[4]
    np.testing.assert_allclose(confusion.by_source["forum"].sum(axis=1), 1)


def test_rows_that_were_drawn_for_being_odd_do_not_count() -> None:
    """Rows that were read again because a model contradicts the source say nothing about the source."""
    answers, labels = [(1, 1)] * 50 + [(0, 0)] * 50, [0] * 50 + [0] * 50
    odd = estimate(answers, labels, counts=[False] * 50 + [True] * 50)
    assert odd.by_source["forum"][0, 8] < 0.5 * estimate(answers, labels).by_source["forum"][0, 8]


def test_what_a_source_never_answers_tells_nothing() -> None:
    """A source that answers one question alone has no probability for pairs with the other."""
    matrix = estimate([(-1, 1)] * 30 + [(-1, 0)] * 30, [2] * 30 + [0] * 30).by_source["forum"]
    assert matrix[:, [0, 3, 4, 5, 6, 7, 8]].max() == 0


def test_an_unknown_source_is_taken_at_its_word() -> None:
    """Rows of a source that nothing is known of leave the labels that agree with their answers."""
    likelihoods = SourceConfusion({}).likelihoods(["table"] * 2, np.array([1, -1], np.int8), np.array([-1, -1], np.int8))
    assert likelihoods.tolist() == [[0, 1, 1], [1, 1, 1]]
