"""The fuzzer of calls finds planted faults, finds none where there is none, and what it once found is answered well now."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import model.failures
from fuzz.campaign import Campaign
from fuzz.http.mutations import Request
from fuzz.http.raw import CallFuzzer, check_log
from fuzz.http.service import SITES, RunningService, serving
from fuzz.promises import BrokenPromiseError
from model.failures import Step, log_failure

ROOT = Path(__file__).parents[3]
KEPT = sorted((ROOT / "fuzz/kept/http").glob("*.http"))
FAULTS = {
    "answers with a fault": "no call is a fault of the service",
    "says an undocumented status": "only documented statuses are answered",
    "says that it is busy without saying until when": "503 says when to come again",
    "returns the text": "no answer holds the text of a comment",
    "answers with numbers that JSON lacks": "what is called JSON is JSON",
    "answers with half a problem": "a problem document says what RFC 9457 asks for",
    "lacks the headers of protection": "every answer of the app has the headers of protection",
    "does not answer": "every call is answered",
    "writes the text into its log": "the log holds no text of a comment",
    "logs a traceback": "the log holds no traceback",
}


@contextmanager
def planted(fault: str, folder: Path) -> Iterator[RunningService]:
    """Run a service with one fault."""
    log = folder / "log"
    with log.open("ab") as stream:
        command = [sys.executable, "-m", "tests.fuzz.http.planted_server", fault]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=stream)
    with process:
        try:
            assert process.stdout is not None
            yield RunningService(process, int(process.stdout.readline()), log)
        finally:
            process.terminate()


def found(folder: Path) -> list[str]:
    """Return the first lines of all notes."""
    return [path.read_text(encoding="utf-8").splitlines()[0] for path in folder.glob("findings/*/*.note")]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(tmp_path: Path, fault: str) -> None:
    """Each kind of fault is found within a few calls, and called by its name."""
    campaign = Campaign(tmp_path / "campaign", seed=1, inputs=1000)
    with planted(fault, tmp_path) as service:
        CallFuzzer(campaign, service).look(2)
    assert campaign.tally.failures > 0
    assert any(line.startswith(f"not kept: {FAULTS[fault]}") for line in found(tmp_path / "campaign"))


def test_a_line_that_is_no_json_is_found() -> None:
    """In a log in JSON each line is an object; what a library prints beside it is found."""
    check_log(b'{"a": 1}\n{"b": 2}\n', is_json=True)
    check_log(b"a line\n")
    for lines in (b'{"a": 1}\na line\n', b"[]\n"):
        with pytest.raises(BrokenPromiseError, match="each line of a log in JSON"):
            check_log(lines, is_json=True)


def test_a_step_that_failed_is_found(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a service says of a comment that it could not read as usual is found, though the call was answered."""
    monkeypatch.setattr(model.failures, "_limit", model.failures._LogLimit())
    log_failure(Step.MARKUP, RecursionError())
    with pytest.raises(BrokenPromiseError, match="no step of judging fails"):
        check_log(caplog.text.encode())


def test_a_death_is_found(tmp_path: Path) -> None:
    """A service that ends is a finding, and the calls before it are kept."""
    campaign = Campaign(tmp_path / "campaign", seed=1, inputs=1000)
    with planted("none", tmp_path) as service:
        fuzzer = CallFuzzer(campaign, service)
        service.process.kill()
        service.process.wait()
        with pytest.raises((RuntimeError, OSError)):
            fuzzer.look(1)


def test_nothing_is_found_where_nothing_is_wrong(tmp_path: Path) -> None:
    """A server that answers as it says it does leads to no finding."""
    campaign = Campaign(tmp_path / "campaign", seed=2, inputs=1000)
    with planted("none", tmp_path) as service:
        CallFuzzer(campaign, service).look(4)
    assert found(tmp_path / "campaign") == []
    assert campaign.tally.inputs == 64


def test_the_service_keeps_every_promise(tmp_path: Path) -> None:
    """Some hundred calls of chance, and those that once failed, are answered as documented, and nothing of them is logged."""
    campaign = Campaign(tmp_path, seed=3, inputs=1000)
    with serving(SITES["open"], tmp_path / "service") as service:
        fuzzer = CallFuzzer(campaign, service)
        fuzzer.look(20)
        for path in KEPT:
            fuzzer.replay(path.read_bytes())
        fuzzer.check_metrics()
    assert found(tmp_path) == []
    assert campaign.tally.inputs >= 320


def test_a_kept_call_is_checked_like_any_other(tmp_path: Path) -> None:
    """Bytes that were kept are sent as they are, and a fault in the answer is found."""
    campaign = Campaign(tmp_path / "campaign", seed=1, inputs=1000)
    with planted("answers with a fault", tmp_path) as service:
        CallFuzzer(campaign, service).replay(b"POST /v1/moderate HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
    assert found(tmp_path / "campaign") == ["not kept: no call is a fault of the service (POST /v1/moderate)"]


def test_a_request_is_read_from_its_bytes() -> None:
    """The method and the path of kept bytes are known, also where they are hardly HTTP."""
    assert Request.read(b"POST /batch?x=1 HTTP/1.1\r\n\r\n")[:2] == ("POST", "/batch")
    assert Request.read(b"\xff")[:2] == ("\xff", "")
