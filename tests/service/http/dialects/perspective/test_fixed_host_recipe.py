"""The recipe of docs/leaving-perspective.md for software whose host is fixed, done as it is written, with unmodified clients.

What `/etc/hosts` does for a machine is done here inside the client's process: the name leads to the service's port. Names and
certificates are checked by the clients as ever.
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.http.sample_texts import TOXIC
from tests.service.http.server_process import ServerProcess
from tests.waiting import wait_until

PAGE = Path(__file__).parents[5] / "docs/leaving-perspective.md"

# As /etc/hosts does, and 443 for those who may not open it.
PYTHON = """
import json, socket, sys
from googleapiclient import discovery
here = ("127.0.0.1", int(sys.argv[1]))
look_up = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more: look_up("127.0.0.1" if host == "commentanalyzer.googleapis.com" else host, *more)
class Socket(socket.socket):
    def connect(self, address):
        super().connect(here if address[0] == "commentanalyzer.googleapis.com" else address)
socket.socket = Socket
client = discovery.build("commentanalyzer", "v1alpha1", developerKey="any", static_discovery=False,
    discoveryServiceUrl="https://commentanalyzer.googleapis.com/$discovery/rest?version=v1alpha1")
body = {"comment": {"text": sys.argv[2]}, "requestedAttributes": {"TOXICITY": {}}}
print(json.dumps([client._baseUrl, client.comments().analyze(body=body).execute()]))
"""
PRELOAD = """
const net = require("node:net");
const tls = require("node:tls");
const connect = tls.connect;
tls.connect = (options, ...more) => {
  if (options.servername === "commentanalyzer.googleapis.com" && !options.socket) {
    options = {...options, socket: net.connect(Number(process.env.THE_PORT), "127.0.0.1")};
  }
  return connect(options, ...more);
};
"""
NODE = """
import {createRequire} from "node:module";
const require = createRequire(process.cwd() + "/");
require(process.argv[1]);
const Perspective = require("perspective-api-client");
try {
  const answer = await new Perspective({apiKey: "any"}).analyze(process.argv[2]);
  console.log(JSON.stringify(answer.attributeScores.TOXICITY.summaryScore.value));
} catch (error) {
  console.log(JSON.stringify(error.message));
}
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the page's commands were run that make the authority and the certificate."""
    folder = tmp_path_factory.mktemp("tls")
    commands = next(block for block in re.findall(r"```bash\n(.*?)```", PAGE.read_text(), re.DOTALL) if "openssl x509" in block)
    subprocess.run(["bash", "-euc", commands], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def port(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port on which a service of its own process speaks HTTPS with that certificate, as the page says."""
    folder = tmp_path_factory.mktemp("data")
    hosts = re.search(r"TIPSTAFF_ALLOWED_HOSTS='(.*?)'", PAGE.read_text())
    assert hosts is not None
    with ServerProcess(
        folder, tls_certificate=certificates / "tls.pem", tls_key=certificates / "tls.key", allowed_hosts=hosts[1]
    ) as server:
        port = int(server.address().rpartition(":")[2])
        wait_until(lambda: any("ready: " in line for line in server.lines()), what="the service is ready", seconds=300)
        yield port


def test_python_client_finds_its_fixed_host(
    python_client: Callable[..., Any], certificates: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Google's client, told Google's own address, is answered by the service, and goes on calling that address."""
    monkeypatch.setenv("HTTPLIB2_CA_CERTS", str(certificates / "ca.pem"))

    address, answer = python_client(PYTHON, str(port), TOXIC)

    assert address == "https://commentanalyzer.googleapis.com/"
    assert answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8


def test_node_client_finds_its_fixed_host(
    node_client: Callable[..., Any], certificates: Path, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """perspective-api-client, whose address is in its code, is answered by the service, if its machine trusts the authority."""
    preload = tmp_path / "preload.cjs"
    preload.write_text(PRELOAD)
    monkeypatch.setenv("THE_PORT", str(port))

    untrusted = node_client(NODE, str(preload), TOXIC)
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(certificates / "ca.pem"))
    trusted = node_client(NODE, str(preload), TOXIC)

    assert "certificate" in untrusted
    assert trusted > 0.8


def test_certificate_is_for_the_names_alone(certificates: Path) -> None:
    """The certificate names the two hosts and cannot sign others."""
    described = subprocess.run(
        ["openssl", "x509", "-in", "tls.pem", "-noout", "-text"], cwd=certificates, check=True, capture_output=True, text=True
    ).stdout

    assert "DNS:commentanalyzer.googleapis.com, DNS:rest.akismet.com" in described
    assert "CA:FALSE" in described
