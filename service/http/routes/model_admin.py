"""``GET /v1/models``, ``POST /v1/models/activate`` and ``/rollback``: which versions there are, and which of them judges.

A call that changes something is answered when all processes of this service serve the other version.
"""

import asyncio
from functools import partial
from typing import Annotated, Any, NotRequired

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from model.errors import TipstaffError
from service.http.bodies.json_body import read_json
from service.http.calls import Caller, Scope, admit_call, extract_secret
from service.http.openapi_document import KEYS, schema_reference
from service.http.problems import FieldError, ProblemError, ProblemKind, problem_responses
from service.http.reloading.model_requests import ModelOutcome, ModelRequest, Refusal
from service.http.responses import json_response
from service.http.state import ServiceState, get_state
from service.settings import Settings

__all__ = ["ActivateModel", "ModelList", "ModelSwitch", "add_model_routes"]

_SECONDS = 180.0
_MAX_BYTES = 16_384
_REFUSALS: dict[Refusal, ProblemKind] = {
    "unknown": ProblemKind.UNKNOWN_MODEL,
    "not allowed": ProblemKind.NOT_ACTIVATED,
    "broken": ProblemKind.BROKEN_MODEL,
    "unavailable": ProblemKind.NOT_READY,
}
_PROBLEMS = (ProblemKind.UNAUTHENTICATED, ProblemKind.FORBIDDEN, ProblemKind.RATE_LIMITED, ProblemKind.INTERNAL, ProblemKind.NOT_READY)
_SWITCH_PROBLEMS = (*_PROBLEMS, ProblemKind.UNKNOWN_MODEL, ProblemKind.NOT_ACTIVATED, ProblemKind.BROKEN_MODEL, ProblemKind.DEADLINE)
_BODY_PROBLEMS = (
    *(ProblemKind.NOT_JSON, ProblemKind.NOT_UTF8, ProblemKind.BODY_TOO_SLOW, ProblemKind.BODY_TOO_LARGE),
    *(ProblemKind.NOT_JSON_CONTENT, ProblemKind.WRONG_FIELDS),
)


class ActivateModel(BaseModel):
    """Which version is to judge, and on which ground."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    version: str = Field(
        min_length=1, max_length=200, description="The version, such as `default@3f2a9c1d04be`; the beginning of its hash will do."
    )
    seen: str | None = Field(default=None, max_length=200, description="The hash that `tipstaff models try` printed for this version.")
    force: str | None = Field(
        default=None, min_length=1, max_length=2000, description="Why it is to judge although the gate has not let it pass; kept for ever."
    )


class ModelSwitch(TypedDict):
    """What judges now."""

    current: Annotated[str, Field(description="The version that judges.")]
    former: Annotated[str | None, Field(description="The version before it, which is kept in memory.")]
    sequence: Annotated[int, Field(description="The number of the change in the registry.")]


class RefusedVersion(TypedDict):
    """The version that should judge by now and cannot be used."""

    version: str
    reason: str


class ListedVersion(TypedDict):
    """A version of the registry."""

    version: str
    content_hash: str
    created_at: str
    made_by: str
    started_from: Annotated[str | None, Field(description="The content hash of the version that it was retrained from.")]
    gate_passed: Annotated[bool | None, Field(description="Whether the gate let it pass; null if it never went through it.")]
    aliases: Annotated[list[str], Field(description="What it is: `champion`, `former`, `candidate`.")]


class ModelList(TypedDict):
    """What judges, and which versions there are."""

    current: Annotated[str, Field(description="The version that judges.")]
    former: Annotated[str | None, Field(description="The version before it, which is kept in memory.")]
    refused: NotRequired[RefusedVersion]
    versions: list[ListedVersion]


def add_model_routes(app: FastAPI, settings: Settings) -> None:
    """Add the routes to an app, with their documentation."""
    add_route = partial(app.add_api_route, tags=["models"])
    add_route(
        "/v1/models",
        _list_models(settings),
        response_model=ModelList,
        responses=problem_responses(*_PROBLEMS),
        summary="Which versions of the model are there?",
        description="Needs a key with the scope `admin`.",
        operation_id="models",
        response_description="The versions of the registry, those made first first.",
        openapi_extra={"security": KEYS},
    )
    add_route(
        "/v1/models/activate",
        _activate(settings),
        methods=["POST"],
        response_model=ModelSwitch,
        responses=problem_responses(*_BODY_PROBLEMS, *_SWITCH_PROBLEMS),
        summary="Let a version judge",
        description="Needs a key with the scope `admin`, whose id is noted. Answered when all processes of this service serve the version; "
        "calls in progress are answered by the one before. If it cannot be used or may not be activated, nothing changes.",
        operation_id="activate_model",
        response_description="The version judges.",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": schema_reference(ActivateModel),
                        "example": {"version": "default@3f2a9c1d04be", "seen": "5c1f0a7be3d2"},
                    }
                },
            },
            "security": KEYS,
        },
    )
    add_route(
        "/v1/models/rollback",
        _rollback,
        methods=["POST"],
        response_model=ModelSwitch,
        responses=problem_responses(*_SWITCH_PROBLEMS),
        summary="Let the version before judge again",
        description="Needs a key with the scope `admin`, whose id is noted. Answered when all processes of this service serve it again.",
        operation_id="rollback_model",
        response_description="The version before judges.",
        openapi_extra={"security": KEYS},
    )


async def _admit(request: Request) -> Caller:
    return await admit_call(request, scope=Scope.ADMIN, secret=extract_secret(request))


def _list_models(settings: Settings) -> Any:
    async def list_models(request: Request) -> Response:
        await _admit(request)
        models = get_state(request).models
        current, *former = [model.version for model in models.kept()] or [""]
        try:
            versions = await asyncio.to_thread(_read_versions, settings)
        except (TipstaffError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise ProblemError(ProblemKind.NOT_READY, f"The registry cannot be read: {reason}", headers={"Retry-After": "5"}) from None
        answer = ModelList(current=current, former=next(iter(former), None), versions=versions)
        if models.refused is not None:
            answer["refused"] = RefusedVersion(version=models.refused.version, reason=models.refused.reason)
        return json_response(answer)

    return list_models


def _read_versions(settings: Settings) -> list[ListedVersion]:
    from service.registry.registry import open_registry

    registry = open_registry(settings)
    meanings = {"champion": registry.champion(), "former": registry.former(), "candidate": registry.candidate()}
    aliases = {name: alias.content_hash for name, alias in meanings.items() if alias is not None}
    return [
        ListedVersion(
            version=record.version or "",
            content_hash=record.content_hash or "",
            created_at=record.created_at,
            made_by=record.made_by,
            started_from=record.started_from,
            gate_passed=None if record.gate is None else record.gate.get("passed") is True,
            aliases=[name for name, content_hash in aliases.items() if content_hash == record.content_hash],
        )
        for record in registry.versions()
    ]


def _activate(settings: Settings) -> Any:
    async def activate(request: Request) -> Response:
        caller = await _admit(request)
        message = await read_json(request, ActivateModel, settings=settings, limit=_MAX_BYTES)
        if message.seen is not None and message.force is not None:
            detail = "is for a version that nobody has tried: leave it out, or leave out `seen`"
            raise ProblemError(ProblemKind.WRONG_FIELDS, f"force: {detail}", [FieldError(field="force", detail=detail)])
        ask = ModelRequest("activate", str(caller.key), message.version, message.seen, message.force)
        return await _switch(get_state(request), ask)

    return activate


async def _rollback(request: Request) -> Response:
    caller = await _admit(request)
    return await _switch(get_state(request), ModelRequest("rollback", str(caller.key)))


async def _switch(state: ServiceState, ask: ModelRequest) -> Response:
    """Have another version judge, and answer when it does."""
    if state.models.current is None:
        raise ProblemError(ProblemKind.NOT_READY, "The model is being loaded: try again shortly.", headers={"Retry-After": "1"})
    if state.feed is None:
        raise ProblemError(ProblemKind.NOT_ACTIVATED, "This service has one model for good: `tipstaff serve` serves a registry's.")
    try:
        outcome: ModelOutcome = await asyncio.wait_for(state.feed.ask(ask), _SECONDS)
    except TimeoutError:
        raise ProblemError(ProblemKind.DEADLINE, "Not all processes serve the version yet; the log says what is wrong.") from None
    if outcome.refusal is not None:
        raise ProblemError(_REFUSALS[outcome.refusal], outcome.reason)
    return json_response(ModelSwitch(current=outcome.current, former=outcome.former, sequence=outcome.sequence))
