"""What supervisors, load balancers and curious clients ask: is the service alive, is it ready, which model judges."""

from functools import partial
from typing import Annotated, NotRequired

from fastapi import FastAPI
from pydantic import ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from model.comment import Label
from model.errors import StoreError
from service.http.openapi_document import PUBLIC_OPERATION, WrittenAs
from service.http.problems import ProblemError, ProblemKind, problem_responses
from service.http.responses import json_response
from service.http.routes.served_languages import ServedLanguage, describe_served_languages
from service.http.state import ServiceState, get_state, require_model, require_moderator
from service.store.store_thread import call_in_thread

__all__ = ["add_health_routes"]


class Alive(TypedDict):
    """The process answers."""

    status: str


class Ready(TypedDict):
    """The model is loaded and warm."""

    status: str
    model: str
    refused: NotRequired[Annotated[str, Field(description="The version that should judge by now and cannot be used; the log says why.")]]


class StatedPrior(TypedDict):
    """How common abuse is on the site: the share of comments that are abusive, and the share of these that are hateful."""

    __pydantic_config__ = ConfigDict(extra="ignore")  # type: ignore[misc]

    abusive: float
    hateful: float


class ServedModel(TypedDict):
    """What anybody may know of the model that judges; there is more than is listed here."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    version: Annotated[str, Field(description="The version that answers name.")]
    name: Annotated[str, Field(description="The name that whoever trained it gave it.")]
    labels: list[Annotated[str, WrittenAs(Label)]]
    languages: Annotated[list[ServedLanguage], Field(description="The languages for which there is a model, read or not.")]
    prior: StatedPrior
    policies: Annotated[dict[str, dict[str, float]], Field(description="The thresholds of each policy, by its name.")]
    attributes: Annotated[dict[str, object], Field(description="What is known of each attribute that it publishes, by its name.")]


def add_health_routes(app: FastAPI) -> None:
    """Add the routes to an app, with their documentation."""
    add_route = partial(app.add_api_route, openapi_extra=PUBLIC_OPERATION, tags=["health"])
    not_ready = problem_responses(ProblemKind.NOT_READY)
    add_route(
        "/healthz",
        healthz,
        response_model=Alive,
        summary="Is the process alive?",
        description="Answers as soon as the process runs, whether the model is loaded or not.",
        operation_id="healthz",
        response_description="The process answers.",
    )
    add_route(
        "/readyz",
        readyz,
        response_model=Ready,
        responses=not_ready,
        summary="Can comments be judged?",
        description="Says 503 until the model is loaded and warm, and while the database cannot be read. While a model cannot be used "
        "that should judge by now, it says which; the one before it judges.",
        operation_id="readyz",
        response_description="The model is loaded and warm.",
    )
    add_route(
        "/v1/model",
        serve_manifest,
        response_model=ServedModel,
        responses=not_ready,
        summary="Which model judges?",
        description="The public part of the artefact's manifest: version, labels, prior, thresholds, training data, metrics; and the "
        "languages, with what is told in each, and how well.",
        operation_id="model",
        response_description="The public part of the manifest.",
    )
    for path, endpoint in (("/healthz", healthz), ("/readyz", readyz)):
        app.add_api_route(path, endpoint, methods=["HEAD"], response_model=None, include_in_schema=False)


async def healthz(_request: Request) -> Response:
    """Answer that the process is alive."""
    return json_response(Alive(status="alive"))


async def readyz(request: Request) -> Response:
    """Answer that comments can be judged and the store can be used, or with the problem that they cannot."""
    version = require_moderator(request).version
    await _check_store(get_state(request))
    answer = Ready(status="ready", model=version)
    if (refused := get_state(request).models.refused) is not None:
        answer["refused"] = refused.version
    return json_response(answer)


async def _check_store(state: ServiceState) -> None:
    try:
        if state.store is not None:
            await call_in_thread(state.store.database.check_file)
        if state.ring is not None and state.ring.failure is not None:
            raise state.ring.failure
    except StoreError:
        raise ProblemError(
            ProblemKind.NOT_READY, "The database cannot be used; the log of this service says why.", headers={"Retry-After": "5"}
        ) from None


async def serve_manifest(request: Request) -> Response:
    """Answer with the public part of the manifest, and the languages that are read besides."""
    model = require_model(request)
    return json_response(model.moderator.public_manifest() | {"languages": describe_served_languages(model.moderator, model.packs)})
