"""The features of comments as a sparse matrix, the form that SciPy and scikit-learn work with."""

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.packed_texts import PackedTexts
from model.ngrams.reader import extract_features

__all__ = ["build_feature_matrix"]


def build_feature_matrix(
    packed: PackedTexts, *, settings: FeatureSettings, lexicon: npt.NDArray[np.uint32], threads: int = 1
) -> csr_matrix:
    """Return the weighted features of comments as a sparse float32 matrix of shape (n, 2**bits); see ``extract_features``.

    The product of a row and the weights is the log-odds of the comment without the bias. An entry may be stored in parts, which
    SciPy adds up.
    """
    buckets, counts = extract_features(packed, settings=settings, lexicon=lexicon, threads=threads)
    with np.errstate(divide="ignore"):
        value = (settings.factors / np.sqrt(counts)).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(counts.sum(axis=1, dtype=np.int64))])
    return csr_matrix((np.repeat(value.ravel(), counts.ravel()), buckets, starts), shape=(len(counts), 1 << settings.bits))
