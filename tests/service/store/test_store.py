"""A store is one open database; several stores and threads may use the same database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from model.errors import StoreError
from service.settings import Settings, read_settings
from service.store.rulings.act import Act
from service.store.store import Store, open_store
from service.store.stored_types import Scope


def test_stores_share_their_database(settings: Settings, store: Store) -> None:
    """A second store of the same settings finds what the first has stored."""
    key, _ = store.keys.create("forum", [Scope.SCORE])
    second = open_store(settings)

    assert second.keys.list() == [key]
    second.close()


def test_any_thread_may_use_a_store(store: Store) -> None:
    """Rulings that many threads record at the same time are all stored."""
    acts = [Act(dialect="d", text=f"fool {number}", abusive=True) for number in range(40)]

    with ThreadPoolExecutor(8) as pool:
        recorded = list(pool.map(store.rulings.record, acts))

    texts = {each.number: act.text for each, act in zip(recorded, acts, strict=True)}
    assert {entry.number: entry.text for entry in store.rulings.effective()} == texts


def test_store_that_cannot_be_used_is_closed(tmp_path: Path) -> None:
    """If the tables cannot be brought up to date, the store is not opened, and no connection keeps the database in use."""
    settings = read_settings(data_dir=tmp_path)
    store = open_store(settings)
    with store.database.write_transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()

    with pytest.raises(StoreError, match="newer than this Tipstaff"):
        open_store(settings)

    # SQLite removes its log when the last connection is closed.
    assert [file.name for file in tmp_path.iterdir()] == ["tipstaff.db"]
