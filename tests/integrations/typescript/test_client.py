"""The official client for TypeScript and JavaScript, run by Node, against a running service."""

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from service.http.app import create_app
from service.settings import read_settings
from service.store.stored_types import Role, Scope
from tests.integrations.raw_server import QUOTING_ANSWERS, STRANGE_ANSWERS, answer_with, raw_server
from tests.integrations.typescript.conftest import RunProgram
from tests.service.http.conftest import MakeKey, Running, Serve
from tests.service.http.dialects.perspective.calls import stored_rulings

if TYPE_CHECKING:
    from model.moderator import Moderator

TOXIC = "Shut up, you pathetic idiot."
FORUM = '[community.forum]\ndeny_words = ["casino"]\n'
SECRET_WORD = "Rumpelstilzchen"
KEY = "tip_Aschenputtel"

HEAD = """
import { inspect } from "node:util";
import * as tipstaff from "tipstaff-client";
const { Client, isJudged } = tipstaff;
const [url, given] = process.argv.slice(1);
const TOXIC = "Shut up, you pathetic idiot.";
const caught = async (call) => {
  try {
    await call();
  } catch (error) {
    const { name, status, code, retryAfter, retryable } = error;
    return { name, status, code, retryAfter, retryable, fields: error.errors?.map(({ field }) => field), message: error.message };
  }
  return { name: "nothing" };
};
"""

JUDGE = """
const client = new Client({ url });
const texts = function* () { for (let number = 0; number < 2500; number++) yield number % 7 === 0 ? TOXIC : `Good morning ${number}`; };
const later = async function* () { yield* texts(); };
const comments = Array.from(texts(), (text, number) => ({ id: `c${number}`, text }));
const streamed = [];
for await (const { id } of client.stream(later())) streamed.push(id);
const asTexts = await client.moderate(texts());
console.log(JSON.stringify({
  one: await client.moderate(TOXIC),
  comment: await client.moderate({ id: "c1", text: TOXIC }),
  verdicts: [...asTexts].map(({ verdict }) => verdict),
  ids: [...asTexts].map(({ id }) => id),
  streamed,
  named: [...(await client.moderate(comments)).byId.keys()],
  nothing: (await client.moderate([])).length,
  model: [asTexts.model, asTexts.policy, (await client.model()).version],
  ready: [await client.ready(), await new Client({ url: given }).ready()],
  both: await Promise.all(Array.from({ length: 20 }, async (_, id) => (await client.moderate({ id, text: TOXIC })).id)),
  twice: await caught(async () => (await client.moderate([{ id: 1, text: "a" }, { id: 1, text: "b" }])).byId),
  number: await caught(() => client.moderate(["a", 5])),
}));
"""

HOSTILE = """
const texts = {
  empty: "", blank: " \\n", long: "x".repeat(30000), huge: "\\u{1f600}".repeat(2000000), "half \\ud83d": `${TOXIC} \\ud83d`,
  halves: "\\udc00".repeat(100), zero: "a\\0b", quotes: '"\\\\",\\u2028</script>',
};
const judgements = await new Client({ url }).moderate(Object.entries(texts).map(([id, text]) => ({ id, text })));
const reasons = [...judgements].map((judged) => isJudged(judged) ? judged.label : judged.error.type);
console.log(JSON.stringify([reasons, [...judgements.byId.keys()].join() === Object.keys(texts).join()]));
"""

SHRINK = """
const comments = Array.from({ length: 130 }, (_, id) => ({ id, text: `Good morning ${id} ${"and so on ".repeat(13 * (id % 5))}` }));
comments[77].text = "x".repeat(5000);
const judgements = [...await new Client({ url }).moderate(comments)];
console.log(JSON.stringify([judgements.map(({ id }) => id), judgements.filter((judged) => !isJudged(judged))]));
"""

SAY = """
const client = new Client({ url });
const said = { parent_text: "Who should be thrown out of the country?", title: "Immigrants" };
const answers = await client.moderate(["Yes, all of them.", { id: "own", text: "Yes, all of them.", title: "Books" }], said);
const denied = await client.moderate(["My casino"], { community: "forum" });
console.log(JSON.stringify({
  answers: [...answers],
  explained: await client.moderate(`<p>${TOXIC}</p>`, { format: "html", explain: true }),
  foreign: [...await client.moderate(["Casino", { id: "own", text: "Casino", language: "en" }], { language: "fr" })],
  denied: [denied.at(0), denied.community],
  byAddress: await new Client({ url: `${url}/c/forum/` }).moderate("My casino"),
  policy: await caught(() => client.moderate(TOXIC, { policy: "nothing" })),
  format: await caught(() => client.moderate([{ id: 1, text: TOXIC }, { id: 2, text: TOXIC, format: "latex" }])),
}));
"""

KEYED = """
const [scoring, ruling] = given.split(",");
const texts = [{ id: "c1", text: "<p>One</p>", format: "html", language: "en" }, "Two", "Three"];
const client = new Client({ url, key: ruling });
const said = { community: "forum", moderator: "ann", act: "a1" };
const sent = [await client.sendRuling(texts[0], "hateful", said), await client.sendRuling(texts[0], "hateful", said)];
await client.sendRuling(texts[1], "toxic");
await client.sendRuling(texts[2], null, { reason: "spam" });
console.log(JSON.stringify([
  sent,
  await caught(() => new Client({ url, key: "tip_wrong" }).moderate(TOXIC)),
  await caught(() => new Client({ url, key: "tip_wrong" }).sendRuling(TOXIC, "toxic")),
  await caught(() => client.moderate(TOXIC)),
  await caught(() => client.sendRuling(TOXIC, "nice")),
  (await new Client({ url, key: `${scoring}\\n` }).moderate(TOXIC)).label,
  (await new Client().moderate(TOXIC)).label,
]));
"""

LIMITED = """
const patient = new Client({ url, retries: 50 });
const labels = [];
for (let call = 0; call < 2; call++) labels.push((await patient.moderate(TOXIC)).label);
const impatient = new Client({ url, retries: 0, maxComments: 1 });
console.log(JSON.stringify([labels, await caught(() => impatient.moderate(Array(50).fill(TOXIC)))]));
"""

RESTARTED = """
const told = new Set();
const tell = (what) => told.has(what) || (told.add(what), console.log(what));
const watched = async (...call) => {
  try {
    return await fetch(...call);
  } catch (error) {
    tell("refused");
    throw error;
  }
};
const client = new Client({ url, retries: 1000, deadline: 300, fetch: watched });
const before = await client.moderate(TOXIC);
tell("answered");
for await (const _ of process.stdin) break;
console.log(JSON.stringify([before, await client.moderate(TOXIC)]));
process.exit();
"""

FAIL = """
const [silent, nowhere, asking, dripping, ...strange] = given.split(",");
const aborted = (options, delay) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new RangeError("enough")), delay);
  return caught(() => new Client(options).moderate(TOXIC, { signal: controller.signal }));
};
const none = { retries: 0 };
console.log(JSON.stringify({
  silent: await caught(() => new Client({ url: silent, timeout: 0.1, retries: 1 }).moderate(TOXIC)),
  all: await caught(() => new Client({ url: silent }).moderate(Array(3).fill(TOXIC), { deadline: 0.2 })),
  dripping: await caught(() => new Client({ url: dripping, timeout: 0.3, ...none }).moderate(TOXIC)),
  nowhere: await caught(() => new Client({ url: nowhere, retries: 1 }).moderate(TOXIC)),
  asking: await caught(() => new Client({ url: asking, retries: 100 }).moderate(TOXIC)),
  aborted: await aborted({ url: silent }, 50),
  abortedAtRest: await aborted({ url: asking, deadline: 3600 }, 50),
  abortedBefore: await caught(() => new Client({ url }).moderate(TOXIC, { signal: AbortSignal.abort(new RangeError("enough")) })),
  strange: await Promise.all(strange.map((url) => caught(() => new Client({ url, ...none }).moderate(TOXIC)))),
}));
"""

WRONG_OPTIONS = """
const wrong = [
  { url: "forum.example" }, { url: "ftp://forum.example" }, { url: "http://" }, { url: "http://forum.example?key=1" },
  { url: "http://name:Rumpelstilzchen@forum.example" }, { key: "two Rumpelstilzchen" }, { key: "line\\nRumpelstilzchen" },
  { timeout: 0 }, { timeout: NaN }, { deadline: 1e9 }, { retries: -1 }, { maxComments: 0 },
];
console.log(JSON.stringify(await Promise.all(wrong.map((options) => caught(() => new Client(options))))));
"""

SECRETS = """
const shown = [];
const show = async (options, comments, more) => {
  const client = new Client({ key: "tip_Aschenputtel", retries: 1, deadline: 1, ...options });
  shown.push(inspect(client, { showHidden: true, depth: 9 }), JSON.stringify(client));
  try {
    shown.push(inspect(await client.moderate(comments, more), { depth: 9 }));
  } catch (error) {
    shown.push(inspect(error, { showHidden: true, depth: 9 }), String(error), JSON.stringify(error));
  }
};
const text = "Shut up, you pathetic Rumpelstilzchen.";
const comment = { id: 1, text, parent_text: text, title: text, author: text };
await show({ url }, comment, { explain: true });
await show({ url }, [comment], { policy: "none" });
await show({ url: "http://127.0.0.1:1" }, [comment]);
for (const quoting of given.split(",")) await show({ url: quoting }, [comment]);
console.log(JSON.stringify(shown.join()));
"""


def one_judgement(service: httpx.Client, **comment: object) -> dict[str, Any]:
    """What the service itself says about one comment."""
    decision: dict[str, Any] = service.post("/v1/moderate", json={"comments": [{"id": 0, **comment}]}).json()["decisions"][0]
    return decision


def unused_address() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


@pytest.fixture(scope="module")
def service(running: Running, moderator: "Moderator", tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service that is ready, with its limits as they ship; nothing waits in vain, however busy the machine is."""
    folder = tmp_path_factory.mktemp("data")
    communities = folder / "communities.toml"
    communities.write_text(FORUM, encoding="utf-8")
    settings = read_settings(data_dir=folder, queue_ms=60_000, communities=communities)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client


def test_comments_of_any_number(service: httpx.Client, run_program: RunProgram) -> None:
    """A text, a comment, 2,500 of either, at once or as a stream, are answered with what the service says, in order and by id."""
    said = run_program(HEAD + JUDGE, str(service.base_url), unused_address())

    assert said["one"] == one_judgement(service, text=TOXIC)
    assert said["comment"] == said["one"] | {"id": "c1"}
    assert [verdict == "reject" for verdict in said["verdicts"]] == [number % 7 == 0 for number in range(2500)]
    assert said["ids"] == said["streamed"] == list(range(2500))
    assert said["named"] == [f"c{number}" for number in range(2500)]
    assert (said["nothing"], said["ready"], said["both"]) == (0, [True, False], list(range(20)))
    assert said["model"] == [service.get("/v1/model").json()["version"], "default", service.get("/v1/model").json()["version"]]
    assert (said["twice"]["name"], said["number"]["name"]) == ("RangeError", "TypeError")


def test_texts_that_nobody_expects(service: httpx.Client, run_program: RunProgram) -> None:
    """Empty, huge and broken texts are answered each in their place, under the ids that they were given."""
    reasons, has_all_ids = run_program(HEAD + HOSTILE, str(service.base_url))

    empty, too_long = "comment-empty", "comment-too-long"
    assert reasons[:6] == [empty, empty, too_long, too_long, "toxic", empty]
    assert set(reasons[6:]) <= {"fine", "toxic", "hateful"}
    assert has_all_ids


def test_calls_shrink_to_what_the_service_takes(serve: Serve, run_program: RunProgram) -> None:
    """A service with lower limits than usual refuses calls that are too large (413), and gets smaller ones."""
    with serve(max_comments=20, max_body_bytes=4096, max_comment_bytes=600, queue_ms=60_000) as service:
        ids, unjudged = run_program(HEAD + SHRINK, str(service.base_url))

    assert ids == list(range(130))
    assert [(judged["id"], judged["error"]["type"]) for judged in unjudged] == [(77, "comment-too-long")]


def test_what_is_said_with_a_call_reaches_the_service(service: httpx.Client, run_program: RunProgram) -> None:
    """Format, language, parent, title, community and explanation are heeded; a field that is wrong is named."""
    said = run_program(HEAD + SAY, str(service.base_url))

    parts = {"parent_text": "Who should be thrown out of the country?", "title": "Immigrants"}
    assert said["answers"][0] == one_judgement(service, text="Yes, all of them.", **parts)
    assert said["answers"][1]["scores"] != said["answers"][0]["scores"]
    assert said["explained"]["spans"][0]["begin"] == 3
    assert [judged.get("foreign") for judged in said["foreign"]] == [True, None]
    assert (said["denied"][0]["verdict"], said["denied"][1], said["byAddress"]["verdict"]) == ("reject", "forum", "reject")
    assert (said["policy"]["name"], said["policy"]["code"], said["policy"]["fields"]) == (
        "InvalidRequestError",
        "unknown-policy",
        ["policy"],
    )
    assert said["format"]["fields"] == ["comments[1].format"]


def test_keys_and_rulings(serve: Serve, make_key: MakeKey, run_program: RunProgram, tmp_path: Path) -> None:
    """A key is taken from the options or the environment, each way of its being wrong has its error, and rulings are stored."""
    scoring, ruling = make_key(tmp_path, Scope.SCORE), make_key(tmp_path, Scope.FEEDBACK, role=Role.MODERATOR)
    with serve(open=False, queue_ms=60_000) as service:
        url = str(service.base_url)
        sent, *errors, label, label_by_environment = run_program(
            HEAD + KEYED, url, f"{scoring},{ruling}", TIPSTAFF_URL=url, TIPSTAFF_KEY=scoring
        )

    assert [error["name"] for error in errors] == [*["AuthenticationError"] * 2, "PermissionDeniedError", "TypeError"]
    assert (label, label_by_environment) == ("toxic", "toxic")
    assert [(each["act"], each["comment"], each["is_retry"]) for each in sent] == [("a1", "c1", False), ("a1", "c1", True)]
    kept = [(each.text, each.community, each.abusive, each.hateful, each.reason) for each in stored_rulings(tmp_path)]
    assert kept == [("<p>One</p>", "forum", True, True, None), ("Two", None, True, False, None), ("Three", None, None, None, "spam")]
    assert stored_rulings(tmp_path)[0].moderator == "ann"


@pytest.mark.nightly
def test_rate_limit_is_waited_for(serve: Serve, run_program: RunProgram) -> None:
    """A call beyond a limit is sent again when the service says so; without tries left, the error says when that is."""
    with serve(limit_per_address="1/second; 5/hour", queue_ms=60_000) as service:
        labels, error = run_program(HEAD + LIMITED, str(service.base_url))

    assert labels == ["toxic"] * 2
    assert (error["name"], error["status"], error["code"]) == ("RateLimitError", 429, "rate-limited")
    assert error["retryAfter"] >= 1


def test_restart_is_waited_for(running: Running, moderator: "Moderator", node: Path, project: Path, tmp_path: Path) -> None:
    """A client whose service is stopped and started again between two calls notices nothing."""

    def build() -> object:
        return create_app(read_settings(data_dir=tmp_path, queue_ms=60_000), load=lambda _: moderator)

    with ExitStack() as started:
        with running(build()) as service:
            port = service.base_url.port
            command = [str(node), "--input-type=module", "-e", HEAD + RESTARTED, str(service.base_url)]
            process = started.enter_context(
                subprocess.Popen(command, cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == "answered\n"
        process.stdin.write("go on\n")
        process.stdin.flush()
        assert process.stdout.readline() == "refused\n"
        with running(build(), port=port):
            before, after = json.loads(process.stdout.readline())

    assert before == after


def test_failures(run_program: RunProgram) -> None:
    """Silence, drops, nobody, a wait beyond the deadline, a signal and what is not Tipstaff each end a call with their own error."""
    stopped = threading.Event()

    def drip(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")
        while not stopped.wait(0.01):
            connection.sendall(b" ")

    def ask_for_a_minute(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 503 Busy\r\nRetry-After: 60\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with ExitStack() as servers:
        silent = servers.enter_context(socket.create_server(("127.0.0.1", 0)))
        asking, dripping = (servers.enter_context(raw_server(respond)) for respond in (ask_for_a_minute, drip))
        strange = [servers.enter_context(raw_server(respond)) for respond in STRANGE_ANSWERS.values()]
        addresses = [f"http://127.0.0.1:{silent.getsockname()[1]}", unused_address(), asking, dripping, *strange]
        said = run_program(HEAD + FAIL, asking, ",".join(addresses))
        stopped.set()

    assert [said[name]["name"] for name in ("silent", "all", "dripping")] == ["DeadlineError"] * 3
    assert (said["nowhere"]["name"], "ECONNREFUSED" in said["nowhere"]["message"]) == ("ServiceUnreachableError", True)
    assert (said["asking"]["name"], said["asking"]["retryAfter"]) == ("OverloadedError", 60)
    assert [said[name]["message"] for name in ("aborted", "abortedAtRest", "abortedBefore")] == ["enough"] * 3
    assert {error["name"] for error in said["strange"]} == {"UnexpectedAnswerError", "ServiceUnreachableError"}


def test_clients_that_cannot_work_are_not_made(run_program: RunProgram) -> None:
    """An address, key or number that cannot be right is refused at once, without its value."""
    errors = run_program(HEAD + WRONG_OPTIONS)

    assert [error["name"] for error in errors] == ["ConfigurationError"] * len(errors)
    assert SECRET_WORD not in json.dumps(errors)


def test_texts_and_keys_stay_secret(service: httpx.Client, run_program: RunProgram) -> None:
    """Neither a client, nor a judgement, nor an error shows text or key, also where a proxy or a stranger repeats what it was sent."""
    with ExitStack() as servers:
        quoting = [servers.enter_context(raw_server(respond)) for respond in QUOTING_ANSWERS.values()]
        shown = run_program(HEAD + SECRETS, str(service.base_url), ",".join(quoting))

    assert "InvalidRequestError" in shown
    assert "ServiceUnreachableError" in shown
    assert [secret for secret in (SECRET_WORD, KEY) if secret in shown] == []


def test_service_learns_how_long_it_is_waited_for(run_program: RunProgram) -> None:
    """Each attempt says how long its answer is waited for, which is never longer than what is left of the deadline."""
    requests: list[bytes] = []
    refuse = answer_with("503 Service Unavailable", "text/plain", b"")

    def respond(connection: socket.socket, request: bytes) -> None:
        requests.append(request.lower())
        refuse(connection, request)

    program = "console.log(JSON.stringify(await caught(() => new Client({ url, retries: 2, timeout: 50, deadline: 40 }).moderate(TOXIC))));"
    with raw_server(respond) as address:
        error = run_program(HEAD + program, address)

    assert error["name"] == "OverloadedError"
    assert len(requests) == 3
    for request in requests:
        (milliseconds,) = [int(line.split()[1][:-2]) for line in request.split(b"\r\n") if line.startswith(b"x-request-timeout:")]
        assert 0 < milliseconds <= 40_000
