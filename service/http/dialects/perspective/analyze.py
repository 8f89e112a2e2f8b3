"""``comments:analyze``: the scores of one comment."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Verdict
from model.failures import Step, log_failure
from model.language.identifier import primary_language
from service.http.calls import Caller, Scope, admit_call
from service.http.dialects.dialect import Endpoint
from service.http.dialects.perspective.google_errors import analyzer_error, invalid_request, language_error
from service.http.dialects.perspective.requests import (
    add_context,
    check_context,
    check_query,
    empty_comment_error,
    extract_google_secret,
    masked_response,
    read_comment,
    read_message,
    visible_context,
)
from service.http.dialects.perspective.schemas import (
    AnalyzeCommentRequest,
    AnalyzeCommentResponse,
    AttributeScores,
    Score,
    SpanScore,
)
from service.http.dialects.perspective.spans import TextPart, split_sentences, utf16_length
from service.http.dialects.verdicts import CommentVerdict, comment_verdicts, judge_for_client
from service.http.problems import ProblemError
from service.http.responses import json_response
from service.http.state import get_state, require_identifier, require_moderator
from service.http.workload.effort import charge_explanation
from service.perspective.attribute_names import ABUSIVE, ALL_SPELLINGS, HATEFUL, printable_name, score_name
from service.settings import Settings

__all__ = ["analyze_endpoint", "uniform_scores"]

_REQUESTED_NAMES = "tipstaff.perspective"
_DIGITS = 6
_SENTENCE_DISCOUNT = 3.3
"""By how much the odds of a sentence are divided; as those of a passage by the encoder (``model.encoder.comment_parts``), exp(1.2)."""
_DEFAULT_LANGUAGE = "en"
_PROBABILITY_TYPES = (None, "PROBABILITY", "SCORE_TYPE_UNSPECIFIED")


class _RequestedAttribute(NamedTuple):
    """An attribute that a call asks for.

    Attributes:
        name: its name, as the call gives it.
        source: the name of our score that answers it.
        threshold: the score below which the attribute is left out of the answer.
    """

    name: str
    source: str
    threshold: float


def analyze_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of ``comments:analyze``."""

    async def analyze(request: Request) -> Response:
        check_query(request)
        caller = await admit_call(request, scope=Scope.SCORE, secret=extract_google_secret(request))
        message = await read_message(request, AnalyzeCommentRequest, settings=settings)
        comment = read_comment(message.comment, settings=settings)
        check_context(message.context)
        comment = add_context(comment, message.context)
        if message.span_annotations:
            _charge_spans(request, comment, settings)
        attributes = _requested_attributes(request, message)
        if settings.perspective_strict_languages:
            _check_languages(message.languages or (), attributes, learned=require_identifier(request).learned)
        return masked_response(
            request, await _analyze(request, message, comment, attributes, caller=caller, strict=settings.perspective_strict_languages)
        )

    return analyze


def _charge_spans(request: Request, comment: Comment, settings: Settings) -> None:
    """Count the sentences of a comment, which are judged one by one, as an explanation."""
    try:
        charge_explanation(request.scope, [comment], limit=settings.max_explained_bytes, field="spanAnnotations")
    except ProblemError as problem:
        raise invalid_request(problem.detail) from None


def _requested_attributes(request: Request, message: AnalyzeCommentRequest) -> list[_RequestedAttribute]:
    """Return the attributes that a call asks for; their names are noted in the request's scope.

    Raises:
        ProblemError: the call asks for none, for one that the model does not have, or for another type of score.
    """
    if not message.requested_attributes:
        raise analyzer_error("NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes")
    moderator = require_moderator(request)
    attributes = []
    for name, parameters in message.requested_attributes.items():
        source = score_name(name, published=moderator.attributes, version=moderator.version)
        if source is None:
            raise invalid_request(f"Unknown requested attribute: {printable_name(name)}")
        if parameters is None:
            attributes.append(_RequestedAttribute(name, source, 0.0))
            continue
        if parameters.score_type not in _PROBABILITY_TYPES:
            raise invalid_request(f"Requested score type {parameters.score_type} is not supported by attribute {printable_name(name)}")
        attributes.append(_RequestedAttribute(name, source, parameters.score_threshold or 0.0))
    request.scope[_REQUESTED_NAMES] = tuple(attribute.name for attribute in attributes)
    return attributes


def _check_languages(languages: Sequence[str], attributes: Sequence[_RequestedAttribute], *, learned: Collection[str]) -> None:
    unsupported = [language for language in languages if primary_language(language) not in learned]
    if unsupported:
        raise language_error(attributes[0].name, [printable_name(language) for language in unsupported], requested=True)


async def _analyze(
    request: Request,
    message: AnalyzeCommentRequest,
    comment: Comment,
    attributes: Sequence[_RequestedAttribute],
    *,
    caller: Caller,
    strict: bool,
) -> AnalyzeCommentResponse:
    parts = _split(request, comment) if message.span_annotations else []
    comments = [comment, *_part_comments(comment, parts)]
    judgements = await judge_for_client(request, comments, caller=caller, community=message.community_id)
    comment_verdict, *sentences = comment_verdicts(judgements)
    if comment_verdict.must_wait:
        return _uniform_answer(1.0, request)
    if comment_verdict.label is None:
        raise empty_comment_error()
    language = judgements.languages[0] if judgements.languages else None
    detected = [_DEFAULT_LANGUAGE] if language is None else [language]
    if strict and comment_verdict.foreign and not message.languages:
        raise language_error(attributes[0].name, detected, requested=False)
    # Unless the sentences are scored one by one, the only part is the whole comment.
    scored_parts = list(zip(parts, sentences, strict=True)) or [(TextPart("", 0, utf16_length(comment.text)), comment_verdict)]
    scores = _build_scores(attributes, comment_verdict, scored_parts)
    response = AnalyzeCommentResponse(attributeScores=scores, languages=message.languages or detected, detectedLanguages=detected)
    if message.client_token:
        response["clientToken"] = message.client_token
    return response


def _split(request: Request, comment: Comment) -> Sequence[TextPart]:
    """Return the sentences of a comment; none if that fails, so that the comment is scored as a whole."""
    try:
        return split_sentences(comment)
    except Exception as error:
        log_failure(Step.MARKUP, error)
        get_state(request).metrics.count_failures({Step.MARKUP: 1})
        return []


def _part_comments(comment: Comment, parts: Sequence[TextPart]) -> list[Comment]:
    """Return the parts of a comment as comments, each of which answers what the whole one does."""
    parent_text = comment.parent_text
    if parts and parent_text is not None:
        parent_text = visible_context(parent_text, comment.format)
    return [Comment("", part.text, parent_text=parent_text, title=comment.title) for part in parts]


def _build_scores(
    attributes: Sequence[_RequestedAttribute], comment_verdict: CommentVerdict, parts: Sequence[tuple[TextPart, CommentVerdict]]
) -> dict[str, AttributeScores]:
    scores = {}
    for name, source, threshold in attributes:
        summary = _score(source, comment_verdict)
        if len(parts) > 1 and comment_verdict.matched is None:
            summary = max([summary, *(_in_comment(_score(source, result)) for _, result in parts if result.label is not None)])
        if summary < threshold:
            continue
        spans = [
            SpanScore(begin=part.begin, end=part.end, score=Score(value=score, type="PROBABILITY"))
            for part, result in parts
            if result.label is not None and (score := _score(source, result)) >= threshold
        ]
        scores[name] = AttributeScores(spanScores=spans, summaryScore=Score(value=summary, type="PROBABILITY"))
    return scores


def _in_comment(score: float) -> float:
    """Return what the score of a sentence says of its comment: less, because the worst of several sentences looks worse than it is."""
    return round(score / (score + (1 - score) * _SENTENCE_DISCOUNT), _DIGITS)


def _score(source: str, result: CommentVerdict) -> float:
    """Return one of our scores; where a rule of the community decided the verdict, the score that says the same."""
    if result.matched is not None and result.verdict == result.unobserved_verdict:
        if result.verdict is Verdict.APPROVE:
            return 0.0
        if result.verdict is Verdict.REJECT and source == ABUSIVE:
            return 1.0
    if source == ABUSIVE:
        return round(min(result.abusive, 1.0), _DIGITS)
    return round(result.hateful if source == HATEFUL else result.attributes[source], _DIGITS)


def uniform_scores(value: float, request: Request) -> Response:
    """Answer a call that could not be judged as if every attribute had this score."""
    return json_response(_uniform_answer(value, request))


def _uniform_answer(value: float, request: Request) -> AnalyzeCommentResponse:
    score = Score(value=value, type="PROBABILITY")
    names: Sequence[str] = request.scope.get(_REQUESTED_NAMES, ALL_SPELLINGS)
    return AnalyzeCommentResponse(
        attributeScores={name: AttributeScores(spanScores=[], summaryScore=score) for name in names},
        languages=[_DEFAULT_LANGUAGE],
        detectedLanguages=[_DEFAULT_LANGUAGE],
    )
