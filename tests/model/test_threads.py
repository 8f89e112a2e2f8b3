"""Tests of how the threads of one call share its comments, and of how long work is interrupted."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Comment
from model.moderator import Moderator
from model.profile import Profile
from model.threads import (
    Interruption,
    available_cores,
    check_interruption,
    interruptible,
    is_interruptible,
    run_in_slices,
    run_in_steps,
)

COMMENTS = [Comment(str(at), "you pathetic idiot, good morning to all of you " * 60) for at in range(30)]


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


@given(st.lists(st.integers(0, 200_000), max_size=60))
def test_steps_are_small_and_in_order(sizes: list[int]) -> None:
    """In steps each comment is done once, in order and in the calling thread; a step of several comments stays near one slice."""
    steps: list[tuple[int, int]] = []

    run_in_steps(lambda lo, hi: steps.append((lo, hi)), np.cumsum([0, *sizes]))

    assert [row for lo, hi in steps for row in range(lo, hi)] == list(range(len(sizes)))
    assert all(sum(sizes[lo : hi - 1]) <= 1 << 16 for lo, hi in steps)


def test_work_goes_on_where_nobody_asks() -> None:
    """Outside a context that says otherwise, work cannot be interrupted; such a context counts for its own thread alone."""
    seen: list[bool] = []
    with interruptible(lambda: None):
        thread = threading.Thread(target=lambda: seen.append(is_interruptible()))
        thread.start()
        thread.join(60)
        assert is_interruptible()
    check_interruption()

    assert (seen, is_interruptible()) == ([False], False)


def test_who_contains_failures_does_not_contain_an_interruption() -> None:
    """An interruption passes those who catch whatever goes wrong with one comment."""
    assert not issubclass(Interruption, Exception)


def _count_steps(work: Callable[[], object], *, most: int) -> int:
    """Do some work, interrupt it at a step, and return how many steps were taken."""
    steps = 0

    def check() -> None:
        nonlocal steps
        steps += 1
        if steps >= most:
            raise Interruption

    try:
        with interruptible(check):
            work()
    except Interruption:
        assert steps == most
    return steps


@pytest.fixture(scope="module")
def both(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artefact with both readers, the n-grams and an encoder."""
    return write_both(tmp_path_factory.mktemp("artefacts") / "both")


@pytest.mark.parametrize("explain", [False, True])
@pytest.mark.parametrize("profile", [Profile.FAST, Profile.FULL])
def test_judging_ends_with_its_next_step(both: Path, profile: Profile, explain: bool) -> None:
    """Judging can be interrupted between comments, windows of the encoder and words that are left out, and ends there."""

    def count_steps(*, most: int) -> int:
        moderator = Moderator.load(both, profile=profile)
        return _count_steps(lambda: moderator.decide(COMMENTS, explain=explain, threads=1), most=most)

    whole = count_steps(most=100)

    encoder_steps = len(COMMENTS) * (20 if explain else 1) if profile is Profile.FULL else 0
    assert whole >= min(encoder_steps + (len(COMMENTS) if explain else 2), 100)
    for most in (1, whole // 8 or 1):
        assert count_steps(most=most) == most


def test_small_steps_change_nothing(both: Path) -> None:
    """What is judged in steps that could be interrupted has the same scores, to the last bit."""
    moderator = Moderator.load(both, profile=Profile.FULL)
    with interruptible(lambda: None):
        in_steps = moderator.decide(COMMENTS, threads=1)

    again = Moderator.load(both, profile=Profile.FULL)
    assert (in_steps.scores == again.decide(COMMENTS, threads=1).scores).all()
