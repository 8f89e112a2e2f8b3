"""Brings the tables of a database up to date; several workers and replicas may do so at once."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from model.errors import StoreError
from service.store.database.database import Database
from service.store.database.open_database import lost_store_error
from service.store.schema.tables import REVISION
from service.store.schema.views import create_views, drop_views

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["alembic_config", "read_revision", "upgrade_database"]

# Any number will do, as long as nobody else locks it: the first eight bytes of "tipstaff".
_LOCK = int.from_bytes(b"tipstaff")


def read_revision(database: Database) -> str | None:
    """Return the revision of a database's tables; None if it has no tables.

    Raises:
        StoreError: the database cannot be read.
    """
    with database.read_transaction() as connection:
        return _revision(connection)


def upgrade_database(database: Database) -> bool:
    """Bring the tables up to date, in one transaction.

    Returns:
        Whether anything was changed.

    Raises:
        LostStoreError: keys were made, and the database has no tables.
        StoreError: the database is newer than this Tipstaff, or cannot be written.
    """
    # Usually nothing has to change, and Alembic takes 10 MiB and a fifth of a second.
    found = read_revision(database)
    if found == REVISION:
        return False
    if found is None and database.mark.exists():
        raise lost_store_error(database.name, database.mark)
    from alembic import command

    with database.write_transaction() as connection:
        if connection.dialect.name == "postgresql":
            # Another replica may be at it, and takes as long as it takes.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        # Another process may have brought the tables up to date while this one waited.
        revision = _revision(connection)
        if revision == REVISION:
            return False
        config = alembic_config()
        _refuse_newer(config, revision, name=database.name)
        config.attributes["connection"] = connection
        drop_views(connection)
        command.upgrade(config, "head")
        create_views(connection)
    return True


def alembic_config() -> "Config":
    """Return Alembic's configuration for the migrations that ship."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _refuse_newer(config: "Config", revision: str | None, *, name: str) -> None:
    from alembic.script import ScriptDirectory

    shipped_revisions = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in shipped_revisions:
        raise StoreError(
            f"the database {name} is newer than this Tipstaff (its revision is {revision}, the newest known here {REVISION}): "
            "start the newer Tipstaff, or restore a backup"
        )
