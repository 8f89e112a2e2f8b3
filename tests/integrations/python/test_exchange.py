"""How attempts and waits follow one another, without a network and without waiting."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tipstaff_client import DeadlineError, OverloadedError, RateLimitError, ServiceUnreachableError, TipstaffClientError
from tipstaff_client.exchange import Answer, Call, Failure, Outcome, Send, Wait, exchange
from tipstaff_client.options import ClientOptions, read_options

CALL = Call("POST", "/v1/moderate", b"{}")
LONGEST_WAIT = 8


def make_options(retries: int) -> ClientOptions:
    return read_options("http://a", None, timeout=10, connect_timeout=2, deadline=30, retries=retries, max_comments=10, max_body_bytes=4096)


def drive(outcome: Outcome, *, retries: int, seconds: float) -> tuple[list[float], TipstaffClientError]:
    """Answer every attempt in the same way; return what was to be waited between them, and the error of the last."""
    steps = exchange(CALL, make_options(retries), until=time.monotonic() + seconds)
    waits: list[float] = []
    step = next(steps)
    try:
        while True:
            assert isinstance(step, Send)
            assert 0 < step.timeout <= min(10, seconds)
            step = steps.send(outcome)
            assert isinstance(step, Wait)
            waits.append(step.seconds)
            step = steps.send(None)
    except TipstaffClientError as error:
        return waits, error


@given(st.one_of(st.none(), st.integers(0, 80_000)), st.integers(0, 1500))
def test_waits_grow_and_never_fall_short_of_what_is_asked(asked: int | None, retries: int) -> None:
    """As many tries follow as are allowed; each wait is as long as the service asks for, and not much longer than that and 8 s."""
    answer = Answer(503, {} if asked is None else {"retry-after": str(asked)}, b"")

    waits, error = drive(answer, retries=retries, seconds=1e9)

    assert isinstance(error, OverloadedError)
    assert len(waits) == retries
    assert all(max(asked or 0, 0.01) <= wait <= (asked or 0) * 1.25 + LONGEST_WAIT for wait in waits)
    assert all(wait >= LONGEST_WAIT / 2 for wait in waits[8:])


@given(st.integers(1, 3000), st.integers(0, 5000))
def test_no_wait_is_begun_that_the_deadline_would_end(seconds: int, asked: int) -> None:
    """A wait that would last beyond the deadline is left out: the refusal before it is the outcome, at once."""
    waits, error = drive(Answer(429, {"retry-after": str(asked)}, b""), retries=3, seconds=seconds)

    assert isinstance(error, RateLimitError)
    assert all(wait < seconds for wait in waits)
    assert not waits or asked < seconds


@pytest.mark.parametrize(("is_timeout", "kind"), [(True, DeadlineError), (False, ServiceUnreachableError)])
def test_calls_without_an_answer_are_sent_again(is_timeout: bool, kind: type[TipstaffClientError]) -> None:
    """A call that got no answer is sent again, and its error says from where."""
    waits, error = drive(Failure(is_timeout=is_timeout, reason="nobody is there"), retries=2, seconds=1e6)

    assert len(waits) == 2
    assert isinstance(error, kind)
    assert "http://a" in str(error)


def test_calls_that_are_wrong_are_sent_once() -> None:
    """What the service would refuse again is not sent again."""
    for status in (400, 401, 403, 404, 413, 415, 422, 500, 302):
        waits, error = drive(Answer(status, {"retry-after": "1"}, b""), retries=3, seconds=1e6)
        assert (waits, error.status) == ([], status)
