"""The commands about signatures: ``tipstaff models keygen`` and ``sign``."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from service.cli.registry.registry_options import VersionArgument, open_site
from service.cli.shared_options import JsonOption

__all__ = ["app"]

app = typer.Typer(rich_markup_mode=None)


@app.command()
def keygen(
    *,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="File for the private key; the public one comes beside it, as FILE.pub.")],
    as_json: JsonOption = False,
) -> None:
    """Make a pair of keys: the private one signs versions, the public one goes into the file that TIPSTAFF_TRUSTED_KEYS names."""
    from service.registry.trust.ed25519_signatures import make_key_pair

    public = make_key_pair(path)
    if as_json:
        print(json.dumps({"private": str(path), "public": str(public)}))
    print(f"tipstaff: wrote {path}, which nobody else may read, and {public}, for whoever is to trust it", file=sys.stderr)


@app.command()
def sign(
    *,
    version: VersionArgument,
    key: Annotated[Path, typer.Option(metavar="FILE", help="File of the private key, in PEM.")],
    as_json: JsonOption = False,
) -> None:
    """Sign a version with a counter that is higher than that of every signature before."""
    from service.registry.trust.ed25519_signatures import SigningKey

    registry = open_site().registry
    private = SigningKey.read(key)
    counter = registry.sign(version, private)
    name = registry.folders.version(registry.content_hash(version))
    if as_json:
        print(json.dumps({"version": name, "key": private.id, "counter": counter}))
    print(f"tipstaff: signed {name} with key {private.id}, counter {counter}", file=sys.stderr)
