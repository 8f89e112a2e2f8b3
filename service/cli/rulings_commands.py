"""The commands ``tipstaff rulings``: what moderators said, as a table to train from, and the end of what is too old."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from service.batch.rows import WriteAs
from service.cli.keys_commands import AsJson, opened

__all__ = ["app"]

_ABOUT = "Export what moderators ruled, and forget what is too old."

app = typer.Typer(name="rulings", help=_ABOUT, no_args_is_help=True, rich_markup_mode=None)


@app.command()
def export(
    *,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the table, which is named by its content.")],
    form: Annotated[WriteAs, typer.Option("--to", help="Format to write.")] = WriteAs.PARQUET,
    as_json: AsJson = False,
) -> None:
    """Write the latest ruling about each comment as a table that `tipstaff train` reads, and print its path.

    The table holds the texts of comments, which are private; it is never changed once it is written.
    """
    from service.store.snapshot import take

    with opened() as store:
        taken = take(store.rulings, out, form=form)
    if as_json:
        print(json.dumps({"path": str(taken.path), "sha256": taken.sha256, "rows": taken.rows}))
    else:
        print(taken.path)
    print(f"tipstaff: exported {taken.rows} comments with their rulings", file=sys.stderr)


@app.command()
def purge(
    *,
    days: Annotated[
        int | None, typer.Option(min=1, metavar="DAYS", help="Age from which to forget.  [default: TIPSTAFF_RETENTION_DAYS]")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Forget the comments of old rulings: text, id and moderator; the answers stay. The service does so by itself each day."""
    from service.settings import read_settings

    chosen = days or read_settings().retention_days
    with opened() as store:
        forgotten = store.rulings.forget(days=chosen) if chosen else 0
    if as_json:
        print(json.dumps({"days": chosen, "forgotten": forgotten}))
    why = f"older than {chosen} days" if chosen else "none, since they are kept for ever"
    print(f"tipstaff: forgot the comments of {forgotten} rulings ({why})", file=sys.stderr)
