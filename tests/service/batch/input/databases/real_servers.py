"""Real servers of databases that tests start in a folder of their own, and what their programs for dumps write."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_until

__all__ = ["DumpPrograms", "mariadb", "postgres"]

_SECONDS = 120


class DumpPrograms:
    """The programs of a server that is running.

    Args:
        client: the command that executes SQL from its standard input.
        dump: the command that dumps.
    """

    def __init__(self, client: list[str], dump: list[str]) -> None:
        self._client = client
        self._dump = dump

    def execute(self, script: str, *arguments: str) -> None:
        """Execute SQL."""
        subprocess.run([*self._client, *arguments], input=script.encode(), check=True, capture_output=True, timeout=_SECONDS)

    def is_up(self) -> bool:
        """Tell whether the server answers."""
        return subprocess.run([*self._client], input=b"SELECT 1;", capture_output=True, check=False, timeout=_SECONDS).returncode == 0

    def dump(self, *arguments: str) -> bytes:
        """Return what the program for dumps writes."""
        return subprocess.run([*self._dump, *arguments], check=True, capture_output=True, timeout=_SECONDS).stdout


def _require_programs(*names: str) -> None:
    for name in names:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")


@contextmanager
def _folder(user: str | None) -> Iterator[Path]:
    # Short, since the path of a socket may have 107 bytes; and not one of pytest's, which other users may not enter.
    folder = Path(tempfile.mkdtemp(prefix="tipstaff-db-"))
    try:
        if user:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: list[str], programs: DumpPrograms, folder: Path, **options: Any) -> Iterator[None]:
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **options)
        try:
            wait_until(programs.is_up, what=f"{command[0]} answers", seconds=_SECONDS)
            yield
        finally:
            server.terminate()
            server.wait(timeout=_SECONDS)


@contextmanager
def mariadb() -> Iterator[DumpPrograms]:
    """Start MariaDB; the block gets its programs."""
    _require_programs("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb")
    with _folder(None) as folder:
        data, socket = f"--datadir={folder / 'data'}", f"--socket={folder / 's'}"
        install = ["mariadb-install-db", "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(install, check=True, capture_output=True, timeout=_SECONDS)
        options = ["--no-defaults", socket, "-uroot"]
        programs = DumpPrograms(["mariadb", *options, "--default-character-set=utf8mb4"], ["mariadb-dump", *options])
        server = ["mariadbd", "--no-defaults", data, socket, "--skip-networking", "--user=root", "--character-set-server=utf8mb4"]
        with _running(server, programs, folder):
            yield programs


@contextmanager
def postgres() -> Iterator[DumpPrograms]:
    """Start PostgreSQL; the block gets its programs."""
    _require_programs("pg_dump", "psql")
    folders = sorted(path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists())
    if not folders:
        pytest.skip("no PostgreSQL server is installed")
    user = "nobody" if os.geteuid() == 0 else None
    identity: dict[str, Any] = {"user": user, "group": "nogroup", "extra_groups": []} if user else {}
    with _folder(user) as folder:
        data = str(folder / "data")
        init = [str(folders[-1] / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(init, check=True, capture_output=True, cwd="/", timeout=_SECONDS, **identity)
        options = ["-h", str(folder), "-U", "postgres"]
        programs = DumpPrograms(["psql", "-q", *options, "-v", "ON_ERROR_STOP=1"], ["pg_dump", *options, "postgres"])
        server = [str(folders[-1] / "postgres"), "-D", data, "-k", str(folder), "-c", "listen_addresses=", "-c", "fsync=off"]
        with _running(server, programs, folder, **identity):
            yield programs
