"""The names under which the service may be called, so that a web page cannot make a name of its own lead here."""

import re
from functools import lru_cache
from typing import NamedTuple

from service.http.admission.addresses import parse_address
from service.setting_types import split_commas
from service.settings import Settings

__all__ = ["TARGET_HOST", "Authority", "Hosts", "find_target_host", "is_loopback", "normalise_address", "parse_authority"]

TARGET_HOST = "tipstaff.target_host"
"""Key of a request's scope: the host in its first line, which comes before the header ``Host``; missing if it has none there."""

# A name has at most 253 letters; with a dot at its end, brackets and a port it is no longer than this.
_MAX_LENGTH = 270
_AUTHORITY = re.compile(rb"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?)(?::(?P<port>[0-9]{0,5}))?")
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_ANY = "*"
_ANY_BELOW = "*."


class Authority(NamedTuple):
    """Where a call is addressed.

    Attributes:
        host: a name in small letters without a dot at its end, or an address as `normalise_address` writes it.
        port: the port; None if it is the usual one of the scheme.
    """

    host: str
    port: int | None


def normalise_address(address: str) -> str | None:
    """Return the one form of an IP address; of an IPv4 address that is written as IPv6, IPv4's. None if it is no address."""
    parsed = parse_address(address)
    return None if parsed is None else str(parsed)


def is_loopback(host: str) -> bool:
    """Return whether an address to listen on can be reached from this machine alone."""
    address = parse_address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def parse_authority(text: bytes) -> Authority | None:
    """Return the host and the port in a ``Host`` header; None if it is not well-formed."""
    match = _AUTHORITY.fullmatch(text.strip(b" \t").lower()) if len(text) <= _MAX_LENGTH else None
    if match is None:
        return None
    port = int(match["port"]) if match["port"] else None
    if match["v6"] is not None:
        address = normalise_address(str(match["v6"], "ascii"))
        return None if address is None else Authority(address, port)
    return Authority(str(match["name"], "ascii"), port)


def find_target_host(target: bytes) -> bytes | None:
    """Return the host in the first line of a request, as proxies are sent it (``GET http://host/path``); None if it has none there."""
    if target.startswith(b"/") or target == b"*":
        return None
    return re.split(rb"[/?#]", target.partition(b"://")[2], maxsplit=1)[0]


class Hosts:
    """Tells whether a call is addressed to this service by a name that it has.

    A web page whose own name leads to this machine (DNS rebinding) calls the service under that name, and for the browser the two
    are the same site. So a service on a loopback address is called by the names of that address alone, and by those that the
    settings name. One on other addresses is called anything, unless the settings name its hosts. An address is safe as a name: it
    leads where it says.

    Args:
        settings: the address to listen on, and the names.
    """

    def __init__(self, settings: Settings) -> None:
        names = {normalise_address(name.strip("[]")) or name.lower().rstrip(".") for name in split_commas(settings.allowed_hosts)}
        self.is_restricted = _ANY not in names and (bool(names) or is_loopback(settings.host))
        self._suffixes = tuple(name.removeprefix(_ANY) for name in names if name.startswith(_ANY_BELOW))
        self._names = names | _LOOPBACK_NAMES
        self._is_allowed = lru_cache(maxsize=256)(self._compute_allowed)

    def allows(self, host: bytes, server: str) -> bool:
        """Return whether the service may be called so.

        Args:
            host: a ``Host`` header.
            server: the address at which the connection arrived.
        """
        return not self.is_restricted or (len(host) <= _MAX_LENGTH and self._is_allowed(host, server))

    def _compute_allowed(self, host: bytes, server: str) -> bool:
        authority = parse_authority(host)
        if authority is None:
            return False
        name = authority.host
        return name in self._names or name.endswith(self._suffixes) or name == normalise_address(server)
