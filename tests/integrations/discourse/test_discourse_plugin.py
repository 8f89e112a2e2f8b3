"""The plugin for Discourse, in Ruby: its calls go to a real service; the forum around it is an imitation (``forum.rb``)."""

import json
import re
import shutil
import socket
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service.settings import Settings
from service.store.store import open_store
from service.store.stored_types import Role, Scope
from tests.integrations.raw_server import Respond, answer_with, raw_server
from tests.service.http.sample_texts import FINE, HATEFUL, PADDING, TOXIC
from tests.service.http.server_process import ServerProcess

ROOT = Path(__file__).parents[3]
PLUGIN = ROOT / "integrations/discourse"
FORUM = Path(__file__).with_name("forum.rb")
KEY = "a-key-of-the-forum"

Play = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def ruby() -> str:
    """The program `ruby`."""
    program = shutil.which("ruby")
    if program is None:
        pytest.skip("Ruby is not installed: the Debian package ruby brings it")
    return program


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the service, with the forum's key in it."""
    folder = tmp_path_factory.mktemp("data")
    with closing(open_store(Settings(data_dir=folder))) as store:
        store.keys.create("discourse", [Scope.SCORE, Scope.FEEDBACK], secret=KEY, role=Role.MODERATOR)
    return folder


@pytest.fixture(scope="module")
def address(data_folder: Path) -> Iterator[str]:
    """The address of a service that is ready."""
    with ServerProcess(data_folder, profile="fast", queue_ms=60_000) as server:
        yield server.ready()


@pytest.fixture
def play(ruby: str, address: str) -> Play:
    """A function that has a forum with the plugin do some steps, and returns what has become of its posts."""

    def run(steps: list[dict[str, Any]], *, topics: list[dict[str, Any]] | None = None, **settings: object) -> dict[str, Any]:
        values = {"tipstaff_enabled": True, "tipstaff_url": address, "tipstaff_key": KEY} | settings
        content = json.dumps({"settings": values, "topics": topics or [], "steps": steps})
        process = subprocess.run([ruby, str(FORUM)], input=content, capture_output=True, text=True, timeout=120, check=False)
        assert process.returncode == 0, process.stderr
        outcome: dict[str, Any] = json.loads(process.stdout)
        return outcome

    return run


def post(raw: str, **more: Any) -> dict[str, Any]:
    """Returns the step of a user who writes a topic of their own."""
    return {"do": "post", "args": {"raw": raw, "title": "Trains and weather"} | more.pop("args", {})} | more


WORK = {"do": "work"}


def test_posts_are_judged_before_they_are_published(play: Play) -> None:
    """A fine post is published, one that is rejected waits in the review queue, and nothing of either is logged."""
    forum = play([post(FINE), post(HATEFUL), WORK])

    assert [outcome["action"] for outcome in forum["outcomes"][:2]] == ["create_post", "enqueued"]
    assert (forum["queued"], forum["flags"], forum["log"]) == (["tipstaff_reject"], [], "")


def test_post_of_an_image_alone_is_published(play: Play) -> None:
    """A post without any text has nothing that could be judged: it is published, and nobody is asked to look at it."""
    forum = play([post("![](upload://sunset.jpeg)"), post("<img src='https://forum.example/sunset.jpeg'>"), WORK])

    assert [outcome["action"] for outcome in forum["outcomes"][:2]] == ["create_post"] * 2
    assert (forum["queued"], forum["flags"], forum["log"]) == ([], [], "")


def test_wrong_settings_keep_nobody_from_writing(play: Play) -> None:
    """A key that no header can hold, which nobody foresaw, leaves posts to the site's rule for failures; the log does not hold the key."""
    forum = play([post(FINE)], tipstaff_key="two\nlines")

    assert forum["outcomes"][0]["action"] == "create_post"
    assert "a post was not judged: ArgumentError" in forum["log"]
    assert "lines" not in forum["log"]


def test_post_can_be_refused(play: Play) -> None:
    """Where the site wants it, the author of a rejected post hears that it was not published, and why."""
    forum = play([post(HATEFUL)], tipstaff_on_reject="refuse")

    (outcome,) = forum["outcomes"]
    assert outcome["action"] == "created_post"
    assert outcome["errors"] == ["Your post was not published: it was judged abusive. Please put it in other words."]


@pytest.mark.parametrize("hides", [False, True])
def test_post_can_be_published_and_flagged(play: Play, hides: bool) -> None:
    """Where the site flags rejected posts, they are published and flagged at once by the system, and hidden only where it wants that."""
    forum = play([post(HATEFUL), WORK], tipstaff_on_reject="flag", tipstaff_hide_rejected=hides)

    assert forum["outcomes"] == [{"action": "create_post", "reason": None, "errors": None}, {"failures": []}]
    assert forum["flags"] == [{"user": -1, "post": 1, "kind": "inappropriate", "reason": "tipstaff_reject", "hides": hides}]


def test_title_of_a_topic_is_judged(play: Play) -> None:
    """A harmless post under an abusive title waits for a moderator."""
    forum = play([post(FINE, args={"title": HATEFUL})])

    assert forum["queued"] == ["tipstaff_reject"]


def test_long_posts_are_judged_to_the_end(play: Play) -> None:
    """What is abusive at the end of a post of 60,000 bytes is found, in letters of several bytes too."""
    forum = play(
        [post(f"{PADDING * 1200} {HATEFUL}"), post(f"{'é ' * 15_000}. {HATEFUL}"), post(PADDING * 100)], tipstaff_on_review="queue"
    )

    assert [outcome["action"] for outcome in forum["outcomes"]] == ["enqueued", "enqueued", "create_post"]


def test_replies_come_with_what_they_answer(play: Play) -> None:
    """A reply in a topic is judged with the post that it answers, which need not have been judged itself."""
    steps = [
        post(HATEFUL, user={"staff?": True}),
        {"do": "post", "args": {"raw": FINE, "topic_id": 1, "reply_to_post_number": 1}},
        {"do": "post", "args": {"raw": HATEFUL, "topic_id": 1, "reply_to_post_number": 1}},
    ]

    assert [outcome["action"] for outcome in play(steps)["outcomes"]] == ["create_post", "create_post", "enqueued"]


@pytest.mark.parametrize(
    ("step", "settings"),
    [
        (post(HATEFUL, user={"id": -1}), {}),
        (post(HATEFUL, user={"staff?": True}), {}),
        (post(HATEFUL, user={"trust_level": 4}), {"tipstaff_skip_trust_level": 4}),
        (post(HATEFUL, args={"archetype": "private_message"}), {}),
        (post(HATEFUL, args={"topic_id": 5}), {}),
        (post(HATEFUL), {"tipstaff_enabled": False}),
    ],
    ids=["the software itself", "staff", "trusted users", "a new message", "a reply to a message", "switched off"],
)
def test_some_posts_are_not_judged(play: Play, step: dict[str, Any], settings: dict[str, Any]) -> None:
    """Nobody asks about the posts of those whom the site exempts, about private messages, or while the plugin is off."""
    forum = play([step], topics=[{"id": 5, "title": "Between us", "archetype": "private_message"}], **settings)

    assert forum["outcomes"][0]["action"] == "create_post"
    assert (forum["queued"], forum["jobs"], forum["log"]) == ([], [], "")


def test_exemptions_can_be_lifted(play: Play) -> None:
    """Staff and private messages are judged where the site says so."""
    steps = [post(HATEFUL, user={"staff?": True}), post(HATEFUL, args={"archetype": "private_message"})]
    forum = play(steps, tipstaff_skip_staff=False, tipstaff_check_private_messages=True)

    assert forum["queued"] == ["tipstaff_reject"] * 2


def test_edited_posts_are_flagged(play: Play) -> None:
    """A post that becomes abusive by an edit is flagged; only its latest version is judged, and a moderator's edit is not."""
    edits = [{"do": "edit", "post": 1, "raw": HATEFUL}, {"do": "edit", "post": 1, "raw": FINE}]
    assert play([post(FINE), *edits, WORK])["flags"] == []
    assert [flag["reason"] for flag in play([post(FINE), edits[0], WORK])["flags"]] == ["tipstaff_reject"]
    assert play([post(FINE), edits[0] | {"user": {"staff?": True}}, WORK])["flags"] == []


def test_released_posts_are_not_judged_again(play: Play) -> None:
    """A post that a moderator lets out of the queue is published, and stays so."""
    forum = play([post(HATEFUL), {"do": "release"}, WORK], topics=[{"id": 1, "title": "Trains"}])

    assert (forum["flags"], forum["queued"]) == ([], ["tipstaff_reject"])


@pytest.mark.parametrize(
    ("status", "kind", "abusive"), [("approved", "queue", False), ("rejected", "queue", True), ("approved", "flag", True)]
)
def test_rulings_are_sent_back(play: Play, data_folder: Path, status: str, kind: str, abusive: bool) -> None:
    """What a moderator decides about a post of ours is stored as a ruling: a queued post that is approved is fine, a flag is right."""
    text = f"{HATEFUL} {status} {kind}"
    steps = [post(text), WORK, {"do": "decide", "reviewable": 1, "status": status}, WORK]
    forum = play(steps, tipstaff_on_reject=kind, tipstaff_on_review=kind)

    assert forum["outcomes"][-1] == {"failures": []}
    with closing(open_store(Settings(data_dir=data_folder))) as store:
        (ruling,) = (stored.act for stored in store.rulings.effective() if stored.text == text)
    assert (ruling.abusive, ruling.moderator, ruling.role) == (abusive, "mia", Role.MODERATOR)
    assert ruling.comment == "discourse:forum.example:1"
    assert re.fullmatch(r"discourse:forum\.example:1:1:[0-9a-f]{16}", ruling.act_id or "")


def test_text_never_lies_in_a_queue(play: Play) -> None:
    """The jobs that wait for their turn name posts and reviewables by number."""
    steps = [post(HATEFUL), {"do": "decide", "reviewable": 1, "status": "rejected"}, {"do": "edit", "post": 1, "raw": TOXIC}]
    forum = play([post(FINE), *steps])

    assert [name for name, _ in forum["jobs"]] == ["tipstaff_send_ruling", "tipstaff_check_post"]
    assert all(set(map(type, arguments.values())) <= {int, bool} for _, arguments in forum["jobs"])


def test_rulings_can_be_kept_back(play: Play) -> None:
    """A site that does not want to send its moderators' decisions sends none; a decision to ignore says nothing in any case."""
    decide = {"do": "decide", "reviewable": 1, "status": "rejected"}
    assert play([post(HATEFUL), decide], tipstaff_send_rulings=False)["jobs"] == []
    assert play([post(HATEFUL), decide | {"status": "ignored"}])["jobs"] == []


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port at which nobody answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


def _ok(content: bytes) -> Respond:
    return answer_with("200 OK", "application/json", content)


NONSENSE = [
    (_ok(b"<html>"), "not JSON"),
    (_ok(b"[]"), "no object"),
    (_ok(b'{"decisions": []}'), "no decisions"),
    (_ok(b'{"decisions": [null, true]}'), "a decision is no object"),
    (_ok(b'{"decisions": [{"verdict": "ban"}, {}]}'), "no verdict"),
    (_ok(b" " * 1_100_000), "too long"),
    (lambda connection, _: connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"), "302: set tipstaff_url"),
    (answer_with("503 Busy", "text/plain", b""), "answered 503"),
    (lambda connection, _: connection.sendall(b"SSH-2.0-OpenSSH\r\n"), "HTTPBadResponse"),
    (lambda _connection, _request: None, "cannot be reached"),
]


@pytest.mark.parametrize(("answer", "reason"), NONSENSE, ids=[reason for _, reason in NONSENSE])
def test_nonsense_is_a_failure(play: Play, answer: Respond, reason: str) -> None:
    """Whatever answers in the place of the service, the post is published as the site wants, and the log says why it was not judged."""
    with raw_server(answer) as url:
        forum = play([post(HATEFUL)], tipstaff_url=url)

    assert forum["outcomes"][0]["action"] == "create_post"
    assert reason in forum["log"]
    assert "vermin" not in forum["log"]
    assert KEY not in forum["log"]


def test_silence_ends(play: Play, silent_port: int) -> None:
    """A service that does not answer holds nobody up: the post waits for a moderator where the site wants that."""
    forum = play([post(FINE)], tipstaff_url=f"http://127.0.0.1:{silent_port}", tipstaff_on_failure="queue")

    assert forum["queued"] == ["tipstaff_unknown"]


def test_unjudged_posts_are_judged_later(play: Play, address: str) -> None:
    """A post that was published unjudged is judged by a job; while that fails, the job fails too, so that it is tried again."""
    forum = play([post(HATEFUL), WORK], tipstaff_key="wrong-key-of-some-length")

    assert forum["outcomes"][0]["action"] == "create_post"
    assert "answered 401: look at tipstaff_key" in forum["outcomes"][1]["failures"][0]

    # The key is right from the beginning here, but the job comes as it does after a failure.
    later = play([post(FINE), {"do": "edit", "post": 1, "raw": HATEFUL}, WORK], tipstaff_url=address + "/")
    assert len(later["flags"]) == 1


@pytest.mark.parametrize("url", ["", "tipstaff", "ftp://tipstaff.example", "http://", "http://a b", "javascript:alert(1)"])
def test_wrong_address_is_named(play: Play, url: str) -> None:
    """An address that is none is a failure whose message names the setting."""
    forum = play([post(HATEFUL)], tipstaff_url=url)

    assert forum["outcomes"][0]["action"] == "create_post"
    assert "tipstaff_url" in forum["log"]


def test_settings_are_explained(ruby: str) -> None:
    """Each setting has a sentence, and so has each reason for which a post is shown to a moderator."""
    files = [str(PLUGIN / "config" / name) for name in ("settings.yml", "locales/server.en.yml", "locales/client.en.yml")]
    script = 'require "yaml"; require "json"; puts JSON.generate(ARGV.map { |file| YAML.safe_load_file(file) })'
    shown = subprocess.run([ruby, "-e", script, *files], capture_output=True, text=True, check=True)
    settings, texts, _ = json.loads(shown.stdout)
    reasons = re.findall(r'"(tipstaff_\w+)",', (PLUGIN / "lib/discourse_tipstaff/moderation.rb").read_text())

    assert set(texts["en"]["site_settings"]) == set(settings["discourse_tipstaff"])
    assert set(texts["en"]["reviewables"]["reasons"]) == set(reasons) != set()


def test_versions_agree() -> None:
    """The plugin has the version of Tipstaff."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert re.search(r"^# version: (.+)$", (PLUGIN / "plugin.rb").read_text(), re.MULTILINE)[1] == version  # type: ignore[index]
    assert re.search(r'VERSION = "(.+)"', (PLUGIN / "lib/discourse_tipstaff/version.rb").read_text())[1] == version  # type: ignore[index]


def test_files_are_well_formed(ruby: str) -> None:
    """Ruby finds nothing to warn about in any file."""
    files = sorted(map(str, PLUGIN.rglob("*.rb")))
    shown = [subprocess.run([ruby, "-wc", file], capture_output=True, text=True, check=False) for file in files]

    assert {process.stdout + process.stderr for process in shown} == {"Syntax OK\n"}
