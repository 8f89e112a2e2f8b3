"""The features as a matrix: what training multiplies with is what serving adds up."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model.classifier import NgramReader
from model.comment import Comment
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.packed_texts import pack_bytes
from model.ngrams.reader import score_texts
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from training.fit.feature_matrix import build_feature_matrix

SETTINGS = FeatureSettings(bits=12, pairs=0.7, window=1000)
HEADS = 3
VALUES = np.random.default_rng(5).integers(-127, 128, (1 << SETTINGS.bits, HEADS)).astype(np.int8)
SCALES, BIASES = np.array([1e-4, 2e-4, 3e-4]), np.array([-1.0, 0.5, 0.0])


@given(st.lists(st.text("afuckshit019 .!?*@&\u00e9\U0001f600'\n", max_size=80), max_size=8))
@settings(max_examples=60, deadline=None)
def test_rows_times_weights_are_the_scores(texts: list[str]) -> None:
    """A row times the weights, plus the biases, is what serving scores with the same weights."""
    packed = pack_bytes(prepare([Comment("", text) for text in texts]))
    rows = build_feature_matrix(packed, settings=SETTINGS, lexicon=load_lexicon())
    steps = VALUES.astype(np.float64) * np.abs(VALUES.astype(np.float64))
    reader = NgramReader(SETTINGS, load_lexicon(), VALUES, SCALES, BIASES)
    weights = reader.weights(np.ones(HEADS), np.zeros(HEADS))
    read = score_texts(packed, settings=SETTINGS, lexicon=reader.lexicon, tables=weights)

    assert rows.shape == (len(texts), 1 << SETTINGS.bits)
    np.testing.assert_allclose(rows @ (steps * SCALES) + BIASES, read.log_odds, rtol=1e-5, atol=1e-5)
