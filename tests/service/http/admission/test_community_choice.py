"""What communities want is done, over a real socket."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from model.errors import TipstaffError
from service.http.app import create_app
from service.settings import Settings, read_settings
from service.store.store import Store, open_store
from service.store.stored_types import Scope

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]
FINE = "What a lovely morning, thank you all."
TOXIC = "Shut up, you pathetic idiot."
FILE = """
[community.strict]
review_abusive = 0
review_hateful = 0
reject_abusive = 0
reject_hateful = 0

[community.lenient]
review_abusive = 1
review_hateful = 1
reject_abusive = 1
reject_hateful = 1

[community.watching]
observe = true
deny_words = ["morning"]

[community.lists]
allow_words = ["pathetic"]
allow_patterns = ["love.y"]
deny_words = ["morning"]
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of communities."""
    path = tmp_path / "communities.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store of the service."""
    store = open_store(Settings(data_dir=tmp_path))
    yield store
    store.close()


@pytest.fixture
def client(running: Running, moderator: "Moderator", path: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a service with these communities."""
    settings = read_settings(data_dir=tmp_path, communities=path)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client


def _ask(client: httpx.Client, text: str, *, prefix: str = "", headers: dict[str, str] | None = None, **more: object) -> Any:
    comments = {"comments": [{"id": "1", "text": text}], **more}
    response = client.post(f"{prefix}/v1/moderate", json=comments, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


def _verdict(client: httpx.Client, text: str, **more: Any) -> str:
    verdict: str = _ask(client, text, **more)["decisions"][0]["verdict"]
    return verdict


def test_thresholds_are_the_communitys(client: httpx.Client) -> None:
    """A comment gets the verdict that its community's thresholds give it, and the answer names community and policy."""
    answer = _ask(client, FINE, community="strict")

    assert (answer["community"], answer["policy"], answer["decisions"][0]["verdict"]) == ("strict", "strict", "reject")
    assert answer["decisions"][0]["label"] == "fine"
    assert _verdict(client, TOXIC, community="lenient") == "approve"
    assert _verdict(client, TOXIC) == "reject"
    assert "community" not in _ask(client, TOXIC)


def test_a_policy_that_the_call_names_comes_first(client: httpx.Client) -> None:
    """The policy that a call names counts instead of its community's."""
    assert _verdict(client, FINE, community="strict", policy="default") == "approve"


def test_community_by_address(client: httpx.Client) -> None:
    """Each address is there under /c/NAME as well, for the community of that name; one that the call names comes first."""
    assert _verdict(client, FINE, prefix="/c/strict") == "reject"
    assert _verdict(client, FINE, prefix="/c/strict", community="lenient") == "approve"
    assert client.get("/c/strict/readyz").status_code == 200
    assert client.post("/c/nobody/v1/moderate", json={"comments": []}).json()["type"] == "/docs#unknown-community"
    assert [client.get(path).status_code for path in ("/c/strict", "/c//readyz", "/c/strict/nowhere")] == [404] * 3


def test_dialects_by_address(client: httpx.Client) -> None:
    """Dialects answer under a community's address too, as it wants."""
    ask = {"input": FINE}

    strict, plain = (client.post(f"{prefix}/v1/moderations", json=ask).json()["results"][0]["flagged"] for prefix in ("/c/strict", ""))

    assert (strict, plain) == (True, False)


def test_community_by_key(client: httpx.Client, store: Store) -> None:
    """A call belongs to the community of its key, unless it or its address names another."""
    _, secret = store.keys.create("forum", [Scope.SCORE], community="strict")
    headers = {"Authorization": f"Bearer {secret}"}
    while client.post("/v1/moderate", json={"comments": []}).status_code != 401:
        pass

    assert _ask(client, FINE, headers=headers)["community"] == "strict"
    assert _ask(client, FINE, headers=headers, prefix="/c/lenient")["community"] == "lenient"
    assert _ask(client, FINE, headers=headers, community="lists")["community"] == "lists"


def test_unknown_community_is_refused(client: httpx.Client, running: Running, moderator: "Moderator", tmp_path: Path) -> None:
    """A community that is not in the file is 422, also where there is no file; the answer does not quote it."""
    call = {"comments": [], "community": "xyzzy"}
    with running(create_app(read_settings(data_dir=tmp_path), load=lambda _: moderator)) as without:
        responses = [each.post("/v1/moderate", json=call) for each in (client, without)]

    for response in responses:
        assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "community")
        assert "xyzzy" not in response.text


def test_lists_decide_and_are_named(client: httpx.Client) -> None:
    """What a list matches is approved or rejected whatever its scores, the decision names the rule, and denying comes before allowing."""
    denied, allowed, untouched = (_ask(client, text, community="lists")["decisions"][0] for text in (FINE, TOXIC, "Hello there, friend"))

    assert (denied["verdict"], denied["matched"]) == ("reject", "deny: morning")
    assert (allowed["verdict"], allowed["matched"], allowed["label"]) == ("approve", "allow: pathetic", "toxic")
    assert (untouched["verdict"], "matched" in untouched) == ("approve", False)


def test_who_only_watches_approves(client: httpx.Client) -> None:
    """A community that observes approves everything, and the decision tells what would have been."""
    for text, observed in ((TOXIC, "reject"), (FINE, "reject"), ("Hello there, friend", "approve")):
        decision = _ask(client, text, community="watching")["decisions"][0]
        assert (decision["verdict"], decision["observed"]) == ("approve", observed)


def test_comments_without_text_keep_their_place(client: httpx.Client) -> None:
    """What cannot be judged has its error whatever the community."""
    comments = [{"id": "1", "text": ""}, {"id": "2", "text": FINE}]
    entries = client.post("/v1/moderate", json={"comments": comments, "community": "lists"}).json()["decisions"]

    assert entries[0]["error"]["type"] == "comment-empty"
    assert entries[1]["matched"] == "deny: morning"


def test_store_is_taken(client: httpx.Client) -> None:
    """A call may say that nothing of it may be stored."""
    assert _verdict(client, FINE, store=False) == "approve"


def test_changes_take_effect(client: httpx.Client, path: Path) -> None:
    """When the file changes, what it says counts without a restart."""
    path.write_text(FILE.replace("[community.strict]", "[community.gone]") + "\n[community.strict]\n", encoding="utf-8")

    while _verdict(client, FINE, community="strict") != "approve":
        pass


def test_bad_changes_are_refused(client: httpx.Client, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """When the file changes for the worse, the log says why and what was read before counts on."""
    with caplog.at_level(logging.INFO, "tipstaff.http"):
        path.write_text('[community.strict]\npolicy = "nonsense"', encoding="utf-8")
        while not any("policy is none of the model" in said for said in (record.getMessage() for record in caplog.records)):
            pass
        verdict = _verdict(client, FINE, community="strict")

    assert verdict == "reject"


@pytest.mark.parametrize("content", ["[community", '[community.a]\npolicy = "nonsense"'])
def test_a_bad_file_stops_the_start(running: Running, moderator: "Moderator", path: Path, tmp_path: Path, content: str) -> None:
    """A file that is wrong at the start stops it with a line that names the file."""
    path.write_text(content, encoding="utf-8")
    failures: list[TipstaffError] = []
    app = create_app(read_settings(data_dir=tmp_path, communities=path), load=lambda _: moderator, on_failure=failures.append)

    with suppress(Exception), running(app, ready=False) as client:
        while not failures:
            client.get("/healthz")

    assert [str(failure).startswith(f"{path}: ") for failure in failures] == [True]
