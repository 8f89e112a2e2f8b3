"""A machine set up by the recipe of docs/leaving-perspective.md, word by word, for software whose host is fixed."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.private_network import PrivateNetwork, private_network
from tests.service.command import COMMAND, ROOT
from tests.service.http.clients.documented_clients import documented
from tests.service.http.server_process import ServerProcess
from tests.waiting import wait_until

_PAGE = Path(__file__).parents[4] / "docs/leaving-perspective.md"
_BLOCKS = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


Prepare = Callable[[Path, str], AbstractContextManager["PreparedMachine"]]


class PreparedMachine:
    """The network in which the hosts' names lead to a service that speaks HTTPS, and the clients to run there.

    Args:
        network: it.
        folder: where the page's commands were run.
        data: the folder of the service's data.
        python: the Python of the clients' environment.
        node: Node, beside the folder of its packages.
    """

    def __init__(self, network: PrivateNetwork, folder: Path, *, data: Path, python: Path, node: Path) -> None:
        self._network = network
        self.folder = folder
        self.data = data
        self._programs = {"python": [str(python), "-c"], "node": [str(node), "-e"], "ruby": ["ruby", "-e"]}
        self._cwd = {"python": python.parents[2], "node": node.parents[1], "ruby": folder}

    def run(self, client: str, script: str, *arguments: str, is_set_up: bool = True) -> Any:
        """Run a script for a client of docs/clients.md, with the environment that its setting names, and return the JSON it prints.

        Args:
            client: its source and name.
            script: in the client's language.
            arguments: of the script.
            is_set_up: False leaves out what the setting names.
        """
        documented_client = documented(client)
        variables = documented_client.environment if is_set_up else {}
        return json.loads(self.call(documented_client.language, script, *arguments, variables=variables))

    def call(self, program: str, *arguments: str, variables: Mapping[str, str]) -> str:
        """Run a program, such as ``python`` with a script, with variables as the page sets them, and return what it prints."""
        # Nothing of ours, so that what the setting does not name is not there.
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8"}
        settings = {name: value.replace("/etc/tipstaff", str(self.folder)) for name, value in variables.items()}
        command = [*self._programs.get(program, [program]), *arguments]
        if shutil.which(command[0]) is None:
            pytest.skip(f"{program} is not installed")
        return self._network.run(command, cwd=self._cwd.get(program, self.folder), env=environment | settings)

    @contextmanager
    def serve(self, port: int) -> Iterator[None]:
        """Have a service there as the page starts one on a port, until the context ends."""
        command = _commands(f"--port {port}")
        settings = {name.lower(): value.strip("'") for name, value in re.findall(r"TIPSTAFF_(\w+)=('[^']*'|\S+)", command)}
        settings = {name: str(self.folder / value) if name.startswith("tls_") else value for name, value in settings.items()}
        with ServerProcess(self.data, self._network.prefix, port=port, **settings) as server:
            wait_until(lambda: any("ready: " in line for line in server.lines()), what="the service is ready", seconds=300)
            yield


def _blocks(language: str) -> list[str]:
    return [code for marked, code in _BLOCKS.findall(_PAGE.read_text(encoding="utf-8")) if marked == language]


def _commands(part: str) -> str:
    return next(code for code in _blocks("bash") if part in code)


def _hosts(key: str) -> str:
    return "".join(code for code in _blocks("text") if code.startswith("127.0.0.1 ")).replace("KEY", key)


def _make_key(data: Path) -> str:
    """Make a key as docs/akismet.md says, and return it."""
    command = re.search(r"^tipstaff (keys create .*)$", _PAGE.with_name("akismet.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert command is not None
    environment = os.environ | {"TIPSTAFF_DATA_DIR": str(data)}
    made = subprocess.run([*COMMAND, *command[1].split()], env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    return made.stdout.strip()


@pytest.fixture(scope="session")
def prepare_machine(tmp_path_factory: pytest.TempPathFactory, python: Path, node: Path) -> Prepare:
    """A function that sets such a machine up, with a line in /etc/hosts for a key, and with a folder for the data of its service."""

    @contextmanager
    def prepare(data: Path, key: str) -> Iterator[PreparedMachine]:
        folder = tmp_path_factory.mktemp("tipstaff")
        subprocess.run(["bash", "-euc", _commands("openssl x509")], cwd=folder, check=True, capture_output=True)
        with private_network(tmp_path_factory.mktemp("network"), _hosts(key)) as network:
            network.run(["bash", "-euc", _commands("update-ca-certificates")], cwd=folder)
            machine = PreparedMachine(network, folder, data=data, python=python, node=node)
            with machine.serve(443):
                yield machine

    return prepare


@pytest.fixture(scope="session")
def prepared_machine(prepare_machine: Prepare, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PreparedMachine]:
    """That machine; its service has a store of its own, and is open."""
    with prepare_machine(tmp_path_factory.mktemp("data"), "000000000000") as machine:
        yield machine


@pytest.fixture(scope="session")
def keyed_machine(prepare_machine: Prepare, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PreparedMachine, str]]:
    """Such a machine whose service needs a key, and one that was made for clients of Akismet."""
    data = tmp_path_factory.mktemp("data")
    key = _make_key(data)
    with prepare_machine(data, key) as machine:
        yield machine, key
