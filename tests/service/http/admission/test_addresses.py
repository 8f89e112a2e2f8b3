"""Addresses are counted in groups, and those of proxies are known."""

import pytest

from service.http.admission.addresses import ProxyList, address_group


@pytest.mark.parametrize(
    ("host", "group"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("::1", "::/64"),
        ("testclient", "testclient"),
    ],
)
def test_group(host: str, group: str) -> None:
    """An IPv6 address counts with its /64 network, an IPv4 address alone, also where it is written as IPv6; a name is a group too."""
    assert address_group(host) == group


@pytest.mark.parametrize(
    ("proxies", "host", "is_proxy"),
    [
        (["127.0.0.1"], "127.0.0.1", True),
        (["127.0.0.1"], "::ffff:127.0.0.1", True),
        (["127.0.0.1"], "127.0.0.2", False),
        (["10.0.0.0/8", "2001:db8::/32"], "10.1.2.3", True),
        (["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", True),
        (["10.0.0.0/8", "2001:db8::/32"], "::1", False),
        (["*"], "192.0.2.1", True),
        ([], "192.0.2.1", False),
        (["10.0.0.0/8"], "a name", False),
    ],
)
def test_proxies(proxies: list[str], host: str, is_proxy: bool) -> None:
    """A trusted proxy is known by its address or its network, whichever way the address is written."""
    assert (host in ProxyList(proxies)) is is_proxy
