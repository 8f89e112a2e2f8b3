"""The kernels: slices of a batch, buffers that grow, and the same results uncompiled."""

import numpy as np
import pytest

from model.comment import Comment
from model.ngrams import feature_sums, features, heads, scoring_kernels, tokens, weight_tables
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.features import BLOCKS
from model.ngrams.heads import CODE_COLUMNS, LABEL_SCORES
from model.ngrams.packed_texts import PackedTexts, pack_bytes
from model.ngrams.reader import NO_BOUNDS
from model.ngrams.weight_tables import build_weight_tables
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from tests.model.python_bodies import python_bodies

FEATURES = FeatureSettings(bits=12, window=4, stride=2)
HEADS = 3
VALUES = np.random.default_rng(4).integers(-127, 128, (1 << 12, HEADS)).astype(np.int8)
VALUES.flags.writeable = False  # as those of an artefact; for others the kernel would be compiled anew
LEXICON = load_lexicon()
TABLES = build_weight_tables(
    VALUES,
    settings=FEATURES,
    scales=np.full(HEADS, 1e-3),
    biases=np.zeros(HEADS),
    slopes=np.ones(HEADS),
    intercepts=np.zeros(HEADS),
    words=[b"you", b"idiot"],
)
TEXTS = ["", "you idi0t", "what a fine day this is, you said, and off you went with a smile!!", "&lt;" * 40, "naïve y o u"]
MODULES = (scoring_kernels, feature_sums, weight_tables, features, tokens, heads)


def pack(texts: list[str]) -> PackedTexts:
    return pack_bytes(prepare([Comment("", text) for text in texts]))


def score(packed: PackedTexts, *, lo: int = 0, hi: int | None = None) -> tuple[list[list[float]], list[list[int]]]:
    """Return floats and codes of some of the texts; the others are zeros."""
    n = packed.offsets.size - 1
    floats, codes = np.zeros((n, 2 * HEADS + LABEL_SCORES)), np.zeros((n, CODE_COLUMNS), np.int64)
    arguments = (LEXICON, FEATURES.kernel_array, *TABLES, NO_BOUNDS, floats, codes)
    scoring_kernels.score_slice(packed.data, packed.offsets, lo, n if hi is None else hi, *arguments)
    return floats.tolist(), codes.tolist()


def extract(packed: PackedTexts, capacity: int) -> tuple[int, list[int], list[list[int]]]:
    n = packed.offsets.size - 1
    out, counts = np.zeros(capacity, np.int32), np.zeros((n, BLOCKS), np.int32)
    size = scoring_kernels.extract_slice(packed.data, packed.offsets, 0, n, LEXICON, FEATURES.kernel_settings, out, counts)
    return size, out.tolist(), counts.tolist()


def test_a_slice_is_scored_and_nothing_else_is_touched() -> None:
    """The rows of a slice are those of the whole batch; the rows of all other texts stay as they were."""
    packed = pack(TEXTS)
    floats, codes = score(packed)

    some_floats, some_codes = score(packed, lo=1, hi=3)

    assert some_floats[1:3] == floats[1:3]
    assert some_codes[1:3] == codes[1:3]
    assert not np.any(some_floats[:1] + some_floats[3:])


def test_buffers_grow_for_a_text_that_normalisation_makes_longer() -> None:
    """A text of many signs that become several bytes each is scored as it is alone, and so is the text after it."""
    texts = ["short", "\u3300" * 60, "you idiot"]

    assert score(pack(texts))[0] == [score(pack([text]))[0][0] for text in texts]


def test_too_small_an_array_is_reported() -> None:
    """Where the buckets do not fit, the size is -1; with room for all of them, it is the sum of the counts."""
    packed = pack(TEXTS)
    size, buckets, counts = extract(packed, 4000)

    assert size == np.sum(counts)
    assert extract(packed, size)[1] == buckets[:size]
    assert extract(packed, size - 1)[0] == -1


def test_compiled_or_not_is_the_same() -> None:
    """The machine code does what the Python that it is compiled from does, but for the last bits of roots and exponentials."""
    packed = pack(TEXTS)
    floats, codes = score(packed)
    features_of_all = extract(packed, 4000)
    ends = np.zeros(BLOCKS, np.int64)
    occurrences, n = scoring_kernels.collect_occurrences(packed.data, 0, 30, FEATURES.kernel_settings, ends)

    with python_bodies(*MODULES):
        uncompiled_floats, uncompiled_codes = score(packed)
        assert extract(packed, 4000) == features_of_all
        uncompiled, m = scoring_kernels.collect_occurrences(packed.data, 0, 30, FEATURES.kernel_settings, ends)

    assert uncompiled_codes == codes
    for row, expected in zip(uncompiled_floats, floats, strict=True):
        assert row == pytest.approx(expected, rel=1e-12)
    assert m == n
    for one, other in zip(uncompiled, occurrences, strict=True):
        np.testing.assert_array_equal(one[:n], other[:n])
