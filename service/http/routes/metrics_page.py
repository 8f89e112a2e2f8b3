"""``GET /metrics``, for Prometheus. A call needs a key with the scope ``admin``, unless the settings say otherwise.

Only where nobody needs a key at all, since only this machine can call and no key was ever made, its callers need none here either.
Once there are keys this machine is no exception: a proxy on it need not add a header by which its calls could be told apart.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from ipaddress import ip_address
from itertools import accumulate
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
    "cancelled": ("Judging in threads that was cancelled: left, deadline or stop.", ("reason",)),
    "attributes": ("Attributes of Perspective that the model has no head for: omitted, nearest or refused.", ("attribute", "treatment")),
    "languages": ("Comments by language, and whether it is not read.", ("language", "foreign")),
    "closed_connections": ("Connections that were refused, or closed before their clients wanted that.", ("reason",)),
    "model_reloads": ("Models that took the place of the one that judged (served), or were to and could not (refused).", ("outcome",)),
    "failures": ("Comments for which a step of judging has failed; they were judged without it.", ("step",)),
}
_GAUGES = {
    "in_progress": "Calls that are in progress.",
    "large_waiting": "Large calls that wait for a thread or are judged in one.",
    "connections": "Connections that are open.",
    "worker": "Processes that serve.",
    "model_refused": "1 while the model that should judge by now cannot be used, and the one before it judges.",
}
_NAMES = {"worker": "workers", "labels": "comments", "cancelled": "cancelled_judging", "attributes": "unserved_attributes"}
_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip")


def add_metrics_route(app: FastAPI) -> None:
    """Add the route to an app, with its documentation."""
    problems = problem_responses(ProblemKind.UNAUTHENTICATED, ProblemKind.FORBIDDEN, ProblemKind.RATE_LIMITED, ProblemKind.NOT_READY)
    content = {"text/plain": {"schema": {"type": "string"}}}
    app.add_api_route(
        "/metrics",
        serve_metrics,
        response_model=None,
        responses={200: {"description": "Numbers in the text format of Prometheus.", "content": content}, **problems},
        response_class=Response,
        summary="What was counted",
        description="For Prometheus. Needs a key with the scope `admin`, unless `TIPSTAFF_METRICS_OPEN` is set or no key was ever made.",
        operation_id="metrics",
        openapi_extra={"security": [*KEYS, {}]},
        tags=["health"],
    )


async def serve_metrics(request: Request) -> Response:
    """Answer with the metrics of all processes of this service."""
    state = get_state(request)
    if not (state.access.metrics_are_open or (state.access.is_private() and _is_local(request))):
        await admit_call(request, scope=Scope.ADMIN, secret=extract_secret(request))
    content = await asyncio.to_thread(_render_metrics, state)
    return Response(content, status_code=HTTPStatus.OK, media_type=None, headers={"Content-Type": _MEDIA_TYPE})


def _is_local(request: Request) -> bool:
    """Return whether a call comes from this machine itself, and not, as far as it shows, through a proxy on it."""
    if request.client is None or any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _render_metrics(state: ServiceState) -> bytes:
    # This takes 30 ms to import, and few services are ever asked for metrics.
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.registry import Collector

    class ServiceCollector(Collector):
        def collect(self) -> Iterator["Metric"]:
            yield from _series_families(state.metrics.totals())
            yield from _service_families(state)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(ServiceCollector())
    return generate_latest(registry)


def _series_families(totals: Mapping[SeriesKey, float]) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    by_name: dict[str, dict[SeriesKey, float]] = defaultdict(dict)
    for key, value in sorted(totals.items()):
        by_name[key[0]][key[1:]] = value
    for name, (about, labels) in _COUNTERS.items():
        family = CounterMetricFamily(f"tipstaff_{_NAMES.get(name, name)}", about, labels=labels)
        for values, value in by_name[name].items():
            family.add_metric(values, value)
        yield family
    yield _call_seconds(by_name["seconds"], by_name["seconds_sum"])
    for name, about in _GAUGES.items():
        yield GaugeMetricFamily(f"tipstaff_{_NAMES.get(name, name)}", about, value=by_name[name].get((), 0))


def _call_seconds(buckets: Mapping[SeriesKey, float], sums: Mapping[SeriesKey, float]) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily("tipstaff_call_seconds", "Seconds from the head of a call to the end of its answer.", labels=("route",))
    bounds = [*map(str, BUCKETS), "+Inf"]
    for (route,), sum_value in sums.items():
        counts = accumulate(buckets.get((route, str(bucket)), 0.0) for bucket in range(len(bounds)))
        family.add_metric((route,), list(zip(bounds, counts, strict=True)), sum_value=sum_value)
    return family


def _service_families(state: ServiceState) -> Iterator["Metric"]:
    from prometheus_client.core import GaugeMetricFamily

    if state.models.current is not None:
        artefact = GaugeMetricFamily("tipstaff_artefact_info", "The artefact that judges.", labels=("version",))
        artefact.add_metric((state.models.current.moderator.version,), 1)
        yield artefact
    if state.store is not None:
        # If the database cannot be read, the other metrics are reported all the same.
        with suppress(StoreError):
            tasks = GaugeMetricFamily("tipstaff_outbox_tasks", "Calls to other services in the outbox.", labels=("state",))
            for name, count in state.store.outbox.count_by_state().items():
                tasks.add_metric((name.value,), count)
            yield tasks
            yield GaugeMetricFamily("tipstaff_rulings", "Acts of ruling that are kept.", value=state.store.rulings.count())
