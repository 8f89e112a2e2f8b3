"""Sends recorded calls to a running service. Nothing goes to any other host, and no recorded key goes anywhere."""

import asyncio
import json
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from model.errors import InputError
from service.migration.recorded.recorded_calls import RecordedCall, body_text
from service.migration.recorded.recorded_files import UnreadableCall, read_calls

__all__ = ["ReplayJob", "Reply", "check_replay_url", "replay_calls"]

_MAX_RESPONSE_BYTES = 16 << 20
_BOUNDARY = re.compile(r"--([A-Za-z0-9_=.+-]{1,70})[ \t]*\r?\n")
_RETRIED = frozenset({429, 503})
_DEFAULT_WAIT, _LONGEST_WAIT = 1.0, 60.0


@dataclass(frozen=True, kw_only=True)
class ReplayJob:
    """Recorded calls, and how to send them.

    Attributes:
        files: the files that they are in.
        url: the address of the service.
        key: its key; None if it needs none.
        concurrency: how many calls are under way at once.
        rate: the most calls that begin in a second; None for as many as are answered.
        limit: the most calls to send; None for all.
        retries: how often a call that is answered 429 or 503 is sent again.
        timeout: seconds for which an answer is waited for.
        stores: whether calls that leave something behind, such as rulings, are sent too.
    """

    files: tuple[Path, ...]
    url: str
    key: str | None = field(default=None, repr=False)
    concurrency: int = 4
    rate: float | None = None
    limit: int | None = None
    retries: int = 0
    timeout: float = 30.0
    stores: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What became of a call.

    Attributes:
        call: the call.
        status: the status of the answer; None if there was none.
        failure: what kept it from being answered; empty if it was answered.
        seconds: how long the answer took, without the waiting before another attempt.
        retries: how often it was sent again.
        response: the answer, parsed from JSON where it is JSON.
    """

    call: RecordedCall
    status: int | None
    failure: str = ""
    seconds: float = 0.0
    retries: int = 0
    response: Any = None


def check_replay_url(url: str) -> str:
    """Return the address of a service without a slash at its end.

    Raises:
        InputError: it is no such address, or has a user's name or a key in it.
    """
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        parts = httpx.URL()
    if parts.scheme not in {"http", "https"} or not parts.host:
        raise InputError("--url: give the address of a service, such as http://127.0.0.1:8000")
    if parts.userinfo or parts.query or parts.fragment:
        raise InputError("--url: give the address alone, without a user, a query or a key; the key goes into TIPSTAFF_KEY")
    return str(parts).rstrip("/")


async def replay_calls(
    job: ReplayJob, *, on_reply: Callable[[Reply], None], on_skipped: Callable[[RecordedCall | UnreadableCall], None]
) -> None:
    """Send the recorded calls of a job in their order, several at once.

    Args:
        job: the calls, and how to send them.
        on_reply: is called with what became of each call that was sent, in the order in which that is known.
        on_skipped: is called with each record that was not sent.

    Raises:
        DumpError: a file cannot be read.
        InputError: the address is none.
    """
    url = check_replay_url(job.url)
    if job.key is not None and not (job.key.isascii() and job.key.isprintable()):
        raise InputError("the key has characters that no key has; check TIPSTAFF_KEY")
    calls = _sendable_calls(job, on_skipped)
    pace = _Pace(job.rate)
    # Neither a proxy nor passwords from the environment: texts go to the service that is named, and to nobody else.
    async with httpx.AsyncClient(
        verify=ssl.create_default_context() if url.startswith("https:") else False,
        timeout=job.timeout,
        trust_env=False,
        follow_redirects=False,
        limits=httpx.Limits(max_connections=job.concurrency),
    ) as client:

        async def work() -> None:
            for call in calls:
                await pace.wait()
                on_reply(await _send(client, url, call, job))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(job.concurrency):
                    group.create_task(work())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None


def _sendable_calls(job: ReplayJob, on_skipped: Callable[[RecordedCall | UnreadableCall], None]) -> Iterator[RecordedCall]:
    sent = 0
    for file in job.files:
        for call in read_calls(file):
            if job.limit is not None and sent >= job.limit:
                return
            if isinstance(call, UnreadableCall) or call.body is None or (call.kind.stores and not job.stores):
                on_skipped(call)
                continue
            sent += 1
            yield call


class _Pace:
    """Lets calls begin one after another, no faster than a rate."""

    def __init__(self, rate: float | None) -> None:
        self._interval = 0.0 if rate is None else 1 / rate
        self._next_start = time.monotonic()

    async def wait(self) -> None:
        start = max(self._next_start, time.monotonic())
        self._next_start = start + self._interval
        if self._interval:
            await asyncio.sleep(max(0.0, start - time.monotonic()))


async def _send(client: httpx.AsyncClient, url: str, call: RecordedCall, job: ReplayJob) -> Reply:
    """Send a call, again if it is told to come later, and return what became of it."""
    for attempt in range(job.retries + 1):
        reply, wait = await _attempt(client, url, call, job, attempt)
        if reply.status not in _RETRIED or attempt == job.retries:
            break
        await asyncio.sleep(wait)
    return reply


async def _attempt(client: httpx.AsyncClient, url: str, call: RecordedCall, job: ReplayJob, attempt: int) -> tuple[Reply, float]:
    headers = {"content-type": _media(call), "user-agent": "tipstaff-replay"}
    if job.key is not None:
        headers["authorization"] = f"Bearer {job.key}"
    address = f"{url}{call.kind.path}" + (f"?{call.query}" if call.query else "")
    start = time.perf_counter()
    try:
        async with (
            asyncio.timeout(job.timeout),
            client.stream("POST", address, content=body_text(call, key=job.key), headers=headers) as answer,
        ):
            content = b""
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > _MAX_RESPONSE_BYTES:
                    return Reply(call=call, status=answer.status_code, failure="the answer is too large", retries=attempt), 0.0
    except (httpx.TimeoutException, TimeoutError):
        return Reply(call=call, status=None, failure=f"no answer within {job.timeout:g} s", retries=attempt), 0.0
    except httpx.HTTPError as error:
        return Reply(call=call, status=None, failure=_describe(error), retries=attempt), 0.0
    seconds = time.perf_counter() - start
    reply = Reply(call=call, status=answer.status_code, seconds=seconds, retries=attempt, response=_parse(content))
    return reply, _seconds_to_wait(answer.headers.get("retry-after", ""))


def _media(call: RecordedCall) -> str:
    """Return the content type of a call; that of a batch names the boundary with which its body begins."""
    if isinstance(call.body, str) and (boundary := _BOUNDARY.match(call.body)):
        return f"multipart/mixed; boundary={boundary[1]}"
    return call.media


def _describe(error: httpx.HTTPError) -> str:
    """Return what failed, without the address, in which there could be anything."""
    return "the service cannot be reached" if isinstance(error, httpx.ConnectError) else f"the connection failed ({type(error).__name__})"


def _parse(content: bytes) -> Any:
    text = content.decode("utf-8", "replace").strip()
    try:
        return json.loads(text) if text.startswith(("{", "[")) else text
    except (ValueError, RecursionError):
        return text


def _seconds_to_wait(header: str) -> float:
    try:
        return min(max(float(header), 0.0), _LONGEST_WAIT)
    except ValueError:
        return _DEFAULT_WAIT
