"""How the evidence of a text is combined."""

import numpy as np

from model.language.likely.posterior import (
    CERTAIN,
    CERTAIN_BUT_FOR_DOUBLE,
    MOST_CANDIDATES,
    UNCERTAIN,
    WordEvidence,
    choose_candidates,
    combine_evidence,
    find_certain,
)

ALLOWED = np.array([[True, True, True], [False, True, False]])


def combined(
    totals: list[int], shares: float, scores: list[float], size: int, group: int = 0, *, is_between_doubles: bool = False
) -> "np.typing.NDArray[np.float64]":
    likelihoods = np.empty((1, 3))
    letters = np.array([[0, 5]], np.int32), np.array([10], np.int32)
    words = WordEvidence(np.array([totals], np.int32), *letters, np.array([shares]), np.array([group]))
    ngrams = (np.array([scores]), np.array([size]), np.arange(3)[-len(scores) :])
    combine_evidence(words, np.zeros(2), *ngrams, is_between_doubles, ALLOWED, 0, likelihoods)
    return likelihoods.reshape(-1)


def test_probabilities_add_up_and_follow_the_evidence() -> None:
    """They are probabilities; weights, known words, English words and n-grams each raise those of their language."""
    base = combined([0, 0], 0.0, [0.0, 0.0, 0.0], 9)

    assert abs(base.sum() - 1) < 1e-9
    assert combined([0, 40], 0.0, [0.0, 0.0, 0.0], 9)[1] > base[1]
    assert combined([0, 0], 1.0, [0.0, 0.0, 0.0], 9)[0] > base[0]
    assert combined([0, 0], 0.0, [-30.0, -30.0, 0.0], 9)[2] > base[2]


def test_script_and_certain_words_rule_languages_out() -> None:
    """What is not written in a script has no chance in it, nor has a language without weights where no n-grams were taken."""
    assert combined([0, 0], 0.0, [0.0, 0.0, 0.0], 9, group=1).tolist() == [0.0, 1.0, 0.0]
    assert combined([0, 0], 0.0, [0.0, 0.0, 0.0], 0)[2] == 0.0


def test_between_doubles_others_are_ruled_out() -> None:
    """Where only two languages are in doubt, a third gets no chance from the fact that its n-grams were not counted."""
    assert combined([0, 0], 0.0, [-20.0, -20.0], 9)[0] > 1e-6
    assert combined([0, 0], 0.0, [-20.0, -20.0], 9, is_between_doubles=True)[0] < 1e-9


def test_words_without_a_doubt_are_certain() -> None:
    """Words that are known and speak for one language are certain, but for its double, unless they are few."""
    certainties, likeliest = np.zeros((2, 3), np.int64)
    totals, letters = np.array([[0, 200], [0, 200], [0, 0]], np.int32), np.array([10, 4, 10], np.int32)
    words = WordEvidence(totals, np.array([[0, 10], [0, 4], [0, 10]], np.int32), letters, np.zeros(3), np.zeros(3, np.int64))

    find_certain(words, np.zeros(2), ALLOWED, 0, np.zeros(2, np.bool_), certainties, likeliest)
    assert certainties.tolist() == [CERTAIN, UNCERTAIN, UNCERTAIN]
    assert likeliest.tolist() == [1, 1, 0]
    find_certain(words, np.zeros(2), ALLOWED, 0, np.array([False, True]), certainties, likeliest)
    assert certainties.tolist() == [CERTAIN_BUT_FOR_DOUBLE, UNCERTAIN, UNCERTAIN]


def test_candidates_are_likely_read_languages() -> None:
    """Read languages that are likely enough are candidates, English where the words are English, and one with words of its own."""
    rows = np.array([[0.02, 0.9, 0.08], [0.06, 0.9, 0.04], [0.01, 0.95, 0.04]])
    own, letters = np.array([[0, 0], [0, 0], [8, 10]], np.int32), np.array([10, 10, 20], np.int32)
    candidates, unread = np.empty((3, MOST_CANDIDATES), np.int64), np.empty(3)

    choose_candidates(rows, own, letters, np.array([0.0, 1.0, 0.0]), np.array([0, 1, -1]), 0, candidates, unread)

    assert candidates.tolist() == [[1, -1, -1], [1, 0, -1], [1, 0, -1]]
    assert np.allclose(unread, [0.08, 0.04, 0.04])
