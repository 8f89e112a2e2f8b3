"""Features of the rows of a site: how freely each may move."""

from pathlib import Path

import numpy as np

from model.artefact.folder import read_artefact
from model.moderator import build_classifier
from model.normaliser.version import normaliser_version
from training.retrain.site_features import anchor_texts, extract_site_features


def test_what_everybody_says_moves_less(champion: Path) -> None:
    """Features of a common word are held more than those of one that ordinary comments lack; and threads change nothing."""
    classifier = build_classifier(read_artefact(champion, normaliser=normaliser_version()))
    common, rare = (extract_site_features(classifier, [text], threads=1) for text in (b"the", b"xqzjk"))
    assert common.scales.mean() < 0.7 * rare.scales.mean()
    texts = [b"the weather", b"xqzjk", b"zorgs are here"] * 50
    one, other = (extract_site_features(classifier, texts, threads=threads) for threads in (1, 3))
    np.testing.assert_array_equal(one.matrix.features, other.matrix.features)
    np.testing.assert_array_equal(one.scales, other.scales)


def test_rows_are_taken_with_their_features_alone(champion: Path) -> None:
    """Some rows have the features that occur in them, and the anchoring comments those of these that they hold."""
    classifier = build_classifier(read_artefact(champion, normaliser=normaliser_version()))
    both = extract_site_features(classifier, [b"the weather", b"xqzjk"], threads=1)
    alone = extract_site_features(classifier, [b"xqzjk"], threads=1)
    taken = both.take(np.array([1]))
    np.testing.assert_array_equal(taken.buckets, alone.buckets)
    np.testing.assert_array_equal(taken.matrix.features, alone.matrix.features)
    assert len(taken.anchor) == len(anchor_texts())
    assert taken.anchor.features.size < both.anchor.features.size
