"""The kernel: the same features on all three ways out, whatever the order, the slices and the threads."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.comment import Comment
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.packed_texts import pack_bytes
from model.ngrams.raw_scores import RawScores
from model.ngrams.reader import extract_features, find_occurrences, score_texts
from model.ngrams.weight_tables import WeightTables, build_weight_tables
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare, trace

SETTINGS = FeatureSettings(bits=12, pairs=0.7, window=6, stride=3)
LEXICON = load_lexicon()
COLUMNS = 3
RANDOM = np.random.default_rng(5)
VALUES = RANDOM.integers(-127, 128, (1 << SETTINGS.bits, COLUMNS)).astype(np.int8)
SCALES, BIASES = np.array([1e-4, 2e-4, 3e-4]), np.array([-1.0, 0.5, 0.0])


def made(words: list[bytes]) -> WeightTables:
    """Return the weights with what the letters of words add up to."""
    ones, none = np.ones(COLUMNS), np.zeros(COLUMNS)
    return build_weight_tables(VALUES, settings=SETTINGS, scales=SCALES, biases=BIASES, slopes=ones, intercepts=none, words=words)


KNOWING, KNOWING_NOTHING = made([b"fuck", b"shit", b"a", b"s", b"is", b"abc", b"weather", b"and", b"you"]), made([])
TEXTS = st.lists(st.text("abcdefuckshit019 .!?*@&é😀'\n", max_size=80), max_size=8)


def ready(texts: list[str]) -> list[bytes]:
    """Return texts as the kernel takes them."""
    return prepare([Comment("", text) for text in texts])


def read(texts: list[bytes], *, knowing: WeightTables = KNOWING, threads: int = 1) -> RawScores:
    """Return what the scoring kernel makes of texts."""
    return score_texts(pack_bytes(texts), settings=SETTINGS, lexicon=LEXICON, tables=knowing, threads=threads)


def log_odds(texts: list[bytes], *, threads: int = 1) -> np.ndarray:
    """Return the log-odds that the scoring kernel gives texts."""
    return read(texts, threads=threads).log_odds


def in_steps(buckets: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Return the log-odds that features make, each with what it is worth."""
    codes = VALUES[buckets].astype(np.int64)
    total: np.ndarray = BIASES + SCALES * (codes * np.abs(codes) * worth[:, None]).sum(axis=0)
    return total


def by_hand(buckets: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the log-odds that the extracted features of one comment make."""
    blocks = np.repeat(np.arange(3), counts)
    return in_steps(buckets, SETTINGS.factors[blocks] / np.sqrt(counts[blocks]))


@given(st.text(max_size=80) | st.text("afuckshit019 .!?*@&'", max_size=80))
@settings(max_examples=200, deadline=None)
def test_scores_are_those_of_the_extracted_features(text: str) -> None:
    """What is scored at once equals what the extracted features make with the same weights."""
    texts = ready([text])
    buckets, counts = extract_features(pack_bytes(texts), settings=SETTINGS, lexicon=LEXICON)
    reading = read(texts)
    size = trace(text).data.size
    whole = [head for head in range(COLUMNS) if head > 1 or reading.windows[0, head].tolist() == [0, size]]
    np.testing.assert_allclose(reading.log_odds[0, whole], by_hand(buckets, counts[0])[whole], atol=1e-9)


@given(st.text(max_size=80) | st.text("afuckshit019 .!?*@&'", max_size=80))
@settings(max_examples=200, deadline=None)
def test_occurrences_are_those_of_the_extracted_features(text: str) -> None:
    """The features that explanations see are the extracted ones, in the same blocks, within the text, and weigh as much."""
    buckets, counts = extract_features(pack_bytes(ready([text])), settings=SETTINGS, lexicon=LEXICON)
    normalised = trace(text).data
    found = find_occurrences(normalised, lo=0, hi=normalised.size, settings=SETTINGS)

    assert set(found.bucket.tolist()) == set(buckets.tolist())
    np.testing.assert_allclose(in_steps(found.bucket, found.share), by_hand(buckets, counts[0]), atol=1e-9)
    assert (found.begin < found.end).all()
    assert found.end.max(initial=0) <= normalised.size


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_scores_do_not_depend_on_the_words_known(texts: list[str]) -> None:
    """What a known word's letters add up to is what they add up to, to the last bit."""
    np.testing.assert_array_equal(read(ready(texts), knowing=KNOWING_NOTHING).log_odds, read(ready(texts)).log_odds)


@given(TEXTS, st.randoms())
@settings(max_examples=60, deadline=None)
def test_order_slices_and_threads_do_not_matter(texts: list[str], random: object) -> None:
    """A comment has the same log-odds to the last bit, alone, in any batch, in any order, with any number of threads."""
    packed = ready(texts)
    together = log_odds(packed, threads=2) if packed else np.empty((0, COLUMNS))
    alone = [log_odds([text])[0] for text in packed]

    np.testing.assert_array_equal(together, np.array(alone).reshape(-1, COLUMNS))
    np.testing.assert_array_equal(log_odds(packed[::-1]), together[::-1])


def test_large_batches_are_shared_among_threads() -> None:
    """Threads change nothing."""
    texts = ready([f"comment number {n} about the weather and you {'!' * (n % 5)}" for n in range(5_000)])

    np.testing.assert_array_equal(log_odds(texts, threads=4), log_odds(texts))


def test_a_repeated_word_counts_once() -> None:
    """The words and pairs of a comment are sets, and so are the words whose letters count."""
    once, _ = extract_features(pack_bytes([b"abc"]), settings=SETTINGS, lexicon=LEXICON)
    thrice, _ = extract_features(pack_bytes([b"abc, abc, abc"]), settings=SETTINGS, lexicon=LEXICON)

    assert set(thrice.tolist()) > set(once.tolist())
    assert len(thrice) == len(once) + 1  # the pair "abc abc"


def test_the_worst_window_of_a_long_comment_counts() -> None:
    """A long comment is as bad as its worst window, or as the whole if that is worse."""
    words = [f"w{n}x" for n in range(200)]
    reading = read([" ".join(words).encode()])

    for lo, hi in reading.windows[0].tolist():
        assert 0 <= lo < hi
        assert len(" ".join(words)[lo:hi].split()) <= SETTINGS.window or (lo, hi) == (0, len(" ".join(words)))


def test_no_comment_no_log_odds() -> None:
    """An empty batch is a batch."""
    assert log_odds([]).shape == (0, COLUMNS)
    buckets, counts = extract_features(pack_bytes([]), settings=SETTINGS, lexicon=LEXICON)
    assert (len(buckets), counts.shape) == (0, (0, 3))


@pytest.mark.parametrize(
    "wrong", [{"bits": 0}, {"bits": 31}, {"shortest": 0}, {"longest": 1}, {"longest": 17}, {"window": 1}, {"stride": 0}, {"discount": -1.0}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    """Settings that the kernels cannot work with are refused before they reach one."""
    with pytest.raises(ValueError, match="out of range"):
        FeatureSettings(**wrong)


HOSTILE = """
import random
import numpy as np
from model.comment import Comment, Format
from model.normaliser.lexicon import load_lexicon
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.packed_texts import pack_bytes
from model.ngrams.reader import extract_features, find_occurrences, score_texts
from model.ngrams.weight_tables import build_weight_tables
from model.text.pipeline import prepare, trace

draw = random.Random(7)
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
    score_texts(packed, settings=settings, lexicon=load_lexicon(), tables=made)
    extract_features(packed, settings=settings, lexicon=load_lexicon())
    for text in texts[::7]:
        data = trace(text).data
        find_occurrences(data, lo=0, hi=data.size, settings=settings)
"""


@pytest.mark.slow
def test_no_index_leaves_its_array(tmp_path: object) -> None:
    """Compiled with bounds checks, the kernels read hostile comments without leaving an array."""
    environment = dict(os.environ, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", HOSTILE], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]
