"""The commands ``tipstaff models``: which versions there are, what they change, and which of them is served."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import InputError, RegistryRefusalError
from service.cli.registry import looking_commands, signing_commands, upkeep_commands
from service.cli.registry.registry_options import Site, VersionArgument, find_caller, open_site
from service.cli.registry.version_lines import alias_json, print_trial, trial_json
from service.cli.shared_options import JsonOption

if TYPE_CHECKING:
    from service.registry.registry_documents import Alias

__all__ = ["app"]

app = typer.Typer(
    name="models",
    help="List, try, activate and take back the versions of the model.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("try")
def try_(
    *,
    version: VersionArgument,
    table: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Comments to judge, in any format of tipstaff score.  [default: those ruled on last]"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge comments with a version and with what is in force; show the twenty whose verdict changes most.

    Under them stands the hash that tipstaff models activate asks for.
    """
    from service.version_trials.trial import try_version

    site = open_site()
    trial = try_version(site.registry, version, site.settings, table=table, by=find_caller())
    if as_json:
        print(json.dumps(trial_json(trial)))
    else:
        print_trial(trial)


@app.command()
def activate(
    *,
    version: VersionArgument,
    seen: Annotated[str | None, typer.Option(metavar="HASH", help="What tipstaff models try printed under the changes.")] = None,
    force: Annotated[
        str | None, typer.Option(metavar="REASON", help="Activate it whatever the gate says; the reason is kept for ever.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a version the champion, which the services of the site then serve, if the gate let it pass and you have seen what it changes."""
    if (seen is None) == (force is None):
        raise InputError(f"give --seen HASH, which tipstaff models try {version} prints, or --force REASON")
    site = open_site()
    alias = site.registry.activate(version, by=find_caller(), seen=seen, reason=force)
    _tell(alias, as_json=as_json)
    _warn_of_pin(site, alias)


@app.command()
def rollback(*, as_json: JsonOption = False) -> None:
    """Make the former champion the champion again."""
    site = open_site()
    alias = site.registry.rollback(by=find_caller())
    _tell(alias, as_json=as_json)
    _warn_of_pin(site, alias)


@app.command()
def publish(
    *,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of a trained model, such as tipstaff train writes.")],
    as_json: JsonOption = False,
) -> None:
    """Bring a model that was made elsewhere into the registry, and print its version. It has not gone through the gate."""
    from service.registry.mlflow_server import track_version
    from service.registry.registry_documents import VersionRecord, time_stamp

    site = open_site()
    version = site.registry.publish(folder, VersionRecord(created_at=time_stamp(), made_by=find_caller()))
    if untold := track_version(site.registry, version, os.environ):
        print(f"tipstaff: {untold}", file=sys.stderr)
    print(json.dumps({"version": version, "content_hash": site.registry.content_hash(version)}) if as_json else version)


@app.command("export")
def export_version(
    *,
    version: VersionArgument,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="Folder for the model; it must not be there, or be empty.")],
    as_json: JsonOption = False,
) -> None:
    """Copy a version, checked, out of the registry, for instance for TIPSTAFF_ARTEFACT on another machine."""
    site = open_site()
    content_hash = site.registry.content_hash(version)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RegistryRefusalError(f"{out}: is not empty, nothing was written: choose another folder")
    name = site.registry.export(content_hash, out)
    print(json.dumps({"version": name, "content_hash": content_hash, "folder": str(out)}) if as_json else out)


def _tell(alias: "Alias", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(alias_json(alias)))
    print(f"tipstaff: {alias.version} is the champion; services that watch the registry serve it within seconds", file=sys.stderr)


def _warn_of_pin(site: Site, champion: "Alias") -> None:
    served = site.registry.in_force()
    if served.content_hash != champion.content_hash:
        print(f"tipstaff: TIPSTAFF_ARTEFACT pins {served.version}, which is served whatever the champion is", file=sys.stderr)


for commands in (looking_commands, upkeep_commands, signing_commands):
    app.add_typer(commands.app)
