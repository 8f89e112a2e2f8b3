"""What a supervisor, a load balancer and a curious client ask: alive, ready, which model."""

from fastapi import FastAPI
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from service.http.openapi_document import ANSWERS_ANYBODY
from service.http.problems import ProblemKind, problem_responses
from service.http.state import require_moderator

__all__ = ["Alive", "Ready", "add_health_routes"]


class Alive(TypedDict):
    """The process answers."""

    status: str


class Ready(TypedDict):
    """The model is loaded and warm."""

    status: str
    model: str


def add_health_routes(app: FastAPI) -> None:
    """Adds the routes, and what the documentation says about them."""
    not_ready = problem_responses(ProblemKind.NOT_READY)
    app.add_api_route(
        "/healthz",
        healthz,
        response_model=Alive,
        summary="Is the process alive?",
        description="Answers as soon as the process runs, whether the model is loaded or not.",
        operation_id="healthz",
        response_description="The process answers.",
        openapi_extra=ANSWERS_ANYBODY,
        tags=["health"],
    )
    app.add_api_route(
        "/readyz",
        readyz,
        response_model=Ready,
        responses=not_ready,
        summary="Can comments be judged?",
        description="Says 503 until the model is loaded and warm.",
        operation_id="readyz",
        response_description="The model is loaded and warm.",
        openapi_extra=ANSWERS_ANYBODY,
        tags=["health"],
    )
    app.add_api_route(
        "/v1/model",
        about_model,
        response_model=dict[str, object],
        responses=not_ready,
        summary="Which model judges?",
        description="The public part of the artefact's manifest: version, labels, prior, thresholds, training data, metrics.",
        operation_id="model",
        response_description="The public part of the manifest.",
        openapi_extra=ANSWERS_ANYBODY,
        tags=["health"],
    )
    for path, endpoint in (("/healthz", healthz), ("/readyz", readyz)):
        app.add_api_route(path, endpoint, methods=["HEAD"], response_model=None, include_in_schema=False)


async def healthz(_request: Request) -> Response:
    """Alive."""
    return _json(Alive(status="alive"))


async def readyz(request: Request) -> Response:
    """Ready, or the problem that it is not."""
    return _json(Ready(status="ready", model=require_moderator(request).version))


async def about_model(request: Request) -> Response:
    """The manifest's public part."""
    return _json(require_moderator(request).public_manifest())


def _json(content: object) -> Response:
    return Response(to_json(content), media_type="application/json", headers={"Cache-Control": "no-store"})
