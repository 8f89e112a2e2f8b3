"""The database is private, waits for other processes, and describes each failure in one line without secrets."""

import resource
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from model.errors import SettingsError, StoreError
from service.settings import read_settings
from service.store.database.open_database import open_database
from service.store.rulings.act import Act
from service.store.store import Store, open_store

SECRET = "xyzzy-plugh"
RULING = Act(dialect="d", text="you fool", abusive=True)


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in (folder, *folder.iterdir())}


def test_files_are_private(tmp_path: Path) -> None:
    """Only this user can read the folder and the file of a new database, whatever the umask."""
    program = (
        "import os, pathlib, sys; os.umask(0)\n"
        "from service.settings import read_settings\nfrom service.store.store import open_store\n"
        "store = open_store(read_settings(data_dir=sys.argv[1]))\n"
        "with store.database.read_transaction(): print(*(f.name for f in pathlib.Path(sys.argv[1]).iterdir()))\n"
    )
    folder = tmp_path / "a/b"
    process = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=True)

    assert set(process.stdout.split()) == {"tipstaff.db", "tipstaff.db-wal", "tipstaff.db-shm"}
    assert modes(folder) == {"b": 0o700, "tipstaff.db": 0o600}


def test_other_files_of_sqlite_are_private(tmp_path: Path) -> None:
    """Only this user can read the files that SQLite keeps beside the database."""
    store = open_store(read_settings(data_dir=tmp_path / "data"))
    store.rulings.record(RULING)

    assert {mode for name, mode in modes(tmp_path / "data").items() if name != "data"} == {0o600}
    store.close()


def test_every_connection_is_safe(tmp_path: Path) -> None:
    """Each connection to SQLite has a write-ahead log, syncs at each commit, checks references, overwrites deleted rows and waits."""
    database = open_database(read_settings(data_dir=tmp_path))
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 10_000}

    with database.read_transaction() as first, database.read_transaction() as second:
        for connection in (first, second):
            assert {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in expected} == expected
    database.close()


def test_block_that_raises_stores_nothing(store: Store) -> None:
    """Changes in a block that raises are not stored, and the exception is passed on."""

    def interrupt() -> None:
        with store.database.write_transaction() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupt()

    with store.database.read_transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


@pytest.mark.parametrize(
    "url",
    [
        "no url",
        f"postgresql://user:{SECRET}@host:no-port/x",
        f"nosuch://user:{SECRET}@host/x",
        f"mysql://user:{SECRET}@host/x",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_wrong_url_is_refused(url: str) -> None:
    """A URL that cannot be used is refused in one line that names the variable and not the password."""
    with pytest.raises(SettingsError, match="TIPSTAFF_DATABASE_URL") as caught:
        open_database(read_settings(database_url=url))

    assert SECRET not in "".join((str(caught.value), repr(caught.value), str(caught.value.__cause__)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_server_that_does_not_answer_is_named(scheme: str) -> None:
    """If no server answers, one line names the address of the server, without the password."""
    settings = read_settings(database_url=f"{scheme}://user:{SECRET}@127.0.0.1:1/forum?application_name={SECRET}")

    with pytest.raises(StoreError, match="cannot be reached") as caught:
        open_store(settings)

    assert "127.0.0.1:1/forum" in str(caught.value)
    assert SECRET not in str(caught.value) + repr(settings) + str(settings.model_dump())
    assert "\n" not in str(caught.value)


def test_postgresql_password_is_not_shown(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message of a server that refuses is quoted without the password."""
    url = postgresql.replace("tipstaff@/postgres", f"tipstaff:{SECRET}@/nowhere")

    with pytest.raises(StoreError, match='database "nowhere" does not exist') as caught:
        open_store(read_settings(database_url=url))

    assert SECRET not in str(caught.value)


def test_folder_that_cannot_be_created_is_refused(tmp_path: Path) -> None:
    """A data folder that cannot be created, because there is a file in its place, is refused in one line."""
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match="set TIPSTAFF_DATA_DIR") as caught:
        open_store(read_settings(data_dir=tmp_path / "file/data"))

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", ["no database ", "SQLite format 3\0"])
def test_damaged_file_is_one_line(tmp_path: Path, damage: str) -> None:
    """A file that is no database, or no longer one, is refused in one line that names it."""
    file = tmp_path / "tipstaff.db"
    file.write_bytes(damage.encode() * 1000)

    with pytest.raises(StoreError) as caught:
        open_store(read_settings(data_dir=tmp_path))

    assert str(file) in str(caught.value)
    assert "is no SQLite database" in str(caught.value) or "is damaged" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_damage_that_shows_later_is_one_line(tmp_path: Path) -> None:
    """Damage within the file, found when a ruling is read, is one line as well."""
    store = open_store(read_settings(data_dir=tmp_path))
    for number in range(300):
        store.rulings.record(Act(dialect="d", text=f"{number} " * 200, abusive=True))
    store.close()
    file = tmp_path / "tipstaff.db"
    intact_bytes = file.read_bytes()
    file.write_bytes(intact_bytes[:131072] + b"\xa5" * (len(intact_bytes) - 131072))
    store = open_store(read_settings(data_dir=tmp_path))

    with pytest.raises(StoreError, match="is damaged: restore a backup"):
        list(store.rulings.effective())
    store.close()


def test_lock_that_is_never_released_is_one_line(tmp_path: Path) -> None:
    """If another connection locks the database for too long, a call fails in one line; afterwards calls succeed again."""
    store = open_store(read_settings(data_dir=tmp_path), wait=0)
    other = sqlite3.connect(tmp_path / "tipstaff.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="held by another process"):
        store.rulings.record(RULING)

    other.execute("ROLLBACK")
    other.close()
    assert store.rulings.record(RULING).number
    store.close()


def test_full_disk_acknowledges_nothing(tmp_path: Path) -> None:
    """When the disk is full, a ruling is refused in one line without its text, and every ruling that was acknowledged is there."""
    store = open_store(read_settings(data_dir=tmp_path))
    with store.database.read_transaction() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    with store.database.read_transaction() as connection:
        # SQLite reports a full disk then. The pool has one connection, which is used below as well.
        connection.execute(text(f"PRAGMA max_page_count = {pages + 10}"))
    acknowledged: list[int] = []

    def fill() -> None:
        for number in range(10_000):
            ruling = Act(dialect="d", text=f"{SECRET} {number} " * 50, abusive=True)
            acknowledged.append(store.rulings.record(ruling).number)

    with pytest.raises(StoreError, match="the disk is full: free some space") as caught:
        fill()

    assert SECRET not in str(caught.value)
    assert acknowledged
    assert [entry.number for entry in store.rulings.effective()] == acknowledged
    store.close()


LIMITED = """
import resource, sys
from model.errors import StoreError
from service.settings import read_settings
from service.store.rulings.act import Act
from service.store.store import open_store
store = open_store(read_settings(data_dir=sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    for number in range(10_000):
        print(store.rulings.record(Act(dialect="d", text=f"{number} " * 50, abusive=True)).number, flush=True)
except StoreError as error:
    print(error, file=sys.stderr)
"""


def test_file_that_cannot_grow_acknowledges_nothing(tmp_path: Path) -> None:
    """When the operating system refuses a write, the call fails in one line, and exactly the rulings that were acknowledged are there."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    process = subprocess.run([sys.executable, "-c", LIMITED, tmp_path], capture_output=True, text=True, check=False)

    store = open_store(read_settings(data_dir=tmp_path))
    assert process.returncode == 0, process.stderr
    assert "check the disk, its free space and the limits of this process" in process.stderr
    assert process.stderr.count("\n") == 1
    assert {str(entry.number) for entry in store.rulings.effective()} == set(process.stdout.split()) != set()
    store.close()
