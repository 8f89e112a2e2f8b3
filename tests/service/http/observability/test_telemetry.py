"""Logs, metrics and traces of the whole server, as a process of its own: what they hold and what they never hold."""

import json
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.service.http.observability.collector import Collector
from tests.service.http.server_process import ServerProcess
from tests.waiting import wait_until

SECRET = "xyzzy plugh frotz"
FINE = {"comments": [{"id": "1", "text": "What a lovely morning, thank you all."}]}


def _make_hostile_calls(client: httpx.Client) -> None:
    """Make calls that fail in many ways, each with the secret in it."""
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
    with ServerProcess(
        tmp_path, log_level="debug", log_calls=True, log_format=log_format, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address
    ) as server:
        with httpx.Client(base_url=server.ready(), timeout=60) as client:
            _make_hostile_calls(client)
            metrics = client.get("/metrics").text
        lines = server.stop()

    assert len(lines) > 50
    assert len(collector.spans()) > 50
    for word in SECRET.split():
        assert word not in metrics
        assert not any(word in line for line in lines)
        assert not any(word.encode() in body for body in collector.bodies)


def test_log_for_programs(tmp_path: Path) -> None:
    """With log_format=json every line is an object with time, level and message; that of a call has its id, route and status."""
    with ServerProcess(tmp_path, log_format="json", log_calls=True) as server:
        address = server.ready()
        httpx.post(f"{address}/v1/moderate", json=FINE, headers={"X-Request-ID": "call-7"}, timeout=60)
        httpx.get(f"{address}/private/path", timeout=60)
        lines = [json.loads(line) for line in server.stop()]

    assert all({"time", "level", "logger", "process", "message"} <= set(line) for line in lines)
    (call,) = [line for line in lines if line.get("request_id") == "call-7"]
    assert (call["route"], call["dialect"], call["status"]) == ("/v1/moderate", "tipstaff", 200)
    assert call["milliseconds"] > 0
    assert not any("private" in line["message"] for line in lines)


def _counts(address: str) -> dict[str, float]:
    """The calls for judgement that were answered, the comments and the workers, as one of the workers reports them."""
    families = {family.name: family for family in text_string_to_metric_families(httpx.get(f"{address}/metrics", timeout=60).text)}
    calls = {tuple(sorted(sample.labels.items())): sample.value for sample in families["tipstaff_calls"].samples}
    return {
        "calls": calls.get((("dialect", "tipstaff"), ("route", "/v1/moderate"), ("status", "200")), 0),
        "comments": sum(sample.value for sample in families["tipstaff_comments"].samples),
        "workers": families["tipstaff_workers"].samples[0].value,
    }


def test_two_workers_count_together(tmp_path: Path) -> None:
    """Whichever worker is asked reports what all of them have counted, and the folder of the metrics is removed with the service."""
    expected = {"calls": 40, "comments": 40, "workers": 2}
    with ServerProcess(tmp_path, workers=2) as server:
        address = server.ready()
        wait_until(lambda: _counts(address)["workers"] == 2, what="both workers serve")
        for _ in range(40):
            # Each call has a connection of its own, so that the calls come to both workers.
            assert httpx.post(f"{address}/v1/moderate", json=FINE, timeout=60).status_code == 200
        # A call is counted just after it has been answered.
        wait_until(lambda: _counts(address) == expected, what="the last call is counted")
        counts = [_counts(address) for _ in range(8)]
        files = len(list(tmp_path.glob("metrics-*/*.values")))
        server.stop()

    assert counts == [expected] * 8
    # Those of both workers, and of the supervisor, which counts changes of the model.
    assert files == 3
    assert not list(tmp_path.glob("metrics-*"))
