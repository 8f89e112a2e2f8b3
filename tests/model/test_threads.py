"""Tests of how the threads of one call share its comments."""

import os
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.threads import available_cores, run_in_slices


@given(st.lists(st.integers(0, 60_000), max_size=60), st.integers(1, 5))
def test_every_comment_has_its_turn(sizes: list[int], threads: int) -> None:
    """Each comment is done exactly once, however large the comments are and however many threads share them."""
    done: list[int] = []
    lock = threading.Lock()

    def run(lo: int, hi: int) -> None:
        with lock:
            done.extend(range(lo, hi))

    run_in_slices(run, np.cumsum([0, *sizes]), threads)

    assert sorted(done) == list(range(len(sizes)))


def test_cores_are_those_that_this_process_may_use() -> None:
    """There is at least one, and no more than the machine has."""
    assert 1 <= available_cores() <= (os.cpu_count() or 1)


def test_one_thread_is_the_callers() -> None:
    """With one thread all is done in the calling one, in one go."""
    calls = []

    run_in_slices(lambda lo, hi: calls.append((lo, hi, threading.get_ident())), np.arange(0, 10_000_000, 100_000), 1)

    assert calls == [(0, 99, threading.get_ident())]


def test_large_batches_are_shared() -> None:
    """Enough work is cut into slices that threads other than the calling one do."""
    calls = []

    run_in_slices(lambda lo, hi: calls.append((lo, hi, threading.get_ident())), np.arange(0, 10_000_000, 100_000), 2)

    assert len(calls) >= 8
    assert threading.get_ident() not in {thread for _, _, thread in calls}


def test_what_goes_wrong_in_a_thread_is_raised() -> None:
    """An error in one slice reaches the caller."""

    def run(lo: int, hi: int) -> None:
        raise ValueError(f"{lo} to {hi}")

    with pytest.raises(ValueError, match="to"):
        run_in_slices(run, np.arange(0, 10_000_000, 100_000), 2)
