"""What a dialect is: a foreign protocol in which the service answers."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from service.http.admission.load_shedding import mark_queued
from service.http.observability.faults import report_fault, report_judging_fault
from service.http.problems import ProblemError, ProblemKind
from service.http.reloading.served_models import JUDGED_BY
from service.http.workload.graceful_stop import explain_stop
from service.settings import Settings

if TYPE_CHECKING:
    from service.store.outbox_worker import TaskHandler

__all__ = ["MODEL_HEADER", "Dialect", "Endpoint", "wrap_endpoint"]

MODEL_HEADER = "X-Tipstaff-Model"
"""The header that names the version that judged, since most protocols have no other place for it."""

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]

_SERVICE_FAILURES = frozenset({ProblemKind.NOT_READY, ProblemKind.OVERLOADED, ProblemKind.DEADLINE})
"""Problems that keep comments from being judged through no fault of the caller; for these a site may choose to fail open or closed."""


def _no_handlers(_settings: Settings) -> "Mapping[str, TaskHandler]":
    return {}


@dataclass(frozen=True)
class Dialect:
    """A foreign protocol.

    Attributes:
        name: its name in settings, metrics and rulings, such as ``perspective``.
        about: what the documentation says of the protocol, in a sentence.
        paths: its addresses, as `OwnPaths` has them: whatever is refused there, is refused in its form.
        add_routes: adds its routes to the app.
        refuse: makes the answer that says why a call is refused, with a form, a status and headers that its clients know.
        approve: answers a call that could not be judged as if its comments were fine, for sites that fail open.
        reject: answers such a call as if its comments were abusive, for sites that fail closed. A call in which the service itself is
            at fault is answered so by all sites: what its clients take an error for, and a site chooses for an overload, would make any
            comment that provokes a fault pass.
        handlers: the handlers of the calls that it leaves in the outbox, by kind; built anew for each app.
        message_types: the types that its routes refer to in the documentation.
        security_schemes: security schemes of its own, by name, as OpenAPI writes them.
    """

    name: str
    about: str
    paths: tuple[str, ...]
    add_routes: Callable[[FastAPI, Settings], None]
    refuse: Callable[[ProblemError], Response]
    approve: Callable[[Request], Response]
    reject: Callable[[Request], Response]
    handlers: "Callable[[Settings], Mapping[str, TaskHandler]]" = _no_handlers
    message_types: tuple[type, ...] = ()
    security_schemes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def wrap_endpoint(endpoint: Endpoint, *, dialect: Dialect, settings: Settings, judges: bool = False) -> Endpoint:
    """Return an endpoint that answers problems, and faults of the service, in the form of its dialect, and names the model that judged.

    Args:
        endpoint: the endpoint; if it raises anything but a ProblemError, that is a fault of the service. A fault of one that judges is
            never answered with an error, but as by a site that fails closed.
        dialect: the dialect; its name is noted in the request's scope as ``dialect``.
        settings: how a failure is answered.
        judges: whether the endpoint judges comments, so that a site may choose how a failure is answered.
    """
    on_failure = settings.failure_answer(dialect.name) if judges else "error"

    async def answer(request: Request) -> Response:
        request.scope["dialect"] = dialect.name
        try:
            response = await endpoint(request)
            if (version := request.scope.get(JUDGED_BY)) is not None:
                response.headers[MODEL_HEADER] = version
            return response
        except ClientDisconnect:
            raise
        except (ProblemError, asyncio.CancelledError) as error:
            problem = error if isinstance(error, ProblemError) else explain_stop(error, request.scope)
            if problem.kind in _SERVICE_FAILURES and on_failure != "error":
                return dialect.approve(request) if on_failure == "open" else dialect.reject(request)
            return dialect.refuse(problem)
        except Exception as error:
            if judges:
                report_judging_fault(error, request.scope)
                return dialect.reject(request)
            return dialect.refuse(report_fault(error, request.scope))

    max_wait = settings.longest_waits.seconds(dialect.name)
    return mark_queued(answer, max_wait=max_wait, takes_turns=judges, refuse=dialect.refuse if judges and on_failure == "error" else None)
