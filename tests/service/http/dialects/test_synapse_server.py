"""A real Matrix Synapse, with the real module synapse-http-antispam, in front of the service."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.service.http.sample_texts import FINE, HATEFUL, TOXIC
from tests.waiting import wait_until

CONFIG = """
server_name: tipstaff.test
pid_file: {folder}/homeserver.pid
listeners:
  - port: {port}
    bind_addresses: ["127.0.0.1"]
    type: http
    resources: [{{names: [client]}}]
database: {{name: sqlite3, args: {{database: {folder}/homeserver.db}}}}
log_config: {folder}/log.yaml
media_store_path: {folder}/media
signing_key_path: {folder}/signing.key
macaroon_secret_key: m
form_secret: f
report_stats: false
trusted_key_servers: []
enable_registration: true
enable_registration_without_verification: true
rc_message: {{per_second: 1000, burst_count: 1000}}
rc_registration: {{per_second: 1000, burst_count: 1000}}
modules:
  - module: synapse_http_antispam.HTTPAntispam
    config:
      base_url: {address}/synapse
      authorization: any
      do_ping: true
      enabled_callbacks: [check_event_for_spam, user_may_join_room, user_may_invite, user_may_create_room, check_login_for_spam]
"""
LOG = """
version: 1
disable_existing_loggers: false
formatters: {{line: {{format: "%(name)s %(levelname)s %(message)s"}}}}
handlers: {{file: {{class: logging.FileHandler, formatter: line, filename: {folder}/log}}}}
root: {{level: INFO, handlers: [file]}}
"""


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the homeserver writes its log."""
    return tmp_path_factory.mktemp("synapse") / "log"


@pytest.fixture(scope="module")
def homeserver(python: Path, address: str, log: Path) -> Iterator[httpx.Client]:
    """A client of a homeserver whose module asks the service."""
    folder, port = log.parent, _free_port()
    (folder / "homeserver.yaml").write_text(CONFIG.format(folder=folder, port=port, address=address))
    (folder / "log.yaml").write_text(LOG.format(folder=folder))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TIPSTAFF_", "PYTHON"))}
    command = [str(python), "-m", "synapse.app.homeserver", "-c", str(folder / "homeserver.yaml")]
    subprocess.run([*command, "--generate-keys"], cwd=folder, env=environment, check=True, capture_output=True)
    with (folder / "output").open("wb") as output:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/_matrix/client", timeout=60) as client:
            wait_until(lambda: _is_up(client, server, folder / "output"), what="the homeserver is up", seconds=120)
            yield client
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait(timeout=60)


def _is_up(client: httpx.Client, server: "subprocess.Popen[bytes]", output: Path) -> bool:
    try:
        client.get("/versions").raise_for_status()
    except httpx.TransportError:
        assert server.poll() is None, output.read_text()
        return False
    return True


class Member:
    """A registered user in a room of its own."""

    def __init__(self, client: httpx.Client, name: str) -> None:
        account = {"username": name, "password": uuid4().hex, "auth": {"type": "m.login.dummy"}}
        registered = client.post("/v3/register", json=account).raise_for_status().json()
        self._client = client
        self.id = registered["user_id"]
        self._headers = {"Authorization": f"Bearer {registered['access_token']}"}
        self.room = client.post("/v3/createRoom", json={"name": "Tea"}, headers=self._headers).raise_for_status().json()["room_id"]

    def send(self, content: dict[str, Any]) -> httpx.Response:
        path = f"/v3/rooms/{self.room}/send/m.room.message/{uuid4().hex}"
        return self._client.put(path, json={"msgtype": "m.text"} | content, headers=self._headers)

    def state(self, kind: str, content: dict[str, str]) -> httpx.Response:
        return self._client.put(f"/v3/rooms/{self.room}/state/{kind}", json=content, headers=self._headers)

    def invite(self, other: "Member") -> httpx.Response:
        return self._client.post(f"/v3/rooms/{self.room}/invite", json={"user_id": other.id}, headers=self._headers)

    def join(self, room: str) -> httpx.Response:
        return self._client.post(f"/v3/join/{room}", json={}, headers=self._headers)


def test_homeserver_rejects_what_is_to_be_rejected(homeserver: httpx.Client, log: Path) -> None:
    """Fine messages are sent; hateful and toxic ones, edits and topics are refused to their author with our reason."""
    ann = Member(homeserver, "ann")

    message = ann.send({"body": FINE})
    edit = {"m.relates_to": {"rel_type": "m.replace", "event_id": message.json()["event_id"]}, "m.new_content": {"msgtype": "m.text"}}
    good_edit = ann.send({"body": f"* {FINE}"} | edit | {"m.new_content": {"msgtype": "m.text", "body": FINE}})
    refusals = [
        ann.send({"body": HATEFUL}),
        ann.send({"body": TOXIC}),
        ann.send({"body": f"* {FINE}"} | edit | {"m.new_content": {"msgtype": "m.text", "body": TOXIC}}),
        ann.send({"body": FINE, "format": "org.matrix.custom.html", "formatted_body": f"<b>{TOXIC}</b>"}),
        ann.state("m.room.topic", {"topic": HATEFUL}),
    ]

    assert (message.status_code, good_edit.status_code) == (200, 200)
    assert [(answer.status_code, answer.json()["errcode"]) for answer in refusals] == [(403, "M_FORBIDDEN")] * 5
    assert refusals[0].json()["error"] == "The message was not sent: it was judged hateful."
    assert refusals[1].json()["error"] == "The message was not sent: it was judged abusive."
    assert "Successfully pinged antispam server" in log.read_text()


def test_everything_else_of_the_homeserver_works(homeserver: httpx.Client) -> None:
    """With other callbacks of the module on, users register, make rooms, invite and join as if it were not there."""
    bea, cleo = Member(homeserver, "bea"), Member(homeserver, "cleo")

    refusal = cleo.join(bea.room)

    # The room is private: that is Synapse's own answer, not the module's.
    assert "not invited" in refusal.json()["error"]
    assert bea.invite(cleo).status_code == 200
    assert cleo.join(bea.room).status_code == 200
