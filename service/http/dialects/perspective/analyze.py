"""``comments:analyze``: the scores of one comment."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Format, Verdict
from model.language.identifier import primary_language
from service.http.calls import Caller, Judgements, Scope, admit_call
from service.http.dialects.dialect import Endpoint
from service.http.dialects.messages import CommentVerdict, comment_verdicts, judge_for_client
from service.http.dialects.perspective.google_errors import analyzer_error, invalid_request, language_error
from service.http.dialects.perspective.requests import (
    check_context,
    check_query,
    empty_comment_error,
    extract_google_secret,
    json_response,
    masked_response,
    read_comment,
    read_message,
)
from service.http.dialects.perspective.schemas import (
    AnalyzeCommentRequest,
    AnalyzeCommentResponse,
    AttributeScores,
    Score,
    SpanScore,
)
from service.http.dialects.perspective.spans import TextPart, split_sentences, utf16_length
from service.http.state import require_identifier, require_moderator
from service.perspective.attribute_names import ABUSIVE, HATEFUL, USUAL, shown, source_of
from service.settings import Settings

__all__ = ["analyze_endpoint", "uniform_scores"]

_REQUESTED = "tipstaff.perspective"
_DIGITS = 6
_LEARNED = "en"
_PROBABLE = (None, "PROBABILITY", "SCORE_TYPE_UNSPECIFIED")


class _Wanted(NamedTuple):
    """An attribute that is asked for.

    Attributes:
        name: as requested.
        source: which of our scores answers it.
        threshold: lowest score that is told.
    """

    name: str
    source: str
    threshold: float


def analyze_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint."""

    async def analyze(request: Request) -> Response:
        check_query(request)
        caller = await admit_call(request, scope=Scope.SCORE, secret=extract_google_secret(request))
        asked = await read_message(request, AnalyzeCommentRequest, settings=settings)
        comment = read_comment(asked.comment, settings=settings)
        check_context(asked.context)
        wanted = _wanted(request, asked)
        if settings.perspective_strict_languages:
            _refuse_requested(asked.languages or (), wanted, learned=require_identifier(request).learned)
        return masked_response(
            request, await _analysis(request, asked, comment, wanted, caller=caller, strict=settings.perspective_strict_languages)
        )

    return analyze


def _wanted(request: Request, asked: AnalyzeCommentRequest) -> list[_Wanted]:
    """Return the attributes that are asked for.

    Raises:
        ProblemError: there is none, one is not known here, or its score is wanted in another form.
    """
    if not asked.requested_attributes:
        raise analyzer_error("NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes")
    moderator = require_moderator(request)
    found = []
    for name, parameters in asked.requested_attributes.items():
        source = source_of(name, published=moderator.attributes, version=moderator.version)
        if source is None:
            raise invalid_request(f"Unknown requested attribute: {shown(name)}")
        if parameters is None:
            found.append(_Wanted(name, source, 0.0))
            continue
        if parameters.score_type not in _PROBABLE:
            raise invalid_request(f"Requested score type {parameters.score_type} is not supported by attribute {shown(name)}")
        found.append(_Wanted(name, source, parameters.score_threshold or 0.0))
    request.scope[_REQUESTED] = tuple(each.name for each in found)
    return found


def _refuse_requested(languages: Sequence[str], wanted: Sequence[_Wanted], *, learned: Collection[str]) -> None:
    others = [language for language in languages if primary_language(language) not in learned]
    if others:
        raise language_error(wanted[0].name, [shown(each) for each in others], requested=True)


async def _analysis(
    request: Request, asked: AnalyzeCommentRequest, comment: Comment, wanted: Sequence[_Wanted], *, caller: Caller, strict: bool
) -> Mapping[str, Any]:
    parts = split_sentences(comment) if asked.span_annotations else ()
    comments = [comment, *(Comment("", part.text, Format.PLAIN) for part in parts)]
    judgement = await judge_for_client(request, comments, caller=caller, community=asked.community_id)
    whole, *each = comment_verdicts(judgement)
    if whole.label is None:
        raise empty_comment_error()
    language = judgement.languages[0] if judgement.languages else None
    detected = [_LEARNED] if language is None else [language]
    if strict and whole.foreign and not asked.languages:
        raise language_error(wanted[0].name, detected, requested=False)
    scores = _scores(wanted, judgement, whole, each, parts or [TextPart("", 0, utf16_length(comment.text))])
    made = AnalyzeCommentResponse(attributeScores=scores, languages=asked.languages or detected, detectedLanguages=detected)
    if asked.client_token:
        made["clientToken"] = asked.client_token
    return made


def _scores(
    wanted: Sequence[_Wanted], judgement: Judgements, whole: CommentVerdict, each: Sequence[CommentVerdict], parts: Sequence[TextPart]
) -> dict[str, AttributeScores]:
    found = {}
    # Where parts are not scored by themselves, the score of the whole is that of its one part.
    told = list(zip(parts, each or (whole,), range(1, len(each) + 1) if each else (0,), strict=True))
    for name, source, threshold in wanted:
        summary = _value(source, judgement, whole, at=0)
        if summary < threshold:
            continue
        spans = [
            SpanScore(begin=part.begin, end=part.end, score=Score(value=value, type="PROBABILITY"))
            for part, one, at in told
            if one.label is not None and (value := _value(source, judgement, one, at=at)) >= threshold
        ]
        found[name] = AttributeScores(spanScores=spans, summaryScore=Score(value=summary, type="PROBABILITY"))
    return found


def _value(source: str, judgement: Judgements, one: CommentVerdict, *, at: int) -> float:
    """Return one of our scores; where a rule of the community decided, its word is the score."""
    if one.matched is not None and judgement.verdicts[at] == judgement.unobserved_verdicts[at]:
        if one.verdict is Verdict.APPROVE:
            return 0.0
        if one.verdict is Verdict.REJECT and source == ABUSIVE:
            return 1.0
    if source == ABUSIVE:
        return round(min(one.abusive, 1.0), _DIGITS)
    return round(one.scores[2] if source == HATEFUL else one.attributes[source], _DIGITS)


def uniform_scores(value: float, request: Request) -> Response:
    """Answer a call that could not be judged as if every attribute had this score."""
    score = Score(value=value, type="PROBABILITY")
    names: Sequence[str] = request.scope.get(_REQUESTED, USUAL)
    return json_response(
        AnalyzeCommentResponse(
            attributeScores={name: AttributeScores(spanScores=[], summaryScore=score) for name in names},
            languages=[_LEARNED],
            detectedLanguages=[_LEARNED],
        )
    )
