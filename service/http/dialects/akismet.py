"""Akismet: ``POST /1.1/verify-key``, ``comment-check``, ``submit-spam``, ``submit-ham``, for clients whose base URL can be set.

Here spam is whatever the policy would not approve: clients put it where a moderator looks, or hide it.
"""

import re
import secrets

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from model.comment import Comment, Format, Verdict
from service.http.calls import Caller, Scope, admit_call
from service.http.dialects.dialect import Dialect, Endpoint, wrap_endpoint
from service.http.dialects.forms import Form, read_form
from service.http.dialects.long_comments import judge_in_parts
from service.http.dialects.messages import Schema, check_length, field_problem, openapi_body, openapi_responses
from service.http.dialects.verdicts import CommentVerdict
from service.http.problems import ProblemError, ProblemKind
from service.http.store_writes import record_ruling
from service.settings import Settings
from service.store.stored_types import Ruling

__all__ = ["AKISMET"]

_THANKS = "Thanks for making the web a better place."
_TEXT: Schema = {"type": "string"}
_FIELDS = {
    "api_key": "The key.",
    "key": "The key, as older clients name it.",
    "comment_content": "The comment, in HTML.",
    "comment_author": "The name under which it was written.",
    "comment_author_email": "The author's address.",
    "user_role": "`administrator` is never spam.",
}
_REQUIRED = {"blog": "The address of the site.", "user_ip": "The address from which the comment came."}
_EXAMPLE = {"api_key": "KEY", "blog": "https://blog.example", "user_ip": "192.0.2.1", "comment_content": "What a lovely morning."}
_FORM = "application/x-www-form-urlencoded"
_TEST_SPAM = frozenset({"viagra-test-123", "akismet-guaranteed-spam", "akismet-guaranteed-spam@example.com"})
_TEST_HAM_ROLE = "administrator"
_MIN_BLATANT_SCORE = 0.95
# Older clients put their key into the host name: https://KEY.rest.akismet.com/1.1/comment-check
_HOST_WITH_KEY = re.compile(r"([a-z0-9]{12,63})\.[a-z0-9-]+\.")
_STATUSES = {413: 400, 415: 400, 422: 400}
# The original server answers these with "invalid", and means the key.
_KEY_PROBLEMS = frozenset({ProblemKind.UNAUTHENTICATED, ProblemKind.FORBIDDEN})


def _add_routes(app: FastAPI, settings: Settings) -> None:
    def add(name: str, endpoint: Endpoint, *, needs: tuple[str, ...], about: str, judges: bool = False) -> None:
        fields: dict[str, Schema] = {field: {"type": "string", "description": description} for field, description in _FIELDS.items()}
        fields |= {field: {"type": "string", "minLength": 1, "description": _REQUIRED[field]} for field in needs}
        example = _EXAMPLE if needs else {"api_key": _EXAMPLE["api_key"]}
        form = {"type": "object", "required": list(needs), "properties": fields}
        app.add_api_route(
            f"/1.1/{name}",
            wrap_endpoint(endpoint, dialect=AKISMET, settings=settings, judges=judges),
            methods=["POST"],
            response_model=None,
            responses=openapi_responses(_TEXT, _TEXT, 400, 408, 429, 500, 503, 504, about=about, media="text/plain"),
            response_class=PlainTextResponse,
            summary=f"Akismet's `{name}`",
            operation_id=f"akismet_{name.replace('-', '_')}",
            openapi_extra=openapi_body(form, example=example, media=_FORM, required=bool(needs), security=()),
            tags=[AKISMET.name],
        )

    invalid = "; `invalid` if the key is none."
    add("verify-key", _verify(settings), needs=(), about="`valid`" + invalid)
    add("comment-check", _check(settings), needs=tuple(_REQUIRED), about="`true` for spam, `false`" + invalid, judges=True)
    add("submit-spam", _submit(settings, spam=True), needs=tuple(_REQUIRED), about="Thanks; it is kept" + invalid)
    add("submit-ham", _submit(settings, spam=False), needs=tuple(_REQUIRED), about="Thanks; it is kept" + invalid)


async def _admit_form(request: Request, settings: Settings, scope: Scope) -> tuple[Form, Caller]:
    form = await read_form(request, settings=settings, encoding_field="blog_charset")
    host = _HOST_WITH_KEY.match(request.headers.get("host", "").lower())
    secret = form.text("api_key") or form.text("key") or (host[1] if host else None)
    return form, await admit_call(request, scope=scope, secret=secret)


def _check_required(form: Form) -> None:
    for name in _REQUIRED:
        if not form.text(name):
            raise field_problem(name, "is missing")


def _verify(settings: Settings) -> Endpoint:
    async def verify(request: Request) -> Response:
        await _admit_form(request, settings, Scope.SCORE)
        return _answer("valid")

    return verify


def _check(settings: Settings) -> Endpoint:
    spam = (Verdict.REJECT,) if settings.akismet_spam == "reject" else (Verdict.REVIEW, Verdict.REJECT)

    async def check(request: Request) -> Response:
        form, caller = await _admit_form(request, settings, Scope.SCORE)
        _check_required(form)
        if {form.text("comment_author"), form.text("comment_author_email")} & _TEST_SPAM:
            return _answer("true")
        if form.text("user_role") == _TEST_HAM_ROLE:
            return _answer("false")
        comment = Comment("", form.text("comment_content"), format=Format.HTML)
        result = await judge_in_parts(request, [comment], limit=settings.max_comment_bytes, caller=caller)
        if result.verdict not in spam and not result.must_wait:
            return _answer("false")
        return _answer("true", **({"X-akismet-pro-tip": "discard"} if _is_blatant(result) else {}))

    return check


def _is_blatant(result: CommentVerdict) -> bool:
    return result.verdict is Verdict.REJECT and result.abusive >= _MIN_BLATANT_SCORE and not result.foreign


def _submit(settings: Settings, *, spam: bool) -> Endpoint:
    async def submit(request: Request) -> Response:
        form, caller = await _admit_form(request, settings, Scope.FEEDBACK)
        _check_required(form)
        text = form.text("comment_content")
        check_length(text, field="comment_content", limit=settings.max_comment_bytes)
        if text.strip() and form.text("is_test") not in {"1", "true"}:
            await record_ruling(request, _build_ruling(form, caller, settings, text=text, spam=spam))
        return PlainTextResponse(_THANKS)

    return submit


def _build_ruling(form: Form, caller: Caller, settings: Settings, *, text: str, spam: bool) -> Ruling:
    # A comment that was wrongly taken for spam is fine, whatever spam means on the site.
    is_about_abuse = not spam or settings.akismet_submissions == "abusive"
    return Ruling(
        dialect="akismet",
        text=text,
        format=Format.HTML,
        abusive=spam if is_about_abuse else None,
        attributes={} if is_about_abuse else {"spam": True},
        community=caller.community or form.text("blog"),
        key=caller.key,
    )


def _answer(word: str, **headers: str) -> Response:
    return PlainTextResponse(word, headers=headers | {"X-akismet-guid": secrets.token_hex(16)})


def _refuse(problem: ProblemError) -> Response:
    headers = dict(problem.headers) | {"X-akismet-debug-help": problem.detail.encode("ascii", "replace").decode()}
    if problem.kind in _KEY_PROBLEMS:
        return PlainTextResponse("invalid", headers=headers)
    return PlainTextResponse(problem.detail, status_code=_STATUSES.get(problem.kind.status, problem.kind.status), headers=headers)


AKISMET = Dialect(
    name="akismet",
    about="Akismet; the key is a field of the form.",
    add_routes=_add_routes,
    refuse=_refuse,
    approve=lambda _request: _answer("false"),
    reject=lambda _request: _answer("true"),
)
