"""Tests of until when an answer is of use."""

import time
from typing import Any

from service.http.admission.queue import DEADLINE, LAST_BYTE_AT
from service.http.workload.deadlines import find_deadline, share_deadline


def test_a_call_may_only_ask_for_less() -> None:
    """Judging has to end when the service says so, counted from the last byte of the call, or when the call says so, if that is earlier."""
    scope: dict[str, Any] = {LAST_BYTE_AT: 100.0}

    assert find_deadline(scope, seconds=30) == (130.0, 30)
    assert find_deadline(scope | {DEADLINE: 120.0}, seconds=30) == (120.0, None)
    assert find_deadline(scope | {DEADLINE: 3000.0}, seconds=30) == (130.0, 30)


def test_calls_of_a_bundle_end_together() -> None:
    """The deadline of a bundle holds for each of its calls, whenever that begins."""
    scope: dict[str, Any] = {LAST_BYTE_AT: 100.0}
    share_deadline(scope, seconds=30)

    assert find_deadline({**scope, LAST_BYTE_AT: 125.0}, seconds=30).at == 130.0
    assert find_deadline({**scope, DEADLINE: 110.0}, seconds=30).at == 110.0


def test_a_call_without_times_has_a_deadline_too() -> None:
    """Where no server has noted when the call was read, the time counts from now."""
    now = time.monotonic()

    assert now + 30 <= find_deadline({}, seconds=30).at < now + 90
