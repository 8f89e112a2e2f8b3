"""The entries of an answer of ``POST /v1/moderate``: what is decided about each comment, or why nothing is."""

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING

from service.http.routes.moderate_messages import (
    CommentError,
    CommentRequest,
    ContributingSpan,
    JudgedComment,
    UnjudgedComment,
    round_scores,
)
from service.judging.judge import Judgement, Judgements

if TYPE_CHECKING:
    from model.explain import Span

__all__ = ["UNREADABLE_REASON", "build_entries", "error_entry"]

UNREADABLE_REASON = "The comment could not be read, through a fault of the service; its log says where. A moderator has to see it."
"""What is said of a comment that could not be read."""

_DIGITS = 6
_REASONS = {"empty": "There is no text left to judge.", "unreadable": UNREADABLE_REASON}


def error_entry(comment: CommentRequest, error_type: str, detail: str) -> UnjudgedComment:
    """Return the entry of a comment that is not judged.

    Args:
        comment: the comment.
        error_type: why, as `CommentErrorType` names it.
        detail: the same as a sentence.
    """
    return UnjudgedComment(id=comment.id, error=CommentError(type=error_type, detail=detail))


def build_entries(
    comments: Sequence[CommentRequest], judgements: Judgements, *, is_observing: bool
) -> list[JudgedComment | UnjudgedComment]:
    """Return the entries of an answer, one for each comment, in order.

    Args:
        comments: n comments of a call.
        judgements: what is decided about each of them.
        is_observing: whether the community only watches, so that the verdict which it would have come to is told too.
    """
    entries: list[JudgedComment | UnjudgedComment] = []
    decisions = judgements.decisions
    for comment, judgement in zip(comments, judgements.rows(), strict=True):
        if judgement.label is None or judgement.verdict is None:
            entries.append(_unjudged_entry(comment, judgement, is_observing=is_observing))
            continue
        entry: JudgedComment = {
            "id": comment.id,
            "label": judgement.label.value,
            "scores": round_scores(*judgement.scores),
            "verdict": judgement.verdict.value,
        }
        spans = None if decisions.spans is None else decisions.spans[len(entries)]
        _add_details(entry, judgement, names=decisions.attribute_names, spans=spans, is_observing=is_observing)
        entries.append(entry)
    return entries


def _unjudged_entry(comment: CommentRequest, judgement: Judgement, *, is_observing: bool) -> UnjudgedComment:
    reason = judgement.reason or ""
    entry = error_entry(comment, f"comment-{reason}", _REASONS.get(reason, "The comment cannot be judged."))
    if judgement.verdict is not None:
        entry["verdict"] = judgement.verdict.value
        if is_observing and judgement.unobserved_verdict is not None:
            entry["observed"] = judgement.unobserved_verdict.value
        if judgement.entry is not None:
            entry["matched"] = judgement.entry
    return entry


def _add_details(
    entry: JudgedComment, judgement: Judgement, *, names: Sequence[str], spans: "Sequence[Span] | None", is_observing: bool
) -> None:
    """Add to an entry the fields that only some comments have."""
    if judgement.language is not None:
        entry["language"] = judgement.language
    if judgement.foreign:
        entry["foreign"] = True
    if judgement.unsure:
        entry["unsure"] = True
    if names:
        # What a pack does not tell is not a number.
        told = zip(names, judgement.attributes, strict=True)
        entry["attributes"] = {name: round(score, _DIGITS) for name, score in told if not isnan(score)}
    if judgement.version is not None:
        entry["model"] = judgement.version
    if spans is not None:
        tells_hateful = not isnan(judgement.scores[-1])
        entry["spans"] = [_span_entry(span, tells_hateful=tells_hateful) for span in spans]
    if is_observing and judgement.unobserved_verdict is not None:
        entry["observed"] = judgement.unobserved_verdict.value
    if judgement.entry is not None:
        entry["matched"] = judgement.entry


def _span_entry(span: "Span", *, tells_hateful: bool) -> ContributingSpan:
    entry: ContributingSpan = {"begin": span.begin, "end": span.end, "abusive": round(span.abusive, _DIGITS)}
    if tells_hateful:
        entry["hateful"] = round(span.hateful, _DIGITS)
    return entry
