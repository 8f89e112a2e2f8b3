"""The store as a value: one open database and what is stored in it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.store.api_keys import ApiKeys
from service.store.database import Clock, Database, open_database, utc_now
from service.store.outbox import Outbox
from service.store.rulings import Rulings
from service.store.schema.migrate import upgrade_database

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["Store", "open_store"]


@dataclass(frozen=True)
class Store:
    """One open database and what is stored in it. Any thread may use it; every call blocks.

    Attributes:
        database: the database, for transactions.
        keys: the keys with which clients call.
        rulings: what moderators decided about comments.
        outbox: the calls to other systems that are still to be made.
    """

    database: Database
    keys: ApiKeys
    rulings: Rulings
    outbox: Outbox

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_store(settings: "Settings", *, clock: Clock = utc_now) -> Store:
    """Open the store that the settings name and bring its tables up to date. Close it when it is not needed any more.

    Args:
        settings: name the folder of the data, or the URL of the database.
        clock: returns the time, in UTC.

    Raises:
        SettingsError: the URL of the database is wrong, or its folder cannot be created.
        StoreError: the database cannot be used, or is newer than this Tipstaff.
    """
    database = open_database(settings, clock=clock)
    try:
        upgrade_database(database)
    except BaseException:
        database.close()
        raise
    return Store(database, keys=ApiKeys(database), rulings=Rulings(database), outbox=Outbox(database))
