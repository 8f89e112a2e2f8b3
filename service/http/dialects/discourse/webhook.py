"""Discourse's webhooks: ``POST /discourse/webhook``. A post that needs a moderator is flagged through Discourse's API.

Only signed events are taken: a post is flagged by its number, so whoever calls has to be the forum itself.

The webhook is acknowledged once the flag is in the outbox, on the disk. It is set afterwards, however often that has to be tried.
"""

from typing import Annotated

from fastapi import FastAPI
from pydantic import BeforeValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Format, Verdict
from service.http.bodies.json_body import parse_json
from service.http.calls import Scope, admit_call, extract_secret
from service.http.dialects.dialect import Dialect, Endpoint, wrap_endpoint
from service.http.dialects.discourse.flags import FLAG_KIND, flag_handlers
from service.http.dialects.long_comments import judge_in_parts
from service.http.dialects.messages import LenientMessage, openapi_body, openapi_responses
from service.http.dialects.signatures import parse_secrets, read_signed, signature_scheme
from service.http.dialects.verdicts import Flagging
from service.http.openapi_document import schema_reference
from service.http.problems import Problem, ProblemError, ProblemKind
from service.http.responses import json_response
from service.http.store_writes import enqueue_call
from service.settings import Settings

__all__ = ["DISCOURSE"]

_SIGNATURE = "X-Discourse-Event-Signature"
_SCHEME = "discourseSignature"
_EVENT = "X-Discourse-Event"
_JUDGED_EVENTS = frozenset({"post_created", "post_edited", "post_recovered"})
_REGULAR = 1
_PRIVATE = "private_message"
_INT64_LIMIT = 2**63
# A key of ours lets its owner have comments judged, but it does not make its owner the forum, whose posts a webhook names.
_SET_UP_ADVICE = (
    "Set TIPSTAFF_DISCOURSE_URL and TIPSTAFF_DISCOURSE_API_KEY, so that posts can be flagged, and TIPSTAFF_DISCOURSE_SECRETS to the secret "
    "of the webhook, so that only the forum can have them flagged."
)

_ANSWER = {"type": "object", "required": ["flagged"], "properties": {"flagged": {"type": "boolean"}}}


def _as_integer(value: object) -> object:
    # In JSON 7.0 is an integer, too.
    return int(value) if isinstance(value, float) and value.is_integer() else value


_Integer = Annotated[int, BeforeValidator(_as_integer)]


class DiscoursePost(LenientMessage):
    """A post, as Discourse serialises it."""

    id: Annotated[int, Field(ge=1, lt=_INT64_LIMIT), BeforeValidator(_as_integer)]
    cooked: str | None = None
    raw: str | None = None
    version: _Integer = 1
    post_number: _Integer | None = None
    post_type: _Integer = _REGULAR
    topic_title: str | None = None
    topic_archetype: str | None = None
    user_id: _Integer | None = None


class PostCall(LenientMessage):
    """What Discourse sends of a post; of other events, something else."""

    post: DiscoursePost | None = None


def _add_routes(app: FastAPI, settings: Settings) -> None:
    event = {"name": _EVENT, "in": "header", "required": False, "schema": {"type": "string"}, "example": "post_created"}
    example = {"post": {"id": 1, "post_number": 2, "cooked": "<p>What a lovely morning.</p>"}}
    body = openapi_body(schema_reference(PostCall), example=example, security=({_SCHEME: []},))
    app.add_api_route(
        "/discourse/webhook",
        wrap_endpoint(_webhook(settings), dialect=DISCOURSE, settings=settings, judges=True),
        methods=["POST"],
        response_model=None,
        responses=openapi_responses(
            _ANSWER,
            schema_reference(Problem),
            *(400, 401, 403, 408, 413, 415, 422, 429, 500, 503, 504),
            about="The event is dealt with; whether a flag will be set.",
            error_media="application/problem+json",
        ),
        summary="Take an event of Discourse's webhooks",
        description=f"For the payload URL of a webhook with post events. Signed in `{_SIGNATURE}`.",
        operation_id="discourse_webhook",
        openapi_extra=body | {"parameters": [event]},
        tags=[DISCOURSE.name],
    )


def _webhook(settings: Settings) -> Endpoint:
    secrets = parse_secrets(settings.discourse_secrets)
    flagging = Flagging.for_dialect("discourse", settings, mildest=settings.discourse_flagged)

    async def webhook(request: Request) -> Response:
        if settings.discourse_url is None or not secrets:
            await admit_call(request, scope=Scope.SCORE, secret=extract_secret(request))
            raise ProblemError(ProblemKind.NOT_SET_UP, _SET_UP_ADVICE)
        body, caller = await read_signed(request, header=_SIGNATURE, secrets=secrets, settings=settings)
        post = parse_json(body, PostCall).post
        if post is None or request.headers.get(_EVENT) not in _JUDGED_EVENTS or not (comments := _comments_to_judge(post)):
            return _answer(flagged=False)
        result = await judge_in_parts(request, comments, limit=settings.max_comment_bytes, caller=caller)
        if not flagging.flags(result):
            return _answer(flagged=False)
        payload = {"post": post.id, "hide": settings.discourse_hide and result.verdict is Verdict.REJECT}
        await enqueue_call(request, FLAG_KIND, payload, idempotency=f"{settings.discourse_url} {post.id} {post.version}")
        return _answer(flagged=True)

    return webhook


def _comments_to_judge(post: DiscoursePost) -> list[Comment]:
    """Return the texts of a post; none if the software itself wrote it, or if it belongs to a private message."""
    if post.post_type != _REGULAR or post.topic_archetype == _PRIVATE or (post.user_id is not None and post.user_id <= 0):
        return []
    comments = []
    title = post.topic_title
    if post.post_number == 1 and title:
        comments.append(Comment(str(post.id), title))
        title = None
    if post.cooked is not None:
        comments.append(Comment(str(post.id), post.cooked, format=Format.HTML, title=title))
    elif post.raw is not None:
        comments.append(Comment(str(post.id), post.raw, format=Format.MARKDOWN, title=title))
    return comments


def _answer(*, flagged: bool) -> Response:
    return json_response({"flagged": flagged})


def _ask_again(_request: Request) -> Response:
    problem = ProblemError(ProblemKind.NOT_READY, "The post cannot be judged now: send it again later.", headers={"Retry-After": "60"})
    return problem.response()


DISCOURSE = Dialect(
    name="discourse",
    about="Discourse's webhooks.",
    paths=("/discourse/",),
    add_routes=_add_routes,
    refuse=lambda problem: problem.response(),
    approve=lambda _request: _answer(flagged=False),
    # A post that nobody has judged must not be flagged, and none may be missed: Discourse sends the event again.
    reject=_ask_again,
    handlers=flag_handlers,
    message_types=(PostCall,),
    security_schemes={_SCHEME: signature_scheme(_SIGNATURE, setting="TIPSTAFF_DISCOURSE_SECRETS")},
)
