"""Stores on SQLite and on a real PostgreSQL server, with a clock that the tests turn."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
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

_NUMBERS = count()


class FakeClock:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def turn(self, **by: float) -> None:
        self.time += timedelta(**by)


def _server_programs() -> Path | None:
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((place for place in reversed(places) if (place / "postgres").exists()), None)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server that listens on a socket in its own folder alone; run by nobody, since root may not."""
    programs = _server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed: Debian's package postgresql has one")
    pytest.importorskip("psycopg", reason="tipstaff[postgresql] is not installed")
    # Not a folder of pytest's, which nobody else may enter; and short, because a socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="tipstaff-pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def start(name: str, *arguments: str) -> "subprocess.Popen[bytes]":
        options: dict[str, Any] = {"user": user, "group": "nogroup", "extra_groups": []} if user else {}
        with (folder / "log").open("ab") as out:
            return subprocess.Popen([programs / name, "-D", folder / "data", *arguments], stdout=out, stderr=out, cwd="/", **options)

    try:
        made = start("initdb", "--username=tipstaff", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync").wait()
        assert made == 0, (folder / "log").read_text()
        server = start("postgres", "-c", "listen_addresses=", "-c", "fsync=off", "-k", str(folder))
        try:
            url = f"postgresql+psycopg://tipstaff@/postgres?host={folder}"
            _wait_until_up(url, server)
            yield url
        finally:
            # The rudest way that still takes its children along.
            server.send_signal(signal.SIGQUIT)
            server.wait()
    finally:
        shutil.rmtree(folder)


def _wait_until_up(url: str, server: "subprocess.Popen[bytes]") -> None:
    engine = create_engine(url)
    while True:
        try:
            engine.connect().close()
        except OperationalError:
            assert server.poll() is None, "the server ended at once"
            time.sleep(0.05)
        else:
            engine.dispose()
            return


@pytest.fixture
def clock() -> FakeClock:
    """A clock of the test's own."""
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
