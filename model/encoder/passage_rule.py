"""Which long comments the encoder reads for the sake of a passage, although the n-grams see nothing in the whole.

A vile sentence among a thousand other words weighs next to nothing in a comment, and a lot in its passage. So in the cascade the n-grams
read a long comment passage by passage, and the encoder reads it if one of these reaches the threshold.
"""

from collections.abc import Sequence

import numpy as np

from model.array_types import BoolArray
from model.classifier import Classifier
from model.comment import Comment
from model.encoder.combined import CombinedReader
from model.encoder.context_rule import mark_rows_for_context
from model.failures import Step, log_failure
from model.ngrams.packed_comments import PackedComments

__all__ = ["mark_rows_for_passages", "mark_rows_to_read"]

_LETTERS_PER_PIECE = 4
"""A comment of so many letters for each piece of a window, or fewer, is judged as a whole."""


def mark_rows_to_read(
    is_read: BoolArray,
    comments: Sequence[Comment],
    has_text: BoolArray,
    classifier: Classifier,
    combined: CombinedReader,
    *,
    threshold: float,
) -> None:
    """Mark the comments that the encoder has to read although the n-grams do not suspect them as a whole.

    Args:
        is_read: whether the encoder reads each of n comments in any case; gets the marks, shape (n,).
        comments: the n comments.
        has_text: which of them could be read at all, shape (n,).
        classifier: the n-grams.
        combined: the encoder.
        threshold: the P(abusive) of the n-grams from which on something is suspected.
    """
    mark_rows_for_passages(is_read, comments, has_text, classifier, combined, threshold=threshold)
    if combined.encoder.reads_context:
        mark_rows_for_context(is_read, comments, has_text, classifier, threshold=threshold)


def mark_rows_for_passages(
    is_read: BoolArray,
    comments: Sequence[Comment],
    has_text: BoolArray,
    classifier: Classifier,
    combined: CombinedReader,
    *,
    threshold: float,
) -> None:
    """Mark the long comments in which a passage is suspected; its log-odds are lowered as the artefact says, as when it is judged.

    Args: as those of :func:`mark_rows_to_read`.
    """
    most = _LETTERS_PER_PIECE * combined.encoder.max_tokens
    if isinstance(comments, PackedComments):
        is_long = np.diff(comments.texts.offsets) > most
    else:
        is_long = np.fromiter((len(comment.text) > most for comment in comments), np.bool_, len(comments))
    prepare = classifier.reader.form.prepare_for_encoder
    # In odds, so that a threshold of 1 is never reached.
    least = np.inf if threshold >= 1 else np.exp(combined.passage_discount) * threshold / (1 - threshold)
    for row in np.flatnonzero(is_long & has_text & ~is_read).tolist():
        comment = comments[row]
        try:
            suspicion = combined.passage_suspicion(classifier, prepare(comment.text, comment.format))
        except Exception as error:
            log_failure(Step.NGRAMS, error)
            continue
        is_read[row] = suspicion >= least * (1 - suspicion)
