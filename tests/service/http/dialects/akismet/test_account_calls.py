"""What Akismet's clients ask about a key is answered so that they take it, and with nothing that is not known."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from model.moderator import Moderator
from service.http.app import create_app
from service.settings import read_settings
from service.store.store import open_store
from service.store.stored_types import Scope

KEY, OLD_KEY = "a1b2c3d4e5f6", "ffffffffffff"
SITE = {"blog": "https://blog.example"}
ACCOUNT_CALLS = ["verify-key", "get-subscription", "get-stats", "deactivate"]


@pytest.fixture
def keyed(moderator: Moderator, running: Callable[..., Any], tmp_path: Path) -> Any:
    """A function that runs a service with one key."""
    store = open_store(read_settings(data_dir=tmp_path))
    store.keys.create("blog", [Scope.SCORE], secret=KEY)
    store.close()
    settings = read_settings(port=0, data_dir=tmp_path, allowed_hosts="*.akismet.com,rest.akismet.com")
    return lambda: running(create_app(settings, load=lambda _: moderator))


def test_wordpress_saves_a_key(keyed: Callable[[], Any]) -> None:
    """The three calls of its settings page have the answers with which it takes a key and shows an account without a complaint."""
    with keyed() as client:
        host = {"host": "rest.akismet.com", "content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
        connected = client.get("/1.1/test", headers={"host": "rest.akismet.com"})
        verified, account, stats = (
            client.post(f"/1.1/{name}", data=SITE | {"key": KEY}, headers=host) for name in ("verify-key", "get-subscription", "get-stats")
        )

    assert (connected.status_code, connected.text) == (200, "connected")
    assert verified.text == "valid"
    assert not [
        name for answer in (verified, account, stats) for name in answer.headers if name.startswith(("x-akismet-alert", "x-akismet-e"))
    ]
    user = account.json()
    assert user["status"] == "active"
    assert (user["next_billing_date"], user["limit_reached"]) == (False, False)
    assert user["account_name"]
    assert user["account_type"] != "free-api-key"  # which WordPress would ask to be upgraded
    # With a number here WordPress would replace its own count, and show a page of Akismet's, to whose address it adds the key.
    assert (stats.json()["spam"], stats.json()["time_saved"]) == (None, None)


def test_what_is_not_counted_is_not_made_up(client: httpx.Client) -> None:
    """No answer about an account has a number of comments in it; the command line of WordPress finds the months that it expects."""
    stats = client.post("/1.1/get-stats", data=SITE | {"key": KEY, "from": "60-days"}).json()
    limit = client.get("/1.2/usage-limit", params={"api_key": KEY}).json()

    ((month, row),) = stats["breakdown"].items()
    assert re.fullmatch(r"\d{4}-\d{2}", month)
    assert row.pop("da") == f"{month}-01"
    numbers = [value for name, value in stats.items() if name != "breakdown"] + list(row.values())
    assert numbers == [None] * 10
    assert limit == {"limit": "none", "usage": None, "percentage": None, "throttled": False}


def test_sites_of_a_key_are_none(client: httpx.Client) -> None:
    """The list of sites is empty, in both of its forms, for the month and from the place that were asked for."""
    asked = {"api_key": KEY, "month": "2026-02", "limit": "10", "offset": "20"}
    expected = {"2026-02": [], "limit": 10, "offset": 20, "total": 0}

    assert client.get("/1.2/key-sites", params=asked).json() == client.post("/1.2/key-sites", data=asked).json() == expected
    table = client.get("/1.2/key-sites", params=asked | {"format": "csv"})
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.splitlines()[1].split(",")[:2] == ["Site", "Total API Calls"]
    strange = client.get("/1.2/key-sites", params={"month": "2026-13", "limit": "-1", "offset": "9" * 40}).json()
    assert (strange["limit"], strange["offset"], "2026-13" in strange) == (500, 0, False)


@pytest.mark.parametrize("name", ACCOUNT_CALLS)
def test_key_that_is_asked_about_counts(keyed: Callable[[], Any], name: str) -> None:
    """While a key is replaced, WordPress adds the old one as ``api_key``: the new one, in ``key``, is what the call is about."""
    with keyed() as client:
        new, old = (
            client.post(f"/1.1/{name}", data=SITE | {"key": key, "api_key": other}).text for key, other in ((KEY, OLD_KEY), (OLD_KEY, KEY))
        )

    assert (new == "invalid", old) == (False, "invalid")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", f"/1.1/{name}") for name in ACCOUNT_CALLS]
    + [(how, f"/1.2/{name}") for name in ("key-sites", "usage-limit") for how in ("GET", "POST")],
)
def test_unknown_key_has_no_account(keyed: Callable[[], Any], method: str, path: str) -> None:
    """Without a valid key every call about an account answers ``invalid``, which no client takes for one."""
    with keyed() as client:
        how = "params" if method == "GET" else "data"
        answers = [client.request(method, path, **{how: SITE | fields}) for fields in ({}, {"api_key": "000000000000"})]
        valid = client.request(method, path, **{how: SITE | {"api_key": KEY}})

    assert [(answer.status_code, answer.text) for answer in answers] == [(200, "invalid")] * 2
    assert valid.text != "invalid"


def test_deactivated_key_stays_valid(keyed: Callable[[], Any]) -> None:
    """A site that switches its plugin off hears that this is done, and other sites with the same key go on."""
    with keyed() as client:
        assert [client.post(f"/1.1/{name}", data=SITE | {"key": KEY}).text for name in ("deactivate", "verify-key")] == [
            "deactivated",
            "valid",
        ]


def test_unknown_calls_are_no_answer(client: httpx.Client) -> None:
    """A call that is not known is 404 in plain text that is no word and no JSON; a known one by another method names the right one."""
    unknown = [
        client.request(method, path, data=SITE | {"key": KEY} if method == "POST" else None)
        for path in ("/1.1/verify-wpcom-key", "/1.1/token", "/1.1/", "/1.1/a/b", "/1.2/verify-key", "/1.2/x")
        for method in ("GET", "POST", "PUT", "DELETE")
    ]
    wrong = [client.get("/1.1/comment-check"), client.put("/1.1/verify-key"), client.post("/1.1/test")]

    assert {answer.status_code for answer in unknown} == {404}
    assert {answer.headers["content-type"] for answer in unknown} == {"text/plain; charset=utf-8"}
    for text in {answer.text for answer in unknown + wrong}:
        assert not text.startswith(("{", "[", '"', "true", "false", "valid", "invalid", "null", *"0123456789"))
    assert [(answer.status_code, answer.headers["allow"]) for answer in wrong] == [(405, "POST"), (405, "POST"), (405, "GET")]


def test_calls_have_one_address_behind_a_prefix(moderator: Moderator, running: Callable[..., Any]) -> None:
    """Behind a proxy that serves it under a prefix, the service knows its calls as ever."""
    settings = read_settings(port=0, root_path="/moderation")
    with running(create_app(settings, load=lambda _: moderator), root_path="/moderation") as client:
        answers = [client.get("/1.1/verify-key"), client.post("/1.1/verify-key", data={"key": KEY}), client.get("/1.1/x")]

    assert [answer.status_code for answer in answers] == [405, 200, 404]
