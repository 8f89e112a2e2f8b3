"""Rows to teach the encoder with: pieces of texts, answers, sources, and the batches in which they come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.array_types import Int8Array, IntArray
from model.comment import Comment
from model.encoder.session import normalise_texts
from model.encoder.wordpiece import WordPiece
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from training.tables.labelled import Labelled
from training.tables.source_rows import has_both_answers

__all__ = ["EncodedRows", "encode_rows", "make_batches", "normalise_for_encoder"]

_BUCKET = 8192  # rows that are sorted by length together: longer texts and shorter ones still meet


@dataclass(frozen=True, eq=False)
class EncodedRows:
    """n rows as the network takes them.

    Attributes:
        ids: the numbers of the pieces of each text, marks included, cut at the length that the network reads.
        hateful, abusive: answers, int8, shape (n,).
        source: number of each row's source, int64, shape (n,).
        both: whether a source answers each head's question both ways, so that it may have an intercept; float32, (sources, 2).
        weight: float32, shape (n,).
    """

    ids: Sequence[Sequence[int]]
    hateful: Int8Array
    abusive: Int8Array
    source: IntArray
    both: npt.NDArray[np.float32]
    weight: npt.NDArray[np.float32]


def normalise_for_encoder(texts: Sequence[str]) -> list[str]:
    """Return texts as the encoder reads them."""
    return normalise_texts(prepare([Comment("", text) for text in texts]), load_lexicon())


def encode_rows(labelled: Labelled, texts: Sequence[str], words: WordPiece, *, tokens: int) -> EncodedRows:
    """Return labelled rows as the network takes them.

    Args:
        labelled: n rows.
        texts: their texts, normalised.
        words: the vocabulary.
        tokens: how many pieces the network reads; of longer texts the beginning is read.
    """
    names, source = np.unique(np.array(labelled.source, np.str_), return_inverse=True)
    answers = (labelled.hateful, labelled.abusive)
    both = np.array([[has_both_answers(head[source == number]) for head in answers] for number in range(len(names))], np.float32)
    ids = [_encode_text(text, words, tokens) for text in texts]
    return EncodedRows(ids, *answers, source.astype(np.int64), both.reshape(-1, 2), labelled.weight.astype(np.float32))


def _encode_text(text: str, words: WordPiece, tokens: int) -> list[int]:
    pieces = [number for word in words.tokenize(text) for number in word]
    numbers: list[int] = np.array([words.begin, *pieces[: tokens - 2], words.end], np.int32).tolist()
    return numbers


def make_batches(sizes: IntArray, *, most: int, seed: Sequence[int]) -> Iterator[IntArray]:
    """Yield every row once, in batches of about equal length that hold at most so many pieces, padding included.

    Args:
        sizes: length of each row in pieces, shape (n,).
        most: pieces of a batch; a row that is longer has its own.
        seed: the same one gives the same batches.
    """
    random = np.random.default_rng(list(seed))
    order = random.permutation(sizes.size)
    for start in range(0, order.size, _BUCKET):
        bucket = order[start : start + _BUCKET]
        bucket = bucket[np.argsort(sizes[bucket], kind="stable")]
        cuts, first = [], 0
        for at in range(1, bucket.size):
            if (at + 1 - first) * sizes[bucket[at]] > most:
                cuts.append(at)
                first = at
        batches = np.split(bucket, cuts)
        for number in random.permutation(len(batches)):
            yield batches[number]
