"""Waiting with a deadline, so that a test that waits in vain fails and says for what instead of hanging."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

_T = TypeVar("_T")

_PAUSE = 0.01


def wait_until(condition: Callable[[], _T | None], *, what: str, seconds: float = 60) -> _T:
    """Calls a condition again and again until it holds.

    Args:
        condition: returns something true once it holds; called at least once, and with short pauses.
        what: the condition in words, for the message of a test that fails: "the service is ready".
        seconds: the longest wait. It is generous by default, since the machine may be busy; a wait that succeeds costs no more.

    Returns:
        What the condition returned when it held.
    """
    deadline = time.monotonic() + seconds
    while not (outcome := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:g} s in vain until {what}")
        time.sleep(_PAUSE)
    return outcome
