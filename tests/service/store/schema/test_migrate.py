"""One of several processes brings the tables up to date, and a newer database is left alone."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from model.errors import StoreError
from service.settings import Settings, read_settings
from service.store.database.open_database import open_database
from service.store.schema.migrate import alembic_config, read_revision, upgrade_database
from service.store.schema.tables import REVISION, metadata
from service.store.store import Store, open_store

OPEN = """
import sys
from service.settings import read_settings
from service.store.stored_types import Scope
from service.store.store import open_store
store = open_store(read_settings(**dict(word.split("=", 1) for word in sys.argv[1:])))
store.keys.create("forum", [Scope.SCORE])
"""


def arguments(settings: Settings) -> list[str]:
    url = settings.database_url
    return [f"data_dir={settings.data_dir}"] + ([f"database_url={url.get_secret_value()}"] if url else [])


def test_migrations_lead_to_the_tables(store: Store) -> None:
    """The migrations make the tables that the code expects, down to columns and indexes."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.database.read_transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, metadata) == []


def test_newest_revision_is_known_without_alembic() -> None:
    """The revision that the code expects is the last of the migrations."""
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == REVISION


def test_upgrade_is_done_once(settings: Settings) -> None:
    """The first upgrade makes the tables, the second has nothing to do."""
    database = open_database(settings)

    revision = read_revision(database)
    changes = [upgrade_database(database) for _ in range(2)]

    assert (revision, changes, read_revision(database)) == (None, [True, False], REVISION)
    database.close()


def test_many_start_at_once(settings: Settings) -> None:
    """Several processes that start at once without any tables all find them and write to them."""
    processes = [subprocess.Popen([sys.executable, "-c", OPEN, *arguments(settings)], stderr=subprocess.PIPE) for _ in range(4)]

    errors = [process.communicate(timeout=120)[1] for process in processes]

    assert [process.returncode for process in processes] == [0] * 4, errors
    store = open_store(settings)
    assert len(store.keys.list()) == 4
    store.close()


def test_database_that_is_up_to_date_needs_no_alembic(tmp_path: Path) -> None:
    """A worker whose tables are up to date does not import Alembic."""
    open_store(read_settings(data_dir=tmp_path)).close()

    program = OPEN + "assert not [name for name in sys.modules if name.startswith('alembic')]"
    process = subprocess.run([sys.executable, "-c", program, f"data_dir={tmp_path}"], capture_output=True, text=True, check=False)

    assert process.returncode == 0, process.stderr


def test_newer_database_is_refused(settings: Settings) -> None:
    """A database of a newer version is refused in one line and left as it is."""
    store = open_store(settings)
    with store.database.write_transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match=r"newer than this Tipstaff \(its revision is 9999,") as caught:
        open_store(settings)

    assert "\n" not in str(caught.value)
    assert read_revision(store.database) == "9999"
    store.close()


def test_failed_upgrade_leaves_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade that fails half-way leaves no table behind, so that the next one succeeds."""
    database = open_database(settings)
    with database.write_transaction() as connection:
        # In the place of the last table that the upgrade creates.
        connection.execute(text("CREATE TABLE outbox (id INTEGER)"))

    with pytest.raises(StoreError):
        upgrade_database(database)

    assert read_revision(database) is None
    with database.write_transaction() as connection:
        connection.execute(text("DROP TABLE outbox"))
    assert upgrade_database(database)
    database.close()
