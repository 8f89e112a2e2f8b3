"""A machine set up by the recipe of docs/leaving-perspective.md, word by word, for software whose host is fixed."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.private_network import PrivateNetwork, private_network
from tests.service.http.clients.documented_clients import documented
from tests.service.http.server_process import ServerProcess
from tests.waiting import wait_until

_PAGE = Path(__file__).parents[4] / "docs/leaving-perspective.md"
_BLOCKS = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


class PreparedMachine:
    """The network in which the hosts' names lead to a service that speaks HTTPS, and the clients to run there.

    Args:
        network: it.
        folder: where the page's commands were run.
        python: the Python of the clients' environment.
        node: Node, beside the folder of its packages.
    """

    def __init__(self, network: PrivateNetwork, folder: Path, *, python: Path, node: Path) -> None:
        self._network = network
        self._folder = folder
        self._programs = {"python": [str(python), "-c"], "node": [str(node), "-e"]}
        self._cwd = {"python": python.parents[2], "node": node.parents[1]}

    def run(self, client: str, script: str, *arguments: str) -> Any:
        """Run a script for a client of docs/clients.md, with the environment that its setting names, and return the JSON it prints."""
        documented_client = documented(client)
        language = documented_client.language
        # Nothing of ours, so that what the setting does not name is not there.
        environment = {"PATH": os.environ["PATH"], "HOME": str(self._folder), "LANG": "C.UTF-8"}
        settings = {name: value.replace("/etc/tipstaff", str(self._folder)) for name, value in documented_client.environment.items()}
        command = [*self._programs[language], script, *arguments]
        return json.loads(self._network.run(command, cwd=self._cwd[language], env=environment | settings))


def _blocks(language: str) -> list[str]:
    return [code for marked, code in _BLOCKS.findall(_PAGE.read_text(encoding="utf-8")) if marked == language]


def _commands(part: str) -> str:
    return next(code for code in _blocks("bash") if part in code)


def _hosts() -> str:
    return "".join(code for code in _blocks("text") if code.startswith("127.0.0.1 "))


@pytest.fixture(scope="session")
def prepared_machine(tmp_path_factory: pytest.TempPathFactory, python: Path, node: Path) -> Iterator[PreparedMachine]:
    """That machine; its service has a store of its own, and is open."""
    folder = tmp_path_factory.mktemp("tipstaff")
    subprocess.run(["bash", "-euc", _commands("openssl x509")], cwd=folder, check=True, capture_output=True)
    allowed = re.search(r"TIPSTAFF_ALLOWED_HOSTS='(.*?)'", _PAGE.read_text(encoding="utf-8"))
    assert allowed is not None
    settings = {"tls_certificate": folder / "tls.pem", "tls_key": folder / "tls.key", "allowed_hosts": allowed[1], "port": 443}
    with private_network(tmp_path_factory.mktemp("network"), _hosts()) as network:
        network.run(["bash", "-euc", _commands("update-ca-certificates")], cwd=folder)
        with ServerProcess(tmp_path_factory.mktemp("data"), network.prefix, **settings) as server:
            wait_until(lambda: any("ready: " in line for line in server.lines()), what="the service is ready", seconds=300)
            yield PreparedMachine(network, folder, python=python, node=node)
