"""What happens between a call and its answer: attempts, waits and the deadline; without a network, so that both clients share it.

What has to be done next is yielded as a step, and the client that carries it out sends back what came of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from random import SystemRandom
from typing import TypeVar, Union

from tipstaff_client.errors import DeadlineError, ServiceUnreachableError, TipstaffClientError, error_of_answer
from tipstaff_client.options import ClientOptions
from tipstaff_client.version import __version__

__all__ = ["Answer", "Call", "Failure", "Outcome", "Send", "Steps", "Wait", "build_headers", "exchange"]

_log = logging.getLogger("tipstaff_client")

_FIRST_WAIT = 0.1
_LONGEST_WAIT = 8.0
_MOST_DOUBLINGS = 10
_random = SystemRandom()


@dataclass(frozen=True)
class Call:
    """A call: its method, its path below the address of the service, and its body as JSON."""

    method: str
    path: str
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Send:
    """The step of sending a call once, and of waiting for its answer for ``timeout`` seconds at most."""

    call: Call
    timeout: float


@dataclass(frozen=True)
class Wait:
    """The step of doing nothing for some seconds."""

    seconds: float


@dataclass(frozen=True)
class Answer:
    """An answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Failure:
    """No answer, and why: the time was over, or the connection failed."""

    is_timeout: bool
    reason: str


Outcome = Union[Answer, Failure, None]
"""What came of a step: an answer or a failure after `Send`, nothing after `Wait`."""

_T = TypeVar("_T")
Steps = Generator[Union[Send, Wait], Outcome, _T]
"""Steps that end with a value."""


def build_headers(options: ClientOptions, call: Call, timeout: float) -> dict[str, str]:
    """Return the headers of a call, of which one tells the service how long its answer is waited for."""
    headers = {"Accept": "application/json", "User-Agent": f"tipstaff-client/{__version__} (Python)"}
    headers["X-Request-Timeout"] = f"{max(1, int(timeout * 1000))}ms"
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    if options.key is not None:
        headers["Authorization"] = f"Bearer {options.key}"
    return headers


def exchange(call: Call, options: ClientOptions, *, until: float) -> Steps[Answer]:
    """Send a call until it succeeds, must not be tried again, or there is no time left.

    Args:
        call: the call, which has to mean the same however often it is sent.
        options: how it is sent.
        until: the moment, in seconds of ``time.monotonic``, after which nobody waits.

    Returns:
        The first answer with success.

    Raises:
        TipstaffClientError: what the last attempt ended with.
    """
    attempt = 0
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise DeadlineError("the deadline was over before the call could be sent")
        outcome = yield Send(call, min(options.timeout, left))
        if isinstance(outcome, Answer) and 200 <= outcome.status < 300:
            return outcome
        error = _error_of(outcome, options)
        wait = _choose_wait(attempt, error.retry_after)
        if not error.retryable or attempt >= options.retries or time.monotonic() + wait >= until:
            raise error
        attempt += 1
        _log.debug("%s %s: attempt %d follows in %.2f s, since %s", call.method, call.path, attempt + 1, wait, type(error).__name__)
        yield Wait(wait)


def _error_of(outcome: Outcome, options: ClientOptions) -> TipstaffClientError:
    if isinstance(outcome, Answer):
        return error_of_answer(outcome.status, outcome.headers, outcome.body)
    if isinstance(outcome, Failure) and outcome.is_timeout:
        return DeadlineError(f"no answer from {options.shown_url} in time")
    reason = outcome.reason if isinstance(outcome, Failure) else "nothing was sent"
    return ServiceUnreachableError(f"no answer from {options.shown_url}: {reason}")


def _choose_wait(attempt: int, retry_after: float | None) -> float:
    """Return the seconds to wait: twice as long each time, by chance up to half less, and never less than the service asks for.

    However many clients were refused at the same moment, chance keeps them from coming back at the same moment.
    """
    backoff = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempt, _MOST_DOUBLINGS))
    if retry_after is not None and retry_after >= backoff / 2:
        return retry_after + _random.uniform(0, max(backoff, retry_after / 4))
    return _random.uniform(backoff / 2, backoff)
