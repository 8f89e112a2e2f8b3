"""Each room imports only what is below it, importing does nothing, and serving stays free of what it does not need."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

EVERYTHING = """
import importlib, os, pkgutil, sys, threading
import sklearn  # which sets variables for OpenMP
environment = dict(os.environ)
for room in ("model", "training", "service"):
    package = importlib.import_module(room)
    for found in pkgutil.walk_packages(package.__path__, room + "."):
        importlib.import_module(found.name)
assert threading.active_count() == 1, threading.enumerate()
assert dict(os.environ) == environment
"""

SERVED = """
import asyncio, json, sys
from service.http.app import create_app
from service.settings import read_settings

BODY = json.dumps({"comments": [{"id": "a", "text": "Good morning"}], "explain": True}).encode()

async def main():
    app = create_app(read_settings(), in_background=False)
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]
    sent = []

    async def receive():
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message):
        sent.append(message)

    async with app.router.lifespan_context(app) as state:
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http", "root_path": "",
                 "path": "/v1/moderate", "raw_path": b"/v1/moderate", "query_string": b"", "headers": headers, "state": dict(state or {}),
                 "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000)}
        await app(scope, receive, send)
    assert sent[0]["status"] == 200, sent
    assert json.loads(b"".join(message.get("body", b"") for message in sent))["decisions"][0]["label"] == "fine"

asyncio.run(main())
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def python(program: str) -> "subprocess.CompletedProcess[str]":
    """Runs a program in a Python of its own."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_contracts_hold() -> None:
    """The three rooms stand one above the other, as the contracts in pyproject.toml say."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_importing_does_nothing() -> None:
    """Importing every module prints nothing, starts no thread and leaves the environment alone."""
    done = python(EVERYTHING)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_served_call_needs_little() -> None:
    """A call that is served imports neither scikit-learn nor SciPy nor a library for tables."""
    done = python(SERVED)

    assert done.returncode == 0, done.stderr
    for heavy in ("sklearn", "scipy", "pandas", "pyarrow", "joblib", "rich", "typer", "training"):
        assert f'"{heavy}"' not in done.stdout


def test_a_command_starts_without_compiled_kernels() -> None:
    """Before it is known which command is meant, nothing is loaded that takes long: nobody waits for kernels to take a model back."""
    done = python("import sys, service.cli.main; print(*sorted({name.partition('.')[0] for name in sys.modules}))")

    assert done.returncode == 0, done.stderr
    assert {"numba", "scipy", "sklearn", "pyarrow", "sqlalchemy", "onnxruntime"}.isdisjoint(done.stdout.split())
