"""The official client for Python, both kinds of it, against a running service."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tipstaff_client import (
    AuthenticationError,
    Client,
    Comment,
    ConfigurationError,
    InvalidRequestError,
    JudgedComment,
    PermissionDeniedError,
    UnjudgedComment,
)

from service.http.app import create_app
from service.settings import read_settings
from service.store.stored_types import Scope
from tests.integrations.python.conftest import MakeClient
from tests.service.http.conftest import MakeKey, Running, Serve
from tests.service.http.dialects.perspective.calls import stored_rulings

if TYPE_CHECKING:
    from model.moderator import Moderator

TOXIC = "Shut up, you pathetic idiot."
FORUM = '[community.forum]\ndeny_words = ["casino"]\n'


@pytest.fixture(scope="module")
def service(running: Running, moderator: "Moderator", tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service that is ready, with its limits as they ship; nothing waits in vain, however busy the machine is."""
    settings = read_settings(data_dir=tmp_path_factory.mktemp("data"), queue_ms=60_000)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client


def ask(service: httpx.Client, **comment: object) -> dict[str, Any]:
    """Return what the service itself says about one comment."""
    answer = service.post("/v1/moderate", json={"comments": [{"id": 0, **comment}]})
    decision: dict[str, Any] = answer.json()["decisions"][0]
    return decision


def test_one_comment(service: httpx.Client, make_client: MakeClient) -> None:
    """A text, and a comment, are answered with what the service says, as an object."""
    client = make_client(str(service.base_url))
    expected = ask(service, text=TOXIC)

    judged = client.moderate(TOXIC)
    judged_comment = client.moderate(Comment("c1", TOXIC))

    assert isinstance(judged, JudgedComment)
    assert (judged.id, judged.label, judged.verdict, judged.attributes) == (0, "toxic", "reject", expected["attributes"])
    assert vars(judged.scores) == expected["scores"]
    assert (judged_comment.id, judged_comment.scores) == ("c1", judged.scores)


def test_comments_of_any_number_are_answered_in_order(service: httpx.Client, make_client: MakeClient) -> None:
    """2,500 comments of a generator come back in their order, as texts and as comments, at once and as a stream."""
    client = make_client(str(service.base_url))

    of_texts = client.moderate(TOXIC if number % 7 == 0 else f"Good morning {number}" for number in range(2500))
    of_comments = client.moderate([Comment(f"c{number}", "Good morning") for number in range(2500)])
    streamed = list(client.stream("Good morning" for _ in range(2500)))

    assert [judged.id for judged in of_texts] == list(range(2500))
    assert [judged.verdict == "reject" for judged in of_texts] == [number % 7 == 0 for number in range(2500)]
    assert list(of_comments.by_id) == [f"c{number}" for number in range(2500)]
    assert [judged.id for judged in streamed] == list(range(2500))
    assert of_texts.policy == "default"
    assert of_texts.model == client.model().version
    assert list(client.moderate([])) == list(client.stream([])) == []


@pytest.mark.parametrize("make_client", ["async"], indirect=True)
def test_calls_shrink_to_what_the_service_takes(serve: Serve, make_client: MakeClient) -> None:
    """A service with lower limits than usual refuses calls that are too large (413), and gets smaller ones."""
    comments = [Comment(number, f"Good morning {number} " + "and so on " * 13 * (number % 5)) for number in range(130)]
    comments[77] = Comment(77, "x" * 5000)
    with serve(max_comments=20, max_body_bytes=4096, max_comment_bytes=600, queue_ms=60_000) as service:
        client = make_client(str(service.base_url))

        judgements = client.moderate(comments)

    assert [judged.id for judged in judgements] == list(range(130))
    assert [judged.id for judged in judgements if isinstance(judged, UnjudgedComment)] == [77]
    assert judgements[77].error.type == "comment-too-long"


def test_texts_that_nobody_expects(service: httpx.Client, make_client: MakeClient) -> None:
    """Empty, huge and broken texts are answered each in their place, under the ids that they were given."""
    texts = {
        "empty": "",
        "blank": " \n",
        "long": "x" * 30_000,
        "huge": "\U0001f600" * 2_000_000,
        "half \ud83d": f"{TOXIC} \ud83d",
        "halves": "\udc00" * 100,
        "zero": "a\0b",
        "quotes": '"\\",\u2028</script>',
    }
    client = make_client(str(service.base_url))

    answers = client.moderate(Comment(name, text) for name, text in texts.items()).by_id

    expected = {"empty": "comment-empty", "blank": "comment-empty", "halves": "comment-empty"}
    expected |= {"long": "comment-too-long", "huge": "comment-too-long"}
    reasons = {name: judged.error.type for name, judged in answers.items() if isinstance(judged, UnjudgedComment)}
    assert list(answers) == list(texts)
    assert reasons == expected
    assert answers["half \ud83d"].label == "toxic"


@pytest.mark.parametrize("make_client", ["sync"], indirect=True)
def test_what_is_said_with_a_call_reaches_the_service(serve: Serve, make_client: MakeClient, tmp_path: Path) -> None:
    """Format, language, parent, title, community and explanation are heeded, said for all comments or by one of them."""
    communities = tmp_path / "communities.toml"
    communities.write_text(FORUM, encoding="utf-8")
    answer_to = {"parent_text": "Who should be thrown out of the country?", "title": "Immigrants"}
    with serve(communities=communities, queue_ms=60_000) as service:
        client = make_client(str(service.base_url))
        in_forum = make_client(f"{service.base_url}/c/forum/")
        alone, expected = ask(service, text="Yes, all of them."), ask(service, text="Yes, all of them.", **answer_to)

        answers = client.moderate(["Yes, all of them.", Comment("own", "Yes, all of them.", title="Books")], **answer_to)
        explained = client.moderate(f"<p>{TOXIC}</p>", format="html", explain=True)
        foreign = client.moderate(["Casino", Comment("own", "Casino", language="en")], language="fr")
        denied = client.moderate(["My casino"], community="forum")
        denied_by_address = in_forum.moderate("My casino")
        approved = client.moderate("My casino")

    assert vars(answers[0].scores) == expected["scores"] != alone["scores"]
    assert answers[1].scores != answers[0].scores
    assert explained.spans[0].begin == 3
    assert [judged.foreign for judged in foreign] == [True, None]
    assert (denied[0].verdict, denied.community, denied_by_address.verdict) == ("reject", "forum", "reject")
    assert denied[0].matched is not None
    assert approved.verdict == "approve"


def test_wrong_fields_are_named(service: httpx.Client, make_client: MakeClient) -> None:
    """A call that is wrong says which field is, and what the service calls the problem."""
    client = make_client(str(service.base_url))

    with pytest.raises(InvalidRequestError) as wrong_policy:
        client.moderate(TOXIC, policy="nothing")
    with pytest.raises(InvalidRequestError) as wrong_format:
        client.moderate([Comment("c1", TOXIC), Comment("c2", TOXIC, format="latex")])  # type: ignore[arg-type]
    with pytest.raises(InvalidRequestError) as wrong_model:
        client.moderate(TOXIC, model="default@000000000000")
    version = client.model().version
    assert client.moderate([TOXIC], model=version).model == version

    assert (wrong_policy.value.status, wrong_policy.value.code) == (422, "unknown-policy")
    assert (wrong_model.value.status, wrong_model.value.code) == (409, "unknown-model")
    assert [error.field for error in wrong_policy.value.errors] == ["policy"]
    assert [error.field for error in wrong_format.value.errors] == ["comments[1].format"]


@pytest.mark.parametrize("make_client", ["sync"], indirect=True)
def test_keys(serve: Serve, make_client: MakeClient, make_key: MakeKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is taken from the argument or the environment; none, a wrong one and one that does not allow the call have an error each."""
    scoring, ruling = make_key(tmp_path, Scope.SCORE), make_key(tmp_path, Scope.FEEDBACK)
    with serve(open=False) as service:
        address = str(service.base_url)

        with pytest.raises(AuthenticationError):
            make_client(address).moderate(TOXIC)
        with pytest.raises(AuthenticationError):
            make_client(address, "tip_wrong").moderate(TOXIC)
        with pytest.raises(PermissionDeniedError):
            make_client(address, ruling).moderate(TOXIC)
        with pytest.raises(AuthenticationError):
            make_client(address, "tip_wrong").send_ruling(TOXIC, "toxic")
        assert make_client(address, f"{scoring}\n").moderate(TOXIC).label == "toxic"
        monkeypatch.setenv("TIPSTAFF_URL", address)
        monkeypatch.setenv("TIPSTAFF_KEY", scoring)
        assert make_client().moderate(TOXIC).label == "toxic"


@pytest.mark.parametrize("make_client", ["async"], indirect=True)
def test_rulings_are_kept(serve: Serve, make_client: MakeClient, tmp_path: Path) -> None:
    """What a moderator says about a comment is stored by the service: its text, whose it is, the answers, and who said it, once."""
    first = Comment("c1", "<p>One</p>", format="html", language="en", author="bob")
    with serve() as service:
        client = make_client(str(service.base_url))

        sent = [client.send_ruling(first, "hateful", community="forum", moderator="ann", act="a1") for _ in range(2)]
        client.send_ruling("Two", "toxic")
        client.send_ruling("Three", None, reason="spam")
        with pytest.raises(ValueError, match="label"):
            client.send_ruling("Four", "nice")

    assert [(recorded.act, recorded.comment, recorded.is_retry) for recorded in sent] == [("a1", "c1", False), ("a1", "c1", True)]
    stored = stored_rulings(tmp_path)
    assert [(ruling.text, ruling.community, ruling.abusive, ruling.hateful, ruling.reason) for ruling in stored] == [
        ("<p>One</p>", "forum", True, True, None),
        ("Two", None, True, False, None),
        ("Three", None, None, None, "spam"),
    ]
    assert (stored[0].comment, stored[0].author, stored[0].moderator) == ("c1", "bob", "ann")
    assert stored[1].comment != stored[2].comment


def test_ids_that_are_not_unique_lose_nothing(service: httpx.Client, make_client: MakeClient) -> None:
    """Two comments with one id are both judged; only the view by id, which would have to drop one, is refused."""
    judgements = make_client(str(service.base_url)).moderate([Comment("a", TOXIC), Comment("a", "Good morning")])

    assert [judged.label for judged in judgements] == ["toxic", "fine"]
    with pytest.raises(ValueError, match="same id"):
        _ = judgements.by_id


def test_one_client_serves_many_threads(service: httpx.Client) -> None:
    """Calls of eight threads at once through one client each get their own answers."""

    def work(thread: int) -> list[str | int]:
        ids = [f"{thread}-{number}" for number in range(40)]
        started.wait(60)
        return [judged.id for judged in client.moderate(Comment(name, f"Good morning {name}") for name in ids)] if ids else []

    started = threading.Barrier(8)
    with Client(str(service.base_url), max_comments=7) as client, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(work, range(8)))

    assert answers == [[f"{thread}-{number}" for number in range(40)] for thread in range(8)]


def test_readiness(service: httpx.Client, make_client: MakeClient) -> None:
    """A client says whether comments can be judged, without an error where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    assert make_client(str(service.base_url)).ready() is True
    assert make_client(f"http://127.0.0.1:{port}").ready() is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "forum.example"},
        {"url": "ftp://forum.example"},
        {"url": "https://:80"},
        {"url": "http://forum.example?key=1"},
        {"url": "http://forum.example:port"},
        {"url": "http://[forum"},
        {"url": "http://forum example"},
        {"url": "http://forum\x7f.example"},
        {"url": "http://xn--☃.example"},
        {"key": "two words"},
        {"key": "line\nbreak"},
        {"key": "ключ"},
        {"timeout": 0},
        {"deadline": 1e9},
        {"retries": -1},
        {"max_comments": 0},
    ],
)
def test_clients_that_cannot_work_are_not_made(make_client: MakeClient, wrong: dict[str, Any]) -> None:
    """An address, key or number that cannot be right is refused at once, by name and without its value."""
    with pytest.raises(ConfigurationError) as error:
        make_client(**wrong)

    (name, value), *_ = wrong.items()
    assert name in str(error.value)
    assert not isinstance(value, str) or value not in str(error.value)


def test_what_is_no_comment_is_refused(make_client: MakeClient) -> None:
    """Something that is neither a text nor a comment is refused before anything is sent, by its place and without its value."""
    client = make_client("http://127.0.0.1:9")

    with pytest.raises(TypeError, match="comment 1 is neither"):
        client.moderate(["Good morning", 5])
    with pytest.raises(TypeError, match="comment 0 is neither"):
        client.moderate([{"id": "c1", "text": TOXIC}])
    with pytest.raises(TypeError, match="a mapping is no comment"):
        client.moderate({"id": "c1", "text": TOXIC})
