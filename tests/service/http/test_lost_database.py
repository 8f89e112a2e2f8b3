"""A database that goes away, is locked or read-only: what is acknowledged is kept, nobody is let in who was not, and judging goes on."""

import os
import sqlite3
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from pathlib import Path

import httpx
import pytest

from service.settings import Settings
from service.store.database.keys_mark import KeysMark
from service.store.store import open_store
from service.store.stored_types import Scope
from tests.service.command import COMMAND
from tests.service.http.server_process import ServerProcess
from tests.waiting import wait_until

MakeKey = Callable[..., str]
Serve = Callable[..., AbstractContextManager[httpx.Client]]
# Root may write anywhere, unless this right is taken from it.
NO_RIGHTS = ["setpriv", "--inh-caps=-dac_override", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []


def rule(client: httpx.Client, text: str, **headers: str) -> httpx.Response:
    """Hand in a ruling as Perspective's clients do."""
    message = {"comment": {"text": text}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}}
    return client.post("/v1alpha1/comments:suggestscore", json=message, headers=headers)


def judge(client: httpx.Client, secret: str | None = None) -> int:
    """Have a comment judged, and return the status of the answer."""
    comments = {"comments": [{"id": "1", "text": "Good morning"}]}
    return client.post("/v1/moderate", json=comments, headers={"X-API-KEY": secret} if secret else {}).status_code


def stored(folder: Path) -> list[str]:
    with closing(open_store(Settings(data_dir=folder))) as store:
        return [entry.text for entry in store.rulings.effective()]


def tipstaff(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command on a data folder."""
    environment = os.environ | {"TIPSTAFF_DATA_DIR": str(folder)}
    return subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.nightly), 2])
def test_database_that_is_taken_away(tmp_path: Path, make_key: MakeKey, workers: int) -> None:
    """Without its folder a service refuses rulings, is not ready, and judges for the keys it knows; with it, it goes on and has all."""
    folder = tmp_path / "data"
    secret = make_key(folder, Scope.SCORE, Scope.FEEDBACK)
    with ServerProcess(tmp_path, data_dir=folder, workers=workers, profile="fast") as server:
        with httpx.Client(base_url=server.ready(), timeout=60) as client:
            first = rule(client, "first", **{"X-API-KEY": secret})
            folder.rename(tmp_path / "away")
            lost = rule(client, "lost", **{"X-API-KEY": secret})
            ready = client.get("/readyz")
            judged = [judge(client, key) for key in (secret, "unknown-secret", None)]
            created = tipstaff(folder, "store", "status")
            folder.rename(tmp_path / "made by the command")
            (tmp_path / "away").rename(folder)
            wait_until(lambda: client.get("/readyz").status_code == 200, what="the service is ready again")
            last = rule(client, "last", **{"X-API-KEY": secret})
        lines = server.stop()

    assert (first.status_code, lost.status_code, last.status_code) == (200, 503, 200)
    assert int(lost.headers["Retry-After"]) > 0
    assert (ready.status_code, ready.json()["type"]) == (503, "/docs#not-ready")
    assert judged == [200, 401, 401]
    assert created.returncode == 0
    assert stored(folder) == ["first", "last"]
    assert any("put it back" in line for line in lines)
    assert not any("Traceback" in line for line in lines)


@pytest.mark.parametrize("has_keys", [True, False])
def test_database_that_is_replaced(serve: Serve, tmp_path: Path, make_key: MakeKey, has_keys: bool) -> None:
    """A service that lost its file to an empty one neither writes into it nor lets anybody in who was not; if it is open, it judges."""
    headers = {"X-API-KEY": make_key(tmp_path, Scope.SCORE, Scope.FEEDBACK)} if has_keys else {}
    with serve() as client:
        first = rule(client, "first", **headers)
        (tmp_path / "tipstaff.db").unlink()
        (tmp_path / "tipstaff.db").touch()
        statuses = [rule(client, "lost", **headers).status_code, client.get("/readyz").status_code]
        admitted = [judge(client), judge(client, "unknown-secret")]

    assert first.status_code == 200
    assert statuses == [503, 503]
    assert admitted == ([401, 401] if has_keys else [200, 200])
    assert (tmp_path / "tipstaff.db").stat().st_size == 0


@pytest.mark.parametrize(("workers", "content"), [(1, None), (2, b"")])
def test_start_without_the_database(tmp_path: Path, make_key: MakeKey, workers: int, content: bytes | None) -> None:
    """Where keys were made, a service whose file is missing or empty lets nobody in, and makes none, until the file is restored."""
    folder = tmp_path / "data"
    secret = make_key(folder, Scope.SCORE)
    (folder / "tipstaff.db").rename(tmp_path / "backup")
    if content is not None:
        (folder / "tipstaff.db").write_bytes(content)
    before = sorted(folder.iterdir())

    with ServerProcess(tmp_path, data_dir=folder, workers=workers, profile="fast") as server:
        with httpx.Client(base_url=server.address(), timeout=60) as client:
            wait_until(lambda: any("restore the database" in line for line in server.lines()), what="the log says what to do")
            statuses = [client.get("/healthz").status_code, client.get("/readyz").status_code, judge(client), judge(client, secret)]
            command = tipstaff(folder, "keys", "create", "forum")
            after = [path for path in sorted(folder.iterdir()) if not path.name.startswith("metrics-")]
            (tmp_path / "backup").replace(folder / "tipstaff.db")
            wait_until(lambda: judge(client, secret) == 200, what="the service judges")
            refused = judge(client)
        server.stop()

    assert statuses == [200, 503, 503, 503]
    assert refused == 401
    assert after == before
    assert (command.returncode, command.stdout) == (1, "")
    assert command.stderr.count("\n") == 1
    assert "keys-were-made" in command.stderr


def test_start_with_another_database(serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where keys were made, a service that finds a database without any lets nobody in; once the mark is removed it is open again."""
    KeysMark(tmp_path).make()
    open_store(Settings(data_dir=tmp_path / "other")).close()
    (tmp_path / "other/tipstaff.db").replace(tmp_path / "tipstaff.db")

    with serve() as client:
        refused = judge(client)
    KeysMark(tmp_path).path.unlink()
    with serve() as client:
        admitted = judge(client)

    assert (refused, admitted) == (401, 200)
    assert "remove the file keys-were-made" in caplog.text


def test_volume_that_vanished_whole(serve: Serve) -> None:
    """With TIPSTAFF_OPEN=false a service without any data lets nobody in."""
    with serve(open=False) as client:
        assert judge(client) == 401


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.nightly), 2])
def test_folder_that_cannot_be_written(tmp_path: Path, workers: int) -> None:
    """A service whose data folder is read-only and holds nothing judges; its log says once that nothing is stored, and rulings get 503."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o555)

    with ServerProcess(tmp_path, NO_RIGHTS, data_dir=folder, workers=workers, profile="fast") as server:
        with httpx.Client(base_url=server.ready(), timeout=60) as client:
            statuses = [
                judge(client),
                rule(client, "lost").status_code,
                client.get("/readyz").status_code,
                client.get("/metrics").status_code,
            ]
        lines = server.stop()

    assert statuses == [200, 503, 200, 200]
    assert list(folder.iterdir()) == []
    assert sum("is answered 503" in line for line in lines) == workers
    assert not any("Traceback" in line for line in lines)


def test_read_only_database_with_keys(tmp_path: Path, make_key: MakeKey) -> None:
    """A service finds the keys in a database that it cannot write, and needs them."""
    folder = tmp_path / "data"
    secret = make_key(folder, Scope.SCORE, Scope.FEEDBACK)
    before = sorted(folder.iterdir())
    folder.chmod(0o555)
    (folder / "tipstaff.db").chmod(0o444)

    with ServerProcess(tmp_path, NO_RIGHTS, data_dir=folder, profile="fast") as server:
        with httpx.Client(base_url=server.ready(), timeout=60) as client:
            statuses = [judge(client, secret), judge(client), rule(client, "lost", **{"X-API-KEY": secret}).status_code]
        server.stop()

    folder.chmod(0o755)
    assert statuses == [200, 401, 503]
    assert sorted(folder.iterdir()) == before


def test_locked_database(serve: Serve, tmp_path: Path) -> None:
    """While another process holds the database rulings are refused and sent again later, judging goes on, and then all is well."""
    with serve(database_wait=1) as client:
        with closing(sqlite3.connect(tmp_path / "tipstaff.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            # More than there are threads for, so that some would have to wait for others.
            with ThreadPoolExecutor(24) as pool:
                lost = list(pool.map(lambda number: rule(client, f"lost {number}"), range(24)))
                statuses = [judge(client), client.get("/readyz").status_code]
            other.execute("ROLLBACK")
        kept = rule(client, "kept")

    assert {answer.status_code for answer in lost} == {503}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in lost)
    assert statuses == [200, 200]
    assert kept.status_code == 200
    assert "kept" in stored(tmp_path)
