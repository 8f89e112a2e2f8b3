"""The commands ``tipstaff store``: the database and its tables."""

import json
import sys

import typer

from service.cli.keys_commands import AsJson, opened

__all__ = ["app"]

app = typer.Typer(name="store", help="Look after the database.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def upgrade(*, as_json: AsJson = False) -> None:
    """Make the tables or bring them up to date; the service does so by itself when it starts."""
    from service.settings import read_settings
    from service.store.database import open_database
    from service.store.migrate import upgrade as bring_up_to_date
    from service.store.tables import REVISION

    database = open_database(read_settings())
    try:
        changed = bring_up_to_date(database)
    finally:
        database.close()
    if as_json:
        print(json.dumps({"database": database.name, "revision": REVISION, "changed": changed}))
    done = "brought to" if changed else "already has"
    print(f"tipstaff: the database {database.name} {done} revision {REVISION}", file=sys.stderr)


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Count what is kept, and show the calls to other systems that were given up."""
    from service.store.tables import REVISION

    with opened() as store:
        counts = {state.value: count for state, count in store.outbox.counts().items()}
        valid = len(store.keys.by_digest())
        rulings = store.rulings.count()
        parked = store.outbox.parked()
        name = store.database.name
    if as_json:
        shown = [{"id": one.id, "kind": one.kind, "error": one.error, "finished_at": one.finished_at.isoformat()} for one in parked]
        found = {"database": name, "revision": REVISION, "keys": valid, "rulings": rulings, "outbox": counts, "parked": shown}
        print(json.dumps(found))
        return
    print(f"{name}: revision {REVISION}, {valid} valid keys, {rulings} rulings")
    print(f"outbox: {', '.join(f'{count} {state}' for state, count in counts.items())}")
    for one in parked:
        print(f"parked: {one.kind} {one.id}: {one.error}")
