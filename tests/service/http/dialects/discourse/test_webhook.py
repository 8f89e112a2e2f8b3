"""Posts that Discourse tells of are judged, and those that need a moderator are flagged there, whatever happens meanwhile."""

import asyncio
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from model.errors import SettingsError
from model.moderator import Moderator
from service.http.app import create_app
from service.http.dialects.discourse.flags import FLAG_KIND, flag_handlers
from service.settings import Settings, read_settings
from service.store.outbox_worker import TaskError
from service.store.store import open_store
from service.store.stored_types import State, Task
from service.store.tables import outbox

FINE = "Thanks, that helped a lot!"
LISTENING = re.compile(r"listening on (http://\S+),")
TOXIC = "Shut up, you pathetic idiot."
SECRET, NEXT = "a-long-secret", "its-successor"
NOT_FOUND = {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}


class Discourse(ThreadingHTTPServer):
    """Plays the part of Discourse's API that sets flags.

    Attributes:
        answers: status, headers and body of the next answers to a flag; 200 when there are none left.
        flags: the forms that came, in order.
        headers: with which they came.
        acted: whether the post, asked for, says that our user has flagged it.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, dict[str, str], object]] = []
        self.flags: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.acted = False
        self.busy = False
        self.came = threading.Semaphore(0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Discourse

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.flags.append({name: values[0] for name, values in parse_qs(body).items()} | {"path": self.path})
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        if self.server.busy:
            self._answer(429, {"Retry-After": "2"}, {"errors": ["slow down"], "error_type": "rate_limit"})
        else:
            self._answer(*(self.server.answers.pop(0) if self.server.answers else (200, {}, {"id": 7})))
        self.server.came.release()

    def do_GET(self) -> None:
        acted = [{"id": 2, "acted": True}, {"id": 4} | ({"acted": True} if self.server.acted else {})]
        self._answer(200, {}, {"id": 7, "actions_summary": acted})

    def _answer(self, status: int, headers: dict[str, str], body: object) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def discourse() -> Iterator[Discourse]:
    """A forum that takes flags."""
    with Discourse() as forum:
        thread = threading.Thread(target=forum.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield forum
        forum.shutdown()
        thread.join()


def configured(forum: Discourse, folder: Path, **more: object) -> Settings:
    return read_settings(port=0, data_dir=folder, discourse_url=forum.url, discourse_api_key="k" * 64, max_comment_bytes=1000, **more)


def body(text: str, **more: object) -> bytes:
    """The body of a webhook as Discourse makes it, with the fields that matter here."""
    post = {"id": 7, "username": "ann", "post_number": 2, "post_type": 1, "cooked": f"<p>{text}</p>", "raw": text, "version": 1}
    post |= {"topic_id": 3, "topic_title": "Tea", "topic_archetype": "regular", "user_id": 5, "reply_to_post_number": None}
    return json.dumps({"post": post | more}).encode()


def tell(client: httpx.Client, content: bytes, *, event: str = "post_created", secret: str | None = None) -> httpx.Response:
    """Sends a webhook with the headers that Discourse sends."""
    headers = {
        "Content-Type": "application/json",
        "X-Discourse-Instance": "http://forum.example",
        "X-Discourse-Event-Id": "11",
        "X-Discourse-Event-Type": event.partition("_")[0],
        "X-Discourse-Event": event,
    }
    if secret is not None:
        headers["X-Discourse-Event-Signature"] = "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return client.post("/discourse/webhook", content=content, headers=headers)


def wait_for(met: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(18_000):
        if met():
            return
        pause.wait(0.01)
    raise AssertionError("it never came")


def counts(folder: Path) -> dict[State, int]:
    store = open_store(read_settings(data_dir=folder))
    found = store.outbox.counts()
    store.close()
    return found


def kept(folder: Path) -> str:
    """All that the outbox holds, as text."""
    store = open_store(read_settings(data_dir=folder))
    with store.database.reading() as connection:
        rows = connection.execute(outbox.select()).all()
    store.close()
    return repr(rows)


def test_post_is_flagged(moderator: Moderator, running: Callable[..., Any], discourse: Discourse, tmp_path: Path) -> None:
    """A post to reject is acknowledged and then flagged once, in the name of the user and with the key in the settings."""
    app = create_app(configured(discourse, tmp_path, discourse_api_username="Jörg"), load=lambda _: moderator)
    with running(app) as client:
        answers = [tell(client, body(TOXIC)), tell(client, body(TOXIC)), tell(client, body(FINE, id=8))]
        wait_for(lambda: counts(tmp_path)[State.DONE] == 1)

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, {"flagged": True}),
        (200, {"flagged": True}),
        (200, {"flagged": False}),
    ]
    assert discourse.flags == [{"path": "/post_actions.json", "id": "7", "post_action_type_id": "4"}]
    assert discourse.headers[0]["api-key"] == "k" * 64
    assert discourse.headers[0]["api-username"].encode("latin-1").decode() == "Jörg"
    assert counts(tmp_path) == {State.DONE: 1, State.WAITING: 0, State.PARKED: 0}


def test_outbox_holds_no_text(moderator: Moderator, running: Callable[..., Any], discourse: Discourse, tmp_path: Path) -> None:
    """What is kept of a post on its way is its number, never its text."""
    with running(create_app(configured(discourse, tmp_path), load=lambda _: moderator)) as client:
        tell(client, body(TOXIC))
        wait_for(lambda: counts(tmp_path)[State.DONE] == 1)

    assert "pathetic" not in kept(tmp_path)
    assert "{'post': 7, 'hide': False}" in kept(tmp_path)


def test_edit_counts_anew(moderator: Moderator, running: Callable[..., Any], discourse: Discourse, tmp_path: Path) -> None:
    """Each version of a post is flagged for itself; the raw text is judged where the cooked one is missing."""
    with running(create_app(configured(discourse, tmp_path), load=lambda _: moderator)) as client:
        answers = [
            tell(client, body(FINE)),
            tell(client, body(TOXIC, version=2), event="post_edited"),
            tell(client, body(TOXIC, version=3, cooked=None), event="post_edited"),
        ]
        wait_for(lambda: counts(tmp_path)[State.DONE] == 2)

    assert [answer.json()["flagged"] for answer in answers] == [False, True, True]
    assert [flag["id"] for flag in discourse.flags] == ["7", "7"]


def test_rejected_post_may_be_hidden(
    moderator: Moderator, running: Callable[..., Any], discourse: Discourse, tmp_path: Path, unsure: str
) -> None:
    """With ``discourse_hide`` a rejected post is hidden at once, and one for review only flagged."""
    with running(create_app(configured(discourse, tmp_path, discourse_hide=True), load=lambda _: moderator)) as client:
        tell(client, body(TOXIC, id=1))
        tell(client, body(unsure, id=2))
        wait_for(lambda: counts(tmp_path)[State.DONE] == 2)

    assert {flag["id"]: flag.get("take_action") for flag in discourse.flags} == {"1": "true", "2": None}


def test_site_may_flag_only_what_is_rejected(
    moderator: Moderator, running: Callable[..., Any], discourse: Discourse, tmp_path: Path, unsure: str
) -> None:
    """With ``discourse_flagged=reject`` a post for review is left alone."""
    with running(create_app(configured(discourse, tmp_path, discourse_flagged="reject"), load=lambda _: moderator)) as client:
        assert [tell(client, body(text)).json()["flagged"] for text in (unsure, TOXIC)] == [False, True]


def test_title_of_a_topic_is_judged_with_its_first_post(
    moderator: Moderator, running: Callable[..., Any], discourse: Discourse, tmp_path: Path
) -> None:
    """An abusive title is held against the first post of its topic, not against the answers."""
    with running(create_app(configured(discourse, tmp_path), load=lambda _: moderator)) as client:
        answers = [tell(client, body(FINE, topic_title=TOXIC, post_number=number)).json()["flagged"] for number in (1, 2)]

    assert answers == [True, False]


@pytest.mark.parametrize(
    ("event", "more"),
    [
        ("ping", {}),
        ("topic_created", {}),
        ("post_destroyed", {}),
        ("user_created", {}),
        ("post_created", {"post_type": 3}),
        ("post_created", {"topic_archetype": "private_message"}),
        ("post_created", {"user_id": -1}),
        ("post_created", {"cooked": None, "raw": None}),
    ],
)
def test_the_rest_is_acknowledged(
    moderator: Moderator, running: Callable[..., Any], discourse: Discourse, tmp_path: Path, event: str, more: dict[str, object]
) -> None:
    """Other events, what the software itself wrote, and private messages are acknowledged and not judged."""
    content = b'{"ping":"OK"}' if event == "ping" else body(TOXIC, **more)
    with running(create_app(configured(discourse, tmp_path), load=lambda _: moderator)) as client:
        answer = tell(client, content, event=event)

    assert (answer.status_code, answer.json()) == (200, {"flagged": False})
    assert sum(counts(tmp_path).values()) == 0


def test_signature_is_needed_where_there_is_a_secret(
    moderator: Moderator, running: Callable[..., Any], discourse: Discourse, tmp_path: Path
) -> None:
    """Where secrets are set, a webhook signed with one of them is let in without a key, and no other is."""
    app = create_app(configured(discourse, tmp_path, discourse_secrets=f"{SECRET},{NEXT}", open=False), load=lambda _: moderator)
    with running(app) as client:
        answers = [tell(client, body(FINE), secret=secret) for secret in (SECRET, NEXT, "another", None)]

    assert [answer.status_code for answer in answers] == [200, 200, 401, 401]


def test_what_is_not_set_up_says_so(client: httpx.Client) -> None:
    """Where no forum is named, a webhook is answered with what to set."""
    answer = tell(client, body(TOXIC))

    assert answer.status_code == 503
    assert "TIPSTAFF_DISCOURSE_URL" in answer.json()["detail"]


@pytest.mark.parametrize(
    "chosen",
    [
        {"discourse_url": "https://forum.example"},
        {"discourse_api_key": "k"},
        *(
            {"discourse_api_key": "k", "discourse_url": url}
            for url in ("forum.example", "ftp://x", "http://", "http://a:b@c", "http://[", "http://a:b")
        ),
        {"discourse_secrets": " , "},
    ],
)
def test_half_a_configuration_is_refused(chosen: dict[str, str]) -> None:
    """A forum without a key, a key without a forum, and what is no address of the web stop the start."""
    with pytest.raises(SettingsError, match="discourse"):
        read_settings(**chosen)


def flag(settings: Settings) -> None:
    """Hands one flag to the handler."""
    task = Task(id=1, kind=FLAG_KIND, payload={"post": 7, "hide": False}, attempts=1, created_at=datetime.now(UTC))
    asyncio.run(flag_handlers(settings)[FLAG_KIND](task))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "answer"),
    [(200, {}), (404, NOT_FOUND), (410, NOT_FOUND), (403, {"errors": ["Schon getan"]}), (422, {"errors": ["Schon getan"]})],
)
def test_flag_is_done(discourse: Discourse, tmp_path: Path, status: int, answer: object) -> None:
    """A flag is done when it is set, when it was set before, in whatever language Discourse says so, and when the post is gone."""
    discourse.answers, discourse.acted = [(status, {}, answer)], True

    flag(configured(discourse, tmp_path))

    assert len(discourse.flags) == 1


@pytest.mark.parametrize(
    ("status", "headers", "answer", "final", "retry_after"),
    [
        (403, {}, {"errors": ["invalid key"], "error_type": "invalid_access"}, False, None),
        (422, {}, {"errors": ["no"]}, True, None),
        (400, {}, b"", True, None),
        (404, {}, b"<html>", False, None),
        (429, {"Retry-After": "17"}, {}, False, timedelta(seconds=17)),
        (429, {"Retry-After": "999999999"}, {}, False, timedelta(days=1)),
        (429, {"Retry-After": "soon"}, {}, False, None),
        (429, {}, {"error_type": "rate_limit", "extras": {"wait_seconds": 9}}, False, timedelta(seconds=9)),
        (429, {}, {"extras": {"wait_seconds": -(10**30)}}, False, None),
        (500, {}, b"", False, None),
        (503, {"Retry-After": "30"}, b"", False, timedelta(seconds=30)),
        (301, {"Location": "http://127.0.0.1:9/"}, b"", False, None),
        (403, {}, [1], False, None),
    ],
)
def test_flag_is_tried_again_unless_that_is_useless(
    discourse: Discourse, tmp_path: Path, status: int, headers: dict[str, str], answer: object, final: bool, retry_after: timedelta | None
) -> None:
    """What keeps a flag from being set is told with the status, never with Discourse's words, and with when to try again."""
    discourse.answers = [(status, headers, answer)]

    with pytest.raises(TaskError, match=rf"Discourse answered {status} to a flag of post 7") as failure:
        flag(configured(discourse, tmp_path))

    assert (failure.value.final, failure.value.retry_after) == (final, retry_after)


def test_absent_forum_is_tried_again(discourse: Discourse, tmp_path: Path) -> None:
    """A forum that does not answer is a failure that may pass."""
    settings = configured(discourse, tmp_path)
    discourse.shutdown()
    discourse.server_close()

    with pytest.raises(TaskError, match="cannot be reached: ConnectError") as failure:
        flag(settings)

    assert not failure.value.final


def serve(settings: dict[str, object], log: Path) -> tuple["subprocess.Popen[bytes]", str]:
    """Starts the service as a process of its own; returns it and its address once it is ready."""
    variables = {f"TIPSTAFF_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TIPSTAFF_")} | variables
    command = [sys.executable, "-c", "from service.cli.main import main; main()", "serve"]
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stderr=file)
    wait_for(lambda: LISTENING.search(log.read_text()) is not None or process.poll() is not None)
    found = LISTENING.search(log.read_text())
    assert found, log.read_text()
    while httpx.get(f"{found[1]}/readyz", timeout=60).status_code != 200:
        pass
    return process, found[1]


def test_flag_survives_the_death_of_the_service(discourse: Discourse, tmp_path: Path) -> None:
    """A webhook that was acknowledged is flagged although the service is killed while Discourse takes nothing, once it is back."""
    settings = {"port": 0, "data_dir": tmp_path, "discourse_url": discourse.url, "discourse_api_key": "k"}
    discourse.busy = True
    process, address = serve(settings, tmp_path / "log")
    with httpx.Client(base_url=address, timeout=60) as client:
        answer = tell(client, body(TOXIC))
    assert discourse.came.acquire(timeout=60)
    # The failure is on the disk: without this its task would be leased for two minutes to a process that is dead.
    wait_for(lambda: "429" in kept(tmp_path))
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = len(discourse.flags)

    discourse.busy = False
    process, _ = serve(settings, tmp_path / "log")
    try:
        wait_for(lambda: counts(tmp_path)[State.DONE] == 1)
    finally:
        process.kill()
        process.wait()

    assert answer.json() == {"flagged": True}
    assert len(discourse.flags) == before + 1
    assert discourse.flags[-1]["id"] == "7"


@pytest.mark.parametrize(("way", "status"), [("open", 200), ("closed", 503), ("error", 503)])
def test_site_chooses_what_a_failure_answers(
    running: Callable[..., Any], discourse: Discourse, tmp_path: Path, way: str, status: int
) -> None:
    """When nothing can be judged, Discourse is told to send again, unless the site fails open."""
    release = threading.Event()

    def load(_settings: Settings) -> Moderator:
        release.wait(60)
        raise RuntimeError

    with running(create_app(configured(discourse, tmp_path, on_failure=f"discourse={way}"), load=load), ready=False) as client:
        wait_for(lambda: client.get("/readyz").status_code == 503)
        answer = tell(client, body(TOXIC))
        release.set()

    assert answer.status_code == status


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
POSTS = st.fixed_dictionaries(
    {
        "post": st.fixed_dictionaries(
            {"id": st.integers() | JSON}, optional={"cooked": st.text() | JSON, "raw": JSON, "version": JSON, "user_id": JSON}
        )
    }
)


@pytest.fixture(scope="module")
def hooked(moderator: Moderator, running: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service whose forum is never there."""
    folder = tmp_path_factory.mktemp("hooked")
    settings = read_settings(port=0, data_dir=folder, discourse_url="http://127.0.0.1:9", discourse_api_key="k")
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client


@hypotheses(max_examples=100)
@given(call=POSTS | JSON)
def test_any_call_is_answered(hooked: httpx.Client, call: object) -> None:
    """Whatever JSON comes as a post, it is acknowledged or refused as the caller's mistake."""
    assert tell(hooked, json.dumps(call).encode()).status_code in {200, 422}


@hypotheses(max_examples=60)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_answered(hooked: httpx.Client, content: bytes) -> None:
    """Whatever bytes come, they are refused as the caller's mistake."""
    assert tell(hooked, content).status_code in {400, 422}
