"""Which comments the encoder reads for the sake of what they answer, although the n-grams see nothing in them.

The n-grams read a comment alone, and "Yes, all of them." says nothing to them. So in the cascade the encoder reads a short comment as
well if it answers something that the n-grams suspect, be it a little, and a very short one if it answers a question. On talk pages, where
every comment answers another, four comments of a hundred more are read for that; they are short. A longer comment that means ill under a
vile parent says so itself; one that the n-grams suspect is read in any case.
"""

from collections.abc import Sequence

from model.array_types import BoolArray
from model.classifier import Classifier
from model.comment import Comment
from model.failures import Step, log_failure
from model.ngrams.packed_comments import PackedComments
from model.text.pipeline import prepare_context

__all__ = ["MAX_ANSWER_SIZE", "mark_rows_for_context", "prepare_contexts"]

MAX_ANSWER_SIZE = 120
"""Letters, mark-up included, up to which a comment may mean nothing without what it answers; it is read if that is suspected."""
_VERY_SHORT = 40
"""Letters up to which a comment is read if it answers a question."""
_QUESTION = b"?"
_SUSPICION = 0.06
"""The P(abusive) of the n-grams from which on what a comment answers is suspected, unless the cascade's own threshold is lower."""


def prepare_contexts(comments: Sequence[Comment]) -> list[bytes]:
    """Return what each of n comments answers, as ``prepare_context`` leaves it; where that fails, the comment is read without."""
    contexts = []
    for comment in comments:
        try:
            contexts.append(prepare_context(comment))
        except Exception as error:
            log_failure(Step.MARKUP, error)
            contexts.append(b"")
    return contexts


def mark_rows_for_context(
    is_read: BoolArray, comments: Sequence[Comment], has_text: BoolArray, classifier: Classifier, *, threshold: float
) -> None:
    """Mark the comments that the encoder has to read for what they answer.

    Args:
        is_read: whether the encoder reads each of n comments in any case; gets the marks, shape (n,).
        comments: the n comments.
        has_text: which of them could be read at all, shape (n,).
        classifier: the n-grams.
        threshold: the P(abusive) of the n-grams from which on the encoder reads a comment in any case.
    """
    if isinstance(comments, PackedComments):
        return
    rows = [
        row
        for row, comment in enumerate(comments)
        if (comment.parent_text or comment.title) and len(comment.text) <= MAX_ANSWER_SIZE and not is_read[row] and has_text[row]
    ]
    if not rows:
        return
    contexts = prepare_contexts([comments[row] for row in rows])
    is_suspected = 1 - classifier.raw_scores(contexts, threads=1).scores[:, 0] >= min(threshold, _SUSPICION)
    for row, context, suspected in zip(rows, contexts, is_suspected.tolist(), strict=True):
        is_read[row] = suspected or (_QUESTION in context and len(comments[row].text) <= _VERY_SHORT)
