"""The features of the rows that a difference is fitted to: those that occur in them, how freely each may move, and what anchors them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, FloatArray, Int32Array, IntArray
from model.classifier import Classifier
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.features import BLOCKS
from model.ngrams.packed_texts import pack_bytes
from model.ngrams.reader import extract_features
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from training.authored.authored_rows import load_authored_rows
from training.retrain.solver import FeatureMatrix

__all__ = ["SiteFeatures", "anchor_texts", "extract_site_features"]

_BLOCK_SCALES = np.array([0.5, 0.5, 1.0])  # how freely words, pairs and letters move
_COMMONNESS = 100.0  # a feature that occurs in every hundredth ordinary comment moves as freely as half of one that occurs in none
_ANCHORS = 2500


@dataclass(frozen=True, eq=False)
class SiteFeatures:
    """The features of n rows.

    Attributes:
        matrix: the features, numbered in the order of their buckets; k of them.
        buckets: their buckets, ascending, int32, shape (k,).
        scales: how freely each may move, shape (k,).
        anchor: the features of comments of our own, of the same columns: what the difference adds to these costs.
    """

    matrix: FeatureMatrix
    buckets: Int32Array
    scales: FloatArray
    anchor: FeatureMatrix

    def take(self, rows: IntArray) -> "SiteFeatures":
        """Return the features of some rows, and of those alone."""
        matrix = _take_rows(self.matrix, rows)
        occurs = np.zeros(self.buckets.size, np.bool_)
        occurs[matrix.features] = True
        numbers = (np.cumsum(occurs, dtype=np.int64) - 1).astype(np.int32)
        renumbered = FeatureMatrix(matrix.starts, numbers[matrix.features], matrix.amounts)
        return SiteFeatures(renumbered, self.buckets[occurs], self.scales[occurs], _take_features(self.anchor, occurs, numbers))


@dataclass(frozen=True, eq=False)
class _Extracted:
    """Buckets, comment by comment, and how many of each block each comment has; shapes (features,) and (n, 3)."""

    buckets: Int32Array
    counts: Int32Array

    @property
    def starts(self) -> IntArray:
        return np.concatenate([[0], np.cumsum(self.counts.sum(axis=1, dtype=np.int64))])


def extract_site_features(classifier: Classifier, texts: list[bytes], *, threads: int) -> SiteFeatures:
    """Return the features of n comments, given as ``model.text.pipeline.prepare`` leaves them."""
    settings = classifier.reader.settings
    own, common = _extract(texts, settings, threads), _anchor_features(settings)
    blocks = np.zeros((BLOCKS, 1 << settings.bits), np.int32)
    for block, members in enumerate(_by_block(own)):
        blocks[block] = np.bincount(members, minlength=1 << settings.bits)
    occurs = blocks.sum(axis=0) > 0
    buckets = np.flatnonzero(occurs).astype(np.int32)
    numbers = (np.cumsum(occurs, dtype=np.int64) - 1).astype(np.int32)
    frequency = np.bincount(common.buckets, minlength=1 << settings.bits)[buckets] / len(common.counts)
    # Where features share a bucket, it moves as the block does that it is most often of.
    scales = _BLOCK_SCALES[blocks[:, buckets].argmax(axis=0)] / np.sqrt(1 + _COMMONNESS * frequency)
    matrix = FeatureMatrix(own.starts, numbers[own.buckets], _amounts(own, settings))
    anchor = FeatureMatrix(common.starts, common.buckets, _amounts(common, settings))
    return SiteFeatures(matrix, buckets, scales, _take_features(anchor, occurs, numbers))


def _take_rows(matrix: FeatureMatrix, rows: IntArray) -> FeatureMatrix:
    sizes = np.diff(matrix.starts)[rows]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    places = np.repeat(matrix.starts[rows] - starts[:-1], sizes) + np.arange(starts[-1])
    return FeatureMatrix(starts, matrix.features[places], matrix.amounts[places])


def _take_features(matrix: FeatureMatrix, kept: BoolArray, numbers: Int32Array) -> FeatureMatrix:
    """Return a matrix of the features that are kept, by their new numbers."""
    is_kept = kept[matrix.features]
    before = np.concatenate([[0], np.cumsum(is_kept, dtype=np.int64)])
    return FeatureMatrix(before[matrix.starts], numbers[matrix.features[is_kept]], matrix.amounts[is_kept])


@lru_cache(1)
def anchor_texts() -> list[bytes]:
    """Return the comments of our own that differences are anchored to, as ``model.text.pipeline.prepare`` leaves them."""
    rows = load_authored_rows()
    # Every so-manyth, so that all kinds of comments are there in proportion.
    chosen = np.unique(np.linspace(0, len(rows) - 1, _ANCHORS).astype(np.intp))
    return prepare(rows.take(chosen).comments())


@lru_cache(1)
def _anchor_features(settings: FeatureSettings) -> _Extracted:
    return _extract(anchor_texts(), settings, 1)


def _extract(texts: list[bytes], settings: FeatureSettings, threads: int) -> _Extracted:
    return _Extracted(*extract_features(pack_bytes(texts), settings=settings, lexicon=load_lexicon(), threads=threads))


def _by_block(extracted: _Extracted) -> list[Int32Array]:
    """Return the buckets of each block."""
    block = np.repeat(np.tile(np.arange(BLOCKS, dtype=np.int8), len(extracted.counts)), extracted.counts.ravel())
    return [extracted.buckets[block == number] for number in range(BLOCKS)]


def _amounts(extracted: _Extracted, settings: FeatureSettings) -> npt.NDArray[np.float32]:
    with np.errstate(divide="ignore"):
        amounts = (settings.factors / np.sqrt(extracted.counts)).astype(np.float32)
    return np.repeat(amounts.ravel(), extracted.counts.ravel())
