"""Real clients of other services, which live in an environment of their own (`.ci/clients`)."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from model.comment import VERDICTS, Comment, Verdict

if TYPE_CHECKING:
    from model.moderator import Moderator

CLIENTS = Path(__file__).parents[4] / "build/clients"

Script = Callable[..., Any]


def _run(command: list[str], *, cwd: Path) -> Any:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TIPSTAFF_", "PYTHON", "OPENAI_"))}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def python() -> Path:
    """The Python of the clients' environment."""
    found = CLIENTS / "venv/bin/python"
    if not found.exists():
        pytest.skip("bash .ci/clients installs the clients")
    return found


@pytest.fixture(scope="session")
def python_client(python: Path) -> Script:
    """A function that runs a Python script in the clients' environment and returns what it prints as JSON."""
    return lambda script, *arguments: _run([str(python), "-c", script, *arguments], cwd=CLIENTS)


@pytest.fixture(scope="session")
def node_client() -> Script:
    """A function that runs an ES module in the clients' environment and returns what it prints as JSON."""
    if not (CLIENTS / "node/node_modules").exists():
        pytest.skip("bash .ci/clients installs the clients, if there is npm")
    arguments = ["node", "--input-type=module", "-e"]
    return lambda script, *given: _run([*arguments, script, *given], cwd=CLIENTS / "node")


@pytest.fixture(scope="session")
def address(client: httpx.Client) -> str:
    """Where a service that is ready answers."""
    return str(client.base_url).rstrip("/")


@pytest.fixture(scope="session")
def unsure(moderator: "Moderator") -> str:
    """A comment that the shipped model sends to review; which one, another training may change."""
    candidates = ["this is crap", "you clown", "liar", "oh look, another clown", "he is a fool", "what nonsense", "that was a dumb move"]
    verdicts = moderator.decide([Comment("", text) for text in candidates], threads=1).verdicts.tolist()
    return next(text for text, verdict in zip(candidates, verdicts, strict=True) if VERDICTS[verdict] is Verdict.REVIEW)
