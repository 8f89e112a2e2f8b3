"""``comments:suggestscore``: what moderators say about comments, Coral's feedback among it; kept as rulings."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment
from model.errors import InputError
from service.http.calls import Caller, Scope, admit_call
from service.http.dialects.dialect import Endpoint
from service.http.dialects.perspective.google_errors import analyzer_error, invalid_request
from service.http.dialects.perspective.requests import (
    check_context,
    check_query,
    extract_google_secret,
    masked_response,
    read_comment,
    read_message,
)
from service.http.dialects.perspective.schemas import (
    Context,
    GivenScore,
    GivenScores,
    SuggestCommentScoreRequest,
    SuggestCommentScoreResponse,
)
from service.http.keep_rulings import record_ruling
from service.http.state import get_state
from service.perspective.attribute_names import ABUSIVE, HATEFUL, question_of, shown
from service.settings import Settings
from service.store.stored_types import Ruling

__all__ = ["suggest_endpoint"]

_YES = 0.5
_LEARNED = "en"
_TOKEN = "comment:"  # noqa: S105 - before the id in the tokens that Coral makes
_CORAL_ID = "Coral_comment_id"
_LONGEST_ENTRY = 10_000
_MOST_ATTRIBUTES = 50


def suggest_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint."""

    async def suggest(request: Request) -> Response:
        check_query(request)
        caller = await admit_call(request, scope=Scope.FEEDBACK, secret=extract_google_secret(request))
        asked = await read_message(request, SuggestCommentScoreRequest, settings=settings)
        comment = read_comment(asked.comment, settings=settings)
        check_context(asked.context)
        await record_ruling(request, _ruling(asked, comment, caller))
        identifier = get_state(request).identifier
        language = identifier.identify([comment]).codes[0] if identifier is not None else None
        made = SuggestCommentScoreResponse(detectedLanguages=[language or _LEARNED], requestedLanguages=asked.languages or [])
        if asked.client_token:
            made["clientToken"] = asked.client_token
        return masked_response(request, made)

    return suggest


def _ruling(asked: SuggestCommentScoreRequest, comment: Comment, caller: Caller) -> Ruling:
    answers = _answers(asked.attribute_scores)
    abusive, hateful = answers.pop(ABUSIVE, None), answers.pop(HATEFUL, None)
    try:
        return Ruling(
            dialect="perspective",
            text=comment.text,
            format=comment.format,
            abusive=abusive,
            hateful=hateful,
            attributes=answers,
            community=caller.community or asked.community_id,
            comment=_comment_id(asked),
            language=asked.languages[0] if asked.languages else None,
            key=caller.key,
        )
    except InputError as error:
        raise invalid_request(f"attributeScores: {error}") from None


def _answers(given: Mapping[str, GivenScores | None] | None) -> dict[str, bool]:
    """Return what was said, by question.

    Raises:
        AnalyzerError: nothing was said, or a name or a score is none.
    """
    if not given:
        raise invalid_request("Missing attribute_scores")
    if len(given) > _MOST_ATTRIBUTES:
        raise invalid_request(f"attributeScores: holds {len(given)} attributes; send at most {_MOST_ATTRIBUTES}")
    said: dict[str, bool] = {}
    for name, scores in given.items():
        question = question_of(name)
        if question is None:
            raise invalid_request(f"Unknown attribute: {shown(name)}")
        value = _score(shown(name), scores or GivenScores()) >= _YES
        if said.setdefault(question, value) != value:
            raise invalid_request(f"attributeScores: {shown(name)} contradicts another score")
    return said


def _score(name: str, given: GivenScores) -> float:
    """Return the score of the whole comment; if only parts of it were scored, the highest of theirs."""
    spans = given.span_scores or ()
    if any(span.begin is None or span.end is None or not 0 <= span.begin <= span.end for span in spans):
        raise invalid_request(f"attributeScores.{name}: a span needs begin and end")
    values = [_number(name, score) for score in ([given.summary_score] if given.summary_score else [span.score for span in spans])]
    if not values:
        raise analyzer_error("INVALID_REQUEST", f"attributeScores.{name}: has no score: send a summaryScore")
    return max(values)


def _number(name: str, score: GivenScore | None) -> float:
    if score is None:
        raise invalid_request(f"attributeScores.{name}: a span needs a score")
    if score.type not in (None, "PROBABILITY", "SCORE_TYPE_UNSPECIFIED"):
        raise invalid_request(f"Suggested score type {score.type} is not supported by attribute {name}")
    # Zero is what protocol buffers leave out.
    value = score.value or 0.0
    if not 0 <= value <= 1:
        raise invalid_request(f"attributeScores.{name}: a score has to be from 0 to 1")
    return value


def _comment_id(asked: SuggestCommentScoreRequest) -> str | None:
    found = _coral_id(asked.context)
    if found is None and asked.client_token:
        return asked.client_token.removeprefix(_TOKEN) or None
    return found


def _coral_id(context: Context | None) -> str | None:
    """Return the id of the comment that Coral names in the JSON which it sends as context."""
    text = context.entries[0].text if context is not None and context.entries else None
    if not text or len(text) > _LONGEST_ENTRY or _CORAL_ID not in text:
        return None
    try:
        named: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = named.get(_CORAL_ID) if isinstance(named, dict) else None
    return found if isinstance(found, str) and found else None
