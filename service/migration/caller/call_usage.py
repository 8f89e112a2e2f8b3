"""What recorded calls use of the services that they go to, and which of them would be refused here."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from service.migration.caller.caller_usage import CallerUsage
from service.migration.recorded.answers import answered_scores
from service.migration.recorded.call_kinds import ANALYZE_CALL, BATCH_CALL, MODERATIONS_CALL, OWN_CALL, SPAM_CHECK_CALL, SUGGEST_CALL
from service.migration.recorded.recorded_calls import RecordedCall, body_text, comment_text
from service.migration.recorded.recorded_files import UnreadableCall
from service.perspective.attribute_catalogue import KNOWN_ATTRIBUTES
from service.perspective.attribute_names import base_name, printable_name
from service.settings import Settings

__all__ = [
    "BATCHES",
    "CATEGORY_SCORES",
    "CONTEXT",
    "HTML_TEXT",
    "IMAGES",
    "RULINGS",
    "SCORE_THRESHOLDS",
    "SPANS",
    "WEB_PAGES",
    "note_record",
]

CONTEXT, SPANS, HTML_TEXT, BATCHES = "context", "spans", "HTML", "batches"
RULINGS, IMAGES, SCORE_THRESHOLDS = "rulings", "images", "score thresholds"
CATEGORY_SCORES, WEB_PAGES = "category scores", "web pages"
"""Names of the features of `CallerUsage`."""

_SPAM_REQUIRED = ("blog", "user_ip")
_LABELS = {"string_type": "a text", "list_type": "a list", "dict_type": "an object", "bool_type": "true or false", "float_type": "a number"}
_INNER_CALL = re.compile(r"^\{.*\}\s*$", re.MULTILINE)
_DIALECT_HOSTS = {"commentanalyzer.googleapis.com", "rest.akismet.com", "api.openai.com"}


def note_record(usage: CallerUsage, record: RecordedCall | UnreadableCall, settings: Settings) -> None:
    """Add to what a caller uses what one of its records shows.

    Args:
        usage: what is known of the caller.
        record: a record of its log.
        settings: the limits of the service that it moves to.
    """
    place = f"{record.file}:{record.number}"
    if isinstance(record, UnreadableCall):
        if record.is_damage:
            usage.damaged.see(record.reason, place)
        else:
            usage.passed_over += 1
        return
    kind = record.kind
    usage.calls.see(kind.name, place)
    usage.dialects.see(kind.dialect, place)
    if record.host in _DIALECT_HOSTS:
        usage.hosts.see(record.host, place)
    if record.origin:
        usage.origins.see(record.origin, place)
        usage.features.see(WEB_PAGES, place)
    if record.status is not None:
        usage.statuses[kind.name][str(record.status)] += 1
    if kind.path not in _served_paths() and not kind.path.startswith("/synapse/"):
        usage.unserved.see(kind.path, place)
    if kind.stores:
        usage.features.see(RULINGS, place)
    if record.body is None:
        if scores := answered_scores(record.response):
            usage.ask_for(list(scores), place)
        return
    refusals = usage.refused_before if _was_refused(record) else usage.refusals
    for reason in _note_body(usage, record, settings, place):
        refusals.see(reason, place)
    usage.see_size("body", len(body_text(record)))


@cache
def _served_paths() -> frozenset[str]:
    """Return the paths at which something is answered here."""
    from fastapi import FastAPI

    from service.http.dialects.known_dialects import DIALECTS

    app = FastAPI()
    for dialect in DIALECTS:
        dialect.add_routes(app, Settings())
    return frozenset({OWN_CALL.path, *(getattr(route, "path", "") for route in app.routes)})


def _note_body(usage: CallerUsage, call: RecordedCall, settings: Settings, place: str) -> Iterator[str]:
    """Add what a body shows, and yield why it would be refused."""
    if call.kind == BATCH_CALL and isinstance(call.body, str):
        yield from _note_batch(usage, call, settings, place)
    elif call.kind in {ANALYZE_CALL, SUGGEST_CALL}:
        yield from _note_perspective(usage, call, settings, place)
    elif call.kind == MODERATIONS_CALL:
        inputs = call.body.get("input")
        if isinstance(inputs, list):
            usage.see_size("openai list", len(inputs))
            if any(isinstance(part, dict) and part.get("type") == "image_url" for part in inputs):
                usage.features.see(IMAGES, place)
        for text in comment_text(call):
            usage.see_size("openai text", len(text.encode("utf-8", "replace")))
    elif call.kind == SPAM_CHECK_CALL:
        if isinstance(language := call.body.get("blog_lang"), str) and language:
            for tag in language.split(","):
                usage.languages.see(tag.strip()[:35], place)
        for name in _SPAM_REQUIRED:
            if not call.body.get(name):
                yield f"{name}: is missing"


def _note_batch(usage: CallerUsage, call: RecordedCall, settings: Settings, place: str) -> Iterator[str]:
    usage.features.see(BATCHES, place)
    bodies = []
    for text in _INNER_CALL.findall(call.body):
        try:
            bodies.append(json.loads(text))
        except (ValueError, RecursionError):
            continue
    usage.see_size("batch", len(bodies))
    for body in bodies:
        if isinstance(body, dict) and ("requestedAttributes" in body or "attributeScores" in body):
            kind = ANALYZE_CALL if "requestedAttributes" in body else SUGGEST_CALL
            inner = RecordedCall(file=call.file, number=call.number, kind=kind, body=body)
            yield from _note_perspective(usage, inner, settings, place)


def _note_perspective(usage: CallerUsage, call: RecordedCall, settings: Settings, place: str) -> Iterator[str]:
    """Add what a call of Perspective asks for, and yield why it would be refused."""
    body = call.body
    requested = body.get("requestedAttributes", body.get("requested_attributes"))
    if isinstance(requested, dict) and call.kind == ANALYZE_CALL:
        was_refused = _was_refused(call)
        # What was refused for an attribute that never was is refused as ever.
        names = [str(name)[:200] for name in requested]
        usage.ask_for([name for name in names if not was_refused or base_name(name) in KNOWN_ATTRIBUTES], place)
        for parameters in requested.values():
            if isinstance(parameters, dict) and not was_refused:
                _note_parameters(usage, parameters, place)
    languages = body.get("languages")
    for language in languages if isinstance(languages, list) else [languages]:
        if isinstance(language, str):
            usage.languages.see(language[:35], place)
    for name, feature in (("context", CONTEXT), ("spanAnnotations", SPANS), ("span_annotations", SPANS)):
        if body.get(name):
            usage.features.see(feature, place)
    comment = body.get("comment")
    if isinstance(comment, dict) and comment.get("type") == "HTML":
        usage.features.see(HTML_TEXT, place)
    yield from _refusals(call, settings)


def _note_parameters(usage: CallerUsage, parameters: Mapping[str, Any], place: str) -> None:
    score_type = parameters.get("scoreType", parameters.get("score_type"))
    if isinstance(score_type, str):
        usage.score_types.see(score_type, place)
    if parameters.get("scoreThreshold", parameters.get("score_threshold")):
        usage.features.see(SCORE_THRESHOLDS, place)


def _refusals(call: RecordedCall, settings: Settings) -> Iterator[str]:
    """Yield why a call of Perspective would be refused, apart from its attributes."""
    from service.http.dialects.perspective.schemas import AnalyzeCommentRequest, SuggestCommentScoreRequest

    message_type: type[BaseModel] = AnalyzeCommentRequest if call.kind == ANALYZE_CALL else SuggestCommentScoreRequest
    try:
        message_type.model_validate_json(body_text(call))
    except ValidationError as failure:
        for error in failure.errors(include_input=False, include_url=False, include_context=False)[:5]:
            where = ".".join(str(step) if isinstance(step, int) else printable_name(step) for step in error["loc"])
            if error["type"] == "extra_forbidden":
                yield f"{where}: there is no such field"
            else:
                yield f"{where}: has to be {_LABELS.get(error['type'], 'of another form')}"
    except ValueError:
        yield "the body is not such a message"
    text = next(comment_text(call), "")
    if not text.strip():
        yield "the comment has no text"
    elif len(text.encode("utf-8", "replace")) > settings.max_comment_bytes:
        yield f"the comment is longer than {settings.max_comment_bytes:,} bytes"
    context = call.body.get("context")
    if isinstance(context, dict) and len([name for name, value in context.items() if value is not None]) > 1:
        yield "context: entries and articleAndParentComment are both given"
    if call.kind == ANALYZE_CALL and not call.body.get("requestedAttributes", call.body.get("requested_attributes")):
        yield "no attribute is asked for"


def _was_refused(call: RecordedCall) -> bool:
    """Tell whether a call was refused when it was recorded; an answer with scores was not, whatever status was noted."""
    if answered_scores(call.response):
        return False
    return (call.status is not None and 400 <= call.status < 500 and call.status != 429) or (
        isinstance(call.response, dict) and isinstance(call.response.get("error"), dict) and call.response["error"].get("code") == 400
    )
