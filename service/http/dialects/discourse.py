"""Discourse's webhooks: ``POST /discourse/webhook``. A post that needs a moderator is flagged through Discourse's API.

The webhook is acknowledged once the flag is in the outbox, on the disk; it is set afterwards, however often that has to be tried.
"""

from fastapi import FastAPI
from pydantic import Field, PositiveInt
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Format, Verdict
from service.http.body import check_content, read_body
from service.http.calls import Scope, admit, secret_in
from service.http.dialects.dialect import Dialect, Endpoint, answering
from service.http.dialects.discourse_flags import FLAG, handlers
from service.http.dialects.long import judge_whole
from service.http.dialects.signatures import check_signature, secrets_of
from service.http.dialects.wire import Tolerant, responses, takes
from service.http.outgoing import call_later
from service.http.problems import ProblemError, ProblemKind
from service.http.wire import parse_request
from service.settings import Settings

__all__ = ["DISCOURSE"]

_SIGNATURE = "X-Discourse-Event-Signature"
_EVENT = "X-Discourse-Event"
_JUDGED = frozenset({"post_created", "post_edited", "post_recovered"})
_REGULAR = 1
_PRIVATE = "private_message"

_ANSWER = {"type": "object", "required": ["flagged"], "properties": {"flagged": {"type": "boolean"}}}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


class _Post(Tolerant):
    id: PositiveInt
    cooked: str | None = None
    raw: str | None = None
    version: int = 1
    post_number: int | None = None
    post_type: int = _REGULAR
    topic_title: str | None = None
    topic_archetype: str | None = None
    user_id: int | None = None


class PostCall(Tolerant):
    """What Discourse sends of a post."""

    post: _Post = Field(description="The post.")


def _add_routes(app: FastAPI, settings: Settings) -> None:
    text = {"type": ["string", "null"]}
    post = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}, "cooked": text, "raw": text}}
    event = {"name": _EVENT, "in": "header", "required": False, "schema": {"type": "string"}, "example": "post_created"}
    app.add_api_route(
        "/discourse/webhook",
        answering(_webhook(settings), dialect=DISCOURSE, settings=settings, judges=True),
        methods=["POST"],
        response_model=None,
        responses=responses(
            _ANSWER,
            _PROBLEM,
            *(400, 401, 403, 408, 413, 415, 422, 429, 500, 503),
            about="The event is dealt with; whether a flag will be set.",
            error_media="application/problem+json",
        ),
        summary="Take an event of Discourse's webhooks",
        description=f"For the payload URL of a webhook with post events. Signed in `{_SIGNATURE}`, if this service was told the secret.",
        operation_id="discourse_webhook",
        openapi_extra=takes({"type": "object", "properties": {"post": post}}) | {"parameters": [event]},
    )


def _webhook(settings: Settings) -> Endpoint:
    secrets = secrets_of(settings.discourse_secrets)
    flagging = (Verdict.REJECT,) if settings.discourse_flagged == "reject" else (Verdict.REVIEW, Verdict.REJECT)

    async def webhook(request: Request) -> Response:
        check_content(request)
        body = await read_body(request, limit=settings.max_body_bytes, timeout=settings.body_timeout)
        signed = check_signature(body, request.headers.get(_SIGNATURE), secrets, name=_SIGNATURE)
        caller = await admit(request, scope=Scope.SCORE, secret=secret_in(request), signed=signed)
        if settings.discourse_url is None:
            raise ProblemError(
                ProblemKind.NOT_SET_UP, "Set TIPSTAFF_DISCOURSE_URL and TIPSTAFF_DISCOURSE_API_KEY, so that posts can be flagged."
            )
        if request.headers.get(_EVENT) not in _JUDGED:
            return _answer(flagged=False)
        post = parse_request(body, PostCall).post
        comments = _texts(post)
        if not comments:
            return _answer(flagged=False)
        verdict = (await judge_whole(request, comments, limit=settings.max_comment_bytes, caller=caller)).verdict
        if verdict not in flagging:
            return _answer(flagged=False)
        payload = {"post": post.id, "hide": settings.discourse_hide and verdict is Verdict.REJECT}
        await call_later(request, FLAG, payload, idempotency=f"{settings.discourse_url} {post.id} {post.version}")
        return _answer(flagged=True)

    return webhook


def _texts(post: _Post) -> list[Comment]:
    """Return what is to be judged of a post: nothing of one that the software itself wrote, or of a private message."""
    if post.post_type != _REGULAR or post.topic_archetype == _PRIVATE or (post.user_id is not None and post.user_id <= 0):
        return []
    found = []
    if post.post_number == 1 and post.topic_title:
        found.append(Comment(str(post.id), post.topic_title))
    if post.cooked is not None:
        found.append(Comment(str(post.id), post.cooked, format=Format.HTML))
    elif post.raw is not None:
        found.append(Comment(str(post.id), post.raw, format=Format.MARKDOWN))
    return found


def _answer(*, flagged: bool) -> Response:
    return Response(to_json({"flagged": flagged}), media_type="application/json")


def _again_later(_request: Request) -> Response:
    problem = ProblemError(ProblemKind.NOT_READY, "The post cannot be judged now: send it again later.", headers={"Retry-After": "60"})
    return problem.response()


DISCOURSE = Dialect(
    name="discourse",
    add_routes=_add_routes,
    refuse=lambda problem: problem.response(),
    approve=lambda _request: _answer(flagged=False),
    # No post may be flagged unseen, and none may be missed: Discourse sends the event again.
    reject=_again_later,
    handlers=handlers,
)
