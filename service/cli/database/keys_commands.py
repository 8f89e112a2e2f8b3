"""The commands ``tipstaff keys``: make, list and revoke the keys with which clients call."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from model.errors import InputError
from service.cli.shared_options import JsonOption
from service.store.stored_types import ApiKey, Role, Scope

if TYPE_CHECKING:
    from service.store.store import Store

__all__ = ["app", "configured_store"]

_DATE_LENGTH = len("2024-02-29")
_AKISMET_NOTE = (
    "tipstaff: its 12 hexadecimal digits are what WordPress and other software for Akismet take for a key, also in the name of a host; for "
    "anything else make a key without --for, since one as short could be found out by whoever gets hold of the database"
)


class Purpose(StrEnum):
    """Software that takes keys of a certain form alone."""

    AKISMET = "akismet"


app = typer.Typer(name="keys", help="Make, list and revoke the keys with which clients call.", no_args_is_help=True, rich_markup_mode=None)


@contextmanager
def configured_store() -> Iterator["Store"]:
    """Provide the store that the environment configures, with its tables up to date."""
    from service.settings import read_settings
    from service.store.store import open_store

    store = open_store(read_settings())
    try:
        yield store
    finally:
        store.close()


@app.command()
def create(
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call the key, such as the forum that it is for.")],
    purpose: Annotated[
        Purpose | None, typer.Option("--for", help="Make it in the form that the clients of this service demand, for scoring and feedback.")
    ] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it allows.  [default: score; repeatable]")] = None,
    role: Annotated[
        Role,
        typer.Option(help="Whose word it carries in rulings; from moderator on, the moderators that its calls name count as persons."),
    ] = Role.FORUM,
    community: Annotated[str | None, typer.Option(metavar="NAME", help="Community that it belongs to.")] = None,
    imported: Annotated[
        bool, typer.Option("--import", help="Take the secret that the client has already, from standard input or a prompt.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a key and print its secret, which is not kept and cannot be shown again."""
    from service.store.api_keys import SHORT_SECRET, make_akismet_secret

    if purpose is not None and imported:
        raise InputError("--for makes a secret, --import takes one that there is: leave out one of the two")
    existing_secret = _read_secret() if imported else None
    made_secret = make_akismet_secret() if purpose is Purpose.AKISMET else None
    default_scopes = [Scope.SCORE] if purpose is None else [Scope.SCORE, Scope.FEEDBACK]
    with configured_store() as store:
        key, secret = store.keys.create(
            name, scope or default_scopes, role=role, community=community, secret=existing_secret or made_secret
        )
    if as_json:
        print(json.dumps(_key_json(key) | ({} if imported else {"secret": secret})))
    elif not imported:
        print(secret)
    print(f"tipstaff: made the key {key.id} ({key.name}): {', '.join(sorted(key.scopes))}; role {key.role}", file=sys.stderr)
    if purpose is Purpose.AKISMET:
        print(_AKISMET_NOTE, file=sys.stderr)
    if existing_secret is not None and len(existing_secret) < SHORT_SECRET:
        print("tipstaff: this secret is short; whoever gets hold of the database could find it out", file=sys.stderr)


def _read_secret() -> str:
    if sys.stdin is not None and sys.stdin.isatty():
        answer: str = typer.prompt("Secret", hide_input=True, err=True)
        return answer.strip()
    secret = sys.stdin.read().strip() if sys.stdin is not None else ""
    if not secret:
        raise InputError("--import found no secret on standard input: pipe it in, or call the command from a terminal")
    return secret


@app.command("list")
def list_keys(*, as_json: JsonOption = False) -> None:
    """List the keys, revoked ones too, never their secrets."""
    with configured_store() as store:
        keys = store.keys.list()
    if as_json:
        print(json.dumps([_key_json(key) for key in keys]))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("id", "name", "scopes", "role", "community", "created", "last used", "revoked", box=None, pad_edge=False)
    for key in keys:
        cells = _key_json(key) | {"scopes": ", ".join(sorted(key.scopes))}
        table.add_row(
            *("" if value is None else str(value)[: _DATE_LENGTH if name.endswith("_at") else None] for name, value in cells.items())
        )
    Console(highlight=False, markup=False).print(table)


def _key_json(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "role": key.role.value,
        "community": key.community,
        "created_at": key.created_at.isoformat(),
        "last_used": key.last_used and key.last_used.isoformat(),
        "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
    }


@app.command()
def revoke(
    *,
    id_or_name: Annotated[str, typer.Argument(metavar="ID", help="The id of the key, or its name if no other valid key has it.")],
    as_json: JsonOption = False,
) -> None:
    """End a key's validity; running services take notice within seconds."""
    with configured_store() as store:
        key = store.keys.revoke(id_or_name)
    if as_json:
        print(json.dumps(_key_json(key)))
    print(f"tipstaff: revoked the key {key.id} ({key.name})", file=sys.stderr)
