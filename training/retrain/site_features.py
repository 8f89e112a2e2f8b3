"""The features of the rows that a difference is fitted to: those that occur in them, how freely each may move, and what anchors them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from model.array_types import FloatArray, Int32Array, IntArray
from model.classifier import Classifier
from model.comment import Comment
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.features import BLOCKS
from model.ngrams.packed_texts import pack_bytes
from model.ngrams.reader import extract_features
from model.ngrams.shared_words import empty_lexicon, shared_lexicon
from model.normaliser.hashing import Lexicon
from model.text.text_form import ENGLISH_FORM, TextForm
from training.authored.authored_rows import load_authored_rows
from training.authored.language_comments import load_language_comments
from training.retrain.difference_kernels import count_features, renumber
from training.retrain.packed_features import FeatureMatrix

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
        matrix = self.matrix.take(rows)
        occurs = np.zeros(self.buckets.size, np.bool_)
        occurs[matrix.features] = True
        numbers = (np.cumsum(occurs, dtype=np.int64) - 1).astype(np.int32)
        return SiteFeatures(matrix.keep(occurs, numbers), self.buckets[occurs], self.scales[occurs], self.anchor.keep(occurs, numbers))


@dataclass(frozen=True, eq=False)
class _Extracted:
    """Buckets, comment by comment, and how many of each block each comment has; shapes (features,) and (n, 3)."""

    buckets: Int32Array
    counts: Int32Array

    def matrix(self, settings: FeatureSettings) -> FeatureMatrix:
        """Return the matrix whose columns are the buckets."""
        with np.errstate(divide="ignore"):
            amounts = settings.factors / np.sqrt(self.counts)
        starts = np.concatenate([[0], np.cumsum(self.counts.ravel(), dtype=np.int64)])
        return FeatureMatrix(starts, self.buckets, amounts.ravel(), BLOCKS)


def extract_site_features(classifier: Classifier, texts: list[bytes], *, threads: int) -> SiteFeatures:
    """Return the features of n comments, given as the form of the classifier's reader prepares them."""
    reader = classifier.reader
    settings = reader.settings
    own, common = _extract(texts, settings, reader.lexicon, threads), _anchor_features(settings, reader.form)
    blocks = np.zeros((BLOCKS, 1 << settings.bits), np.int32)
    count_features(own.buckets, own.counts, blocks)
    occurs = blocks.sum(axis=0) > 0
    buckets = np.flatnonzero(occurs).astype(np.int32)
    numbers = (np.cumsum(occurs, dtype=np.int64) - 1).astype(np.int32)
    frequency = np.bincount(common.buckets, minlength=1 << settings.bits)[buckets] / max(len(common.counts), 1)
    # Where features share a bucket, it moves as the block does that it is most often of.
    scales = _BLOCK_SCALES[blocks[:, buckets].argmax(axis=0)] / np.sqrt(1 + _COMMONNESS * frequency)
    anchor = common.matrix(settings).keep(occurs, numbers)
    renumber(own.buckets, numbers)
    return SiteFeatures(own.matrix(settings), buckets, scales, anchor)


@lru_cache(1)
def anchor_texts(form: TextForm = ENGLISH_FORM) -> list[bytes]:
    """Return the comments of our own that differences are anchored to, in the form of a model; there may be none in its language."""
    if form.tag is not None:
        return form.prepare([Comment("", comment.text) for comment in load_language_comments(form.tag)])
    rows = load_authored_rows()
    # Every so-manyth, so that all kinds of comments are there in proportion.
    chosen = np.unique(np.linspace(0, len(rows) - 1, _ANCHORS).astype(np.intp))
    return form.prepare(rows.take(chosen).comments())


@lru_cache(1)
def _anchor_features(settings: FeatureSettings, form: TextForm) -> _Extracted:
    return _extract(anchor_texts(form), settings, shared_lexicon() if form.tag is None else empty_lexicon(), 1)


def _extract(texts: list[bytes], settings: FeatureSettings, lexicon: Lexicon, threads: int) -> _Extracted:
    return _Extracted(*extract_features(pack_bytes(texts), settings=settings, lexicon=lexicon, threads=threads))
