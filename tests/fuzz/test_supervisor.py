"""A fuzzer runs in a process of its own: whatever ends it is noticed, and what it was at is kept."""

from pathlib import Path

from fuzz.supervisor import Budget, run_fuzzer


def findings(folder: Path) -> dict[str, bytes]:
    """Return the kept inputs by the first line of their notes."""
    return {
        path.read_text(encoding="utf-8").splitlines()[0]: path.with_suffix("").read_bytes() for path in folder.glob("findings/*/*.note")
    }


def test_a_clean_run_ends_with_its_budget(tmp_path: Path) -> None:
    """As many inputs are tried as were asked for, and nothing is found."""
    outcome = run_fuzzer("tests.fuzz.planted:behave", tmp_path, Budget(0, 500, 1))
    assert (outcome.tally.inputs, outcome.is_clean, findings(tmp_path)) == (500, True, {})


def test_a_budget_of_time_ends_a_run(tmp_path: Path) -> None:
    """A run that is limited by time alone ends, having tried something."""
    outcome = run_fuzzer("tests.fuzz.planted:behave", tmp_path, Budget(0.2, 0, 1))
    assert outcome.is_clean
    assert outcome.tally.seconds >= 0.2


def test_a_broken_promise_is_kept_with_its_input(tmp_path: Path) -> None:
    """What a fuzzer reports makes the run fail, and the input is kept under the promise that it broke."""
    outcome = run_fuzzer("tests.fuzz.planted:report_one", tmp_path, Budget(0, 10, 1))
    assert not outcome.is_clean
    assert findings(tmp_path) == {"not kept: a promise": b"bad"}


def test_a_death_is_a_finding(tmp_path: Path) -> None:
    """The input that kills the process is kept, and others are tried after it in a new process."""
    outcome = run_fuzzer("tests.fuzz.planted:die_at_five", tmp_path, Budget(0, 4, 1))
    assert outcome.deaths == 0
    assert outcome.is_clean
    outcome = run_fuzzer("tests.fuzz.planted:die_at_five", tmp_path, Budget(20, 0, 1), most_deaths=2)
    assert outcome.deaths == 2
    assert findings(tmp_path) == {"the process died (SIGSEGV)": b"input 5"}


def test_a_fuzzer_that_fails_itself_is_no_finding(tmp_path: Path) -> None:
    """An exception of the fuzzer's own ends the run, which is not clean and says why."""
    outcome = run_fuzzer("tests.fuzz.planted:fail_itself", tmp_path, Budget(0, 10, 1))
    assert not outcome.is_clean
    assert "the fuzzer cannot go on" in outcome.error
    assert findings(tmp_path) == {}
