"""The store as a value: one open database and what is kept in it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.store.api_keys import Keys
from service.store.database import Clock, Database, open_database, utc_now
from service.store.migrate import upgrade
from service.store.outbox import Outbox
from service.store.rulings import Rulings

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["Store", "open_store"]


@dataclass(frozen=True)
class Store:
    """One open database and what is kept in it; for any thread, every call blocks.

    Attributes:
        database: with its transactions.
        keys: with which clients call.
        rulings: what moderators say.
        outbox: calls that are still to be made.
    """

    database: Database
    keys: Keys
    rulings: Rulings
    outbox: Outbox

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_store(settings: "Settings", *, clock: Clock = utc_now) -> Store:
    """Open the store that the settings name, with its tables up to date; close it when it is not needed any more.

    Args:
        settings: the folder of the data, or the URL of a database.
        clock: tells the time, UTC.

    Raises:
        SettingsError: the database is named wrongly, or its folder cannot be made.
        StoreError: the database cannot be used, or is newer than this Tipstaff.
    """
    database = open_database(settings, clock=clock)
    try:
        upgrade(database)
    except BaseException:
        database.close()
        raise
    return Store(database, keys=Keys(database), rulings=Rulings(database), outbox=Outbox(database))
