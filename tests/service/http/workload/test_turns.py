"""Tests of whose job works next."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.workload import turns as turns_module
from service.http.workload.turns import Turn, Turns
from tests.waiting import wait_until


class Work:
    """JudgingJobs that note in which order they begin."""

    def __init__(self, places: int = 1) -> None:
        self.turns = Turns(places=places)
        self.begun: list[str] = []

    def add(self, name: str, *, caller: str = "a", is_long: bool = False, kind: str = "") -> Turn:
        turn = Turn(lambda: self.begun.append(name), caller=caller, is_long=is_long, kind=kind)
        self.turns.enter(turn)
        return turn


def test_callers_take_turns() -> None:
    """A caller that comes last begins second, however many jobs another has waiting; those of one caller begin in order."""
    work = Work()
    working = work.add("a0", is_long=True)
    waiting = [work.add(f"a{n}", is_long=True) for n in range(1, 5)] + [work.add("b", caller="b", is_long=True)]
    for turn in [working, *waiting[:1], waiting[4], *waiting[1:4]]:
        work.turns.leave(turn)

    assert work.begun == ["a0", "a1", "b", "a2", "a3", "a4"]


def test_short_and_long_jobs_take_turns() -> None:
    """A short job waits for one long job at the most, also if they are of one caller; and the other way round."""
    work = Work()
    jobs = [work.add(f"long {n}", is_long=True) for n in range(3)]
    short = [work.add(f"short {n}") for n in range(3)]
    for turn in (jobs[0], short[0], jobs[1], short[1], jobs[2], short[2]):
        work.turns.leave(turn)

    assert work.begun == ["long 0", "short 0", "long 1", "short 1", "long 2", "short 2"]


def test_kinds_of_jobs_of_a_caller_share_its_turns() -> None:
    """Of the jobs of a caller that wait, those go first whose kind has worked for less; a kind that comes late need not catch up."""
    work = Work()
    jobs = {name: work.add(name, kind=name[0]) for name in ("a0", "a1", "b0", "b1", "b2", "b3")}
    for name, seconds in {"a0": 10_000, "b0": 1_000, "b1": 1_000}.items():
        assert work.begun[-1] == name
        jobs[name]._since -= seconds  # type: ignore[operator]
        work.turns.leave(jobs[name])
    late = [work.add(f"c{number}", kind="c") for number in range(2)]
    for turn in (jobs["b2"], late[0], jobs["b3"], late[1]):
        assert turn.is_working
        turn._since -= 3_000 if turn is jobs["b2"] else 6_000  # type: ignore[operator]
        work.turns.leave(turn)

    assert work.begun == ["a0", "b0", "b1", "b2", "c0", "b3", "c1", "a1"]


def test_what_is_withdrawn_never_begins() -> None:
    """A job that is taken out while it waits never begins, and takes the place of no other."""
    work = Work()
    working, withdrawn, other = work.add("a"), work.add("b"), work.add("c")
    work.turns.withdraw(withdrawn)
    work.turns.leave(withdrawn)
    assert work.begun == ["a"]
    work.turns.leave(working)

    assert work.begun == ["a", "c"]
    assert (withdrawn.has_begun, other.is_working) == (False, True)


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turns that are over at once."""
    monkeypatch.setattr(turns_module, "_TURN", -1.0)


@pytest.mark.usefixtures("short_turns")
def test_a_job_lets_others_go_first() -> None:
    """A long job that has worked for long enough waits until the job of another has ended, and then goes on."""
    work = Work()
    long_job = work.add("long", is_long=True)
    other = work.add("other", caller="b")
    assert long_job.is_over

    thread = threading.Thread(target=work.turns.let_others_work, args=(long_job,))
    thread.start()
    wait_until(lambda: other.has_begun, what="the other job begins")
    assert (long_job.is_working, other.is_working) == (False, True)
    work.turns.leave(other)
    thread.join(60)

    assert not thread.is_alive()
    assert long_job.is_working


@pytest.mark.usefixtures("short_turns")
def test_a_job_that_waits_between_turns_hears_that_it_is_not_wanted() -> None:
    """A job that is withdrawn between two turns goes on at once, without a place, so that it can end."""
    work = Work()
    long_job, other = work.add("long", is_long=True), work.add("other", caller="b")
    thread = threading.Thread(target=work.turns.let_others_work, args=(long_job,))
    thread.start()
    wait_until(lambda: other.has_begun, what="the other job begins")
    work.turns.withdraw(long_job)
    thread.join(60)
    work.turns.leave(long_job)

    assert not thread.is_alive()
    assert (long_job.is_working, other.is_working) == (False, True)


@pytest.mark.usefixtures("short_turns")
def test_nobody_waits_for_nobody() -> None:
    """A job beside which no other waits simply goes on."""
    work = Work()
    job = work.add("a")
    work.turns.let_others_work(job)

    assert job.is_working


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.sampled_from(["leave", "withdraw", "wait"])), max_size=30),
    st.integers(1, 3),
)
def test_places_are_neither_lost_nor_invented(steps: list[tuple[str, bool, str]], places: int) -> None:
    """Whatever comes and goes in whichever order, no more jobs work than there are places, and no place is idle while a job waits."""
    work = Work(places)
    jobs: list[Turn] = []
    waiting = 0
    for caller, is_long, then in steps:
        jobs.append(work.add("", caller=caller, is_long=is_long))
        if then == "leave" and any(job.is_working for job in jobs):
            job = next(job for job in jobs if job.is_working)
            jobs.remove(job)
            work.turns.leave(job)
        elif then == "withdraw":
            job = jobs[-1]
            work.turns.withdraw(job)
            if not job.is_working:
                jobs.remove(job)
        working = sum(job.is_working for job in jobs)
        waiting = len(jobs) - working
        assert working == min(places, len(jobs))
    assert waiting == sum(not job.has_begun for job in jobs)
