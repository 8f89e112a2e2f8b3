"""Calls of every dialect, changed at random in every part, over plain sockets to a service in a process of its own."""

import json
import re
from collections.abc import Sequence

from fuzz.campaign import Campaign
from fuzz.http.answers import AnswerChecker
from fuzz.http.calls import CANARY
from fuzz.http.connection import converse
from fuzz.http.mutations import Credentials, Request, generate_request
from fuzz.http.service import FORUM_KEY, SITES, WEBHOOK_SECRET, RunningService, Site, serving
from fuzz.promises import BrokenPromiseError, hold

__all__ = ["CallFuzzer", "check_log", "fuzz_keyed_site", "fuzz_open_site"]

_BATCH = 16
_BATCHES_PER_LOOK = 4
_METRICS_EVERY = 100  # looks
_TRACEBACK = re.compile(rb"Traceback|coroutine .* was never awaited|Task exception was never retrieved")
# What a service contains is answered like anything else, so only its log tells that a step of judging has failed.
_FAILED_STEP = re.compile(rb"could not be read as usual")
_SUFFIX = ".http"


def fuzz_open_site(campaign: Campaign) -> None:
    """Make calls to a service that needs no key, until the budget is spent."""
    _fuzz_site(campaign, SITES["open"])


def fuzz_keyed_site(campaign: Campaign) -> None:
    """Make calls to a service that needs a key, behind a proxy."""
    _fuzz_site(campaign, SITES["keyed"])


def _fuzz_site(campaign: Campaign, site: Site) -> None:
    with serving(site, campaign.folder) as service:
        campaign.pid = service.process.pid
        fuzzer = CallFuzzer(campaign, service)
        looks = 0
        while campaign.goes_on():
            fuzzer.look(_BATCHES_PER_LOOK)
            looks += 1
            if looks % _METRICS_EVERY == 0:
                fuzzer.check_metrics()
        fuzzer.check_metrics()


def check_log(lines: bytes, *, secrets: Sequence[str] = (), is_json: bool = False) -> None:
    """Check what a service has logged.

    Args:
        lines: whole lines of the log.
        secrets: what must not be in it besides the text of comments.
        is_json: whether each line has to be an object in JSON.

    Raises:
        BrokenPromiseError: it holds the text of a comment, a key, a traceback, a step of judging that failed, or a line that is none.
    """
    hidden = [CANARY.encode(), *(secret.encode() for secret in secrets)]
    hold(not any(word in lines for word in hidden), "the log holds no text of a comment and no key", _around(lines, hidden))
    fault = _TRACEBACK.search(lines)
    hold(not fault, "the log holds no traceback", repr(lines[fault.start() : fault.start() + 4000]) if fault else "")
    failure = _FAILED_STEP.search(lines)
    hold(not failure, "no step of judging fails", repr(lines[max(0, failure.start() - 200) : failure.start() + 4000]) if failure else "")
    for line in lines.splitlines() if is_json else ():
        try:
            is_object = isinstance(json.loads(line), dict)
        except ValueError:
            is_object = False
        hold(is_object, "each line of a log in JSON is an object", repr(line[:2000]))


def _around(lines: bytes, words: Sequence[bytes]) -> str:
    return next((repr(lines[max(0, at - 500) : at + 500]) for word in words if (at := lines.find(word)) >= 0), "")


class CallFuzzer:
    """Makes calls to one service, and checks its answers, its log and that it lives."""

    def __init__(self, campaign: Campaign, service: RunningService) -> None:
        self._campaign, self._service = campaign, service
        secrets = [FORUM_KEY, WEBHOOK_SECRET, *([service.secret] if service.secret else [])]
        self._credentials = Credentials(service.secret, WEBHOOK_SECRET)
        self._secrets = secrets
        self.checker = AnswerChecker(service.openapi(), secrets=secrets)
        self._check_log()

    def _check_log(self) -> None:
        check_log(self._service.new_log(), secrets=self._secrets, is_json=self._service.logs_json)

    def look(self, batches: int) -> None:
        """Make some batches of calls, then look into the log."""
        tried: list[Request] = []
        for _ in range(batches):
            requests = [generate_request(self._campaign.random, self._credentials) for _ in range(_BATCH)]
            for request in requests:
                self._campaign.begin(request.content, suffix=_SUFFIX)
            self.call_all(requests)
            tried += requests
        self.check_process(tried)

    def call_all(self, requests: Sequence[Request]) -> None:
        """Make calls, those in form over one connection, the others each over its own, and check the answers."""
        framed = [request for request in requests if request.is_framed]
        talk = converse(self._service.port, [request.content for request in framed], heads=[request.method == "HEAD" for request in framed])
        # An answer that ends the connection may be to a later call, which the parser has refused before the earlier ones were answered.
        told = next((at for at, answer in enumerate(talk.answers) if answer.header("connection") == "close"), len(talk.answers))
        for request, answer in zip(framed[:told], talk.answers, strict=False):
            self._try_check(request, answer)
        for request in framed[told:]:
            self._call_alone(request)
        for request in requests:
            if not request.is_framed:
                self._call_alone(request)

    def replay(self, content: bytes) -> None:
        """Send bytes that were kept, and check what comes back, the log and that the service lives."""
        request = Request.read(content)
        self._campaign.begin(content, suffix=_SUFFIX)
        self._call_alone(request)
        self._service.get("/healthz")
        self.check_process([request])

    def _call_alone(self, request: Request) -> None:
        talk = converse(self._service.port, [request.content], heads=[request.method == "HEAD"], half_close=not request.is_framed)
        try:
            hold(talk.ended or talk.answers, "every connection is answered or closed in time", f"{talk.seconds:.0f} s, {talk.rest[:200]!r}")
            if request.is_framed:
                hold(talk.answers, "every call is answered", f"{request.method} {request.path}: {talk.rest[:500]!r}")
                hold(not talk.rest, "nothing follows the last answer", repr(talk.rest[:500]))
        except BrokenPromiseError as broken:
            self._report(broken, request)
        for answer in talk.answers:
            self._try_check(request, answer)

    def _try_check(self, request: Request, answer: object) -> None:
        try:
            self.checker.check(request, answer)  # type: ignore[arg-type]
        except BrokenPromiseError as broken:
            self._report(broken, request)

    def _report(self, broken: BrokenPromiseError, request: Request) -> None:
        kind, seen = broken.args
        self._campaign.report(kind, seen, request.content, suffix=_SUFFIX)

    def check_process(self, tried: Sequence[Request]) -> None:
        """Check the log, and find the call that is to blame by making the calls again, one by one."""
        if self._service.process.poll() is not None:
            content = b"".join(request.content for request in tried)
            self._campaign.report("not kept: the service lives", f"exit code {self._service.process.returncode}", content, suffix=_SUFFIX)
            raise RuntimeError("the service has died")
        try:
            self._check_log()
        except BrokenPromiseError as broken:
            self._blame(broken, tried)

    def _blame(self, broken: BrokenPromiseError, tried: Sequence[Request]) -> None:
        for request in tried:
            self._call_alone(request)
            self._service.get("/healthz")
            try:
                self._check_log()
            except BrokenPromiseError as again:
                self._report(again, request)
                return
        kind, seen = broken.args
        self._campaign.report(kind, seen, b"".join(request.content for request in tried), suffix=_SUFFIX)

    def check_metrics(self) -> None:
        """Check that the metrics hold no text and no key, and that the service still judges."""
        metrics = self._service.get("/metrics")
        json.loads(self._service.get("/v1/model"))
        if any(word.encode() in metrics for word in (CANARY, *self._secrets)):
            self._campaign.report("not kept: the metrics hold no text and no key", metrics.decode()[:4000], metrics, suffix=".metrics")
