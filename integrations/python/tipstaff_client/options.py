"""How a client calls: where, with which key, how long and how often."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from tipstaff_client.errors import ConfigurationError

__all__ = ["ClientOptions", "read_options"]

_DEFAULT_URL = "http://127.0.0.1:8000"
_KEY = re.compile(r"[!-~]+")
_LONGEST = 3600.0


@dataclass(frozen=True)
class ClientOptions:
    """What a client was made with; its key is hidden where the object is printed.

    Attributes:
        url: the address of the service, without a slash at its end.
        key: the key, if there is one.
        timeout: seconds that one attempt may take.
        connect_timeout: seconds that a connection may take.
        deadline: seconds that a call may take with all its attempts.
        retries: how often a call that failed may be tried again.
        max_comments: comments that one call holds at most.
        max_body_bytes: bytes that the body of one call has at most.
    """

    url: str = field(repr=False)
    key: str | None = field(repr=False)
    timeout: float
    connect_timeout: float
    deadline: float
    retries: int
    max_comments: int
    max_body_bytes: int

    @property
    def shown_url(self) -> str:
        """The address without what may be secret: names, passwords and queries."""
        parts = urlsplit(self.url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port is not None else "") + parts.path


def read_options(
    url: str | None,
    key: str | None,
    *,
    timeout: float,
    connect_timeout: float,
    deadline: float,
    retries: int,
    max_comments: int,
    max_body_bytes: int,
) -> ClientOptions:
    """Check how a client shall call; what is not given is taken from ``TIPSTAFF_URL`` and ``TIPSTAFF_KEY``.

    Raises:
        ConfigurationError: the address is none, the key cannot be sent, or a number is out of its range.
    """
    for name, seconds in (("timeout", timeout), ("connect_timeout", connect_timeout), ("deadline", deadline)):
        if not 0 < seconds <= _LONGEST:
            raise ConfigurationError(f"{name} has to be more than 0 s and at most an hour")
    for name, number, least in (("retries", retries, 0), ("max_comments", max_comments, 1), ("max_body_bytes", max_body_bytes, 1024)):
        if number < least:
            raise ConfigurationError(f"{name} has to be at least {least}")
    return ClientOptions(
        url=_check_url(url if url is not None else os.environ.get("TIPSTAFF_URL") or _DEFAULT_URL),
        key=_check_key(key if key is not None else os.environ.get("TIPSTAFF_KEY")),
        timeout=timeout,
        connect_timeout=connect_timeout,
        deadline=deadline,
        retries=retries,
        max_comments=max_comments,
        max_body_bytes=max_body_bytes,
    )


def _check_url(url: str) -> str:
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and bool(httpx.URL(url).host)
    except (ValueError, httpx.InvalidURL):
        is_address = False
    if not is_address or re.search(r"[\s?#]", url):
        raise ConfigurationError("url (or TIPSTAFF_URL) has to be an address such as http://127.0.0.1:8000, without a query")
    return url


def _check_key(key: str | None) -> str | None:
    """Return a key without the white space around it, which files have at their end; None if nothing is left."""
    key = (key or "").strip()
    if not key:
        return None
    if not _KEY.fullmatch(key):
        raise ConfigurationError("key (or TIPSTAFF_KEY) holds characters that no header can hold")
    return key
