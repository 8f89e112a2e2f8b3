"""The compiled reader: packed UTF-8 comments to hashed n-grams, in one kernel with three ways out.

``extract`` yields the features as the rows of a sparse matrix (for training), ``score`` multiplies them with the
weights at once (for serving), ``occurrences`` tells where each stood (for explanations). All three
normalise and hash with the same compiled functions, so that their features are the same.

A feature is a bucket of a hash table of 2**bits entries. The features of a comment are a set: what occurs twice counts
once. They come in three blocks: words and punctuation; pairs of words, neighbours and next but one; n-grams of the
letters within a word, its edges included. Each block is scaled by 1 / sqrt(its number of features), so that long and
short comments weigh the same, and by a factor of its own from the settings.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from model.compiled import inlined, inner, kernel
from model.normalise import buffers, normalise_bytes

__all__ = [
    "BLOCKS",
    "FeatureSettings",
    "Occurrences",
    "Packed",
    "Reading",
    "Weights",
    "extract",
    "occurrences",
    "pack_bytes",
    "score",
]

BLOCKS = 3
_SLICE = 1 << 16  # bytes; below that a thread costs more than it brings

_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SEED_WORD = np.uint64(0xCBF29CE484222325)
_SEED_PAIR = np.uint64(0x84222325CBF29CE4)
_SEED_SKIP = np.uint64(0x2545F4914F6CDD1D)
_SEED_CHARS = np.uint64(0x9AE16A3B2F90404F)


def _word_bytes() -> npt.NDArray[np.bool_]:
    """Return which bytes make up words, shape (256,)."""
    table = np.zeros(256, np.bool_)
    table[128:] = True
    table[[ord(sign) for sign in "abcdefghijklmnopqrstuvwxyz0123456789_'*@#$"]] = True
    return table


_WORD = _word_bytes()


@dataclass(frozen=True)
class FeatureSettings:
    """What the kernel reads out of a comment.

    Attributes:
        bits: the hash table has 2**bits buckets.
        shortest, longest: sizes of the letter n-grams, in bytes, inclusive.
        skip: whether pairs of words with one word between them count too.
        words, pairs, letters: factor of each block.
        window: normalised bytes of a window of a long comment; comments up to 1.5 windows are read whole only.
    """

    bits: int = 21
    shortest: int = 2
    longest: int = 5
    skip: bool = False
    words: float = 1.0
    pairs: float = 1.0
    letters: float = 1.0
    window: int = 600

    @cached_property
    def integers(self) -> npt.NDArray[np.int64]:
        """Return the whole-number settings as the kernel takes them, shape (5,)."""
        return np.array([self.bits, self.shortest, self.longest, int(self.skip), self.window], np.int64)

    @cached_property
    def factors(self) -> npt.NDArray[np.float64]:
        """Return the factor of each block, shape (3,)."""
        return np.array([self.words, self.pairs, self.letters], np.float64)


@dataclass(frozen=True, slots=True)
class Packed:
    """Comments as the kernel takes them.

    Attributes:
        data: their UTF-8 bytes one after the other, uint8.
        offsets: comment i is data[offsets[i]:offsets[i + 1]]; int64, shape (n + 1,).
    """

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Return how many comments there are."""
        return len(self.offsets) - 1


def pack_bytes(texts: Sequence[bytes]) -> Packed:
    """Return UTF-8 texts packed."""
    offsets = np.fromiter(accumulate(map(len, texts), initial=0), np.int64, len(texts) + 1)
    return Packed(np.frombuffer(b"".join(texts), np.uint8), offsets)


@inlined
def _add(h, shift, gen, mask, seen, idx, n, once):  # type: ignore[no-untyped-def]
    """Append the bucket of hash h to idx[n], unless it is to be there only once and is already; return the new n."""
    h = (h ^ (h >> np.uint64(31))) * _MIX
    bucket = np.int64(h >> shift)
    if once:
        slot = (bucket ^ (bucket >> 11)) & mask
        key = (gen << 32) | bucket
        while True:
            entry = seen[slot]
            if entry == key:
                return n
            if entry >> 32 != gen:
                break
            slot = (slot + 1) & mask
        seen[slot] = key
    idx[n] = bucket
    return n + 1


@inner
def _features(b, lo, hi, whole, gen, seen, idx, begin, end, starts, stops, hashes, ends, once):  # type: ignore[no-untyped-def]
    """Write the buckets of b[lo:hi] to idx, block by block, and where each block ends to ends; return their number.

    With once each bucket is written once; without, each occurrence is, with its place in b in begin and end.
    """
    shift = np.uint64(64 - whole[0])
    shortest, longest, skip = whole[1], whole[2], whole[3]
    capacity = 64
    while capacity < 2 * (hi - lo + 2) * (longest - shortest + 2):
        capacity *= 2
    mask = np.int64(capacity - 1)
    words = 0
    i = lo
    while i < hi:
        if _WORD[b[i]]:
            start = i
            h = _SEED_WORD
            while i < hi and (_WORD[b[i]]):
                if b[i] == 39 and (i == start or i + 1 >= hi or b[i + 1] == 39 or not _WORD[b[i + 1]]):
                    break
                h = (h ^ np.uint64(b[i])) * _PRIME
                i += 1
            if i == start:
                i += 1
                continue
            starts[words] = start
            stops[words] = i
            hashes[words] = h
            words += 1
        elif b[i] == 33 or b[i] == 63:
            start = i
            while i < hi and b[i] == b[start]:
                i += 1
            h = (_SEED_WORD ^ np.uint64(b[start])) * _PRIME
            if i - start > 1:
                h = (h ^ np.uint64(b[start])) * _PRIME
            starts[words] = start
            stops[words] = i
            hashes[words] = h
            words += 1
        else:
            i += 1
    n = 0
    for w in range(words):
        m = _add(hashes[w], shift, gen, mask, seen, idx, n, once)
        if not once:
            begin[n] = starts[w]
            end[n] = stops[w]
        n = m
    ends[0] = n
    for w in range(words - 1):
        h = (hashes[w] ^ _SEED_PAIR) * _PRIME + hashes[w + 1]
        m = _add(h * _PRIME, shift, gen, mask, seen, idx, n, once)
        if not once:
            begin[n] = starts[w]
            end[n] = stops[w + 1]
        n = m
        if skip and w + 2 < words:
            h = (hashes[w] ^ _SEED_SKIP) * _PRIME + hashes[w + 2]
            m = _add(h * _PRIME, shift, gen, mask, seen, idx, n, once)
            if not once:
                begin[n] = starts[w]
                end[n] = stops[w + 2]
            n = m
    ends[1] = n
    for w in range(words):
        if b[starts[w]] == 33 or b[starts[w]] == 63:
            continue
        first, last = starts[w] - 1, stops[w]
        for i in range(first, last):
            h = _SEED_CHARS
            for j in range(i, min(i + longest, last + 1)):
                c = np.uint64(32) if j == first or j == last else np.uint64(b[j])
                h = (h ^ c) * _PRIME
                if j - i + 1 >= shortest:
                    m = _add(h, shift, gen, mask, seen, idx, n, once)
                    if not once:
                        begin[n] = max(i, starts[w])
                        end[n] = min(j + 1, last)
                    n = m
    ends[2] = n
    return n


@inner
def _capacity(size, whole):  # type: ignore[no-untyped-def]
    """Return how many features size normalised bytes can have at most."""
    return (size + 2) * (2 * (whole[2] - whole[1] + 1) + 3) + 8


@inner
def _table_size(size, whole):  # type: ignore[no-untyped-def]
    capacity = 64
    while capacity < 2 * (size + 2) * (whole[2] - whole[1] + 2):
        capacity *= 2
    return capacity


@inner
def _longest(offsets, lo, hi):  # type: ignore[no-untyped-def]
    size = np.int64(0)
    for i in range(lo, hi):
        size = max(size, offsets[i + 1] - offsets[i])
    return size


@inner
def _next_window(b, start, size, window):  # type: ignore[no-untyped-def]
    """Return where the window that starts at start ends, at a blank if there is one near."""
    stop = min(start + window, size)
    if stop == size:
        return stop
    k = stop
    while k > start + window // 2 and b[k] != 32:
        k -= 1
    return k if b[k] == 32 else stop


@inlined
def _square(code):  # type: ignore[no-untyped-def]
    return np.int64(code) * abs(np.int64(code))


@inner
def _log_odds(b, lo, hi, whole, factors, weights, scales, biases, gen, seen, idx, starts, stops, hashes, ends, steps, z):  # type: ignore[no-untyped-def]
    """Write the log-odds of each column for b[lo:hi] to z, shape (columns,)."""
    none = starts
    _features(b, lo, hi, whole, gen, seen, idx, none, none, starts, stops, hashes, ends, True)
    columns = weights.shape[1]
    for c in range(columns):
        z[c] = biases[c]
    first = 0
    for block in range(3):
        size = ends[block] - first
        if size > 0:
            hateful = np.int64(0)
            given = np.int64(0)
            steps[:] = 0
            for k in range(first, ends[block]):
                row = idx[k]
                hateful += _square(weights[row, 0])
                given += _square(weights[row, 1])
                for c in range(2, columns):
                    steps[c] += _square(weights[row, c])
            steps[0] = hateful
            steps[1] = given
            factor = factors[block] / np.sqrt(np.float64(size))
            for c in range(columns):
                z[c] += factor * scales[c] * np.float64(steps[c])
        first = ends[block]


@kernel
def _not_abusive(z, slopes, intercepts):  # type: ignore[no-untyped-def]
    """Return P(not abusive) of the first two columns, the lower the worse."""
    hateful = 1.0 / (1.0 + np.exp(-(slopes[0] * z[0] + intercepts[0])))
    toxic = 1.0 / (1.0 + np.exp(-(slopes[1] * z[1] + intercepts[1])))
    return (1.0 - hateful) * (1.0 - toxic)


@kernel
def _score(data, offsets, lo, hi, lexicon, whole, factors, weights, scales, biases, slopes, intercepts, out, where):  # type: ignore[no-untyped-def]
    """Write the log-odds of comments lo to hi to out, shape (n, columns), and the normalised range that they are of to where, (n, 2)."""
    longest = _longest(offsets, lo, hi)
    room = buffers(longest)
    size = 5 * longest + 8
    starts, stops, hashes = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.uint64)
    ends = np.zeros(3, np.int64)
    steps = np.empty(weights.shape[1], np.int64)
    z = np.empty(weights.shape[1], np.float64)
    seen = np.zeros(1024, np.int64)
    idx = np.empty(1024, np.int32)
    gen = np.int64(0)
    window = whole[4]
    for i in range(lo, hi):
        n = normalise_bytes(data, offsets[i], offsets[i + 1], lexicon, room)
        a = room.one.data
        if _table_size(n, whole) > seen.size:
            seen = np.zeros(_table_size(n, whole), np.int64)
            gen = 0
        if _capacity(n, whole) > idx.size:
            idx = np.empty(_capacity(n, whole), np.int32)
        gen += 1
        _log_odds(a, 0, n, whole, factors, weights, scales, biases, gen, seen, idx, starts, stops, hashes, ends, steps, z)
        out[i] = z
        where[i, 0] = 0
        where[i, 1] = n
        if 2 * n <= 3 * window:
            continue
        best = _not_abusive(z, slopes, intercepts)
        start = 0
        while True:
            stop = _next_window(a, start, n, window)
            gen += 1
            _log_odds(a, start, stop, whole, factors, weights, scales, biases, gen, seen, idx, starts, stops, hashes, ends, steps, z)
            fine = _not_abusive(z, slopes, intercepts)
            if fine < best:
                best = fine
                out[i] = z
                where[i, 0] = start
                where[i, 1] = stop
            if stop == n:
                break
            start = _next_window(a, start, stop, (stop - start) // 2)


@kernel
def _extract(data, offsets, lo, hi, lexicon, whole, out, counts):  # type: ignore[no-untyped-def]
    """Write the buckets of comments lo to hi one after the other to out and the size of each block to counts, (hi - lo, 3)."""
    longest = _longest(offsets, lo, hi)
    room = buffers(longest)
    size = 5 * longest + 8
    starts, stops, hashes = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.uint64)
    ends = np.zeros(3, np.int64)
    seen = np.zeros(1024, np.int64)
    idx = np.empty(1024, np.int32)
    gen = np.int64(0)
    total = 0
    for i in range(lo, hi):
        n = normalise_bytes(data, offsets[i], offsets[i + 1], lexicon, room)
        a = room.one.data
        if _table_size(n, whole) > seen.size:
            seen = np.zeros(_table_size(n, whole), np.int64)
            gen = 0
        if _capacity(n, whole) > idx.size:
            idx = np.empty(_capacity(n, whole), np.int32)
        gen += 1
        found = _features(a, 0, n, whole, gen, seen, idx, starts, starts, starts, stops, hashes, ends, True)
        if total + found > out.size:
            return -1
        out[total : total + found] = idx[:found]
        total += found
        counts[i - lo, 0] = ends[0]
        counts[i - lo, 1] = ends[1] - ends[0]
        counts[i - lo, 2] = ends[2] - ends[1]
    return total


@kernel
def _occurrences(b, lo, hi, whole, idx, begin, end, starts, stops, hashes, ends):  # type: ignore[no-untyped-def]
    """Write every occurrence of every feature of b[lo:hi]: bucket and range; starts and stops get the words. Return how many."""
    return _features(b, lo, hi, whole, np.int64(1), np.zeros(1, np.int64), idx, begin, end, starts, stops, hashes, ends, False)


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where the features of a normalised text stand.

    Attributes:
        bucket: hashed feature of each occurrence, int32, shape (k,).
        block: its block (0 words, 1 pairs, 2 letters), int64, shape (k,).
        begin, end: its range in the normalised bytes, int32, shape (k,).
    """

    bucket: npt.NDArray[np.int32]
    block: npt.NDArray[np.int64]
    begin: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]


def occurrences(normalised: npt.NDArray[np.uint8], *, lo: int, hi: int, settings: FeatureSettings) -> Occurrences:
    """Return every occurrence of every feature of normalised[lo:hi]."""
    whole = settings.integers
    room = int(_capacity(hi - lo, whole))
    idx, begin, end = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    starts, stops, hashes = np.empty(hi - lo + 1, np.int32), np.empty(hi - lo + 1, np.int32), np.empty(hi - lo + 1, np.uint64)
    ends = np.zeros(BLOCKS, np.int64)
    n = _occurrences(normalised, lo, hi, whole, idx, begin, end, starts, stops, hashes, ends)
    return Occurrences(idx[:n], np.repeat(np.arange(BLOCKS), np.diff(ends, prepend=0)), begin[:n], end[:n])


@dataclass(frozen=True, slots=True)
class Weights:
    """What the kernel multiplies with.

    Attributes:
        values: codes, int8, shape (2**bits, columns); columns are heads, the first two those of the label. A code c stands
            for c * abs(c) steps: fine where most weights are, and yet wide enough for the largest.
        scales: what one step of each column is worth in log-odds, float64, shape (columns,).
        biases: log-odds of a comment without features, float64, shape (columns,).
        slopes, intercepts: affine calibration of each column, float64, shape (columns,); used to choose the window of a
            long comment, not applied to what is returned.
    """

    values: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float64]
    biases: npt.NDArray[np.float64]
    slopes: npt.NDArray[np.float64]
    intercepts: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of n comments.

    Attributes:
        log_odds: before calibration, float64, shape (n, columns).
        where: the range of normalised bytes that they are of, int64, shape (n, 2): the whole of a short comment, the
            worst window of a long one (or the whole, if that is worse).
    """

    log_odds: npt.NDArray[np.float64]
    where: npt.NDArray[np.int64]


def score(packed: Packed, *, settings: FeatureSettings, lexicon: npt.NDArray[np.uint32], weights: Weights, threads: int = 1) -> Reading:
    """Read comments and multiply what is found with the weights.

    Args:
        packed: n comments, as ``model.text.prepare`` leaves them.
        settings: what to read.
        lexicon: words that disguises may be read as.
        weights: of 2**bits rows.
        threads: how many threads share the work; 1 stays in the calling thread. The result does not depend on it.
    """
    reading = Reading(np.empty((len(packed), weights.values.shape[1])), np.empty((len(packed), 2), np.int64))

    def run(lo: int, hi: int) -> None:
        _score(
            *(packed.data, packed.offsets, lo, hi, lexicon, settings.integers, settings.factors),
            *(weights.values, weights.scales, weights.biases, weights.slopes, weights.intercepts),
            *(reading.log_odds, reading.where),
        )

    _share(run, packed, threads)
    return reading


def extract(
    packed: Packed, *, settings: FeatureSettings, lexicon: npt.NDArray[np.uint32], threads: int = 1
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Read comments and return what is found.

    Args:
        packed: n comments, as ``model.text.prepare`` leaves them.
        settings: what to read.
        lexicon: words that disguises may be read as.
        threads: how many threads share the work.

    Returns:
        The buckets of all comments one after the other, int32; and how many of them each block of each comment has, int32,
        shape (n, 3).
    """
    counts = np.empty((len(packed), BLOCKS), np.int32)
    found: dict[int, npt.NDArray[np.int32]] = {}

    def run(lo: int, hi: int) -> None:
        room = 8 * int(packed.offsets[hi] - packed.offsets[lo]) + 1024
        while True:
            out = np.empty(room, np.int32)
            size = _extract(packed.data, packed.offsets, lo, hi, lexicon, settings.integers, out, counts[lo:hi])
            if size >= 0:
                found[lo] = out[:size].copy()
                return
            room *= 2

    _share(run, packed, threads)
    return np.concatenate([found[lo] for lo in sorted(found)]) if found else np.empty(0, np.int32), counts


def _share(run: Callable[[int, int], None], packed: Packed, threads: int) -> None:
    """Call run on slices of about equal bytes, in threads if there is enough to share."""
    size = int(packed.offsets[-1])
    slices = min(len(packed), max(1, size // _SLICE))
    if threads == 1 or slices == 1:
        if len(packed):
            run(0, len(packed))
        return
    slices = max(slices, 4 * threads) if len(packed) >= 4 * threads else slices
    cuts = np.unique(np.searchsorted(packed.offsets, np.linspace(0, size, slices + 1)[1:-1])).tolist()
    bounds = sorted({0, *cuts, len(packed)})
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, bounds[:-1], bounds[1:]))
