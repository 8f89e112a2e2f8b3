"""Sums of weights: of a whole text, and of its windows, whichever words the tables hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.array_types import IntArray
from model.ngrams import feature_sums, features, tokens, weight_tables
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.features import BLOCKS, allocate_features, collect_features, max_features
from model.ngrams.tokens import allocate_words
from model.ngrams.weight_tables import WeightTables, build_weight_tables
from tests.model.python_bodies import python_bodies

FEATURES = FeatureSettings(bits=12, pairs=0.7)
SETTINGS = FEATURES.kernel_settings
HEADS = 3
VALUES = np.random.default_rng(2).integers(-127, 128, (1 << 12, HEADS)).astype(np.int8)
SCALES, BIASES = np.array([1e-4, 2e-4, 3e-4]), np.array([-1.0, 0.5, 0.0])
TEXTS = st.lists(st.sampled_from(["you", "are", "so", "dumb", "!!", "?", "naïve", "isn't"]), max_size=12).map(" ".join)


def build(words: list[bytes]) -> WeightTables:
    ones = np.ones(HEADS)
    return build_weight_tables(VALUES, settings=FEATURES, scales=SCALES, biases=BIASES, slopes=ones, intercepts=ones, words=words)


RICH, POOR = build([b"you", b"dumb", b"!!"]), build([])


def sums_by_hand(data: "np.typing.NDArray[np.uint8]", lo: int, hi: int, *, distinct: bool) -> tuple[IntArray, IntArray]:
    """Return sizes and steps of the features of data[lo:hi]."""
    buffers, ends = allocate_features(max_features(hi - lo, SETTINGS)), np.zeros(BLOCKS, np.int64)
    n = collect_features(data, lo, hi, SETTINGS, allocate_words(hi - lo), 1, distinct, buffers, ends)
    codes = VALUES[buffers.bucket[:n]].astype(np.int64)
    blocks = np.split(codes * np.abs(codes), ends[:-1])
    return np.diff(ends, prepend=0), np.array([block.sum(axis=0) for block in blocks])


def sums_of(text: str, tables: WeightTables, *, window: slice | None = None) -> tuple[list[int], list[list[int]], list[float]]:
    """Return sizes, steps and log-odds of a text, or of a window of its words."""
    data = np.frombuffer(text.encode(), np.uint8)
    words = tokens.allocate_words(data.size)
    sums = feature_sums.allocate_sums(data.size, SETTINGS, HEADS)
    n = feature_sums.sum_features(data, data.size, SETTINGS, tables, words, 1, sums)
    if window is not None:
        feature_sums.sum_window(*window.indices(n)[:2], sums)
    log_odds = np.empty(HEADS)
    feature_sums.write_log_odds(sums, tables.head_rows, HEADS, log_odds)
    return sums.sizes.tolist(), sums.steps.tolist(), log_odds.tolist()


@given(TEXTS, st.sampled_from([RICH, POOR]))
def test_sums_are_those_of_the_features(text: str, tables: WeightTables) -> None:
    """Sizes and steps are those of the distinct features, whether or not a word has a row; log-odds follow from them."""
    data = np.frombuffer(text.encode(), np.uint8)
    expected_sizes, expected_steps = sums_by_hand(data, 0, data.size, distinct=True)

    sizes, steps, log_odds = sums_of(text, tables)

    assert sizes == expected_sizes.tolist()
    assert steps == expected_steps.tolist()
    scaled = FEATURES.factors / np.sqrt(np.maximum(expected_sizes, 1))
    np.testing.assert_allclose(log_odds, BIASES + SCALES * (scaled @ expected_steps), atol=1e-12)


@given(TEXTS.filter(bool), st.data())
def test_windows_have_the_features_of_their_words(text: str, data: st.DataObject) -> None:
    """The sums of a window are those of its words, repeated ones included, for the two label heads."""
    words = text.split()
    start = data.draw(st.integers(0, len(words) - 1))
    stop = data.draw(st.integers(start + 1, len(words)))
    alone = np.frombuffer(" ".join(words[start:stop]).encode(), np.uint8)
    expected_sizes, expected_steps = sums_by_hand(alone, 0, alone.size, distinct=False)

    sizes, steps, _ = sums_of(text, RICH, window=slice(start, stop))

    assert sizes == expected_sizes.tolist()
    assert [row[:2] for row in steps] == expected_steps[:, :2].tolist()


def test_many_windows_cost_a_penalty() -> None:
    """Up to forty windows none is penalised; from then on the penalty grows with the logarithm of their number."""
    assert feature_sums.window_penalty(8 + 39 * 4, 8, 4) == 0
    one, other = feature_sums.window_penalty(8 + 79 * 4, 8, 4), feature_sums.window_penalty(8 + 159 * 4, 8, 4)
    assert one == pytest.approx(0.2 * np.log(2))
    assert other == pytest.approx(0.2 * np.log(4))


def test_compiled_or_not_is_the_same() -> None:
    """The machine code does what the Python that it is compiled from does, but for the last bit of a root."""
    texts = ["", "you are so so dumb !! you are", "naïve you"]
    compiled = [sums_of(text, RICH) for text in texts]
    window = sums_of(texts[1], RICH, window=slice(1, 4))
    penalty = feature_sums.window_penalty(1000, 8, 4)

    with python_bodies(feature_sums, weight_tables, features, tokens):
        for text, (sizes, steps, log_odds) in zip(texts, compiled, strict=True):
            uncompiled = sums_of(text, RICH)
            assert uncompiled[:2] == (sizes, steps)
            assert uncompiled[2] == pytest.approx(log_odds, rel=1e-12)
        assert sums_of(texts[1], RICH, window=slice(1, 4))[:2] == window[:2]
        assert feature_sums.window_penalty(1000, 8, 4) == pytest.approx(penalty, rel=1e-12)
