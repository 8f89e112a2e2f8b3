"""A real Matrix Synapse that runs for a test, and members of it."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.waiting import wait_until

__all__ = ["Member", "run_homeserver"]

_PACKAGE = Path(__file__).parents[3] / "integrations/synapse"
_CONFIG = """
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
user_directory: {{search_all_users: true}}
rc_message: {{per_second: 1000, burst_count: 1000}}
rc_registration: {{per_second: 1000, burst_count: 1000}}
rc_joins: {{local: {{per_second: 1000, burst_count: 1000}}}}
modules:
"""
_LOG = """
version: 1
disable_existing_loggers: false
formatters: {{line: {{format: "%(name)s %(levelname)s %(message)s"}}}}
handlers: {{file: {{class: logging.FileHandler, formatter: line, filename: {folder}/log}}}}
root: {{level: INFO, handlers: [file]}}
"""


@contextmanager
def run_homeserver(python: Path, folder: Path, module: str) -> Iterator[httpx.Client]:
    """Run a homeserver with a module, and yield a client of it.

    Args:
        python: the Python in whose environment Synapse is.
        folder: where its files are; ``log`` is what it logs.
        module: the module's entry in the list of modules, in YAML.
    """
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = int(listener.getsockname()[1])
    (folder / "homeserver.yaml").write_text(_CONFIG.format(folder=folder, port=port) + module, encoding="utf-8")
    (folder / "log.yaml").write_text(_LOG.format(folder=folder), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TIPSTAFF_", "PYTHON"))}
    environment["PYTHONPATH"] = str(_PACKAGE)
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

    def __init__(self, client: httpx.Client, name: str, **room: object) -> None:
        account = {"username": name, "password": uuid4().hex, "auth": {"type": "m.login.dummy"}}
        registered = client.post("/v3/register", json=account).raise_for_status().json()
        self._client = client
        self.id = registered["user_id"]
        self._headers = {"Authorization": f"Bearer {registered['access_token']}"}
        self.room = self.create_room(name="Tea", **room).raise_for_status().json()["room_id"]

    def create_room(self, **room: object) -> httpx.Response:
        return self._client.post("/v3/createRoom", json=room, headers=self._headers)

    def send(self, content: dict[str, Any], kind: str = "m.room.message") -> httpx.Response:
        content = {"msgtype": "m.text"} | content if kind == "m.room.message" else content
        return self._client.put(f"/v3/rooms/{self.room}/send/{kind}/{uuid4().hex}", json=content, headers=self._headers)

    def state(self, kind: str, content: dict[str, Any], key: str = "") -> httpx.Response:
        return self._client.put(f"/v3/rooms/{self.room}/state/{kind}/{key}", json=content, headers=self._headers)

    def read_state(self, kind: str, key: str = "") -> Any:
        return self._client.get(f"/v3/rooms/{self.room}/state/{kind}/{key}", headers=self._headers).raise_for_status().json()

    def messages(self) -> list[str]:
        """Return the bodies of the newest messages of its room."""
        query = {"dir": "b", "limit": "50"}
        answer = self._client.get(f"/v3/rooms/{self.room}/messages", params=query, headers=self._headers).raise_for_status().json()
        return [event["content"].get("body", "") for event in answer["chunk"] if event["type"] == "m.room.message"]

    def call_itself(self, name: str) -> httpx.Response:
        return self._client.put(f"/v3/profile/{self.id}/displayname", json={"displayname": name}, headers=self._headers)

    def name(self) -> str:
        return str(self._client.get(f"/v3/profile/{self.id}/displayname").raise_for_status().json().get("displayname", ""))

    def search(self, term: str) -> list[str]:
        """Return the ids of the users whom it finds."""
        found = self._client.post("/v3/user_directory/search", json={"search_term": term}, headers=self._headers).raise_for_status().json()
        return [user["user_id"] for user in found["results"]]

    def invite(self, other: "Member") -> httpx.Response:
        return self._client.post(f"/v3/rooms/{self.room}/invite", json={"user_id": other.id}, headers=self._headers)

    def join(self, room: str) -> httpx.Response:
        return self._client.post(f"/v3/join/{room}", json={}, headers=self._headers)
