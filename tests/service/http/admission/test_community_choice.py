"""Comments are judged as their community wants, over a real socket."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from model.errors import TipstaffError
from service.http.admission.community_choice import Communities
from service.http.app import create_app
from service.settings import read_settings
from service.store.store import Store
from service.store.stored_types import Scope
from tests.waiting import wait_until

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
allow_words = ["shut up", "you pathetic idiot", "on the sofa"]
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


def test_thresholds_are_those_of_the_community(client: httpx.Client) -> None:
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
    """Every path exists under /c/NAME too, for the community of that name; a community that the call names comes first."""
    assert _verdict(client, FINE, prefix="/c/strict") == "reject"
    assert _verdict(client, FINE, prefix="/c/strict", community="lenient") == "approve"
    assert client.get("/c/strict/readyz").status_code == 200
    assert client.post("/c/nobody/v1/moderate", json={"comments": []}).json()["type"] == "/docs#unknown-community"
    assert [client.get(path).status_code for path in ("/c/strict", "/c//readyz", "/c/strict/nowhere")] == [404] * 3


def test_dialects_by_address(client: httpx.Client) -> None:
    """Dialects answer under the path of a community too, by its policy."""
    ask = {"input": FINE}

    strict, plain = (client.post(f"{prefix}/v1/moderations", json=ask).json()["results"][0]["flagged"] for prefix in ("/c/strict", ""))

    assert (strict, plain) == (True, False)


def test_community_by_key(client: httpx.Client, store: Store) -> None:
    """A call belongs to the community of its key, unless it or its address names another."""
    _, secret = store.keys.create("forum", [Scope.SCORE], community="strict")
    headers = {"Authorization": f"Bearer {secret}"}
    wait_until(lambda: client.post("/v1/moderate", json={"comments": []}).status_code == 401, what="the service knows the key")

    assert _ask(client, FINE, headers=headers)["community"] == "strict"
    assert _ask(client, FINE, headers=headers, prefix="/c/lenient")["community"] == "lenient"
    assert _ask(client, FINE, headers=headers, community="lists")["community"] == "lists"


def test_unknown_community_is_refused(client: httpx.Client, running: Running, moderator: "Moderator", tmp_path: Path) -> None:
    """A community that is not in the file is 422, also where there is no file; the answer does not quote it."""
    call = {"comments": [], "community": "xyzzy"}
    with running(create_app(read_settings(data_dir=tmp_path), load=lambda _: moderator)) as without:
        responses = [http_client.post("/v1/moderate", json=call) for http_client in (client, without)]

    for response in responses:
        assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "community")
        assert "xyzzy" not in response.text


def test_lists_decide_and_are_named(client: httpx.Client) -> None:
    """What is denied is rejected, what consists of what is allowed approved, whatever the scores; other text beside that is judged."""
    texts = (FINE, TOXIC, "Hello there, friend", f"On the sofa, {TOXIC[9:]}", "You idiot on the sofa")
    denied, allowed, untouched, both, beside = (_ask(client, text, community="lists")["decisions"][0] for text in texts)

    assert (denied["verdict"], denied["matched"]) == ("reject", "deny: morning")
    assert (allowed["verdict"], allowed["matched"], allowed["label"]) == ("approve", "allow: shut up", "toxic")
    assert (untouched["verdict"], "matched" in untouched) == ("approve", False)
    assert (both["verdict"], both["matched"]) == ("approve", "allow: on the sofa")
    rest = _ask(client, "You idiot")["decisions"][0]
    assert beside == rest | {"matched": "allow: on the sofa"}


def test_observing_community_approves(client: httpx.Client) -> None:
    """A community that only observes approves everything, and each decision names the verdict that it would have had."""
    for text, observed in ((TOXIC, "reject"), (FINE, "reject"), ("Hello there, friend", "approve")):
        decision = _ask(client, text, community="watching")["decisions"][0]
        assert (decision["verdict"], decision["observed"]) == ("approve", observed)


def test_comments_without_text_keep_their_place(client: httpx.Client) -> None:
    """A comment that cannot be judged has its error entry, whatever its community."""
    comments = [{"id": "1", "text": ""}, {"id": "2", "text": FINE}]
    entries = client.post("/v1/moderate", json={"comments": comments, "community": "lists"}).json()["decisions"]

    assert entries[0]["error"]["type"] == "comment-empty"
    assert entries[1]["matched"] == "deny: morning"


@pytest.mark.parametrize("store", [False, True])
def test_no_comment_is_stored(client: httpx.Client, tmp_path: Path, store: bool) -> None:
    """A call may say whether it may be stored; whatever it says, no file of the service holds its comment."""
    assert _verdict(client, "Abracadabra, what a lovely day", store=store) == "approve"

    assert not [file for file in tmp_path.rglob("*") if file.is_file() and b"bracadabra" in file.read_bytes()]


def test_changes_take_effect(client: httpx.Client, path: Path) -> None:
    """When the file changes, its new content counts without a restart."""
    path.write_text(FILE.replace("[community.strict]", "[community.gone]") + "\n[community.strict]\n", encoding="utf-8")

    wait_until(lambda: _verdict(client, FINE, community="strict") == "approve", what="the community is strict no longer")


def _is_logged(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    return any(words in record.getMessage() for record in caplog.records)


def test_bad_changes_are_refused(client: httpx.Client, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """If the file is wrong after a change, the log says why and its former content stays in force."""
    with caplog.at_level(logging.INFO, "tipstaff.http"):
        path.write_text('[community.strict]\npolicy = "nonsense"', encoding="utf-8")
        wait_until(lambda: _is_logged(caplog, "policy is not one of the model's"), what="the log says what is wrong")
        verdict = _verdict(client, FINE, community="strict")

    assert verdict == "reject"


@pytest.mark.parametrize(("workers", "warns"), [(1, True), (2, False)])
def test_warnings_are_logged_once(path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, workers: int, warns: bool) -> None:
    """An entry that matches a common word is reported at the start, by one process, and again only when such entries change."""
    communities = Communities(read_settings(data_dir=tmp_path, communities=path, workers=workers))
    reported = []
    for entries in ('"the"', '"the"', '"the", "casino"', '"the", "of"', '"casino"'):
        caplog.clear()
        path.write_text(f"[community.a]\ndeny_words = [{entries}]\n", encoding="utf-8")
        communities.read()
        reported.append(len(caplog.records))

    assert reported == [warns, 0, 0, 2, 0]


@pytest.mark.parametrize("content", ["[community", '[community.a]\npolicy = "nonsense"'])
def test_a_bad_file_stops_the_start(running: Running, moderator: "Moderator", path: Path, tmp_path: Path, content: str) -> None:
    """A file that is wrong at the start is reported as a failure that names the file."""
    path.write_text(content, encoding="utf-8")
    failures: list[TipstaffError] = []
    app = create_app(read_settings(data_dir=tmp_path, communities=path), load=lambda _: moderator, on_failure=failures.append)

    with running(app, ready=False):
        wait_until(lambda: failures, what="the failure is reported")

    assert [str(failure).startswith(f"{path}: ") for failure in failures] == [True]


def test_slow_lists_keep_nobody_waiting(running: Running, moderator: "Moderator", tmp_path: Path) -> None:
    """While the patterns of a community are matched against the worst text for them, calls of others are answered."""
    path = tmp_path / "communities.toml"
    patterns = [f"[ab]*a[ab]{{{100 + number}}}q" for number in range(100)]
    path.write_text(f'default = "c"\n[community.c]\ndeny_patterns = {patterns}\n', encoding="utf-8")
    text = "".join(Random(1).choices("ab", k=20_000))
    settings = read_settings(data_dir=tmp_path, communities=path)
    with running(create_app(settings, load=lambda _: moderator)) as client, ThreadPoolExecutor() as pool:
        call, answered = pool.submit(_ask, client, text), 0
        while not call.done():
            assert client.get("/healthz").status_code == 200
            answered += 1

        assert "matched" not in call.result()["decisions"][0]
        assert answered >= 20
