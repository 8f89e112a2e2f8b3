"""Encodes labelled rows for the training of the encoder, and divides them into batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.array_types import Int8Array, IntArray
from model.comment import Comment
from model.encoder.context_rule import prepare_contexts
from model.encoder.session import MAX_CONTEXT_PIECES, normalise_texts
from model.encoder.wordpiece import WordPiece
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from training.tables.labelled import Labelled
from training.tables.source_rows import has_both_answers

__all__ = ["EncodedRows", "encode_rows", "make_batches", "normalise_for_encoder"]

_BUCKET = 8192  # rows that are sorted by length together: longer texts and shorter ones still meet


@dataclass(frozen=True, eq=False)
class EncodedRows:
    """n labelled rows in the form that the network learns from.

    Attributes:
        ids: the numbers of the pieces of each text, marks included, cut at the length that the network reads; what a text answers, if
            that is known, and another mark follow the mark of its end.
        hateful, abusive: answers, int8, shape (n,).
        source: number of each row's source, int64, shape (n,).
        has_intercept: whether a source has an intercept in each head, because it answers the question both ways; float32,
            shape (sources, 2).
        weight: float32, shape (n,).
    """

    ids: Sequence[Sequence[int]]
    hateful: Int8Array
    abusive: Int8Array
    source: IntArray
    has_intercept: npt.NDArray[np.float32]
    weight: npt.NDArray[np.float32]

    def take(self, numbers: npt.NDArray[np.intp]) -> "EncodedRows":
        """Return the rows with these numbers, in this order; a row may be taken more than once."""
        ids = [self.ids[number] for number in numbers.tolist()]
        return EncodedRows(
            ids, self.hateful[numbers], self.abusive[numbers], self.source[numbers], self.has_intercept, self.weight[numbers]
        )


def normalise_for_encoder(texts: Sequence[str]) -> list[str]:
    """Return texts normalised as the encoder reads them."""
    return normalise_texts(prepare([Comment("", text) for text in texts]), load_lexicon())


def encode_rows(labelled: Labelled, texts: Sequence[str], words: WordPiece, *, tokens: int) -> EncodedRows:
    """Return labelled rows in the form that the network learns from.

    Args:
        labelled: n rows.
        texts: their texts, normalised.
        words: the vocabulary.
        tokens: the largest number of pieces that the network reads; longer texts are cut.
    """
    names, source = np.unique(np.array(labelled.source, np.str_), return_inverse=True)
    answers = (labelled.hateful, labelled.abusive)
    has_intercept = np.array([[has_both_answers(head[source == number]) for head in answers] for number in range(len(names))], np.float32)
    lexicon = load_lexicon()
    contexts = [""] * len(texts) if labelled.context is None else normalise_texts(prepare_contexts(labelled.comments()), lexicon)
    ids = [_encode_text(text, context, words, tokens) for text, context in zip(texts, contexts, strict=True)]
    return EncodedRows(ids, *answers, source.astype(np.int64), has_intercept.reshape(-1, 2), labelled.weight.astype(np.float32))


def _encode_text(text: str, context: str, words: WordPiece, tokens: int) -> list[int]:
    pieces, behind = ([number for word in words.tokenize(each) for number in word] for each in (text, context))
    behind = [*behind[: min(MAX_CONTEXT_PIECES, tokens // 3)], words.end] if behind else []
    numbers: list[int] = np.array([words.begin, *pieces[: tokens - 2 - len(behind)], words.end, *behind], np.int32).tolist()
    return numbers


def make_batches(sizes: IntArray, *, most: int, seed: Sequence[int]) -> Iterator[IntArray]:
    """Yield every row once, in batches of rows of similar length.

    Args:
        sizes: length of each row in pieces, shape (n,).
        most: the largest number of pieces in a batch, padding included; a longer row is a batch of its own.
        seed: of the order; the same seed gives the same batches.
    """
    random = np.random.default_rng(list(seed))
    order = random.permutation(sizes.size)
    for start in range(0, order.size, _BUCKET):
        bucket = order[start : start + _BUCKET]
        bucket = bucket[np.argsort(sizes[bucket], kind="stable")]
        cuts, first = [], 0
        for position in range(1, bucket.size):
            if (position + 1 - first) * sizes[bucket[position]] > most:
                cuts.append(position)
                first = position
        batches = np.split(bucket, cuts)
        for number in random.permutation(len(batches)):
            yield batches[number]
