"""The command ``tipstaff serve``, and ``tipstaff warm``, which shortens its next start."""

import sys
from typing import Annotated

import typer

from service.cli.shared_options import ArtefactOption, ProfileOption

__all__ = ["serve", "warm"]


def serve(
    *,
    artefact: ArtefactOption = None,
    profile: ProfileOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.  [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.  [default: 8000]")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve.  [default: 1]")] = None,
) -> None:
    """Serve the model over HTTP.

    What is not given here is read from the environment: TIPSTAFF_HOST, TIPSTAFF_PORT, TIPSTAFF_DATA_DIR and so on.
    """
    from service.http import server
    from service.settings import read_settings

    server.run_server(read_settings(artefact=artefact, profile=profile, host=host, port=port, workers=workers))


def warm(*, artefact: ArtefactOption = None) -> None:
    """Load the model and compile its kernels and those of language identification, so that the next start finds them compiled."""
    from model.language.identifier import Identifier
    from service.model_loading import load_moderator
    from service.settings import read_settings

    moderator = load_moderator(read_settings(artefact=artefact))
    moderator.warm()
    Identifier.load(moderator.languages).warm()
    print(f"tipstaff: {moderator.version} is warm", file=sys.stderr)
