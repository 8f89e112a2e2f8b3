"""``GET /metrics``: what was counted, for Prometheus. It needs a key with the scope ``admin``, or to come from this machine."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from model.errors import StoreError
from service.http.calls import Scope, admit_call, extract_secret
from service.http.observability.metrics import BUCKETS, SeriesKey
from service.http.openapi_document import KEYS
from service.http.problems import ProblemKind, problem_responses
from service.http.state import ServiceState, get_state

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["add_metrics_route"]

_COUNTERS = {
    "calls": ("Calls that were answered.", ("route", "dialect", "status")),
    "labels": ("Comments by label; none if there was nothing to judge.", ("label",)),
    "verdicts": ("Comments by verdict, and by the verdict wanted where the community only watches.", ("verdict", "wanted", "community")),
    "languages": ("Comments by language, and whether the model did not learn it.", ("language", "foreign")),
}
_GAUGES = {
    "in_progress": "Calls that are in progress.",
    "large_waiting": "Large calls that wait for a thread or are judged in one.",
    "connections": "Connections that are open.",
    "worker": "Processes that serve.",
}
_NAMES = {"worker": "workers", "labels": "comments"}
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


def add_metrics_route(app: FastAPI) -> None:
    """Adds the route, and what the documentation says about it."""
    problems = problem_responses(ProblemKind.UNAUTHENTICATED, ProblemKind.FORBIDDEN, ProblemKind.RATE_LIMITED, ProblemKind.NOT_READY)
    content = {"text/plain": {"schema": {"type": "string"}}}
    app.add_api_route(
        "/metrics",
        metrics,
        response_model=None,
        responses={200: {"description": "Numbers in the text format of Prometheus.", "content": content}, **problems},
        response_class=Response,
        summary="What was counted",
        description="For Prometheus. Needs a key with the scope `admin`, but for callers on the same machine.",
        operation_id="metrics",
        openapi_extra={"security": [*KEYS, {}]},
        tags=["health"],
    )


async def metrics(request: Request) -> Response:
    """What was counted, by all processes of this service."""
    if not _from_here(request):
        await admit_call(request, scope=Scope.ADMIN, secret=extract_secret(request))
    state = get_state(request)
    content = await asyncio.to_thread(_text, state)
    media = "text/plain; version=0.0.4; charset=utf-8"
    return Response(content, status_code=HTTPStatus.OK, media_type=None, headers={"Content-Type": media, "Cache-Control": "no-store"})


def _from_here(request: Request) -> bool:
    """Return whether a call comes from this machine, and not from elsewhere through a proxy on it."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _text(state: ServiceState) -> bytes:
    # Takes 30 ms to import, and few services are ever asked.
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.registry import Collector

    class Counted(Collector):
        def collect(self) -> Iterator["Metric"]:
            yield from _families(state.metrics.total())
            yield from _of_service(state)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Counted())
    return generate_latest(registry)


def _families(total: Mapping[SeriesKey, float]) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    by_name: dict[str, dict[SeriesKey, float]] = defaultdict(dict)
    for key, value in sorted(total.items()):
        by_name[key[0]][key[1:]] = value
    for name, (about, labels) in _COUNTERS.items():
        family = CounterMetricFamily(f"tipstaff_{_NAMES.get(name, name)}", about, labels=labels)
        for values, value in by_name[name].items():
            family.add_metric(values, value)
        yield family
    yield _seconds(by_name["seconds"], by_name["seconds_sum"])
    for name, about in _GAUGES.items():
        yield GaugeMetricFamily(f"tipstaff_{_NAMES.get(name, name)}", about, value=by_name[name].get((), 0))


def _seconds(buckets: Mapping[SeriesKey, float], sums: Mapping[SeriesKey, float]) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily("tipstaff_call_seconds", "Seconds from the head of a call to the end of its answer.", labels=("route",))
    bounds = [*map(str, BUCKETS), "+Inf"]
    for (route,), whole in sums.items():
        count = 0.0
        sofar = []
        for at, bound in enumerate(bounds):
            count += buckets.get((route, str(at)), 0)
            sofar.append((bound, count))
        family.add_metric((route,), sofar, sum_value=whole)
    return family


def _of_service(state: ServiceState) -> Iterator["Metric"]:
    from prometheus_client.core import GaugeMetricFamily

    if state.moderator is not None:
        artefact = GaugeMetricFamily("tipstaff_artefact_info", "The artefact that judges.", labels=("version",))
        artefact.add_metric((state.moderator.version,), 1)
        yield artefact
    if state.store is not None:
        # A database that cannot be read is no reason to hide the rest.
        with suppress(StoreError):
            tasks = GaugeMetricFamily("tipstaff_outbox_tasks", "Calls to other services in the outbox.", labels=("state",))
            for name, count in state.store.outbox.counts().items():
                tasks.add_metric((name.value,), count)
            yield tasks
            yield GaugeMetricFamily("tipstaff_rulings", "Rulings that are kept.", value=state.store.rulings.count())
