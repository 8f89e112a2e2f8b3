"""The store as a value: one open database and what is stored in it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.errors import LostStoreError, SettingsError, StoreError
from service.store.api_keys import ApiKeys
from service.store.database.database import Clock, Database, utc_now
from service.store.database.open_database import open_database
from service.store.outbox import Outbox
from service.store.read_only import is_read_only, open_read_only
from service.store.rulings.rulings import Rulings
from service.store.schema.migrate import upgrade_database
from service.store.stored_files import StoredFiles

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["Store", "open_running_store", "open_store"]


@dataclass(frozen=True)
class Store:
    """One open database and what is stored in it. Any thread may use it; every call blocks.

    Attributes:
        database: the database, for transactions.
        keys: the keys with which clients call.
        rulings: what moderators decided about comments.
        outbox: the calls to other systems that are still to be made.
        files: the tables of rulings that were written into files.
    """

    database: Database
    keys: ApiKeys
    rulings: Rulings
    outbox: Outbox
    files: StoredFiles

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_store(settings: "Settings", *, clock: Clock = utc_now, wait: float | None = None) -> Store:
    """Open the store that the settings name and bring its tables up to date. Close it when it is not needed any more.

    Args:
        settings: name the folder of the data, or the URL of the database.
        clock: returns the time, in UTC.
        wait: for how many seconds a call waits while another process or transaction holds what it needs; about ten if None.

    Raises:
        SettingsError: the URL of the database is wrong, or its folder cannot be created.
        LostStoreError: keys were made, and the database is gone or empty.
        StoreError: the database cannot be used, or is newer than this Tipstaff.
    """
    database = open_database(settings, clock=clock)
    try:
        upgrade_database(database)
        if wait is not None:
            # The tables may take their time; whoever calls later does not.
            patient, database = database, open_database(settings, clock=clock, wait=wait)
            patient.close()
    except BaseException:
        database.close()
        raise
    return _build_store(database)


def open_running_store(settings: "Settings", *, wait: float) -> Store:
    """Open the store as `open_store` does; where its folder cannot be written, open it to be read.

    Raises:
        SettingsError: the URL of the database is wrong, or its folder cannot be created for other reasons.
        LostStoreError: keys were made, and the database is gone or empty.
        StoreError: the database cannot be used, or is newer than this Tipstaff.
    """
    try:
        return open_store(settings, wait=wait)
    except LostStoreError:
        raise
    except (SettingsError, StoreError):
        if not is_read_only(settings):
            raise
    return _build_store(open_read_only(settings))


def _build_store(database: Database) -> Store:
    return Store(database, keys=ApiKeys(database), rulings=Rulings(database), outbox=Outbox(database), files=StoredFiles(database))
