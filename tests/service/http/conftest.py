"""Servers on real sockets, with the shipped model, and real clients, which live in an environment of their own (`.ci/clients`)."""

import json
import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from model.errors import ArtefactError
from service.http.app import create_app
from service.http.connection.protocol import ConnectionProtocol
from service.http.dialects.known_dialects import DIALECTS
from service.model_loading import load_moderator
from service.settings import Settings, read_settings
from service.store.store import Store, open_store
from service.store.stored_types import Role, Scope
from tests.service.http.dialects.discourse.forum import SECRET
from tests.waiting import wait_until

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]
Serve = Callable[..., AbstractContextManager[httpx.Client]]
Script = Callable[..., Any]
MakeKey = Callable[..., str]

CLIENTS = Path(__file__).parents[3] / "build/clients"

# Seconds. After a change of the kernels the first start compiles them, which takes a minute and more on a busy machine.
_START_TIMEOUT = 300
_STOP_TIMEOUT = 60
# The authorities that a client trusts take a while to read, and nearly every test has a client.
_TLS = ssl.create_default_context()


@contextmanager
def _running(app: FastAPI, *, ready: bool = True, root_path: str = "", port: int = 0) -> Iterator[httpx.Client]:
    with closing(socket.create_server(("127.0.0.1", port))) as listener:
        options = {
            "loop": "uvloop",
            "http": ConnectionProtocol,
            "ws": "none",
            "log_config": None,
            "access_log": False,
            "proxy_headers": False,
            "server_header": False,
            "root_path": root_path,
        }
        server = uvicorn.Server(uvicorn.Config(app, **options))  # type: ignore[arg-type]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=60, verify=_TLS) as client:
                if ready:
                    wait_until(lambda: client.get("/readyz").status_code == 200, what="the service is ready", seconds=_START_TIMEOUT)
                yield client
        finally:
            server.should_exit = True
            thread.join(_STOP_TIMEOUT)
            assert not thread.is_alive(), f"the service did not stop within {_STOP_TIMEOUT} s"


@contextmanager
def _running_unloaded(settings: Settings) -> Iterator[httpx.Client]:
    end = threading.Event()

    def load(_: Settings) -> "Moderator":
        end.wait(60)
        raise ArtefactError("the test is over")

    with _running(create_app(settings, load=load, on_failure=lambda _: None), ready=False) as client:
        try:
            wait_until(lambda: "keys are being read" not in client.post("/v1/moderate").text, what="the keys have been read")
            yield client
        finally:
            end.set()


@pytest.fixture(scope="session")
def running() -> Running:
    """A function that serves an app on a free port for as long as its context lasts; it waits until the app is ready."""
    return _running


@pytest.fixture(scope="session")
def running_unloaded() -> Running:
    """A function that serves with given settings, and whose model is not loaded before the context ends; the keys have been read."""
    return _running_unloaded


@pytest.fixture
def serve(moderator: "Moderator", tmp_path: Path) -> Serve:
    """A function that serves with the given settings, and a store in the test's folder; with another moderator if there is one."""

    def begin(judge: object = moderator, **settings: object) -> AbstractContextManager[httpx.Client]:
        return _running(create_app(read_settings(data_dir=tmp_path, **settings), load=lambda _: judge))  # type: ignore[arg-type,return-value]

    return begin


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store of that service, opened a second time, as `tipstaff keys` does."""
    store = open_store(Settings(data_dir=tmp_path))
    yield store
    store.close()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with limits that are quick to reach, and with a store of their own without keys."""
    folder = tmp_path_factory.mktemp("data")
    return read_settings(data_dir=folder, port=0, max_comments=20, max_comment_bytes=1000, max_body_bytes=100_000, queue_ms=60_000)


@pytest.fixture(scope="session")
def moderator(settings: Settings) -> "Moderator":
    """The shipped model."""
    return load_moderator(settings)


@pytest.fixture(scope="session")
def packs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with packs for German, for Russian, which cannot tell hateful comments, and for Turkish, which is not read."""
    from tests.model.languages.small_packs import write_pack

    folder = tmp_path_factory.mktemp("packs")
    figure = {"auc": 0.81, "auc_low": 0.76, "auc_high": 0.86, "positives": 90, "negatives": 210}
    write_pack(folder / "de", "de", metrics={"dev": {"fast": {"abusive": figure, "hateful": figure}}, "rows": 4012})
    write_pack(folder / "ru", "ru", answers={"fast": ("abusive",)}, metrics={"dev": {"fast": {"abusive": figure}}})
    write_pack(folder / "tr", "tr", answers={"fast": ()})
    return folder


@pytest.fixture(scope="session")
def reads_more(
    moderator: "Moderator", packs_folder: Path, running: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of a service that reads German and Russian as well."""
    settings = read_settings(data_dir=tmp_path_factory.mktemp("data"), languages=packs_folder)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client


@pytest.fixture(scope="session")
def app(settings: Settings, moderator: "Moderator") -> FastAPI:
    """The app with these settings."""
    return create_app(settings, load=lambda _: moderator)


@pytest.fixture(scope="session")
def client(app: FastAPI, running: Running) -> Iterator[httpx.Client]:
    """A client of a service that is ready."""
    with running(app) as client:
        yield client


@pytest.fixture(scope="session")
def address(client: httpx.Client) -> str:
    """The address of a service that is ready."""
    return str(client.base_url).rstrip("/")


def _run(command: list[str], *, cwd: Path, env: Mapping[str, str] | None) -> Any:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TIPSTAFF_", "PYTHON", "OPENAI_"))}
    process = subprocess.run(command, cwd=cwd, env=environment | dict(env or {}), capture_output=True, text=True, timeout=120, check=False)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.fixture(scope="session")
def python() -> Path:
    """The Python of the clients' environment."""
    interpreter = CLIENTS / "venv/bin/python"
    if not interpreter.exists():
        pytest.skip("the clients are not installed: make test, or bash .ci/clients, installs them")
    return interpreter


@pytest.fixture(scope="session")
def python_client(python: Path) -> Script:
    """A function that runs a Python script in the clients' environment and returns what it prints as JSON; ``env`` adds variables."""
    return lambda script, *arguments, env=None: _run([str(python), "-c", script, *arguments], cwd=CLIENTS, env=env)


@pytest.fixture(scope="session")
def node() -> Path:
    """Node, with the clients and tools that need it in ``node_modules`` of its folder's parent."""
    program = CLIENTS / "node/bin/node"
    if not program.exists():
        pytest.skip("Node and its clients are not installed: make test, or bash .ci/clients, installs them")
    return program


@pytest.fixture(scope="session")
def node_client(node: Path) -> Script:
    """A function that runs an ES module in the clients' environment and returns what it prints as JSON; ``env`` adds variables."""
    command = [str(node), "--input-type=module", "-e"]
    return lambda script, *arguments, env=None: _run([*command, script, *arguments], cwd=CLIENTS / "node", env=env)


@pytest.fixture(scope="session")
def make_key() -> MakeKey:
    """A function that makes a key with the given scopes and role in the store of a data folder, and returns its secret."""

    def make(data_dir: Path, *scopes: Scope, role: Role = Role.FORUM) -> str:
        with closing(open_store(Settings(data_dir=data_dir))) as store:
            return store.keys.create("tester", scopes, role=role)[1]

    return make


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost that it signed itself, and its key."""
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    arguments = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run(["openssl", *arguments, *names], check=True, capture_output=True)
    return files


def _serve_site(folder: Path, profile: str) -> AbstractContextManager[httpx.Client]:
    communities = folder / "communities.toml"
    lists = 'deny_words = ["casino"]\nallow_words = ["unheard of"]\n'
    communities.write_text(f'default = "forum"\n[community.forum]\n{lists}', encoding="utf-8")
    settings = read_settings(
        data_dir=folder,
        port=0,
        profile=profile,
        communities=communities,
        queue_ms=60_000,
        discourse_url="http://127.0.0.1:9",
        discourse_api_key="k" * 64,
        discourse_secrets=SECRET,
        on_failure=",".join(f"{dialect.name}=open" for dialect in DIALECTS),
    )
    return _running(create_app(settings))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service with the cascade, the denied word "casino", and every dialect; Discourse's flags wait, for there is no forum."""
    with _serve_site(tmp_path_factory.mktemp("site"), "cascade") as client:
        yield client


@pytest.fixture(scope="session")
def fast_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The same without the encoder, which takes seconds to explain a long text."""
    with _serve_site(tmp_path_factory.mktemp("site"), "fast") as client:
        yield client
