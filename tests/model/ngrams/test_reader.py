"""The n-gram reader: the same features for scoring, training and explaining, whatever the order, the slices and the threads."""

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.ngrams import scoring_kernels, weight_tables
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.feature_sums import window_penalty
from model.ngrams.features import WORDS
from model.ngrams.packed_texts import pack_bytes
from model.ngrams.raw_scores import RawScores
from model.ngrams.reader import extract_features, find_occurrences, score_texts
from model.ngrams.weight_tables import WeightTables, build_weight_tables
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import normalise_comment, prepare

SETTINGS = FeatureSettings(bits=12, pairs=0.7, window=6, stride=3)
LEXICON = load_lexicon()
COLUMNS = 3
RANDOM = np.random.default_rng(5)
VALUES = RANDOM.integers(-127, 128, (1 << SETTINGS.bits, COLUMNS)).astype(np.int8)
VALUES.flags.writeable = False  # as those of an artefact; for others the kernel would be compiled anew
SCALES, BIASES = np.array([1e-4, 2e-4, 3e-4]), np.array([-1.0, 0.5, 0.0])


def build(words: list[bytes]) -> WeightTables:
    """Return weights with rows for some words."""
    ones, none = np.ones(COLUMNS), np.zeros(COLUMNS)
    return build_weight_tables(VALUES, settings=SETTINGS, scales=SCALES, biases=BIASES, slopes=ones, intercepts=none, words=words)


RICH, POOR = build([b"fuck", b"shit", b"a", b"s", b"is", b"abc", b"weather", b"and", b"you"]), build([])
TEXTS = st.lists(st.text("abcdefuckshit019 .!?*@&é😀'\n", max_size=80), max_size=8)


def prepared(texts: list[str]) -> list[bytes]:
    """Return texts as the kernel takes them."""
    return prepare([Comment("", text) for text in texts])


def read(texts: list[bytes], *, tables: WeightTables = RICH, threads: int = 1) -> RawScores:
    """Return what the scoring kernel makes of texts."""
    return score_texts(pack_bytes(texts), settings=SETTINGS, lexicon=LEXICON, tables=tables, threads=threads)


def log_odds(texts: list[bytes], *, threads: int = 1) -> np.ndarray:
    """Return the log-odds that the scoring kernel gives texts."""
    return read(texts, threads=threads).log_odds


def in_steps(buckets: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return the log-odds that features add up to, each of which counts so much."""
    codes = VALUES[buckets].astype(np.int64)
    total: np.ndarray = BIASES + SCALES * (codes * np.abs(codes) * share[:, None]).sum(axis=0)
    return total


def by_hand(buckets: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the log-odds that the extracted features of one comment add up to."""
    blocks = np.repeat(np.arange(3), counts)
    return in_steps(buckets, SETTINGS.factors[blocks] / np.sqrt(counts[blocks]))


@given(st.text(max_size=80) | st.text("afuckshit019 .!?*@&'", max_size=80))
@settings(max_examples=200, deadline=None)
def test_scores_are_those_of_the_extracted_features(text: str) -> None:
    """The log-odds of a whole comment are what its extracted features add up to with the same weights."""
    texts = prepared([text])
    buckets, counts = extract_features(pack_bytes(texts), settings=SETTINGS, lexicon=LEXICON)
    raw = read(texts)
    size = normalise_comment(text, Format.PLAIN, LEXICON).data.size
    whole = [head for head in range(COLUMNS) if head > 1 or raw.windows[0, head].tolist() == [0, size]]
    np.testing.assert_allclose(raw.log_odds[0, whole], by_hand(buckets, counts[0])[whole], atol=1e-9)


@given(st.text(max_size=80) | st.text("afuckshit019 .!?*@&'", max_size=80))
@settings(max_examples=200, deadline=None)
def test_occurrences_are_those_of_the_extracted_features(text: str) -> None:
    """The features that explanations see are the extracted ones, in the same blocks, within the text, and weigh as much."""
    buckets, counts = extract_features(pack_bytes(prepared([text])), settings=SETTINGS, lexicon=LEXICON)
    normalised = normalise_comment(text, Format.PLAIN, LEXICON).data
    every = find_occurrences(normalised, lo=0, hi=normalised.size, settings=SETTINGS)

    assert set(every.bucket.tolist()) == set(buckets.tolist())
    np.testing.assert_allclose(in_steps(every.bucket, every.share), by_hand(buckets, counts[0]), atol=1e-9)
    assert (every.begin < every.end).all()
    assert every.end.max(initial=0) <= normalised.size


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_scores_do_not_depend_on_the_rows_of_words(texts: list[str]) -> None:
    """With a row for a word or without, the log-odds are the same to the last bit."""
    np.testing.assert_array_equal(read(prepared(texts), tables=POOR).log_odds, read(prepared(texts)).log_odds)


@given(TEXTS, st.randoms())
@settings(max_examples=60, deadline=None)
def test_order_slices_and_threads_do_not_matter(texts: list[str], random: object) -> None:
    """A comment has the same log-odds to the last bit, alone, in any batch, in any order, with any number of threads."""
    packed = prepared(texts)
    together = log_odds(packed, threads=2) if packed else np.empty((0, COLUMNS))
    alone = [log_odds([text])[0] for text in packed]

    np.testing.assert_array_equal(together, np.array(alone).reshape(-1, COLUMNS))
    np.testing.assert_array_equal(log_odds(packed[::-1]), together[::-1])


def test_large_batches_are_shared_among_threads() -> None:
    """A batch that is cut into slices for several threads has the same log-odds to the last bit."""
    texts = prepared([f"comment number {n} about the weather and you {'!' * (n % 5)}" for n in range(5_000)])

    np.testing.assert_array_equal(log_odds(texts, threads=4), log_odds(texts))


@given(TEXTS)
def test_codes_of_16_bits_say_what_those_of_8_say(texts: list[str]) -> None:
    """A table in 8 bits is one in 16 whose codes are 128 times as large and whose steps that much finer: to the last bit."""
    values = VALUES.astype(np.int16) * np.int16(128)
    values.flags.writeable = False
    words = [b"fuck", b"abc", b"you"]
    ones, none = np.ones(COLUMNS), np.zeros(COLUMNS)
    fine = build_weight_tables(values, settings=SETTINGS, scales=SCALES / 128**2, biases=BIASES, slopes=ones, intercepts=none, words=words)

    for one, other in zip(read(prepared(texts), tables=fine), read(prepared(texts)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_codes_of_16_bits_are_compiled_with_those_of_8() -> None:
    """Once codes of 8 bits have been scored, those of 16 need no further machine code: a service need not stop to compile."""
    values = VALUES.astype(np.int16)
    values.flags.writeable = False
    ones, none = np.ones(COLUMNS), np.zeros(COLUMNS)
    read(prepared(["you fuck"]))
    kernels: list[Any] = [scoring_kernels.score_slice, weight_tables._fill_word_rows]
    compiled = [len(kernel.signatures) for kernel in kernels]

    read(
        prepared(["you fuck"]),
        tables=build_weight_tables(values, settings=SETTINGS, scales=SCALES, biases=BIASES, slopes=ones, intercepts=none, words=[b"you"]),
    )

    assert [len(kernel.signatures) for kernel in kernels] == compiled


def test_a_repeated_word_counts_once() -> None:
    """The words and pairs of a comment are sets, and so are the words whose letters count."""
    once, _ = extract_features(pack_bytes([b"abc"]), settings=SETTINGS, lexicon=LEXICON)
    thrice, _ = extract_features(pack_bytes([b"abc, abc, abc"]), settings=SETTINGS, lexicon=LEXICON)

    assert set(thrice.tolist()) > set(once.tolist())
    assert len(thrice) == len(once) + 1  # the pair "abc abc"


def test_the_worst_window_of_a_long_comment_counts() -> None:
    """A long comment is as bad as its worst window, less discount and penalty, or as the whole if that is worse."""
    text = np.frombuffer(" ".join(f"w{n}x" for n in range(200)).encode(), np.uint8)
    raw = read([text.tobytes()])
    whole = find_occurrences(text, lo=0, hi=text.size, settings=SETTINGS)
    begin, end = whole.begin[whole.block == WORDS], whole.end[whole.block == WORDS]
    penalty = window_penalty(200, SETTINGS.window, SETTINGS.stride)
    expected = {(0, text.size): in_steps(whole.bucket, whole.share)[:2]}
    for start in range(0, 200 - SETTINGS.window + SETTINGS.stride, SETTINGS.stride):
        lo, hi = int(begin[start]), int(end[min(start + SETTINGS.window, 200) - 1])
        window = find_occurrences(text, lo=lo, hi=hi, settings=SETTINGS)
        expected[lo, hi] = in_steps(window.bucket, window.share)[:2] - SETTINGS.discounts - penalty

    for head in range(2):
        worst = max(expected, key=lambda place, head=head: float(expected[place][head]))  # type: ignore[misc]
        assert tuple(raw.windows[0, head].tolist()) == worst
        assert raw.log_odds[0, head] == pytest.approx(expected[worst][head])


def test_no_comment_no_log_odds() -> None:
    """An empty batch is a batch."""
    assert log_odds([]).shape == (0, COLUMNS)
    buckets, counts = extract_features(pack_bytes([]), settings=SETTINGS, lexicon=LEXICON)
    assert (len(buckets), counts.shape) == (0, (0, 3))


HOSTILE = """
import random
import numpy as np
from model.comment import Comment, Format
from model.normaliser.lexicon import load_lexicon
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.packed_texts import pack_bytes
from model.ngrams.reader import extract_features, find_occurrences, score_texts
from model.ngrams.weight_tables import build_weight_tables
from model.text.pipeline import normalise_comment, prepare

draw = random.Random(7)
lexicon = load_lexicon()
pieces = list("afuckshit019@$!|+(*.-_/' &<>[]#%~?") + ["&&&", "@a ", "u/a ", "<url>", "a b ", "!?", "f u c k"]
pieces += ["x" * 70, "http://a ", "www.a", "aaa", "\\u00e9"]
texts = ["".join(draw.choice(pieces) for _ in range(draw.randrange(60))) for _ in range(400)]
texts += [piece * 300 for piece in pieces] + ["", " ", "&"]
for shape in (dict(), dict(shortest=1, longest=6, window=5)):
    settings = FeatureSettings(bits=12, **shape)
    columns = np.ones(3)
    values = np.ones((1 << 12, 3), np.int8)
    packed = pack_bytes(prepare([Comment("", text) for text in texts]))
    made = build_weight_tables(
        values, settings=settings, scales=columns, biases=columns, slopes=columns, intercepts=columns, words=[b"fuck", b"x" * 70]
    )
    score_texts(packed, settings=settings, lexicon=lexicon, tables=made)
    extract_features(packed, settings=settings, lexicon=lexicon)
    for text in texts[::7]:
        data = normalise_comment(text, Format.PLAIN, lexicon).data
        find_occurrences(data, lo=0, hi=data.size, settings=settings)
"""


@pytest.mark.nightly
def test_no_index_leaves_its_array(tmp_path: object) -> None:
    """Compiled with bounds checks, the kernels read hostile comments without leaving an array."""
    # What is compiled runs for a second, so the compiler need not optimise it, which takes four times as long.
    environment = dict(os.environ, NUMBA_BOUNDSCHECK="1", NUMBA_OPT="0", NUMBA_CACHE_DIR=str(tmp_path))
    process = subprocess.run([sys.executable, "-c", HOSTILE], env=environment, capture_output=True, text=True, check=False, timeout=600)

    assert process.returncode == 0, process.stderr[-2000:]
