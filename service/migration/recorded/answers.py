"""What can be compared of two answers to one call: scores by name, and whether something is flagged."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.migration.recorded.call_kinds import MODERATIONS_CALL, SPAM_CHECK_CALL, CallKind
from service.perspective.attribute_names import printable_name

__all__ = ["answered_scores", "decided_flags", "error_name"]

_MAX_ATTRIBUTES = 100
_SPAM_ANSWERS = {"true": True, "false": False}


def answered_scores(response: Any) -> Mapping[str, float]:
    """Return attribute → score of an answer of Perspective; empty if it is no such answer."""
    scores = response.get("attributeScores") if isinstance(response, dict) else None
    if not isinstance(scores, dict) or len(scores) > _MAX_ATTRIBUTES:
        return {}
    found = {}
    for name, value in scores.items():
        summary = value.get("summaryScore") if isinstance(value, dict) else None
        score = summary.get("value") if isinstance(summary, dict) else value
        if isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 1:
            found[printable_name(name)] = float(score)
    return found


def decided_flags(kind: CallKind, response: Any) -> Sequence[bool]:
    """Return whether each text of a call is flagged, in order; empty if the answer does not say."""
    if kind == SPAM_CHECK_CALL:
        answer = _SPAM_ANSWERS.get(str(response).strip().lower())
        return () if answer is None else (answer,)
    if kind != MODERATIONS_CALL or not isinstance(response, dict) or not isinstance(results := response.get("results"), list):
        return ()
    flags = [result.get("flagged") for result in results if isinstance(result, dict)]
    return [flag for flag in flags if isinstance(flag, bool)] if len(flags) == len(results) else ()


def error_name(response: Any) -> str:
    """Return what an answer calls its error: a code, never a sentence, in which there may be anything; empty if it does not say."""
    error = response.get("error", response) if isinstance(response, dict) else None
    if not isinstance(error, dict):
        return "invalid" if response == "invalid" else ""
    details = error.get("details")
    kinds = (
        [detail.get("errorType") or detail.get("reason") for detail in details if isinstance(detail, dict)]
        if isinstance(details, list)
        else []
    )
    names = [error.get("status"), error.get("code"), error.get("type"), *kinds]
    return " ".join(dict.fromkeys(printable_name(name) for name in names if isinstance(name, str) and name))
