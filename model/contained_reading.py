"""Reading comments together or, when that has failed, one by one: only those that fail again go without.

Reading them one by one is slower, and only ever done after a failure.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.classifier import Classifier
from model.comment import VERDICTS, Comment, Format, Verdict
from model.encoder.combined import CombinedReader
from model.encoder.context_rule import prepare_contexts
from model.explain import Explanation, Span
from model.failures import Failures, Step, log_failure
from model.ngrams.batch_fold import fold_together
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import PackedTexts
from model.ngrams.raw_scores import RawScores, allocate_scores
from model.policy import Policy
from model.text.unicode import fold_characters
from model.threads import check_interruption, is_interruptible, run_in_slices, run_in_steps

__all__ = ["find_spans", "mark_unreadable", "rescore_each", "score_each", "score_together"]

_FEWEST_TOGETHER = 4  # comments that are folded faster together than one by one
_REVIEW = VERDICTS.index(Verdict.REVIEW)

# The ways to read a text if the usual one fails; the last fails for nothing but want of memory.
_OTHER_READINGS: tuple[Callable[[Comment], bytes], ...] = (
    lambda comment: fold_characters(comment.text).encode(),
    lambda comment: comment.text.encode(errors="replace"),
)


def mark_unreadable(raw: RawScores, rows: Sequence[int]) -> None:
    """Write into scores that some comments were not judged, and wait for a moderator."""
    raw.floats[rows] = np.nan
    raw.codes[rows] = 0
    raw.labels[rows] = -1
    raw.verdicts[rows] = _REVIEW


def score_together(classifier: Classifier, comments: Sequence[Comment], bounds: FloatArray, *, threads: int) -> RawScores:
    """Have the n-grams read comments, all at once or in slices that threads share.

    Args: as those of :func:`score_each`; ``threads`` is how many may share the work.
    """
    if threads == 1 and (len(comments) == 1 or not is_interruptible()):
        return classifier.raw_scores(_prepare(classifier, comments), bounds, threads=1)
    raw = allocate_scores(len(comments), heads=len(classifier.heads))

    def run(lo: int, hi: int) -> None:
        check_interruption()
        # While Python prepares one slice, other threads are in the kernel.
        classifier.raw_scores(_prepare(classifier, comments[lo:hi]), bounds, threads=1, out=raw.part(lo, hi))

    if isinstance(comments, PackedComments):
        ends = comments.texts.offsets - comments.texts.offsets[0]
    else:
        ends = np.fromiter(accumulate((len(comment.text) for comment in comments), initial=0), np.int64)
    if threads == 1:
        run_in_steps(run, ends)
    else:
        run_in_slices(run, ends, threads)
    return raw


def _prepare(classifier: Classifier, comments: Sequence[Comment]) -> Sequence[bytes] | PackedTexts:
    form = classifier.reader.form
    if form.tag is None:
        return comments.prepare() if isinstance(comments, PackedComments) else form.prepare(comments)
    if len(comments) < _FEWEST_TOGETHER:
        return form.prepare(comments)
    if isinstance(comments, PackedComments):
        is_left = np.full(len(comments), comments.text_format is not Format.PLAIN)
        return PackedTexts(*fold_together(comments, *comments.code_points(), is_left, form.tag))
    is_left = np.array([comment.format is not Format.PLAIN for comment in comments])
    points = np.frombuffer("".join([comment.text for comment in comments]).encode("utf-32-le", "surrogatepass"), np.uint32)
    offsets = np.fromiter(accumulate((len(comment.text) for comment in comments), initial=0), np.int64)
    return PackedTexts(*fold_together(comments, points, offsets, is_left, form.tag))


def score_each(
    classifier: Classifier, comments: Sequence[Comment], bounds: FloatArray, *, cause: Exception
) -> tuple[RawScores, frozenset[int], Failures]:
    """Have the n-grams read comments one by one; one that cannot be read without its mark-up is read as it stands.

    Args:
        classifier: the classifier of the n-grams.
        comments: n comments.
        bounds: thresholds, as ``Classifier.raw_scores`` takes them.
        cause: what was raised when the comments were read together.

    Returns:
        The scores; the numbers of the comments that can be read in no way; for how many comments each step has failed.
    """
    raw = allocate_scores(len(comments), heads=len(classifier.heads))
    failures: Counter[Step] = Counter()
    unreadable = []
    for row in range(len(comments)):
        check_interruption()
        failed: set[Step] = set()
        for text in _readable_texts(comments, row, failed, classifier.reader.form.prepare_text):
            try:
                classifier.raw_scores([text], bounds, threads=1, out=raw.part(row, row + 1))
                break
            except Exception as error:
                log_failure(Step.NGRAMS, error)
                failed.add(Step.NGRAMS)
        else:
            unreadable.append(row)
        failures.update(failed)
    if not failures:
        # Whatever it was, it has not happened again.
        log_failure(Step.NGRAMS, cause)
        failures[Step.NGRAMS] = 1
    mark_unreadable(raw, unreadable)
    return raw, frozenset(unreadable), failures


def rescore_each(
    combined: CombinedReader,
    classifier: Classifier,
    comments: Sequence[Comment],
    raw: RawScores,
    rows: npt.NDArray[np.intp],
    *,
    policy: Policy,
    cause: Exception,
) -> tuple[RawScores, npt.NDArray[np.intp], Failures]:
    """Have the encoder read comments one by one; where it fails, the scores of the n-grams stay.

    Args:
        combined: the encoder.
        classifier: the classifier of the n-grams.
        comments: n comments.
        raw: their scores by the n-grams, which stay as they are.
        rows: the numbers of the comments that the encoder is to read.
        policy: leads to the verdicts.
        cause: what was raised when the comments were read together.

    Returns:
        The scores of all comments; the numbers of those that the encoder has read; for how many it has failed.
    """
    log_failure(Step.ENCODER, cause)
    rescored, read = raw.copy(), []
    for row in rows.tolist():
        try:
            text = next(_readable_texts(comments, row, set(), classifier.reader.form.prepare_for_encoder))
            contexts = prepare_contexts(comments[row : row + 1])
            part, zero = raw.part(row, row + 1), np.zeros(1, np.intp)
            one = combined.rescore(part, [text], zero, policy, classifier=classifier, contexts=contexts, threads=1)
        except Exception as error:
            log_failure(Step.ENCODER, error)
        else:
            rescored.floats[row], rescored.codes[row] = one.floats[0], one.codes[0]
            read.append(row)
    return rescored, np.array(read, np.intp), {Step.ENCODER: max(rows.size - len(read), 1)}


def find_spans(comments: Sequence[Comment], explain: Callable[[Comment, int], Explanation]) -> list[Sequence[Span] | None]:
    """Return the words that moved the scores of each comment; None where they cannot be found.

    Args:
        comments: n comments.
        explain: explains the scores of a comment, given with its number.
    """
    spans: list[Sequence[Span] | None] = []
    for row in range(len(comments)):
        try:
            spans.append(explain(comments[row], row).spans())
        except Exception as error:
            log_failure(Step.EXPLANATION, error)
            spans.append(None)
    return spans


def _readable_texts(comments: Sequence[Comment], row: int, failed: set[Step], usual: Callable[[str, Format], bytes]) -> Iterator[bytes]:
    """Yield the text of a comment as the kernels read it: first without its mark-up, then as it stands; note what has failed."""
    for reading in (lambda comment: usual(comment.text, comment.format), *_OTHER_READINGS):
        try:
            text = reading(comments[row])
        except Exception as error:
            log_failure(Step.MARKUP, error)
            failed.add(Step.MARKUP)
            continue
        yield text
