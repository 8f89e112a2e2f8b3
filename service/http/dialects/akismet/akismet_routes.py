"""Akismet's addresses, what the documentation says of them, and how a call is refused."""

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response

from service.http.dialects.akismet.account_calls import (
    answer_connected,
    deactivate_endpoint,
    key_sites_endpoint,
    stats_endpoint,
    subscription_endpoint,
    usage_limit_endpoint,
    verify_endpoint,
)
from service.http.dialects.akismet.comment_calls import REQUIRED_FIELDS, answer_word, check_endpoint, submit_endpoint
from service.http.dialects.dialect import Dialect, Endpoint, wrap_endpoint
from service.http.dialects.messages import Schema, openapi_body, openapi_responses
from service.http.openapi_document import KEYS, PUBLIC_OPERATION, Security
from service.http.problems import ProblemError, ProblemKind
from service.settings import Settings

__all__ = ["AKISMET"]

_TEXT: Schema = {"type": "string"}
_OBJECT: Schema = {"type": "object"}
_KEY_FIELDS = {"api_key": "The key.", "key": "The key, as older clients name it, and as the calls about a key do."}
_COMMENT_FIELDS = {
    "comment_content": "The comment, in HTML.",
    "comment_author": "The name under which it was written.",
    "comment_author_email": "The author's address.",
    "user_role": "`administrator` is never spam.",
}
_EXAMPLE = {"api_key": "KEY", "blog": "https://blog.example", "user_ip": "192.0.2.1", "comment_content": "What a lovely morning."}
_FORM = "application/x-www-form-urlencoded"
_PLAIN = "text/plain"
_JSON = "application/json"
_SCHEME = "akismetKeyQuery"
# Of the calls that may be made by GET. That they need a key says also that no foreign page may make them.
_KEYS: Security = (*KEYS, {_SCHEME: []})
_INVALID = "; `invalid` if the key is none."

_STATUSES = {413: 400, 415: 400, 422: 400}
# The original server answers these with "invalid", and means the key.
_KEY_PROBLEMS = frozenset({ProblemKind.UNAUTHENTICATED, ProblemKind.FORBIDDEN})


class _Call(NamedTuple):
    """A call that clients make.

    Attributes:
        path: its address.
        endpoint: what answers it.
        about: what the answer is.
        names_comment: whether it is about a comment.
        media: the content type of the answer.
        methods: the methods with which it may be made.
    """

    path: str
    endpoint: Endpoint
    about: str
    names_comment: bool = False
    media: str = _PLAIN
    methods: Sequence[str] = ("POST",)


def _add_routes(app: FastAPI, settings: Settings) -> None:
    for call in _list_calls(settings):
        for method in call.methods:
            _add_call(app, call, method, settings)
    app.add_api_route(
        "/1.1/test",
        wrap_endpoint(answer_connected, dialect=AKISMET, settings=settings),
        methods=["GET"],
        response_model=None,
        response_class=PlainTextResponse,
        summary="Akismet's `test`: the service can be reached",
        operation_id="akismet_test",
        openapi_extra=PUBLIC_OPERATION,
        tags=[AKISMET.name],
    )


def _list_calls(settings: Settings) -> Sequence[_Call]:
    either = ("GET", "POST")
    return (
        _Call("/1.1/verify-key", verify_endpoint(settings), "`valid`"),
        _Call("/1.1/comment-check", check_endpoint(settings), "`true` for spam, `false`", names_comment=True),
        _Call("/1.1/submit-spam", submit_endpoint(settings, spam=True), "Thanks; it is kept", names_comment=True),
        _Call("/1.1/submit-ham", submit_endpoint(settings, spam=False), "Thanks; it is kept", names_comment=True),
        _Call("/1.1/get-subscription", subscription_endpoint(settings), "What clients may know of the account", media=_JSON),
        _Call("/1.1/get-stats", stats_endpoint(settings), "Numbers of comments, null since they are not counted", media=_JSON),
        _Call("/1.1/deactivate", deactivate_endpoint(settings), "`deactivated`; the key stays valid"),
        _Call("/1.2/key-sites", key_sites_endpoint(settings), "No sites, since they are not counted", media=_JSON, methods=either),
        _Call("/1.2/usage-limit", usage_limit_endpoint(settings), "That there is no limit per month", media=_JSON, methods=either),
    )


def _add_call(app: FastAPI, call: _Call, method: str, settings: Settings) -> None:
    name = call.path.rpartition("/")[2]
    responses = openapi_responses(
        _OBJECT if call.media == _JSON else _TEXT,
        _TEXT,
        *(400, 408, 429, 500, 503, 504),
        about=call.about + _INVALID,
        media=call.media,
        error_media=_PLAIN,
    )
    app.add_api_route(
        call.path,
        wrap_endpoint(call.endpoint, dialect=AKISMET, settings=settings, judges=name == "comment-check"),
        methods=[method],
        response_model=None,
        responses=responses,
        response_class=PlainTextResponse,
        summary=f"Akismet's `{name}`",
        operation_id=f"akismet_{name.replace('-', '_')}" + ("_by_query" if method == "GET" else ""),
        openapi_extra={"security": list(_KEYS)} if method == "GET" else _describe_form(call),
        tags=[AKISMET.name],
    )


def _describe_form(call: _Call) -> dict[str, object]:
    names_comment = call.names_comment
    described = _KEY_FIELDS | (_COMMENT_FIELDS if names_comment else {})
    fields: dict[str, Schema] = {field: {"type": "string", "description": description} for field, description in described.items()}
    if names_comment:
        fields |= {field: {"type": "string", "minLength": 1, "description": about} for field, about in REQUIRED_FIELDS.items()}
    example = _EXAMPLE if names_comment else {"api_key": _EXAMPLE["api_key"]}
    form = {"type": "object", "required": list(REQUIRED_FIELDS) if names_comment else [], "properties": fields}
    return openapi_body(form, example=example, media=_FORM, required=names_comment, security=_KEYS if "GET" in call.methods else ())


def _refuse(problem: ProblemError) -> Response:
    headers = dict(problem.headers) | {"X-akismet-debug-help": problem.detail.encode("ascii", "replace").decode()}
    if problem.kind in _KEY_PROBLEMS:
        return PlainTextResponse("invalid", headers=headers)
    return PlainTextResponse(problem.detail, status_code=_STATUSES.get(problem.kind.status, problem.kind.status), headers=headers)


AKISMET = Dialect(
    name="akismet",
    about="Akismet; the key is a field of the form.",
    paths=("/1.1/", "/1.2/"),
    add_routes=_add_routes,
    refuse=_refuse,
    approve=lambda _request: answer_word("false"),
    reject=lambda _request: answer_word("true"),
    security_schemes={
        _SCHEME: {
            "type": "apiKey",
            "in": "query",
            "name": "api_key",
            "description": "`?api_key=KEY`, as clients of Akismet send it. A service that is open needs no key.",
        }
    },
)
