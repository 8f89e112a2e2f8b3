"""The types of settings. Each refuses a wrong value in half a sentence that follows the name of the setting."""

import os
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

__all__ = [
    "DEFAULT_PORT",
    "ExpandedPath",
    "HostList",
    "LanguagesPlace",
    "LogLevel",
    "OriginList",
    "Port",
    "RateLimitList",
    "RegistryPlace",
    "RootPath",
    "Seconds",
    "SecretList",
    "Share",
    "WebAddress",
    "default_data_dir",
    "split_commas",
]

_HOST = re.compile(r"\*|(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")

DEFAULT_PORT = 8000

# A counter keeps the time of each of these calls, for every caller.
_MAX_CALLS = 1_000_000


def default_data_dir() -> Path:
    """Return the folder that the XDG standard names for what a program keeps; it may begin with ``~``."""
    base = os.environ.get("XDG_DATA_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path("~/.local/share")) / "tipstaff"


def _ignore_service_link(port: object) -> object:
    # Kubernetes sets TIPSTAFF_PORT=tcp://10.0.0.1:8000 where a Service is called "tipstaff".
    return DEFAULT_PORT if isinstance(port, str) and port.startswith("tcp://") else port


def _expand(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError("starts with ~, but this user has no home directory: set an absolute path") from error


def _to_place(place: object) -> object:
    return str(place) if isinstance(place, Path) else place


def _expand_place(place: str) -> str:
    return place if "://" in place else str(_expand(Path(place)))


def _to_lower(level: object) -> object:
    return level.lower() if isinstance(level, str) else level


def _check_secrets(secrets: SecretStr) -> SecretStr:
    if not secrets.get_secret_value().strip(" ,"):
        raise ValueError("holds no secret: separate them by commas, or leave it unset")
    return secrets


def _check_web_address(address: str) -> str:
    parts = _split_address(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("has to be an address of the web without user, query and fragment, such as https://forum.example.org")
    return address


def _split_address(address: str) -> SplitResult:
    """Return the parts of an address; empty ones if it is none."""
    try:
        parts = urlsplit(address)
        # Reading the port raises too, if it is no number.
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts


def _check_rate_limits(text: str) -> str:
    from limits import parse_many

    try:
        limits = parse_many(text)
    except ValueError as error:
        raise ValueError("is not like `100/second` or `20/second; 5000/hour`") from error
    if not all(0 < limit.amount <= _MAX_CALLS for limit in limits):
        raise ValueError(f"takes 1 to {_MAX_CALLS} calls a period")
    return text


def _check_root_path(path: str) -> str:
    path = path.rstrip("/")
    if path and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", path):
        raise ValueError("has to be a path such as /tipstaff")
    return path


def _check_hosts(text: str) -> str:
    for host in split_commas(text):
        if not _HOST.fullmatch(host) and not _is_address(host.removeprefix("[").removesuffix("]")):
            raise ValueError(
                "takes names of hosts such as tipstaff.example.org or *.example.org and addresses, without a scheme or a port, or *; "
                "a name of other letters is written as browsers send it, with xn--"
            )
    return text


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _check_origins(text: str) -> str:
    for origin in split_commas(text):
        if origin != "*" and not re.fullmatch(r"https?://[^\s/?#@]+", origin):
            raise ValueError("takes origins such as https://forum.example, without a path, or *")
    return text


def split_commas(text: str) -> tuple[str, ...]:
    """Return the parts of a text that commas separate, without blanks around them and without empty ones."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


ExpandedPath = Annotated[Path, AfterValidator(_expand)]
"""The path of a file or folder, in which ``~`` becomes the home directory."""
HostList = Annotated[str, AfterValidator(_check_hosts)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_to_lower)]
OriginList = Annotated[str, AfterValidator(_check_origins)]
Port = Annotated[int, Field(ge=0, le=65535), BeforeValidator(_ignore_service_link)]
RateLimitList = Annotated[str, AfterValidator(_check_rate_limits)]
LanguagesPlace = Annotated[str, AfterValidator(_expand_place), BeforeValidator(_to_place)]
"""A folder, in which ``~`` becomes the home directory, or a word."""
RegistryPlace = Annotated[str, AfterValidator(_expand_place), BeforeValidator(_to_place)]
"""A folder, in which ``~`` becomes the home directory, or a URL."""
RootPath = Annotated[str, AfterValidator(_check_root_path)]
Seconds = Annotated[int, Field(ge=1, le=3600)]
SecretList = Annotated[SecretStr, AfterValidator(_check_secrets)]
Share = Annotated[float, Field(ge=1e-9, le=1 - 1e-9)]
WebAddress = Annotated[str, AfterValidator(_check_web_address)]
