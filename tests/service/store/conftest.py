"""Stores on SQLite and on a real PostgreSQL server, with a clock that the tests set."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from service.settings import Settings, read_settings
from service.store.store import Store, open_store
from tests.waiting import wait_until

_NUMBERS = count()
_START_SECONDS = 120


class FakeClock:
    """A clock that shows the same time until it is moved on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


def _server_programs() -> Path | None:
    program = shutil.which("initdb")
    folders = [Path(program).resolve().parent] if program else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(folders) if (folder / "postgres").exists()), None)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server that listens only on a socket in its own folder. The user nobody runs it, since root may not."""
    programs = _server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed: Debian's package postgresql has one")
    pytest.importorskip("psycopg", reason="tipstaff[postgresql] is not installed")
    # Not a folder of pytest's, which other users may not enter; and a short one, because a socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="tipstaff-pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def start(name: str, *arguments: str) -> "subprocess.Popen[bytes]":
        options: dict[str, Any] = {"user": user, "group": "nogroup", "extra_groups": []} if user else {}
        with (folder / "log").open("ab") as out:
            return subprocess.Popen([programs / name, "-D", folder / "data", *arguments], stdout=out, stderr=out, cwd="/", **options)

    try:
        initdb = start("initdb", "--username=tipstaff", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        assert initdb.wait(timeout=_START_SECONDS) == 0, (folder / "log").read_text()
        server = start("postgres", "-c", "listen_addresses=", "-c", "fsync=off", "-k", str(folder))
        try:
            url = f"postgresql+psycopg://tipstaff@/postgres?host={folder}"
            _wait_until_up(url, server)
            yield url
        finally:
            # The quickest way that still ends its children too.
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=_START_SECONDS)
    finally:
        shutil.rmtree(folder)


def _wait_until_up(url: str, server: "subprocess.Popen[bytes]") -> None:
    engine = create_engine(url)

    def is_up() -> bool:
        assert server.poll() is None, "the server ended at once"
        try:
            engine.connect().close()
        except OperationalError:
            return False
        return True

    wait_until(is_up, what="PostgreSQL accepts connections", seconds=_START_SECONDS)
    engine.dispose()


@pytest.fixture
def clock() -> FakeClock:
    """A clock that the test moves on."""
    return FakeClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings with an empty database of each kind."""
    if request.param == "sqlite":
        return read_settings(data_dir=tmp_path / "data")
    server: str = request.getfixturevalue("postgresql")
    name = f"test{next(_NUMBERS)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return read_settings(data_dir=tmp_path / "data", database_url=server.replace("/postgres?", f"/{name}?"))


@pytest.fixture
def store(settings: Settings, clock: FakeClock) -> Iterator[Store]:
    """An empty store on each kind of database."""
    store = open_store(settings, clock=clock)
    yield store
    store.close()
