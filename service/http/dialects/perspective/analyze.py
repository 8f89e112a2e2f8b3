"""``comments:analyze``: the scores of one comment."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Verdict
from model.failures import Step, log_failure
from service.http.calls import Caller, Scope, admit_call
from service.http.dialects.dialect import Endpoint
from service.http.dialects.named_languages import (
    NamedLanguages,
    choose_language,
    detect_language,
    is_read,
    read_languages,
    state_language,
)
from service.http.dialects.perspective.attributes import AttributeChoice, RequestedAttribute, RequestedAttributes
from service.http.dialects.perspective.google_errors import invalid_request, language_error
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
from service.http.state import get_state, require_identifier
from service.http.workload.effort import charge_explanation
from service.perspective.attribute_names import ABUSIVE, ALL_SPELLINGS, printable_name
from service.settings import Settings

__all__ = ["analyze_endpoint", "uniform_scores"]

_ANSWERED_NAMES, _HEADERS = "tipstaff.perspective.names", "tipstaff.perspective.headers"
_DIGITS = 6
_SENTENCE_DISCOUNT = 3.3
"""By how much the odds of a sentence are divided; as those of a passage by the encoder (``model.encoder.comment_parts``), exp(1.2)."""
_DEFAULT_LANGUAGE = "en"


def analyze_endpoint(settings: Settings) -> Endpoint:
    """Return the endpoint of ``comments:analyze``."""
    choice, is_strict = AttributeChoice(settings), settings.perspective_strict_languages

    async def analyze(request: Request) -> Response:
        check_query(request)
        caller = await admit_call(request, scope=Scope.SCORE, secret=extract_google_secret(request))
        message = await read_message(request, AnalyzeCommentRequest, settings=settings, allow_plain_text=True)
        comment = read_comment(message.comment, settings=settings)
        check_context(message.context)
        comment = add_context(comment, message.context)
        if message.span_annotations:
            _charge_spans(request, comment, settings)
        requested = choice.choose(request, message.requested_attributes)
        _note_answer(request, requested)
        named = read_languages(message.languages)
        tag = choose_language(request, comment, named)
        if is_strict:
            _check_languages(named, tag, requested.answered[0].name, read=require_identifier(request).learned)
        comment, identified = state_language(request, comment, tag)
        judged = await _judge(request, message, comment, identified=identified, caller=caller)
        if judged.whole.must_wait:
            return masked_response(request, _uniform_answer(1.0, request), headers=requested.headers)
        if judged.whole.label is None:
            raise empty_comment_error()
        if is_strict:
            _check_detected(judged, requested.answered[0].name, read=require_identifier(request).learned)
        languages = list(named.tags) or judged.detected
        told = choice.choose_told(request, requested, judged.whole, languages=languages, named=bool(named.tags))
        response = AnalyzeCommentResponse(
            attributeScores=_build_scores(told.answered, judged.whole, judged.parts),
            languages=languages or [_read_as(request)],
            detectedLanguages=judged.detected,
        )
        if message.client_token:
            response["clientToken"] = message.client_token
        return masked_response(request, response, headers=told.headers)

    return analyze


def _note_answer(request: Request, requested: RequestedAttributes) -> None:
    """Note what is answered should judging fail."""
    request.scope[_ANSWERED_NAMES] = tuple(attribute.name for attribute in requested.answered)
    request.scope[_HEADERS] = requested.headers


def _charge_spans(request: Request, comment: Comment, settings: Settings) -> None:
    """Count the sentences of a comment, which are judged one by one, as an explanation."""
    try:
        charge_explanation(request.scope, [comment], limit=settings.max_explained_bytes, field="spanAnnotations")
    except ProblemError as problem:
        raise invalid_request(problem.detail) from None


def _check_languages(named: NamedLanguages, tag: str | None, attribute: str, *, read: Collection[str]) -> None:
    """Make sure, for a strict site, that a caller names languages and nothing else, and one that is read.

    Args:
        named: what the caller names.
        tag: the one that the comment is in.
        attribute: the name of an attribute that is asked for.
        read: the languages that are read.

    Raises:
        AnalyzerError: it is not so.
    """
    unsupported = list(named.others)
    if tag is not None and not is_read(tag, read):
        unsupported += [other for other in named.tags if not is_read(other, read)]
    if unsupported:
        raise language_error(attribute, [printable_name(language) for language in unsupported], requested=True)


def _check_detected(judged: "_Judged", attribute: str, *, read: Collection[str]) -> None:
    """Make sure, for a strict site, that a comment is not in a language that is not read.

    Raises:
        AnalyzerError: it is.
    """
    if judged.detected and not is_read(judged.detected[0], read):
        raise language_error(attribute, judged.detected, requested=False)


class _Judged(NamedTuple):
    """A comment that is judged.

    Attributes:
        whole: what is decided about it.
        parts: its sentences, and what is decided about each; or, if they are not scored one by one, the whole comment as its only part.
        detected: the tag of the language that it shows; empty if it shows none.
    """

    whole: CommentVerdict
    parts: Sequence[tuple[TextPart, CommentVerdict]]
    detected: list[str]


async def _judge(request: Request, message: AnalyzeCommentRequest, comment: Comment, *, identified: str | None, caller: Caller) -> _Judged:
    parts = _split(request, comment) if message.span_annotations else []
    comments = [comment, *_part_comments(comment, parts)]
    judgements = await judge_for_client(request, comments, caller=caller, community=message.community_id)
    whole, *sentences = comment_verdicts(judgements)
    if comment.language is None:
        identified = whole.language
    language = detect_language(request, comment, identified)
    scored_parts = list(zip(parts, sentences, strict=True)) or [(TextPart("", 0, utf16_length(comment.text)), whole)]
    return _Judged(whole, scored_parts, [] if language is None else [language])


def _read_as(request: Request) -> str:
    """Return the language in which a comment is read whose language nobody knows."""
    read = require_identifier(request).learned
    return _DEFAULT_LANGUAGE if _DEFAULT_LANGUAGE in read else min(read)


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
    return [Comment("", part.text, language=comment.language, parent_text=parent_text, title=comment.title) for part in parts]


def _build_scores(
    attributes: Sequence[RequestedAttribute], comment_verdict: CommentVerdict, parts: Sequence[tuple[TextPart, CommentVerdict]]
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
            if result.label is not None
            and result.tells(source)
            and (score := summary if len(parts) == 1 else _score(source, result)) >= threshold
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
    return round(min(result.score(source), 1.0), _DIGITS)


def uniform_scores(value: float, request: Request) -> Response:
    """Answer a call that could not be judged as if every attribute that is answered had this score."""
    return json_response(_uniform_answer(value, request), headers=request.scope.get(_HEADERS))


def _uniform_answer(value: float, request: Request) -> AnalyzeCommentResponse:
    score = Score(value=value, type="PROBABILITY")
    names: Sequence[str] = request.scope.get(_ANSWERED_NAMES, ALL_SPELLINGS)
    return AnalyzeCommentResponse(
        attributeScores={name: AttributeScores(spanScores=[], summaryScore=score) for name in names},
        languages=[_DEFAULT_LANGUAGE],
        detectedLanguages=[],
    )
