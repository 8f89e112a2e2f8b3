"""The commands ``tipstaff store``: the database and its tables."""

import json
import sys

import typer

from service.cli.database.keys_commands import configured_store
from service.cli.shared_options import JsonOption

__all__ = ["app"]

app = typer.Typer(name="store", help="Look after the database.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def upgrade(*, as_json: JsonOption = False) -> None:
    """Make the tables or bring them up to date; the service does so by itself when it starts."""
    from service.settings import read_settings
    from service.store.database.open_database import open_database
    from service.store.schema.migrate import upgrade_database
    from service.store.schema.tables import REVISION

    database = open_database(read_settings())
    try:
        changed = upgrade_database(database)
    finally:
        database.close()
    if as_json:
        print(json.dumps({"database": database.name, "revision": REVISION, "changed": changed}))
    outcome = "brought to" if changed else "already has"
    print(f"tipstaff: the database {database.name} {outcome} revision {REVISION}", file=sys.stderr)


@app.command()
def status(*, as_json: JsonOption = False) -> None:
    """Count what is kept, and show the calls to other systems that were given up."""
    from service.store.schema.tables import REVISION

    with configured_store() as store:
        counts = {state.value: count for state, count in store.outbox.count_by_state().items()}
        keys = len(store.keys.valid_by_digest())
        acts, rulings = store.rulings.count(), store.rulings.count_effective()
        parked_calls = store.outbox.list_parked()
        name = store.database.name
    if as_json:
        calls = [
            {"id": call.id, "kind": call.kind, "error": call.error, "finished_at": call.finished_at.isoformat()} for call in parked_calls
        ]
        state = {"database": name, "revision": REVISION, "keys": keys, "acts": acts, "rulings": rulings, "outbox": counts, "parked": calls}
        print(json.dumps(state))
        return
    print(f"{name}: revision {REVISION}, {keys} valid keys, {rulings} rulings of {acts} acts")
    print(f"outbox: {', '.join(f'{count} {state}' for state, count in counts.items())}")
    for call in parked_calls:
        print(f"parked: {call.kind} {call.id}: {call.error}")
