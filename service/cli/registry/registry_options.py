"""What the commands about versions share: which registry, which version, and who is calling."""

import getpass
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from service.registry.registry import Registry
    from service.settings import Settings

__all__ = ["Site", "VersionArgument", "find_caller", "open_site"]

VersionArgument = Annotated[
    str, typer.Argument(metavar="VERSION", help="NAME@HASH, the beginning of the hash, or champion, former or candidate.")
]


@dataclass(frozen=True, slots=True)
class Site:
    """What the environment configures.

    Attributes:
        settings: the settings.
        registry: the registry that they name.
    """

    settings: "Settings"
    registry: "Registry"


def open_site() -> Site:
    """Return the settings of the environment, and the registry that they name."""
    from service.registry.registry import open_registry
    from service.settings import read_settings

    settings = read_settings()
    return Site(settings, open_registry(settings))


def find_caller() -> str:
    """Return who calls the command, such as ``ann@desk``."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"[:200]
