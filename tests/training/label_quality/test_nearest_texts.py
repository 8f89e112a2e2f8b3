"""Near rows: found by rare features, never among a row's own near duplicates."""

import numpy as np

from tests.training.conftest import MakeRows
from training.label_quality.fold_assignment import assign_folds
from training.label_quality.nearest_texts import find_nearest_texts
from training.label_quality.out_of_fold import extract_ngrams

TEXTS = (
    *("the gardener prunes apricot trees", "a gardener who prunes apricot trees in May", "the clarinet needs another reed"),
    *("my clarinet needs another reed too", "parliament votes on budgets tomorrow", "the gardener prunes apricot trees!"),
)


def test_the_nearest_share_rare_words(rows: MakeRows) -> None:
    """Texts about the same thing are nearest; the copy in a row's own cluster is left out."""
    features = extract_ngrams(rows(["fine"] * len(TEXTS), text=TEXTS))
    nearest = find_nearest_texts(features, np.array([0, 1, 2, 3, 4, 0]), count=2)
    assert nearest.texts[[0, 2, 3, 5], 0].tolist() == [1, 3, 2, 1]
    assert not {0, 5} & {*nearest.texts[0].tolist(), *nearest.texts[5].tolist()}
    assert (nearest.similarity[:, 0] >= nearest.similarity[:, 1]).all()
    assert (nearest.similarity <= 1).all()


def test_clusters_stay_together_and_the_order_does_not_matter() -> None:
    """A cluster is in one fold, folds are about as large and as mixed, and rows in another order go to the same folds."""
    keys = [f"text {number}" for number in range(40)]
    strata = ["toxic" if number % 4 == 0 else "fine" for number in range(40)]
    clusters = np.arange(40) // 2
    folds = assign_folds(keys, strata, clusters, count=5)
    assert (folds[::2] == folds[1::2]).all()
    assert np.bincount(folds).tolist() == [8] * 5
    assert np.bincount(folds[::4], minlength=5).min() >= 1
    order = np.random.default_rng(1).permutation(40)
    again = assign_folds([keys[row] for row in order], [strata[row] for row in order], clusters[order], count=5)
    assert again.tolist() == folds[order].tolist()
