"""Addresses of callers: the group that one is counted with, and whether it is a proxy's."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

__all__ = ["ProxyList", "address_group", "parse_address"]

_IPV6_HOST_BITS = 64
_MAX_REMEMBERED = 4096


def parse_address(host: str) -> IPv4Address | IPv6Address | None:
    """Return an address, an IPv4 address that is written as IPv6 as what it is; None if the text is none."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


@lru_cache(maxsize=_MAX_REMEMBERED)
def address_group(host: str) -> str:
    """Return the name under which an address is counted: for IPv6 its /64 network, since a customer usually has all of one."""
    address = parse_address(host)
    if address is None:
        return host
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address) >> _IPV6_HOST_BITS << _IPV6_HOST_BITS, 128 - _IPV6_HOST_BITS)))


class ProxyList:
    """The proxies that a site trusts.

    Args:
        proxies: addresses and networks; ``*`` is any.
    """

    def __init__(self, proxies: Iterable[str]) -> None:
        names = frozenset(proxies)
        self._holds_all = "*" in names
        self._networks = [ip_network(name) for name in names - {"*"}]

    def __contains__(self, host: str) -> bool:
        """Return whether an address is that of a trusted proxy."""
        address = parse_address(host)
        return self._holds_all or (address is not None and any(address in network for network in self._networks))
