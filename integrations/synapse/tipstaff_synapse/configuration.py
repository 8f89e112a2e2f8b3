"""The configuration of the module, as ``homeserver.yaml`` has it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Optional
from urllib.parse import urlsplit

__all__ = ["Configuration", "ConfigurationError", "read_configuration"]

_MAX_TIMEOUT = 30.0
_KEY = re.compile(r"[\x21-\x7e]+")
_ROOM = re.compile(r"!\S+|#[^\s:]+:\S+")
_USER_ID = re.compile(r"@[^\s:]+:\S+")


class ConfigurationError(ValueError):
    """Something in the configuration is wrong; the message names the option, and says what to write instead."""


@dataclass(frozen=True)
class Configuration:
    """What the module does, and where the service is.

    Attributes:
        url: the address of the service, such as ``http://127.0.0.1:8000``, or with a community, ``http://127.0.0.1:8000/c/NAME``.
        key: the key of the service; None if it is open.
        timeout: the seconds to wait for an answer.
        fail_open: whether what this server's users do is accepted where there is no answer; what comes from other servers always is.
        check_display_names: whether names that users give themselves are judged.
        check_new_rooms: whether the names and topics of new rooms are judged.
        report_room: the id or address of a room in which moderators are told of messages that they should look at; None for none.
        report_user: the id of the user who tells them, a member of that room.
    """

    url: str
    key: Optional[str] = field(default=None, repr=False)
    timeout: float = 2.0
    fail_open: bool = True
    check_display_names: bool = True
    check_new_rooms: bool = True
    report_room: Optional[str] = None
    report_user: Optional[str] = None


def read_configuration(options: Mapping[str, Any]) -> Configuration:
    """Read the options of the module; a key may be in a file that ``key_path`` names.

    Raises:
        ConfigurationError: an option is unknown, missing or wrong, or the file of the key cannot be read.
    """
    if not isinstance(options, Mapping):
        raise ConfigurationError("config has to be a mapping with the option url")
    names = [option.name for option in fields(Configuration)] + ["key_path"]
    for name in options:
        if name not in names:
            raise ConfigurationError(f"{name} is not known here: the options are {', '.join(names)}")
    values = dict(options)
    values["url"] = _read_url(values.get("url"))
    values["key"] = _read_key(values.get("key"), values.pop("key_path", None))
    timeout = values.get("timeout", Configuration.timeout)
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout <= _MAX_TIMEOUT:
        raise ConfigurationError(f"timeout has to be a number of seconds, above 0 and at most {_MAX_TIMEOUT:g}")
    for name in ("fail_open", "check_display_names", "check_new_rooms"):
        if not isinstance(values.get(name, True), bool):
            raise ConfigurationError(f"{name} has to be true or false")
    for name, pattern, example in (("report_room", _ROOM, "#moderators:example.org"), ("report_user", _USER_ID, "@moderation:example.org")):
        value = values.get(name)
        if value is not None and not (isinstance(value, str) and pattern.fullmatch(value)):
            raise ConfigurationError(f"{name} has to be such as {example!r}")
    if (values.get("report_room") is None) != (values.get("report_user") is None):
        raise ConfigurationError("report_room and report_user belong together: give both or none")
    return Configuration(**values)


def _read_url(url: object) -> str:
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        is_right = parts is not None and parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_right = False
    if not is_right or parts is None or parts.query or parts.fragment or parts.username is not None:
        raise ConfigurationError(
            "url has to be the address of Tipstaff, such as 'http://127.0.0.1:8000', without a name, a query or a fragment"
        )
    return str(url).rstrip("/")


def _read_key(key: object, path: object) -> Optional[str]:
    if key is not None and path is not None:
        raise ConfigurationError("key and key_path exclude one another: give one")
    if path is not None:
        if not isinstance(path, str):
            raise ConfigurationError("key_path has to be the path of a file")
        try:
            key = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"key_path cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}") from None
    if key is None:
        return None
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise ConfigurationError("key has to be a key as `tipstaff keys create` prints it; leave it out if the service is open")
    return key
