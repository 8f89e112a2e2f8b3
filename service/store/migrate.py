"""Brings the tables up to date; several workers and replicas may do so at once."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from model.errors import StoreError
from service.store.database import Database
from service.store.tables import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["migrations", "revision", "upgrade"]

# Any number will do, as long as nobody else locks it: the first eight bytes of "tipstaff".
_LOCK = int.from_bytes(b"tipstaff")


def revision(database: Database) -> str | None:
    """Tell the revision that the tables have; None if there are none.

    Raises:
        StoreError: the database cannot be read.
    """
    with database.reading() as connection:
        return _revision(connection)


def upgrade(database: Database) -> bool:
    """Bring the tables up to date, in one transaction.

    Returns:
        Whether there was anything to do.

    Raises:
        StoreError: the database is newer than this Tipstaff, or cannot be written.
    """
    # First without Alembic, which takes 10 MiB and a fifth of a second that a worker can do without.
    if revision(database) == REVISION:
        return False
    from alembic import command

    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = _revision(connection)
        if found == REVISION:
            return False
        config = migrations()
        _refuse_newer(config, found, name=database.name)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True


def migrations() -> "Config":
    """Return Alembic's configuration for the migrations that ship."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _refuse_newer(config: "Config", found: str | None, *, name: str) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"the database {name} is newer than this Tipstaff (its revision is {found}, the newest known here {REVISION}): "
            "start the newer Tipstaff, or restore a backup"
        )
