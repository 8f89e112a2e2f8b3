"""MLflow is told of versions, and whatever goes wrong there loses none."""

import base64
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from service.registry.mlflow_server import track_version
from service.registry.registry import Registry
from service.registry.registry_documents import LearnedTable
from tests.service.command import ROOT
from tests.service.registry.versions import Publish
from tests.waiting import wait_until

_SERVER = ROOT / "build/mlflow/bin/mlflow"
_PATIENCE = 240


@contextmanager
def answering(status: int, body: bytes, heads: list[dict[str, str]]) -> Iterator[str]:
    """Runs a server that answers every call alike and notes its headers, and yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heads.append(dict(self.headers))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def mlflow(tmp_path: Path) -> Iterator[str]:
    """The address of a real MLflow server on SQLite."""
    if not _SERVER.exists():
        pytest.skip("the server is not installed: make nightly, or bash .ci/mlflow, installs it")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    log = tmp_path / "mlflow.log"
    command = [str(_SERVER), "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{tmp_path}/mlflow.db", "--artifacts-destination", str(tmp_path / "files")]
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert server.poll() is None, log.read_text()
        try:
            return httpx.get(f"{address}/health").is_success
        except httpx.HTTPError:
            return False

    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output, cwd=tmp_path, start_new_session=True) as server:
        try:
            wait_until(answers, what="MLflow answers", seconds=_PATIENCE)
            yield address
        finally:
            # With all that it has started.
            os.killpg(server.pid, signal.SIGKILL)


@pytest.mark.nightly
@pytest.mark.slow
def test_a_real_server_learns_of_a_version(mlflow: str, registry: Registry, publish: Publish) -> None:
    """A version becomes a run with parameters, figures and lineage, and a version of a registered model, once however often it is told."""
    tables = (LearnedTable(kind="snapshot", sha256="a" * 64, rows=200),)
    version = publish(1, settings={"strength": 0.5}, learned_from=tables)
    environment = {"MLFLOW_TRACKING_URI": f"{mlflow}/", "MLFLOW_EXPERIMENT_NAME": "garden"}

    assert [track_version(registry, version, environment) for _ in range(2)] == [None, None]

    api = f"{mlflow}/api/2.0/mlflow"
    experiment = httpx.get(f"{api}/experiments/get-by-name", params={"experiment_name": "garden"}).json()["experiment"]["experiment_id"]
    runs = httpx.post(f"{api}/runs/search", json={"experiment_ids": [experiment]}).json()["runs"]
    models = httpx.get(f"{api}/model-versions/search", params={"filter": "name='tipstaff-small'"}).json()["model_versions"]
    assert [run["info"]["status"] for run in runs] == ["FINISHED"] * 2
    assert {run["info"]["run_name"] for run in runs} == {version}
    data = runs[0]["data"]
    assert {each["key"]: each["value"] for each in data["params"]} == {"strength": "0.5"}
    assert {each["key"]: each["value"] for each in data["metrics"]}["gate.gain.figure"] == pytest.approx(0.1)
    tags = {each["key"]: each["value"] for each in data["tags"]}
    assert (tags["gate.passed"], tags["gate.gain"]) == ("true", "better")
    assert tags["tipstaff.learned_from.1"] == f"snapshot:{'a' * 64} (200 rows)"
    (model,) = models
    assert {each["key"]: each["value"] for each in model["tags"]}["tipstaff.content_hash"] == registry.content_hash(version)
    assert model["description"] == version


def test_without_a_server_nothing_is_told(registry: Registry, publish: Publish) -> None:
    """Where the environment names no server, nothing is called and nothing said."""
    assert track_version(registry, publish(1), {}) is None
    assert track_version(registry, publish(1), {"MLFLOW_TRACKING_URI": ""}) is None


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1", "sqlite:///mlflow.db", "databricks", "http://", "http://[", "https://127.0.0.1:1"], ids=range(6)
)
def test_a_server_that_cannot_be_reached_is_a_warning(registry: Registry, publish: Publish, address: str) -> None:
    """Whatever the address leads to, the version stays in the registry and the reason is one line."""
    version = publish(1)

    line = track_version(registry, version, {"MLFLOW_TRACKING_URI": address})

    assert line is not None
    assert version in line
    assert line.isprintable()
    assert registry.fetch(version).is_dir()


@pytest.mark.parametrize(
    ("status", "body"), [(500, b"sorry"), (401, b'{"error_code": "NO"}'), (200, b"no JSON"), (200, b"[]"), (200, b"{}")]
)
def test_nonsense_is_a_warning(registry: Registry, publish: Publish, status: int, body: bytes) -> None:
    """A server that refuses or answers something else than MLflow does is a warning, too."""
    with answering(status, body, []) as address:
        line = track_version(registry, publish(1), {"MLFLOW_TRACKING_URI": address})

    assert line is not None
    assert line.isprintable()


def test_credentials_come_from_the_environment(registry: Registry, publish: Publish) -> None:
    """User and password, or a token, are sent as MLflow's own client sends them, and never stand in a warning."""
    version = publish(1)
    heads: list[dict[str, str]] = []
    with answering(403, b"", heads) as address:
        base = {"MLFLOW_TRACKING_URI": address}
        lines = [
            track_version(registry, version, base | {"MLFLOW_TRACKING_USERNAME": "ann", "MLFLOW_TRACKING_PASSWORD": "s3cret"}),
            track_version(registry, version, base | {"MLFLOW_TRACKING_TOKEN": "t0ken"}),
            track_version(registry, version, {"MLFLOW_TRACKING_URI": address.replace("//", "//ann:s3cret@")}),
        ]

    basic = f"Basic {base64.b64encode(b'ann:s3cret').decode()}"
    assert [head.get("Authorization") for head in heads[::2]] == [basic, "Bearer t0ken", basic]
    assert not any(secret in (line or "") for secret in ("s3cret", "t0ken") for line in lines)
