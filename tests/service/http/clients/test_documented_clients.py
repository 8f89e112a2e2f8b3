"""The page that says which clients were run tells the truth about each: its version, and that a test runs it."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.service.http.clients.documented_clients import DocumentedClient, documented_clients

ROOT = Path(__file__).parents[4]
SOURCES = {"PyPI", "npm", "Debian", "replayed"}


def locked_python() -> dict[str, str]:
    """Return the releases of the Python packages, by normalised name."""
    lock = (ROOT / "requirements-clients.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", lock, re.MULTILINE))


def locked_node() -> dict[str, str]:
    """Return the releases of the npm packages that are asked for."""
    releases: dict[str, str] = json.loads((ROOT / "tests/clients/package.json").read_text(encoding="utf-8"))["dependencies"]
    return releases


def debian_release(package: str) -> str:
    """Return the version of a Debian package that is installed, without Debian's own part of it."""
    query = ["dpkg-query", "--show", "--showformat=${Version}", package]
    process = subprocess.run(query, capture_output=True, text=True, check=False)
    if process.returncode:
        pytest.skip(f"{package} is not installed")
    return re.split(r"[+-]", process.stdout)[0]


def release(client: DocumentedClient) -> str:
    """Return the version of a client that the tests run; none of what is only replayed."""
    if client.source == "PyPI":
        return locked_python()[re.sub(r"[-_.]+", "-", client.name).lower()]
    if client.source == "npm":
        return locked_node()[client.name]
    return debian_release(client.name) if client.source == "Debian" else ""


@pytest.mark.parametrize("key", documented_clients())
def test_version_is_the_one_that_is_run(key: str) -> None:
    """A client's version in the table is the one that is installed, or the beginning of it where Debian chooses the rest."""
    client = documented_clients()[key]

    assert client.source in SOURCES
    assert release(client).startswith(client.version) if client.source == "Debian" else release(client) == client.version


@pytest.mark.parametrize("key", documented_clients())
def test_each_client_has_a_test_that_names_it(key: str) -> None:
    """No client is claimed to work that no test speaks of by its name."""
    named = re.compile(rf"(?<![\w@/.-]){re.escape(documented_clients()[key].name)}(?![\w/-])")
    others = (path for path in (ROOT / "tests").glob("**/test_*.py") if path != Path(__file__))

    assert any(named.search(path.read_text(encoding="utf-8")) for path in others)


def test_each_client_has_a_setting_and_a_call() -> None:
    """Every row says what was set and what was run."""
    assert len(documented_clients()) > 20
    assert all(client.setting and client.run for client in documented_clients().values())
