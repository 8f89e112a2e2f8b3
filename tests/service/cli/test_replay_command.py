"""``tipstaff replay`` as people call it: against a service, and against servers that answer as no service should."""

import gzip
import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.calls import Call, Start
from tests.service.http.server_process import ServerProcess
from tests.service.migration.stand_in import Answer, stand_in

KEY = "sesame0123456"
TEXT = "A very private remark."


def analyze(text: str = TEXT, **attributes: object) -> dict[str, Any]:
    return {"comment": {"text": text}, "requestedAttributes": {name: {} for name in attributes or ["TOXICITY"]}}


def scored(**scores: float) -> dict[str, Any]:
    return {"attributeScores": {name: {"summaryScore": {"value": score, "type": "PROBABILITY"}} for name, score in scores.items()}}


def write_lines(path: Path, *records: object) -> Path:
    path.write_text("".join(f"{record if isinstance(record, str) else json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def service(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with a small model, which knows TOXICITY and IDENTITY_ATTACK."""
    with ServerProcess(tmp_path_factory.mktemp("service"), artefact=folder) as server:
        yield server.ready()


def test_statuses_latencies_and_differences_are_reported(call: Call, service: str, tmp_path: Path) -> None:
    """Calls of several services are sent; each kind has its statuses and latencies, each attribute its differences, and --out its lines."""
    calls = [{"request": analyze(f"{TEXT} {at}"), "response": scored(TOXICITY=at / 10)} for at in range(10)]
    path = write_lines(
        tmp_path / "calls.jsonl",
        *calls,
        {"request": {"input": [TEXT, TEXT]}, "response": {"results": [{"flagged": False}, {"flagged": True}]}},
        {
            "url": "https://rest.akismet.com/1.1/comment-check",
            "body": f"blog=b&user_ip=192.0.2.1&comment_content=Hello&api_key={KEY}",
            "response": "false",
        },
    )

    result = call("replay", path, "--url", service, "--json", "--out", tmp_path / "out.jsonl", "--threshold", "TOXICITY=0.5")

    report = json.loads(result.out)
    (toxicity,) = report["attributes"]
    lines = sorted((json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()), key=lambda line: int(line["number"]))
    assert (result.code, report["sent"], report["failed"]) == (0, 12, 0)
    assert report["calls"]["comments:analyze"]["statuses"] == {"200": 10}
    assert 0 < report["calls"]["moderations"]["p50_ms"] <= report["calls"]["moderations"]["p99_ms"]
    assert (toxicity["rows"], toxicity["flagged"], toxicity["threshold"]) == (10, 0.5, 0.5)
    assert -1 <= toxicity["mean_difference"] <= 1
    assert report["flags"]["moderations"]["texts"] == 2
    assert report["flags"]["comment-check"]["recorded"] == 0
    assert [line["number"] for line in lines] == list(range(1, 13))
    assert lines[0]["scores"]["TOXICITY"]["recorded"] == 0
    assert TEXT not in result.out + result.err + (tmp_path / "out.jsonl").read_text()
    assert KEY not in result.out + result.err


def test_people_get_lines(call: Call, service: str, tmp_path: Path) -> None:
    """Without --json the figures are lines; a failure and a damaged line are named with their numbers, and the exit code is 3."""
    path = write_lines(
        tmp_path / "calls.jsonl",
        {"request": analyze(), "response": scored(TOXICITY=0.9, SPAM=0.5)},
        analyze(NASTINESS={}),
        '{"comment": {"text": "A very priv',
        {"request": analyze(" "), "response": {"error": {"code": 400, "status": "INVALID_ARGUMENT"}}},
        {"comment": {"text": TEXT}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}},
        "about something else",
    )

    result = call("replay", path, "--url", service)

    assert result.code == 3
    assert "3 calls sent, 1 failed, 1 refused as recorded, 1 not sent (would leave something behind), 1 not sent (about" in result.out
    assert "recorded, and not answered now: SPAM × 1" in result.out
    assert "comments:analyze: 200 × 1, 400 × 2; p50 " in result.out
    assert f"{path}, line 3: is not JSON" in result.err
    assert f"{path}, line 2: 400 INVALID_ARGUMENT INVALID_REQUEST" in result.err
    assert "very priv" not in result.out + result.err


BATCH = (
    "--part\r\nContent-Type: application/http\r\n\r\n"
    f"POST /v1alpha1/comments:analyze?key={KEY}&alt=json HTTP/1.1\r\nContent-Type: application/json\r\nauthorization: Bearer {KEY}\r\n\r\n"
    f"{json.dumps(analyze())}\r\n--part--\r\n"
)


def test_batches_are_sent_whole(call: Call, service: str, tmp_path: Path) -> None:
    """A recorded batch is sent as it is, with the boundary that it begins with."""
    path = write_lines(tmp_path / "calls.jsonl", {"url": "https://commentanalyzer.googleapis.com/batch", "body": BATCH})

    result = call("replay", path, "--url", service, "--json")

    assert (result.code, json.loads(result.out)["calls"]["batch"]["statuses"]) == (0, {"200": 1})
    assert TEXT not in result.out


def test_keys_within_recorded_bodies_are_left_out(call: Call, tmp_path: Path) -> None:
    """Keys in the calls of a batch, and beside the input of a call, are not sent."""
    path = write_lines(
        tmp_path / "calls.jsonl",
        {"url": "https://commentanalyzer.googleapis.com/batch", "body": BATCH},
        {"input": TEXT, "model": "omni-moderation-latest", "api_key": KEY},
    )
    with stand_in(lambda _: (200, {}, b"{}")) as server:
        result = call("replay", path, "--url", server.url, "--concurrency", 1)

    assert (result.code, len(server.requests)) == (0, 2)
    assert b"?alt=json HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{" in server.requests[0][3]
    assert KEY not in repr(server.requests)


def test_recorded_hosts_and_keys_are_not_used(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything goes to the given address, with the given key alone, at the path where the call is answered; proxies are not used."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("TIPSTAFF_KEY", "tip_given_key")
    with stand_in(lambda _: (200, {}, b"{}")) as recorded, stand_in(lambda _: (200, {}, b"{}")) as server:
        path = write_lines(
            tmp_path / "calls.jsonl",
            {
                "url": f"{recorded.url}/proxy/v1alpha1/comments:analyze?key={KEY}&fields=languages",
                "body": analyze(),
                "headers": {"cookie": KEY},
            },
            {"url": "https://rest.akismet.com/1.1/comment-check", "body": f"blog=b&user_ip=1&comment_content=x&api_key={KEY}&key={KEY}"},
            {"url": "https://rest.akismet.com/1.1/submit-ham", "body": "blog=b&user_ip=1&comment_content=x"},
            {"url": "https://commentanalyzer.googleapis.com/batch", "body": BATCH.replace(" HTTP/", f"?key={KEY} HTTP/")},
        )
        result = call("replay", path, "--url", f"{server.url}/tipstaff/", "--rulings", "--concurrency", "1")

    assert result.code == 0
    assert recorded.requests == []
    assert [path for _, path, _, _ in server.requests] == [
        "/tipstaff/v1alpha1/comments:analyze?fields=languages",
        "/tipstaff/1.1/comment-check",
        "/tipstaff/1.1/submit-ham",
        "/tipstaff/batch",
    ]
    assert all(headers["authorization"] == "Bearer tip_given_key" for _, _, headers, _ in server.requests)
    assert json.loads(server.requests[0][3]) == analyze()
    assert b"api_key=tip_given_key" in server.requests[1][3]
    assert KEY not in repr(server.requests)


def test_calls_are_sent_again_when_the_service_says_so(call: Call, tmp_path: Path) -> None:
    """With --retry a call that is answered 503 or 429 is sent again, after the time that the answer names; without it, it failed."""
    path = write_lines(tmp_path / "calls.jsonl", analyze())

    def answer(number: int) -> Answer:
        return ((503, 429, 200)[number], {"retry-after": "0"}, b"{}")

    with stand_in(answer) as patient:
        again = call("replay", path, "--url", patient.url, "--retry", 2, "--json")
    with stand_in(answer) as impatient:
        once = call("replay", path, "--url", impatient.url, "--json")

    assert (again.code, len(patient.requests), json.loads(again.out)["sent_again"]) == (0, 3, 1)
    assert (once.code, len(impatient.requests)) == (3, 1)


def test_a_server_that_misbehaves_is_a_failure(call: Call, tmp_path: Path) -> None:
    """A redirect is not followed, and neither it nor an answer that is no JSON nor no answer at all ends the command."""
    path = write_lines(tmp_path / "calls.jsonl", analyze(), analyze())

    with stand_in(lambda _: (200, {}, b"{}")) as elsewhere:
        with stand_in(lambda number: (307, {"location": elsewhere.url}, b"") if number else (500, {}, b"{broken")) as server:
            result = call("replay", path, "--url", server.url, "--json", "--concurrency", 1)
        assert elsewhere.requests == []
    gone = call("replay", path, "--url", server.url, "--json")

    assert result.code == gone.code == 3
    assert json.loads(result.out)["calls"]["comments:analyze"]["statuses"] == {"500": 1, "307": 1}
    assert json.loads(gone.out)["errors"]["comments:analyze"] == {"the service cannot be reached": 2}


def test_answers_are_read_within_a_bound(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is larger than any of ours is a failure, and so is one that breaks off."""
    monkeypatch.setattr("service.migration.recorded.replay._MAX_RESPONSE_BYTES", 1000)
    path = write_lines(tmp_path / "calls.jsonl", analyze(), analyze())

    short = (200, {"content-length": "500", "connection": "close"}, b"{}")
    with stand_in(lambda number: short if number else (200, {}, b"x" * 2000)) as server:
        result = call("replay", path, "--url", server.url, "--json", "--concurrency", 1)

    assert result.code == 3
    assert sorted(json.loads(result.out)["errors"]["comments:analyze"]) == [
        "the answer is too large",
        "the connection failed (RemoteProtocolError)",
    ]


def test_damaged_recordings_and_keys_end_the_command(call: Call, tmp_path: Path) -> None:
    """A packed recording that breaks off, or a key that can be none, ends the command with one line."""
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(json.dumps(analyze()).encode())[:-12])
    path = write_lines(tmp_path / "calls.jsonl", analyze())

    cut = call("replay", tmp_path / "cut.jsonl.gz", "--url", "http://127.0.0.1:9")
    key = call("replay", path, "--url", "http://127.0.0.1:9", "--key", "sésame")

    assert (cut.code, key.code) == (1, 1)
    assert "cannot be read" in cut.message
    assert "characters that no key has" in key.message
    assert "sésame" not in key.message


def test_refused_keys_of_akismet_are_failures(call: Call, tmp_path: Path) -> None:
    """Akismet's `invalid` comes with 200, and is a failure all the same."""
    path = write_lines(tmp_path / "calls.jsonl", {"url": "https://rest.akismet.com/1.1/verify-key", "body": f"key={KEY}&blog=b"})

    with stand_in(lambda _: (200, {}, b"invalid")) as server:
        result = call("replay", path, "--url", server.url)

    assert result.code == 3
    assert "verify-key: 200 invalid × 1" in result.out
    assert "give it one that may score in TIPSTAFF_KEY" in result.err


def test_a_call_without_a_key_is_told_where_it_goes(call: Call, tmp_path: Path) -> None:
    """Where a service refuses calls as it refuses those without a key, the last line names the variable for it; other failures get none."""
    path = write_lines(tmp_path / "calls.jsonl", analyze())

    with stand_in(lambda _: (403, {}, b'{"error": {"code": 403, "status": "PERMISSION_DENIED"}}')) as server:
        refused = call("replay", path, "--url", server.url)
    with stand_in(lambda _: (500, {}, b"{}")) as server:
        broken = call("replay", path, "--url", server.url)

    assert (refused.code, broken.code) == (3, 3)
    assert refused.err.splitlines()[-1].endswith("TIPSTAFF_KEY")
    assert "TIPSTAFF_KEY" not in broken.err


def test_an_answer_that_does_not_come_is_not_waited_for(call: Call, tmp_path: Path) -> None:
    """After --timeout a call without an answer has failed."""
    released = threading.Event()

    def answer(_: int) -> Answer:
        released.wait(60)
        return (200, {}, b"{}")

    with stand_in(answer) as server:
        result = call("replay", write_lines(tmp_path / "calls.jsonl", analyze()), "--url", server.url, "--timeout", 0.2, "--json")
        released.set()

    assert result.code == 3
    assert json.loads(result.out)["errors"] == {"comments:analyze": {"no answer within 0.2 s": 1}}


def test_an_interruption_prints_what_was_done(start: Start, tmp_path: Path) -> None:
    """Ctrl-C ends the sending, and the figures of what was sent are printed all the same."""
    released, reached = threading.Event(), threading.Event()

    def answer(number: int) -> Answer:
        if number:
            reached.set()
            released.wait(60)
        return (200, {}, b"{}")

    with stand_in(answer) as server:
        path = write_lines(tmp_path / "calls.jsonl", *[analyze()] * 5)
        with start("replay", path, "--url", server.url, "--concurrency", 1) as command:
            assert reached.wait(60)
            command.process.send_signal(signal.SIGINT)
            out, err = command.process.communicate(timeout=60)
        released.set()

    assert command.process.returncode == 130
    assert out.startswith(b"1 calls sent, 0 failed")
    assert b"interrupted; these are the figures" in err
    assert b"Traceback" not in err


def test_limit_and_rate_bound_what_is_sent(call: Call, tmp_path: Path) -> None:
    """--limit sends the first calls only, and --rate spreads their beginnings."""
    path = write_lines(tmp_path / "calls.jsonl", *[analyze()] * 9)

    with stand_in(lambda _: (200, {}, b"{}")) as server:
        result = call("replay", path, "--url", server.url, "--limit", 3, "--rate", 100, "--json")

    assert (result.code, json.loads(result.out)["sent"], len(server.requests)) == (0, 3, 3)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://127.0.0.1", "--url: give the address of a service"),
        ("127.0.0.1:8000", "--url: give the address of a service"),
        (f"http://user:{KEY}@127.0.0.1", "the key goes into TIPSTAFF_KEY"),
        (f"http://127.0.0.1/?key={KEY}", "the key goes into TIPSTAFF_KEY"),
    ],
)
def test_wrong_addresses_are_refused(call: Call, tmp_path: Path, url: str, words: str) -> None:
    """An address that is none, or that holds a key, is refused with what to do, and the key is not repeated."""
    result = call("replay", write_lines(tmp_path / "calls.jsonl", analyze()), "--url", url)

    assert result.code == 1
    assert words in result.message
    assert KEY not in result.message


def test_a_recording_is_not_written_over(call: Call, tmp_path: Path) -> None:
    """--out that is one of the recordings is refused, and the recording stays."""
    path = write_lines(tmp_path / "calls.jsonl", analyze())
    (tmp_path / "link.jsonl").symlink_to(path)

    result = call("replay", path, "--url", "http://127.0.0.1:9", "--out", tmp_path / "link.jsonl")

    assert (result.code, "that file is to be read" in result.message) == (1, True)
    assert path.stat().st_size > 0


def test_files_that_cannot_be_replayed_are_named(call: Call, tmp_path: Path) -> None:
    """A file that is missing, or is a folder, ends the command with 1; a log without bodies, from which nothing can be sent, with 3."""
    log = write_lines(tmp_path / "access.log", '- "POST /v1alpha1/comments:analyze?key=k HTTP/1.1" 200')

    missing = call("replay", tmp_path / "missing", "--url", "http://127.0.0.1:9")
    folder = call("replay", tmp_path, "--url", "http://127.0.0.1:9")
    bodiless = call("replay", log, "--url", "http://127.0.0.1:9")

    assert (missing.code, folder.code, bodiless.code) == (1, 1, 3)
    assert "there is no such file" in missing.message
    assert "is a folder; name the files" in folder.message
    assert "no call with a body was found" in bodiless.message
