"""``comments:suggestscore``: what moderators say about comments, which is recorded as rulings; Coral sends its feedback here."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment
from model.errors import InputError
from service.http.calls import Caller, Scope, admit_call
from service.http.dialects.dialect import Endpoint
from service.http.dialects.named_languages import (
    choose_language,
    detect_language,
    identify_language,
    read_languages,
    state_language,
)
from service.http.dialects.perspective.google_errors import invalid_request
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
from service.http.feedback.recorded_acts import record_ruling, ruling_community
from service.perspective.attribute_names import ABUSIVE, HATEFUL, printable_name, question_name
from service.settings import Settings
from service.store.rulings.act import Act

__all__ = ["suggest_endpoint"]

_YES_THRESHOLD = 0.5
_TOKEN_PREFIX = "comment:"  # noqa: S105 - comes before the id in the tokens that Coral sends
_CORAL_ID = "Coral_comment_id"
_MAX_ENTRY_LENGTH = 10_000
_MAX_ATTRIBUTES = 50


def suggest_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of ``comments:suggestscore``."""

    async def suggest(request: Request) -> Response:
        check_query(request)
        caller = await admit_call(request, scope=Scope.FEEDBACK, secret=extract_google_secret(request))
        message = await read_message(request, SuggestCommentScoreRequest, settings=settings)
        comment = read_comment(message.comment, settings=settings)
        check_context(message.context)
        named = read_languages(message.languages)
        tag = choose_language(request, comment, named)
        community = ruling_community(request, caller, message.community_id)
        await record_ruling(request, _build_act(message, comment, caller, community=community, language=tag), caller=caller)
        stated, identified = state_language(request, comment, tag)
        if stated.language is None:
            identified = identify_language(request, stated)
        language = detect_language(request, stated, identified)
        response = SuggestCommentScoreResponse(
            detectedLanguages=[] if language is None else [language], requestedLanguages=list(named.tags)
        )
        if message.client_token:
            response["clientToken"] = message.client_token
        return masked_response(request, response)

    return suggest


def _build_act(
    message: SuggestCommentScoreRequest, comment: Comment, caller: Caller, *, community: str | None, language: str | None
) -> Act:
    answers = _read_answers(message.attribute_scores)
    abusive, hateful = answers.pop(ABUSIVE, None), answers.pop(HATEFUL, None)
    try:
        return Act(
            dialect="perspective",
            text=comment.text,
            format=comment.format,
            abusive=abusive,
            hateful=hateful,
            attributes=answers,
            community=community,
            comment=_comment_id(message),
            language=language,
            key=caller.key,
            role=caller.role,
        )
    except InputError as error:
        raise invalid_request(f"attributeScores: {error}") from None


def _read_answers(attribute_scores: Mapping[str, GivenScores | None] | None) -> dict[str, bool]:
    """Return the answer to each question that the scores of a call answer.

    Raises:
        AnalyzerError: there are no scores, there is no such attribute, or a score is not one.
    """
    if not attribute_scores:
        raise invalid_request("Missing attribute_scores")
    if len(attribute_scores) > _MAX_ATTRIBUTES:
        raise invalid_request(f"attributeScores: holds {len(attribute_scores)} attributes; send at most {_MAX_ATTRIBUTES}")
    answers: dict[str, bool] = {}
    for name, scores in attribute_scores.items():
        question = question_name(name)
        if question is None:
            raise invalid_request(f"Unknown attribute: {printable_name(name)}")
        value = _read_score(printable_name(name), scores or GivenScores()) >= _YES_THRESHOLD
        if answers.setdefault(question, value) != value:
            raise invalid_request(f"attributeScores: {printable_name(name)} contradicts another score")
    return answers


def _read_score(name: str, scores: GivenScores) -> float:
    """Return the score of the whole comment; if only parts of it were scored, the highest of their scores."""
    spans = scores.span_scores or ()
    if any(span.begin is None or span.end is None or not 0 <= span.begin <= span.end for span in spans):
        raise invalid_request(f"attributeScores.{name}: a span needs begin and end")
    values = [_read_value(name, score) for score in ([scores.summary_score] if scores.summary_score else [span.score for span in spans])]
    if not values:
        raise invalid_request(f"attributeScores.{name}: has no score: send a summaryScore")
    return max(values)


def _read_value(name: str, score: GivenScore | None) -> float:
    if score is None:
        raise invalid_request(f"attributeScores.{name}: a span needs a score")
    if score.type not in (None, "PROBABILITY", "SCORE_TYPE_UNSPECIFIED"):
        raise invalid_request(f"Suggested score type {score.type} is not supported by attribute {name}")
    # Protocol buffers leave out zeros.
    value = score.value or 0.0
    if not 0 <= value <= 1:
        raise invalid_request(f"attributeScores.{name}: a score has to be from 0 to 1")
    return value


def _comment_id(message: SuggestCommentScoreRequest) -> str | None:
    comment_id = _coral_id(message.context)
    if comment_id is None and message.client_token:
        return message.client_token.removeprefix(_TOKEN_PREFIX) or None
    return comment_id


def _coral_id(context: Context | None) -> str | None:
    """Return the id of the comment, which Coral names in JSON that it sends as context; None if there is none."""
    text = context.entries[0].text if context is not None and context.entries else None
    if not text or len(text) > _MAX_ENTRY_LENGTH or _CORAL_ID not in text:
        return None
    try:
        entry: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    comment_id = entry.get(_CORAL_ID) if isinstance(entry, dict) else None
    return comment_id if isinstance(comment_id, str) and comment_id else None
