"""A key is found wherever a client of Akismet's puts it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.moderator import Moderator
from service.http.app import create_app
from service.http.dialects.akismet.form_key import survives_in_host
from service.settings import read_settings
from service.store.api_keys import make_akismet_secret
from service.store.store import open_store
from service.store.stored_types import Scope

SHORT, MIXED = "a1b2c3d4e5f6", "AIzaSyExample_0123456789"


@pytest.fixture
def keyed(moderator: Moderator, running: Callable[..., Any], tmp_path: Path) -> Any:
    """A running service, and the secret of a key of the usual form; there is a short one too, and one that another service made."""
    store = open_store(read_settings(data_dir=tmp_path))
    store.keys.create("blog", [Scope.SCORE], secret=SHORT)
    store.keys.create("app", [Scope.SCORE], secret=MIXED)
    _, usual = store.keys.create("forum", [Scope.SCORE])
    store.close()
    settings = read_settings(port=0, data_dir=tmp_path, allowed_hosts="*.rest.akismet.com,rest.akismet.com")
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client, usual


def test_keys_of_ours_are_found_in_a_host(keyed: Any) -> None:
    """A key that was made for Akismet and one of the usual form are found in the name of a host, with a port or without, in any case."""
    client, usual = keyed
    hosts = [f"{SHORT}.rest.akismet.com", f"{SHORT.upper()}.REST.akismet.com:443", f"{usual}.rest.akismet.com"]
    words = [
        client.post(f"/1.1/{call}", data={"blog": "b", "user_ip": "i", "comment_content": "Good morning"}, headers={"host": host}).text
        for host in hosts
        for call in ("verify-key", "comment-check")
    ]

    assert words == ["valid", "false"] * 3


def test_form_comes_before_the_host(keyed: Any) -> None:
    """A key in the form counts, and a wrong one there is not excused by a right one in the name of the host."""
    client, usual = keyed
    host = {"host": f"{SHORT}.rest.akismet.com"}

    assert client.post("/1.1/verify-key", data={"key": "000000000000"}, headers=host).text == "invalid"
    assert client.post("/1.1/verify-key", data={"key": usual}, headers={"host": "000000000000.rest.akismet.com"}).text == "valid"
    assert client.post("/1.1/verify-key", data={"key": f" {SHORT}\n"}).text == "valid"


def test_ways_of_our_own_count_too(keyed: Any) -> None:
    """A key in the header or the query where our own calls have it is found, where the fields have none."""
    client, usual = keyed
    bearer = {"Authorization": f"Bearer {usual}"}

    assert client.get("/1.2/usage-limit", headers=bearer).json()["limit"] == "none"
    assert client.get("/1.2/usage-limit", params={"key": usual}).json()["limit"] == "none"
    assert client.post("/1.1/verify-key", data={"blog": "b"}, headers=bearer).text == "valid"
    assert client.post("/1.1/verify-key", data={"key": "000000000000"}, headers=bearer).text == "invalid"


def test_key_that_is_lost_in_a_host_is_told_of(keyed: Any) -> None:
    """A key with capital letters is valid in a form, as many clients send it; a header says that it is not in the name of a host."""
    client, usual = keyed
    answers = [client.post("/1.1/verify-key", data={"key": key}) for key in (MIXED, SHORT, usual)]

    assert [answer.text for answer in answers] == ["valid"] * 3
    assert ["--for akismet" in answer.headers.get("X-akismet-debug-help", "") for answer in answers] == [True, False, False]
    assert client.post("/1.1/verify-key", headers={"host": f"{MIXED}.rest.akismet.com"}, data={"blog": "b"}).text == "invalid"


@pytest.mark.parametrize(
    ("secret", "survives"),
    [
        pytest.param(make_akismet_secret(), True, id="one of ours"),
        ("tip_01234567_" + "ab" * 20, True),
        (MIXED, False),
        ("a" * 63, True),
        ("a" * 64, False),
        ("a.b.c.d.e.f.g", False),
        ("-" * 12, False),
        ("short", False),
    ],
)
def test_what_survives_in_a_host(secret: str, *, survives: bool) -> None:
    """A label of a host has 63 characters at most, no dots and no capital letters."""
    assert survives_in_host(secret) is survives
