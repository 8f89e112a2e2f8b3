"""A homeserver with our module, which reaches the service through something that can be made to fail."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from service.http.app import create_app
from service.settings import read_settings
from tests.integrations.raw_server import Respond, answer_with, raw_server
from tests.integrations.synapse.homeserver import run_homeserver
from tests.service.http.conftest import Running
from tests.service.http.dialects.conftest import unsure

if TYPE_CHECKING:
    from model.moderator import Moderator

__all__ = ["Answers", "Site", "forward_to", "never_answer", "service", "site", "unsure"]

MODULE = """
  - module: tipstaff_synapse.Tipstaff
    config:
      url: {address}
      key: any
      timeout: {timeout}
      fail_open: {fail_open}
      report_room: "#moderators:tipstaff.test"
      report_user: "@watch:tipstaff.test"
"""


@dataclass
class Answers:
    """What answers the module: the service at first."""

    respond: Respond


@dataclass(frozen=True)
class Site:
    """A homeserver with the module.

    Attributes:
        client: calls its client API.
        folder: where its log and its database are.
        answers: what answers the module.
    """

    client: httpx.Client
    folder: Path
    answers: Answers

    def log(self) -> str:
        """Return what it has logged."""
        return (self.folder / "log").read_text(encoding="utf-8")


def forward_to(service: httpx.Client) -> Respond:
    """Return what passes every request on to the service."""

    def respond(connection: socket.socket, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        answer = service.post(path, content=body, headers={"Content-Type": "application/json", "Authorization": "Bearer any"})
        status = f"{answer.status_code} {answer.reason_phrase}"
        answer_with(status, answer.headers["content-type"], answer.content)(connection, request)

    return respond


def never_answer(connection: socket.socket, _request: bytes) -> None:
    """Answer nothing until the module has given up."""
    assert connection.recv(1) == b""


@pytest.fixture(scope="module")
def service(running: Running, moderator: "Moderator", tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service without keys."""
    with running(create_app(read_settings(data_dir=tmp_path_factory.mktemp("data"), queue_ms=60_000), load=lambda _: moderator)) as client:
        yield client


@pytest.fixture(scope="module", params=["false"])
def site(request: pytest.FixtureRequest, python: Path, service: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A homeserver whose module fails closed, or, where a test asks for it, open; it waits long enough for a busy machine."""
    folder = tmp_path_factory.mktemp("synapse")
    answers = Answers(forward_to(service))
    with raw_server(lambda connection, received: answers.respond(connection, received)) as address:
        module = MODULE.format(address=address, timeout=20, fail_open=request.param)
        with run_homeserver(python, folder, module) as client:
            yield Site(client, folder, answers)
