"""By which names the service may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.admission.hosts import Authority, Hosts, find_target_host, is_loopback, parse_authority
from service.settings import read_settings

OWN = ["localhost", "LocalHost:8000", "localhost.", "127.0.0.1", "127.0.0.1:80", "127.0.0.1.:8000", "[::1]", "[::1]:8000", "localhost:"]
SAME_ADDRESSES = ["[0:0:0:0:0:0:0:1]:8000", "[::ffff:127.0.0.1]", "[::FFFF:7f00:1]:8000"]
FOREIGN = [
    *("evil.example", "evil.example:8000", "localhost.evil.example", "evil-localhost", "127.0.0.1.evil.example", "x.localhost"),
    # The first reaches this machine as well, and the next are other spellings of 127.0.0.1 that browsers do not send.
    *("0.0.0.0:8000", "127.1", "2130706433", "0x7f.0.0.1", "127.0.0.2", "[::]", "[::2]"),
    *("", ".", "localhost..", "user@localhost", "localhost@evil.example", "localhost:80:80", "localhost:port", "localhost:123456"),
    *("localhost, evil.example", "localhost evil.example", "http://localhost", "localhost/", "localhost#", "[::1", "::1", "[::1%lo]", "[]"),
    *("loc\u0430lhost", "localhost\0", "[localhost]", "a" * 300),
]


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        *[("127.0.0.1", True), ("127.3.2.1", True), ("::1", True), ("localhost", True), ("LOCALHOST", True), ("::ffff:127.0.0.1", True)],
        *[("0.0.0.0", False), ("::", False), ("192.168.1.1", False), ("example.org", False), ("localhost.example.org", False)],
    ],
)
def test_loopback(host: str, alone: bool) -> None:
    """Loopback addresses and the name localhost can be reached from this machine alone."""
    assert is_loopback(host) == alone


@pytest.mark.parametrize("listening", ["127.0.0.1", "::1", "localhost"])
def test_own_names_on_loopback(listening: str) -> None:
    """A service on a loopback address is called by the names of that address, whatever port is named."""
    hosts = Hosts(read_settings(host=listening))

    assert {name: hosts.allows(name.encode(), "127.0.0.1") for name in (*OWN, *SAME_ADDRESSES)} == dict.fromkeys(
        (*OWN, *SAME_ADDRESSES), True
    )
    assert {name: hosts.allows(name.encode(), "127.0.0.1") for name in FOREIGN} == dict.fromkeys(FOREIGN, False)


def test_address_where_a_call_arrived() -> None:
    """The address at which a connection arrived is a name of the service, since no other service can be there."""
    hosts = Hosts(read_settings(host="127.0.0.9"))

    assert hosts.allows(b"127.0.0.9:8000", "127.0.0.9")
    assert not hosts.allows(b"127.0.0.8:8000", "127.0.0.9")


def test_names_in_the_settings() -> None:
    """A name in the settings is allowed whatever its case, with ``*.`` everything below it; this counts beyond loopback as well."""
    for listening in ("127.0.0.1", "0.0.0.0"):
        hosts = Hosts(read_settings(host=listening, allowed_hosts="Tipstaff.Example.org., *.inner.example,10.0.0.7,[fd00::7]"))
        allowed = [
            "tipstaff.example.org",
            "TIPSTAFF.example.org.:443",
            "a.inner.example",
            "a.b.inner.example:1",
            "10.0.0.7",
            "[fd00:0::7]:80",
        ]
        refused = [
            "example.org",
            "x.tipstaff.example.org",
            "inner.example",
            "evilinner.example",
            "10.0.0.8",
            "*.inner.example",
            "evil.example",
        ]

        assert {name: hosts.allows(name.encode(), "127.0.0.1") for name in (*allowed, *OWN)} == dict.fromkeys((*allowed, *OWN), True)
        assert {name: hosts.allows(name.encode(), "127.0.0.1") for name in refused} == dict.fromkeys(refused, False)


@pytest.mark.parametrize("settings", [{"host": "0.0.0.0"}, {"host": "::"}, {"allowed_hosts": "*"}, {"allowed_hosts": "a.example,*"}])
def test_any_name_where_others_can_call(settings: dict[str, str]) -> None:
    """A service that other machines can reach, and one whose settings allow any name, is called anything."""
    assert Hosts(read_settings(**settings)).allows(b"tipstaff:8000", "172.17.0.2")


@given(st.binary(max_size=40) | st.text("localhst127.0:[]@*-_%", max_size=30).map(str.encode))
def test_any_bytes_are_a_host_or_none(text: bytes) -> None:
    """Whatever bytes a header holds, they are a host of letters that names have, or none; and few are this machine's."""
    authority = parse_authority(text)

    assert authority is None or (authority.host.isascii() and not set(authority.host) & set("@/\\ \0\r\n,"))
    own = authority is not None and authority.host in {"localhost", "127.0.0.1", "::1"}
    assert Hosts(read_settings()).allows(text, "127.0.0.1") == own


def test_authority() -> None:
    """A host is written in one way, without the dot at its end, and its port is a number."""
    assert parse_authority(b"Forum.Example.:443") == Authority("forum.example", 443)
    assert parse_authority(b"[2001:DB8::0:1]") == Authority("2001:db8::1", None)


@pytest.mark.parametrize(
    ("target", "host"),
    [
        (b"/v1/moderate", None),
        (b"//evil.example/", None),
        (b"/http://evil.example/", None),
        (b"http://evil.example:80/x?y", b"evil.example:80"),
        (b"HTTPS://evil.example?x=/", b"evil.example"),
        (b"http://user@evil.example#/", b"user@evil.example"),
        (b"*", None),
        (b"evil.example:443", b""),
    ],
)
def test_host_in_the_first_line(target: bytes, host: bytes | None) -> None:
    """A request that names a host in its first line is addressed to it, and one whose first line is of another form to no host of ours."""
    assert find_target_host(target) == host
