"""The web service as a value: settings in, ASGI app out."""

import logging
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from model.errors import TipstaffError
from service.http.admission.community_choice import CommunityFromPath
from service.http.admission.load_shedding import LoadShedding
from service.http.dialects.known_dialects import enabled_dialects
from service.http.observability.faults import report_fault
from service.http.observability.metrics_page import add_metrics_route
from service.http.observability.observe_calls import CallObserver
from service.http.openapi_document import Api
from service.http.problems import FieldError, Problem, ProblemError, ProblemKind, problem_response
from service.http.routes.api_docs import add_docs_routes
from service.http.routes.health import add_health_routes
from service.http.routes.moderate import add_moderate_route
from service.http.routes.moderate_messages import build_request_type
from service.http.state import Load, OnFailure, lifespan, load_moderator
from service.setting_types import split
from service.settings import Settings

__all__ = ["create_app"]

_log = logging.getLogger("tipstaff.http")

_ABOUT = (
    "Labels comments `fine`, `toxic` or `hateful`, with calibrated scores and the verdict of a policy. "
    "Errors are [problem documents](docs#problems) after RFC 9457; the text of a comment never appears in one, nor in a log. "
    "The other protocols are those of services that Tipstaff takes the place of; they word their errors themselves."
)

_MODERATE_TAG = {"name": "moderate", "description": "Tipstaff's own protocol."}
_HEALTH_TAG = {"name": "health", "description": "For supervisors, load balancers and Prometheus."}

# Nothing about a call, which may hold private text, may leave through a telemetry exporter that the environment sets up.
_NO_TELEMETRY: Any = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False}


def create_app(
    settings: Settings,
    *,
    load: Load = load_moderator,
    on_failure: OnFailure | None = None,
    in_background: bool = True,
    metrics_dir: Path | None = None,
) -> FastAPI:
    """Builds the app; nothing is loaded or opened before its lifespan begins.

    Args:
        settings: limits, artefact, prior.
        load: returns the moderator; called once, in a thread.
        on_failure: told in the event loop's thread if the moderator cannot be loaded. By default that is logged, and
            the app says for ever that it is not ready.
        in_background: whether the moderator is loaded while the app already answers, so that it can say that it is alive
            and not ready; otherwise its lifespan begins with a moderator that is warm.
        metrics_dir: folder in which the processes of this service put what they count; None if this is the only one.
    """
    dialects = enabled_dialects(settings)
    handlers = {kind: handler for dialect in dialects for kind, handler in dialect.handlers(settings).items()}
    app = Api(
        title="Tipstaff",
        version=_version(),
        description=_ABOUT,
        license_info={"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        servers=[{"url": settings.root_path or "/", "description": "This service."}],
        openapi_tags=[_MODERATE_TAG, *({"name": dialect.name, "description": dialect.about} for dialect in dialects), _HEALTH_TAG],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        lifespan=lifespan(
            settings,
            load=load,
            on_failure=on_failure or _log_failure,
            in_background=in_background,
            handlers=handlers,
            metrics_dir=metrics_dir,
        ),
        middleware=[
            Middleware(CallObserver, log_calls=settings.log_calls),
            *_optional(settings),
            Middleware(LoadShedding),
            Middleware(_Guard),
        ],
        exception_handlers={
            ProblemError: _problem,
            HTTPException: _http_problem,
            RequestValidationError: _validation_problem,
            ClientDisconnect: _nobody,
        },
    )
    # On the app itself, the busiest first: to look an address up in included routers takes 30 µs more.
    add_moderate_route(app, settings)
    for dialect in dialects:
        dialect.add_routes(app, settings)
    add_health_routes(app)
    add_metrics_route(app)
    add_docs_routes(app)
    app.shapes = (build_request_type(settings.max_comments), Problem, *(shape for dialect in dialects for shape in dialect.shapes))
    app.schemes = {name: scheme for dialect in dialects for name, scheme in dialect.schemes.items()}
    return app


def _optional(settings: Settings) -> list[Middleware]:
    """What only some sites need: each layer takes its time from every call."""
    wanted = []
    if settings.proxies:
        wanted.append(Middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.proxies)))
    if settings.cors_origins:
        origins, headers = split(settings.cors_origins), ["Authorization", "Content-Type", "X-API-KEY", "X-Request-ID", "X-Request-Timeout"]
        exposed = ["Retry-After", "WWW-Authenticate", "X-Request-ID"]
        wanted.append(Middleware(CORSMiddleware, allow_origins=origins, allow_methods=["*"], allow_headers=headers, expose_headers=exposed))
    if settings.communities is not None:
        wanted.append(Middleware(CommunityFromPath))
    return wanted


class _Guard:
    """Answers a mistake of ours with a problem document."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http":
                raise
            internal = report_fault(error, scope)
            if not started:
                await internal.response()(scope, receive, send)


async def _problem(_request: Request, error: ProblemError) -> Response:
    return error.response()


async def _http_problem(_request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    document = Problem(type="about:blank", title=status.phrase, status=status.value)
    if status is HTTPStatus.NOT_FOUND:
        document["detail"] = "There is nothing at this address; /docs lists what there is."
    elif status is HTTPStatus.METHOD_NOT_ALLOWED:
        document["detail"] = "This address takes another method; the header Allow names it."
    return problem_response(document, headers=error.headers)


async def _validation_problem(_request: Request, error: RequestValidationError) -> Response:
    errors = [FieldError(field=".".join(str(step) for step in each["loc"]), detail=each["msg"]) for each in error.errors()]
    return ProblemError(ProblemKind.WRONG_FIELDS, f"{errors[0]['field']}: {errors[0]['detail']}", errors).response()


async def _nobody(_request: Request, _error: Exception) -> Response:
    # The client has gone: this answers nobody, but the server wants an answer to be made.
    return Response(status_code=HTTPStatus.BAD_REQUEST)


def _log_failure(error: TipstaffError) -> None:
    _log.critical("%s", error)


def _version() -> str:
    try:
        return version("tipstaff")
    except PackageNotFoundError:
        return "0+unknown"
