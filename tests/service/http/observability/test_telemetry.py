"""Logs, metrics and traces of the whole server, as a process of its own: what they hold and what they never hold."""

import gzip
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families

SECRET = "xyzzy plugh frotz"
FINE = {"comments": [{"id": "1", "text": "What a lovely morning, thank you all."}]}


_COMMAND = [sys.executable, "-c", "from service.cli.main import main; main()", "serve"]
_LISTENING = re.compile(r"listening on (https?://[^\s,]+),")


class Server:
    """A started server.

    Args:
        folder: its data.
        settings: of the service; names in capitals are variables of the environment as they are.
    """

    def __init__(self, folder: Path, **settings: object) -> None:
        given = {name if name.isupper() else f"TIPSTAFF_{name.upper()}": str(value) for name, value in {"port": 0, **settings}.items()}
        bare = {name: value for name, value in os.environ.items() if not name.startswith(("TIPSTAFF_", "OTEL_"))}
        log = folder / "server.log"
        self._log = log.open("w+")
        self._process = subprocess.Popen(_COMMAND, env=bare | {"TIPSTAFF_DATA_DIR": str(folder)} | given, stderr=self._log, text=True)

    @property
    def returncode(self) -> int | None:
        """How it ended."""
        return self._process.returncode

    def lines(self) -> list[str]:
        """What it wrote so far."""
        return Path(self._log.name).read_text().splitlines()

    def ready(self) -> str:
        """Wait until it is ready; return its address."""
        while self._process.poll() is None:
            found = next((found[1] for line in self.lines() if (found := _LISTENING.search(line))), None)
            if found is None:
                time.sleep(0.05)
                continue
            with httpx.Client(base_url=found, timeout=60) as client:
                if client.get("/readyz").status_code == 200:
                    return found
        raise AssertionError(f"the server did not start: {self.lines()}")

    def wait(self) -> list[str]:
        """Wait until it ends; return all that it wrote."""
        self._process.wait(timeout=120)
        return self.lines()

    def stop(self) -> list[str]:
        """Stop it as a supervisor does; return all that it wrote."""
        self._process.send_signal(signal.SIGTERM)
        lines = self.wait()
        assert self._process.returncode == 0, lines
        return lines

    def end(self) -> None:
        """End it, and the processes that it started."""
        if self._process.poll() is None:
            for child in psutil.Process(self._process.pid).children(recursive=True):
                child.kill()
            self._process.kill()
            self._process.wait()
        self._log.close()


class Running(Server):
    """A server that is ready.

    Attributes:
        address: where it listens.
    """

    address = ""


@contextmanager
def serving(folder: Path, **settings: object) -> Iterator[Running]:
    """Serve for as long as the context lasts."""
    server = Running(folder, **settings)
    try:
        server.address = server.ready()
        yield server
    finally:
        server.end()


class Collector(http.server.ThreadingHTTPServer):
    """Takes spans as OTLP has them, over HTTP in protobuf."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[bytes] = []

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def spans(self) -> list[Span]:
        """What was sent."""
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    found.extend(scope.spans)
        return found


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path == "/v1/traces"
        self.server.bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that runs."""
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        yield collector
        collector.shutdown()
        thread.join()


def _hostile(client: httpx.Client) -> None:
    """Make calls that go wrong in every way that we could think of, each with the secret in it."""
    comment = {"id": SECRET, "text": SECRET}
    for path in ("/v1/moderate", "/v1/moderations", "/v1alpha1/comments:analyze", "/coral/moderate", "/api/v1/classify"):
        client.post(path, json={"comments": [comment], "input": SECRET, "content": SECRET, "comment": {"text": SECRET, "body": SECRET}})
        client.post(path, json={"comments": [{**comment, "author": 7, SECRET: SECRET}], SECRET: SECRET, "input": {SECRET: SECRET}})
        client.post(path, content=f'{{"{SECRET}', headers={"Content-Type": "application/json"})
        client.post(path, content=SECRET.encode() + b"\xff", headers={"Content-Type": "application/json"})
        client.post(path, content=SECRET, headers={"Content-Type": SECRET})
        client.post(f"{path}/{SECRET}", json=comment)
        client.get(path, params={"key": SECRET, "comment": SECRET})
        client.post(path, json=comment, headers={"X-Request-ID": SECRET, "Authorization": f"Bearer {SECRET}", "X-Request-Timeout": SECRET})
    client.post("/v1/moderate", json={"comments": [{**comment, "language": SECRET}], "policy": SECRET})
    client.post("/v1/moderate", json={"comments": [comment], "community": SECRET})
    client.post("/1.1/comment-check", data={"blog": SECRET, "user_ip": SECRET, "comment_content": SECRET})
    client.post("/1.1/submit-spam", data={"blog": SECRET, "user_ip": SECRET, "comment_content": SECRET})
    client.post("/synapse/check_event_for_spam", json={"event": {"content": {"body": SECRET, "msgtype": "m.text"}, "type": SECRET}})
    client.post("/v1/moderate", json={"comments": [{"id": "1", "text": f"<b>{SECRET}" * 50, "format": "html"}], "explain": True})


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_text_of_comments_goes_nowhere(tmp_path: Path, collector: Collector, log_format: str) -> None:
    """Whatever calls are made, nothing of them is in the log at its most talkative, in the metrics or in traces."""
    with serving(
        tmp_path, log_level="debug", log_calls=True, log_format=log_format, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address
    ) as server:
        with httpx.Client(base_url=server.address, timeout=60) as client:
            _hostile(client)
            numbers = client.get("/metrics").text
        lines = server.stop()

    assert len(lines) > 50
    assert len(collector.spans()) > 50
    for word in SECRET.split():
        assert word not in numbers
        assert not any(word in line for line in lines)
        assert not any(word.encode() in body for body in collector.bodies)


def test_log_for_programs(tmp_path: Path) -> None:
    """With log_format=json every line is an object with time, level and message; that of a call has its id, route and status."""
    with serving(tmp_path, log_format="json", log_calls=True) as server:
        httpx.post(f"{server.address}/v1/moderate", json=FINE, headers={"X-Request-ID": "call-7"}, timeout=60)
        httpx.get(f"{server.address}/private/path", timeout=60)
        lines = [json.loads(line) for line in server.stop()]

    assert all({"time", "level", "logger", "process", "message"} <= set(line) for line in lines)
    (call,) = [line for line in lines if line.get("request_id") == "call-7"]
    assert (call["route"], call["dialect"], call["status"]) == ("/v1/moderate", "tipstaff", 200)
    assert call["milliseconds"] > 0
    assert not any("private" in line["message"] for line in lines)


def test_two_workers_count_together(tmp_path: Path) -> None:
    """Whichever worker is asked tells what all have counted; what ended workers counted still counts; the folder goes with the service."""
    with serving(tmp_path, workers=2) as server:
        for _ in range(40):
            # A connection of its own, so that the calls come to both workers.
            assert httpx.post(f"{server.address}/v1/moderate", json=FINE, timeout=60).status_code == 200
        answers = [httpx.get(f"{server.address}/metrics", timeout=60).text for _ in range(8)]
        assert len(list(tmp_path.glob("metrics-*/*.values"))) == 2
        server.stop()

    for answer in answers:
        families = {family.name: family for family in text_string_to_metric_families(answer)}
        calls = {tuple(sorted(each.labels.items())): each.value for each in families["tipstaff_calls"].samples}
        assert calls[("dialect", "tipstaff"), ("route", "/v1/moderate"), ("status", "200")] == 40
        assert families["tipstaff_workers"].samples[0].value == 2
        assert sum(each.value for each in families["tipstaff_comments"].samples) == 40
    assert not list(tmp_path.glob("metrics-*"))


def test_calls_are_traced(tmp_path: Path, collector: Collector) -> None:
    """Where the environment names a collector each call is a span, part of the trace that the caller names, with route and status."""
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    with serving(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address, OTEL_SERVICE_NAME="comments") as server:
        before = time.time_ns()
        httpx.post(f"{server.address}/v1/moderate", json=FINE, headers={"traceparent": f"00-{trace}-{parent}-01"}, timeout=60)
        server.stop()

    (span,) = [each for each in collector.spans() if each.name == "POST /v1/moderate"]
    attributes = {each.key: each.value for each in span.attributes}
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (trace, parent)
    assert span.kind == Span.SPAN_KIND_SERVER
    assert before <= span.start_time_unix_nano < span.end_time_unix_nano
    assert attributes["http.response.status_code"].int_value == 200
    assert attributes["http.route"].string_value == "/v1/moderate"
    assert b"comments" in collector.bodies[0]


def test_without_a_collector_nothing_is_traced(tmp_path: Path, collector: Collector) -> None:
    """Nothing is sent unless the environment asks for it, nor where it says that there shall be no traces."""
    with serving(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address, OTEL_TRACES_EXPORTER="none") as server:
        httpx.get(f"{server.address}/healthz", timeout=60)
        server.stop()

    assert collector.bodies == []


def test_collector_that_is_away_harms_nobody(tmp_path: Path) -> None:
    """Calls are answered while the collector cannot be reached."""
    with serving(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_EXPORTER_OTLP_TIMEOUT="1") as server:
        assert httpx.post(f"{server.address}/v1/moderate", json=FINE, timeout=60).status_code == 200
        server.stop()


def test_traces_that_cannot_be_sent_stop_the_start(tmp_path: Path) -> None:
    """A protocol that is not spoken is one clear line and no service."""
    server = Server(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_EXPORTER_OTLP_PROTOCOL="grpc")

    lines = server.wait()
    server.end()

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
