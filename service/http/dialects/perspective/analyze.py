"""``comments:analyze``: the scores of one comment."""

from collections.abc import Collection, Sequence

from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Verdict
from model.failures import Step, log_failure
from model.language.tags import primary_language
from service.http.calls import Caller, Scope, admit_call
from service.http.dialects.dialect import Endpoint
from service.http.dialects.perspective.attributes import AttributeChoice, RequestedAttribute
from service.http.dialects.perspective.google_errors import invalid_request, language_error
from service.http.dialects.perspective.languages import NamedLanguages, choose_language, detect_language, read_languages, state_language
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
        attributes, headers = choice.choose(request, message.requested_attributes)
        request.scope[_ANSWERED_NAMES], request.scope[_HEADERS] = tuple(attribute.name for attribute in attributes), headers
        named = read_languages(message.languages)
        tag = choose_language(request, comment, named)
        if is_strict:
            _check_languages(named, tag, attributes[0].name, learned=require_identifier(request).learned)
        comment, identified = state_language(request, comment, tag)
        response = await _analyze(
            request, message, comment, attributes, named=named, identified=identified, caller=caller, is_strict=is_strict
        )
        return masked_response(request, response, headers=headers)

    return analyze


def _charge_spans(request: Request, comment: Comment, settings: Settings) -> None:
    """Count the sentences of a comment, which are judged one by one, as an explanation."""
    try:
        charge_explanation(request.scope, [comment], limit=settings.max_explained_bytes, field="spanAnnotations")
    except ProblemError as problem:
        raise invalid_request(problem.detail) from None


def _check_languages(named: NamedLanguages, tag: str | None, attribute: str, *, learned: Collection[str]) -> None:
    """Make sure, for a strict site, that a caller names languages and nothing else, and one that the model learned.

    Args:
        named: what the caller names.
        tag: the one that the comment is in.
        attribute: the name of an attribute that is asked for.
        learned: the languages that the model learned.

    Raises:
        AnalyzerError: it is not so.
    """
    unsupported = list(named.others)
    if tag is not None and primary_language(tag) not in learned:
        unsupported += [tag for tag in named.tags if primary_language(tag) not in learned]
    if unsupported:
        raise language_error(attribute, [printable_name(language) for language in unsupported], requested=True)


async def _analyze(
    request: Request,
    message: AnalyzeCommentRequest,
    comment: Comment,
    attributes: Sequence[RequestedAttribute],
    *,
    named: NamedLanguages,
    identified: str | None,
    caller: Caller,
    is_strict: bool,
) -> AnalyzeCommentResponse:
    parts = _split(request, comment) if message.span_annotations else []
    comments = [comment, *_part_comments(comment, parts)]
    judgements = await judge_for_client(request, comments, caller=caller, community=message.community_id)
    comment_verdict, *sentences = comment_verdicts(judgements)
    if comment_verdict.must_wait:
        return _uniform_answer(1.0, request)
    if comment_verdict.label is None:
        raise empty_comment_error()
    if comment.language is None and judgements.languages:
        identified = judgements.languages[0]
    language = detect_language(request, comment, identified)
    detected = [] if language is None else [language]
    if is_strict and language is not None and language not in require_identifier(request).learned:
        raise language_error(attributes[0].name, detected, requested=False)
    # Unless the sentences are scored one by one, the only part is the whole comment.
    scored_parts = list(zip(parts, sentences, strict=True)) or [(TextPart("", 0, utf16_length(comment.text)), comment_verdict)]
    scores = _build_scores(attributes, comment_verdict, scored_parts)
    read_as = list(named.tags) or detected or [_read_as(request)]
    response = AnalyzeCommentResponse(attributeScores=scores, languages=read_as, detectedLanguages=detected)
    if message.client_token:
        response["clientToken"] = message.client_token
    return response


def _read_as(request: Request) -> str:
    """Return the language in which a comment is read whose language nobody knows."""
    learned = require_identifier(request).learned
    return _DEFAULT_LANGUAGE if _DEFAULT_LANGUAGE in learned else min(learned)


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
            if result.label is not None and (score := summary if len(parts) == 1 else _score(source, result)) >= threshold
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
