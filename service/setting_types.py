"""The kinds of values that settings have; what is wrong with one is said in half a sentence, after its name."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

__all__ = ["Directory", "Level", "Limit", "Origins", "Root", "Seconds", "Secrets", "Share", "WebAddress", "split"]

# The times of so many calls are kept, for each caller.
_MOST_CALLS = 1_000_000


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError("starts with ~, but this user has no home directory: set an absolute path") from error


def _lower(level: object) -> object:
    return level.lower() if isinstance(level, str) else level


def _some(secrets: SecretStr) -> SecretStr:
    if not secrets.get_secret_value().strip(" ,"):
        raise ValueError("holds no secret: separate them by commas, or leave it unset")
    return secrets


def _web_address(address: str) -> str:
    try:
        parts, _ = (found := urlsplit(address)), found.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("has to be an address of the web without user, query and fragment, such as https://forum.example.org")
    return address


def _limit(text: str) -> str:
    from limits import parse_many

    try:
        limits = parse_many(text)
    except ValueError as error:
        raise ValueError("is not like `100/second` or `20/second; 5000/hour`") from error
    if not all(0 < each.amount <= _MOST_CALLS for each in limits):
        raise ValueError(f"takes 1 to {_MOST_CALLS} calls a period")
    return text


def _root(path: str) -> str:
    path = path.rstrip("/")
    if path and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", path):
        raise ValueError("has to be a path such as /tipstaff")
    return path


def _origins(listed: str) -> str:
    for origin in split(listed):
        if origin != "*" and not re.fullmatch(r"https?://[^\s/?#@]+", origin):
            raise ValueError("takes origins such as https://forum.example, without a path, or *")
    return listed


def split(listed: str) -> tuple[str, ...]:
    """Return what is listed, separated by commas."""
    return tuple(each.strip() for each in listed.split(",") if each.strip())


Directory = Annotated[Path, AfterValidator(_expanded)]
Level = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)]
Limit = Annotated[str, AfterValidator(_limit)]
Origins = Annotated[str, AfterValidator(_origins)]
Root = Annotated[str, AfterValidator(_root)]
Seconds = Annotated[int, Field(ge=1, le=3600)]
Secrets = Annotated[SecretStr, AfterValidator(_some)]
Share = Annotated[float, Field(gt=0, lt=1)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
