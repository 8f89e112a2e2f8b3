"""Weights as the kernels take them: numbers of the heads, and rows of what frequent words add."""

import numpy as np
import pytest

from model.array_types import Int8Array, Int16Array
from model.ngrams import features, tokens, weight_tables
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.features import BLOCKS, LETTERS, PAIRS, WORDS, allocate_features, collect_features, max_features
from model.ngrams.tokens import allocate_words, word_hash
from model.ngrams.weight_tables import (
    BIAS_ROW,
    DISCOUNT_ROW,
    HASH_COLUMN,
    INTERCEPT_ROW,
    LETTER_STEPS,
    NGRAMS_COLUMN,
    SLOPE_ROW,
    WeightTables,
    find_slot,
)
from tests.model.python_bodies import python_bodies

SETTINGS = FeatureSettings(bits=12, words=0.5, pairs=0.25, letters=2.0, discount=1.5, discount_hateful=3.0)
HEADS = 3
FINE_VALUES = np.random.default_rng(2).integers(-(2**15), 2**15, (1 << 12, HEADS)).astype(np.int16)
VALUES = np.random.default_rng(1).integers(-127, 128, (1 << 12, HEADS)).astype(np.int8)
WORDS_IN_TABLE = [b"you", b"idiot", "naïve".encode(), b"!!"]


def build(words: list[bytes], *, values: Int8Array | Int16Array = VALUES) -> WeightTables:
    return weight_tables.build_weight_tables(
        values,
        settings=SETTINGS,
        scales=np.array([0.1, 0.2, 0.3]),
        biases=np.array([-1.0, -2.0, -3.0]),
        slopes=np.array([2.0, 0.5, 1.0]),
        intercepts=np.array([0.25, 0.5, 0.75]),
        words=words,
    )


def row_of(tables: WeightTables, word: bytes) -> list[int]:
    """Return the row of a word, without the padding."""
    slot = find_slot(tables.word_slots, np.uint64(word_hash(np.frombuffer(word, np.uint8), 0, len(word))))
    row: list[int] = tables.word_rows[int(tables.word_slots[slot]) & 0xFFFF][: LETTER_STEPS + 2 * HEADS].tolist()
    return row


def row_by_hand(word: bytes, *, values: Int8Array | Int16Array = VALUES) -> list[int]:
    """Return what the features of a text that is this word alone add up to."""
    data = np.frombuffer(word, np.uint8)
    found = allocate_features(max_features(data.size, SETTINGS.kernel_settings))
    ends = np.zeros(BLOCKS, np.int64)
    collect_features(data, 0, data.size, SETTINGS.kernel_settings, allocate_words(data.size), 1, True, found, ends)
    codes = values[found.bucket[: ends[LETTERS]]].astype(np.int64)
    steps = codes * np.abs(codes)
    h = int(np.uint64(word_hash(data, 0, data.size)).astype(np.int64))
    ngrams = int(ends[LETTERS] - ends[PAIRS])
    return [h, ngrams, *steps[ends[PAIRS] :].sum(axis=0).tolist(), *steps[: ends[WORDS]].sum(axis=0).tolist()]


def test_rows_of_the_heads() -> None:
    """The first rows are a step of each block; then come biases, slopes, intercepts and discounts before calibration."""
    rows = build([]).head_rows

    np.testing.assert_allclose(rows[[WORDS, PAIRS, LETTERS]], np.outer([0.5, 0.25, 2.0], [0.1, 0.2, 0.3]))
    assert rows[BIAS_ROW].tolist() == [-1.0, -2.0, -3.0]
    assert rows[SLOPE_ROW].tolist() == [2.0, 0.5, 1.0]
    assert rows[INTERCEPT_ROW].tolist() == [0.25, 0.5, 0.75]
    assert rows[DISCOUNT_ROW].tolist() == [3.0 / 2.0, 1.5 / 0.5, 0.0]


def test_rows_of_frequent_words_are_their_features() -> None:
    """The row of a word has its hash and what its letters and it itself add, in steps; a run of signs has no letters."""
    tables = build(WORDS_IN_TABLE)

    for word in WORDS_IN_TABLE:
        assert row_of(tables, word) == row_by_hand(word)
    assert row_of(tables, b"!!")[NGRAMS_COLUMN] == 0
    assert row_of(tables, b"other")[HASH_COLUMN] == 0


def test_codes_of_16_bits_are_read_whole() -> None:
    """The rows of words hold the same sums where codes have 16 bits, the smallest and the largest included."""
    tables = build(WORDS_IN_TABLE, values=FINE_VALUES)

    for word in WORDS_IN_TABLE:
        assert row_of(tables, word) == row_by_hand(word, values=FINE_VALUES)


def test_rows_lie_on_lines_of_the_cache() -> None:
    """Each row begins with a line of 64 bytes; with three heads it is read at one go, padding and all."""
    rows = build(WORDS_IN_TABLE).word_rows

    assert rows.ctypes.data % 64 == 0
    assert rows.strides[0] % 64 == 0
    assert rows.shape[0] == len(WORDS_IN_TABLE) + 1


def test_a_word_given_twice_has_one_row() -> None:
    """A word whose slot is taken, as by itself, is left out."""
    rows = build([b"you", b"you", b"me"]).word_rows

    assert np.count_nonzero(rows[:, HASH_COLUMN]) == 2


def test_words_beyond_the_last_row_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are numbered in 16 bits; where there are more words, the first ones have rows."""
    monkeypatch.setattr(weight_tables, "_MAX_WORD_ROWS", 3)
    tables = build(WORDS_IN_TABLE)

    assert tables.word_rows.shape[0] == 3
    assert row_of(tables, WORDS_IN_TABLE[1]) == row_by_hand(WORDS_IN_TABLE[1])
    assert row_of(tables, WORDS_IN_TABLE[2])[HASH_COLUMN] == 0


@pytest.mark.parametrize("values", [VALUES, FINE_VALUES], ids=["8 bits", "16 bits"])
def test_compiled_or_not_is_the_same(values: Int8Array | Int16Array) -> None:
    """The machine code does what the Python that it is compiled from does."""
    compiled = build(WORDS_IN_TABLE, values=values)

    with python_bodies(weight_tables, features, tokens):
        tables = build(WORDS_IN_TABLE, values=values)
    for one, other in zip(tables, compiled, strict=True):
        np.testing.assert_array_equal(one, other)
