"""The web service as a value: settings in, ASGI app out."""

import logging
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from model.errors import TipstaffError
from service.heap_trim import trim_heap
from service.http.admission.community_choice import CommunityFromPath
from service.http.admission.load_shedding import LoadShedding
from service.http.admission.origins import CrossOriginHeaders
from service.http.admission.page_guard import PageGuard
from service.http.admission.proxies import TrustedProxies
from service.http.dialects.dialect import Dialect
from service.http.dialects.known_dialects import enabled_dialects
from service.http.error_handlers import EXCEPTION_HANDLERS, FaultBarrier
from service.http.lifespan import Lifespan, LoadModerator, OnFailure
from service.http.observability.observe_calls import CallObserver
from service.http.openapi_document import Api
from service.http.problems import Problem
from service.http.refusal_forms import OwnPaths, Refusals
from service.http.routes.api_docs import add_docs_routes
from service.http.routes.hand_in_rulings import add_rulings_route
from service.http.routes.health import add_health_routes
from service.http.routes.metrics_page import add_metrics_route
from service.http.routes.model_admin import ActivateModel, add_model_routes
from service.http.routes.moderate import add_moderate_route
from service.http.routes.moderate_messages import ModerateAnswer, build_request_type
from service.http.routes.ruling_messages import RulingsAnswer, RulingsRequest
from service.model_loading import load_moderator
from service.settings import Settings

if TYPE_CHECKING:
    from service.http.reloading.model_feeds import ModelFeed

__all__ = ["create_app"]

_log = logging.getLogger("tipstaff.http")

_ABOUT = (
    "Labels comments `fine`, `toxic` or `hateful`, with calibrated scores and the verdict of a policy. "
    "Errors are [problem documents](docs#problems) after RFC 9457; the text of a comment never appears in one, nor in a log. "
    "The other protocols are those of services that Tipstaff takes the place of; they word their errors themselves."
)

_MODERATE_TAG = {"name": "moderate", "description": "Tipstaff's own protocol."}
_MODELS_TAG = {"name": "models", "description": "For administrators: which version of the model judges."}
_HEALTH_TAG = {"name": "health", "description": "For supervisors, load balancers and Prometheus."}

# Nothing about a call, which may hold private text, may leave through a telemetry exporter that the environment sets up.
_NO_TELEMETRY: Any = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False}


def create_app(
    settings: Settings,
    *,
    load: LoadModerator = load_moderator,
    on_failure: OnFailure | None = None,
    in_background: bool = True,
    metrics_dir: Path | None = None,
    tidy_memory: Callable[[], None] = trim_heap,
    feed: "ModelFeed | None" = None,
) -> FastAPI:
    """Build the app; nothing is loaded or opened before its lifespan begins.

    Args:
        settings: limits, artefact, prior and so on.
        load: returns the moderator; called once, in a thread.
        on_failure: called in the event loop's thread with the error, if the store cannot be opened or the moderator cannot be
            loaded. By default the error is logged, and the app goes on answering that it is not ready.
        in_background: whether the moderator is loaded while the app already answers, so that it can say that it is alive
            and not ready; otherwise the app answers nothing before its moderator is warm.
        metrics_dir: the folder for the metrics of all processes of this service; None if this is the only process.
        tidy_memory: called in a thread when the moderator is warm.
        feed: brings other models later on; None if the first one judges for good.
    """
    dialects = enabled_dialects(settings)
    handlers = {kind: handler for dialect in dialects for kind, handler in dialect.handlers(settings).items()}
    lifespan = Lifespan(
        settings=settings,
        load=load,
        on_failure=on_failure or _log_failure,
        in_background=in_background,
        handlers=handlers,
        refusals=Refusals([OwnPaths(dialect.name, dialect.paths, dialect.refuse) for dialect in dialects]),
        metrics_dir=metrics_dir,
        tidy_memory=tidy_memory,
        feed=feed,
    )
    app = _build_api(settings, dialects, lifespan)
    # The routes are added to the app itself, the busiest first: looking one up in an included router takes 30 µs more.
    add_moderate_route(app, settings)
    add_rulings_route(app, settings)
    for dialect in dialects:
        dialect.add_routes(app, settings)
    add_model_routes(app, settings)
    add_health_routes(app)
    add_metrics_route(app)
    add_docs_routes(app)
    return app


def _build_api(settings: Settings, dialects: Sequence[Dialect], lifespan: Lifespan) -> Api:
    """Build the app without its routes."""
    app = Api(
        title="Tipstaff",
        version=_version(),
        description=_ABOUT,
        license_info={"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        servers=[{"url": settings.root_path or "/", "description": "This service."}],
        openapi_tags=[
            _MODERATE_TAG,
            *({"name": dialect.name, "description": dialect.about} for dialect in dialects),
            _MODELS_TAG,
            _HEALTH_TAG,
        ],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        lifespan=lifespan,
        middleware=_build_middleware(settings),
        exception_handlers=dict(EXCEPTION_HANDLERS),
    )
    dialect_types = [message_type for dialect in dialects for message_type in dialect.message_types]
    app.message_types = (
        build_request_type(settings.max_comments),
        ModerateAnswer,
        RulingsRequest,
        RulingsAnswer,
        ActivateModel,
        Problem,
        *dialect_types,
    )
    app.security_schemes = {name: scheme for dialect in dialects for name, scheme in dialect.security_schemes.items()}
    return app


def _build_middleware(settings: Settings) -> list[Middleware]:
    """Return the middleware of the app, the outermost layer first."""
    return [
        Middleware(CallObserver, log_calls=settings.log_calls),
        *_optional_middleware(settings),
        Middleware(FaultBarrier),
        Middleware(PageGuard, settings=settings),
        Middleware(LoadShedding),
    ]


def _optional_middleware(settings: Settings) -> list[Middleware]:
    """Return the middleware that only some sites need: each layer costs every call some time."""
    middleware = []
    if settings.proxies:
        middleware.append(Middleware(TrustedProxies, settings=settings))
    if settings.cors_origins:
        middleware.append(Middleware(CrossOriginHeaders, settings=settings))
    if settings.communities is not None:
        middleware.append(Middleware(CommunityFromPath))
    return middleware


def _log_failure(error: TipstaffError) -> None:
    _log.critical("%s", error)


def _version() -> str:
    try:
        return version("tipstaff")
    except PackageNotFoundError:
        return "0+unknown"
