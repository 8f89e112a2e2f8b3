"""Traces of the whole server, as a process of its own, and what they need."""

import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.service.http.observability.collector import Collector
from tests.service.http.server_process import ServerProcess

FINE = {"comments": [{"id": "1", "text": "What a lovely morning, thank you all."}]}


def test_calls_are_traced(tmp_path: Path, collector: Collector) -> None:
    """Where the environment names a collector each call is a span, part of the trace that the caller names, with route and status."""
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    with ServerProcess(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address, OTEL_SERVICE_NAME="comments") as server:
        address = server.ready()
        before = time.time_ns()
        httpx.post(f"{address}/v1/moderate", json=FINE, headers={"traceparent": f"00-{trace}-{parent}-01"}, timeout=60)
        server.stop()

    (span,) = [item for item in collector.spans() if item.name == "POST /v1/moderate"]
    attributes = {item.key: item.value for item in span.attributes}
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (trace, parent)
    assert span.kind == Span.SPAN_KIND_SERVER
    assert before <= span.start_time_unix_nano < span.end_time_unix_nano
    assert attributes["http.response.status_code"].int_value == 200
    assert attributes["http.route"].string_value == "/v1/moderate"
    assert b"comments" in collector.bodies[0]


def test_without_a_collector_nothing_is_traced(tmp_path: Path, collector: Collector) -> None:
    """Nothing is sent unless the environment asks for it, nor where it says that there shall be no traces."""
    with ServerProcess(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address, OTEL_TRACES_EXPORTER="none") as server:
        httpx.get(f"{server.ready()}/healthz", timeout=60)
        server.stop()

    assert collector.bodies == []


def test_collector_that_is_away_harms_nobody(tmp_path: Path) -> None:
    """Calls are answered while the collector cannot be reached."""
    with ServerProcess(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_EXPORTER_OTLP_TIMEOUT="1") as server:
        assert httpx.post(f"{server.ready()}/v1/moderate", json=FINE, timeout=60).status_code == 200
        server.stop()


def test_traces_that_cannot_be_sent_stop_the_start(tmp_path: Path) -> None:
    """A protocol that is not spoken is one clear line and no service."""
    with ServerProcess(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_EXPORTER_OTLP_PROTOCOL="grpc") as server:
        lines = server.wait()

    assert server.returncode != 0
    assert any("OTEL_EXPORTER_OTLP_PROTOCOL" in line for line in lines)
    assert not any("Traceback" in line for line in lines)


@pytest.mark.parametrize("missing", ["opentelemetry", "opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"])
def test_libraries_of_traces_are_optional(missing: str) -> None:
    """Without the extra, a collector in the environment is one line that says what to install; without a collector nothing is needed."""
    hidden = (
        "import os, sys\n"
        "class Hide:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {missing!r}:\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Hide())\n"
        "from model.errors import SettingsError\n"
        "from service.http.observability.traces import check_traces\n"
        "check_traces({})\n"
        "try:\n"
        "    check_traces({'OTEL_EXPORTER_OTLP_ENDPOINT': 'http://127.0.0.1:9'})\n"
        "except SettingsError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True, check=True)

    assert "install tipstaff[telemetry]" in done.stdout
    assert len(done.stdout.splitlines()) == 1
