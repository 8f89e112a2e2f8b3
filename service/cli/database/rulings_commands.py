"""The commands ``tipstaff rulings``: export them as a table to train from, and forget the comments of old ones."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from service.cli.database.keys_commands import configured_store
from service.cli.shared_options import JsonOption
from service.table_files import TableFormat

__all__ = ["app"]

app = typer.Typer(
    name="rulings", help="Export what moderators ruled, and forget what is too old.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def export(
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the table, which is named by its content.")],
    table_format: Annotated[TableFormat, typer.Option("--to", help="Format to write.")] = TableFormat.PARQUET,
    as_json: JsonOption = False,
) -> None:
    """Write the latest ruling about each comment as a table that `tipstaff train` reads, and print its path.

    The table holds the texts of comments, which are private; it is never changed once it is written.
    """
    from service.store.snapshot import write_snapshot

    with configured_store() as store:
        snapshot = write_snapshot(store.rulings, out, table_format=table_format)
    if as_json:
        print(json.dumps({"path": str(snapshot.path), "sha256": snapshot.sha256, "rows": snapshot.rows}))
    else:
        print(snapshot.path)
    print(f"tipstaff: exported {snapshot.rows} comments with their rulings", file=sys.stderr)


@app.command()
def purge(
    *,
    days: Annotated[
        int | None, typer.Option(min=1, metavar="DAYS", help="Age from which to forget.  [default: TIPSTAFF_RETENTION_DAYS]")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Forget the comments of old rulings: text, id and moderator; the answers stay. The service does so by itself each day."""
    from service.settings import read_settings

    age = days or read_settings().retention_days
    with configured_store() as store:
        count = store.rulings.forget_comments(days=age) if age else 0
    if as_json:
        print(json.dumps({"days": age, "forgotten": count}))
    reason = f"older than {age} days" if age else "none, since they are kept for ever"
    print(f"tipstaff: forgot the comments of {count} rulings ({reason})", file=sys.stderr)
