"""One OpenTelemetry span for each call, if the environment names a collector by the standard variables.

See https://opentelemetry.io/docs/specs/otel/protocol/exporter/.
"""

import os
import time
from collections.abc import Mapping
from http import HTTPStatus
from importlib.util import find_spec
from typing import Any

from starlette.types import Scope

from model.errors import SettingsError
from service.http.observability.metrics import OTHER

__all__ = ["Traces", "check_traces"]

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_NANOSECONDS = 1e9


def _is_requested(environ: Mapping[str, str]) -> bool:
    """Return whether the environment names a collector of traces, and does not switch traces off."""
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or environ.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp":
        return False
    return any(environ.get(name) for name in _ENDPOINTS)


def check_traces(environ: Mapping[str, str]) -> None:
    """Make sure that traces can be sent, if the environment asks for them.

    Raises:
        SettingsError: the libraries are not installed, or the environment asks for a protocol other than HTTP with protobuf.
    """
    if not _is_requested(environ):
        return
    if not all(map(_is_installed, ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"))):
        raise SettingsError(
            "OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, for which libraries are missing: install tipstaff[telemetry], or unset it"
        )
    protocol = next((environ[name] for name in _PROTOCOLS if environ.get(name)), "http/protobuf")
    if protocol != "http/protobuf":
        raise SettingsError(f"OTEL_EXPORTER_OTLP_PROTOCOL: {protocol!r} is not spoken here: set http/protobuf, or unset it")


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


class Traces:
    """Records spans, and sends them in the background."""

    def __init__(self) -> None:
        from opentelemetry import propagate, trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        name = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "tipstaff"}
        self._provider = TracerProvider(resource=Resource.create(name), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("tipstaff")
        self._extract: Any = propagate.extract
        self._kind = trace.SpanKind.SERVER
        self._failed = trace.Status(trace.StatusCode.ERROR)

    @classmethod
    def from_environment(cls) -> "Traces | None":
        """Return the traces that the environment asks for; None if it asks for none."""
        return cls() if _is_requested(os.environ) else None

    def record_call(self, scope: Scope, *, route: str, dialect: str, status: int, seconds: float, request_id: str) -> None:
        """Record the span of a call that has just ended, as part of the trace that the caller names, if it names one."""
        parent = {
            name: str(value, "latin-1")
            for raw_name, value in scope["headers"]
            if (name := str(raw_name, "latin-1")) in ("traceparent", "tracestate")
        }
        method = scope["method"] if route != OTHER else "HTTP"
        attributes = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            "tipstaff.dialect": dialect,
            "tipstaff.request_id": request_id,
        }
        end = time.time_ns()
        span = self._tracer.start_span(
            f"{method} {route}",
            context=self._extract(parent) if parent else None,
            kind=self._kind,
            attributes=attributes,
            start_time=end - int(seconds * _NANOSECONDS),
        )
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            span.set_status(self._failed)
        span.end(end)

    def close(self) -> None:
        """Send the spans that have not been sent yet; blocks."""
        self._provider.shutdown()
