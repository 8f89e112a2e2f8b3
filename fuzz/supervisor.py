"""Runs a fuzzer in a process of its own, so that its death, its silence and its hunger are findings too, and it goes on after them."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from fuzz.campaign import CurrentInput, Tally, resident_bytes
from fuzz.findings import Finding, FindingStore

__all__ = ["Budget", "Outcome", "run_fuzzer"]

_ROOT = Path(__file__).parents[1]
_POLL = 0.2  # seconds
_START_SECONDS = 300
_SPARE_SECONDS = 120
_MOST_DEATHS = 50
_MOST_CPU_SECONDS = 60  # of one input, or of the batch that it is in
_MOST_BYTES = 6 * 2**30
# A process under test may hold this share more than after its warm-up, or these bytes: caches fill, allocators keep what was freed.
_INPUTS_TO_JUDGE_GROWTH = 2000
_GROWTH_SHARE, _GROWTH_BYTES = 0.1, 64 * 2**20


@dataclass(frozen=True)
class Budget:
    """How much a fuzzer may do: whichever is spent first ends it; 0 is no limit.

    Attributes:
        seconds: of time.
        inputs: number of inputs.
        seed: of its chance.
    """

    seconds: float
    inputs: int
    seed: int


@dataclass
class Outcome:
    """What came of a run.

    Attributes:
        tally: what was done, all processes together.
        deaths: how often the process died, fell silent or grew too large.
        grew: whether the memory of the process under test did not stay flat.
        error: the end of what a process wrote to standard error when it failed on its own; empty if none did.
    """

    tally: Tally = field(default_factory=Tally)
    deaths: int = 0
    grew: bool = False
    error: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether something was tried, and every promise was kept."""
        return self.tally.inputs > 0 and not (self.tally.failures or self.deaths or self.grew or self.error)

    def add(self, tally: Tally) -> None:
        """Add what one process has done."""
        total = self.tally
        total.inputs += tally.inputs
        total.failures += tally.failures
        total.seconds += tally.seconds
        total.start_bytes = total.start_bytes or tally.start_bytes
        total.end_bytes = tally.end_bytes or total.end_bytes
        if tally.inputs >= _INPUTS_TO_JUDGE_GROWTH:
            self.grew |= tally.end_bytes - tally.start_bytes > max(_GROWTH_BYTES, _GROWTH_SHARE * tally.start_bytes)


def run_fuzzer(name: str, folder: Path, budget: Budget, *, most_deaths: int = _MOST_DEATHS) -> Outcome:
    """Run a fuzzer until its budget is spent, in a new process whenever one has died.

    Args:
        name: one of ``fuzz.worker.FUZZERS``, or a module and a function, ``module:function``.
        folder: for its corpus and its findings; may hold those of earlier runs.
        budget: how much it may do.
        most_deaths: after how many deaths of its process it is given up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    outcome = Outcome()
    while outcome.deaths < most_deaths:
        seconds = budget.seconds - outcome.tally.seconds if budget.seconds else 0.0
        inputs = budget.inputs - outcome.tally.inputs if budget.inputs else 0
        if (budget.seconds and seconds <= 0) or (budget.inputs and inputs <= 0):
            break
        left = Budget(seconds, inputs, budget.seed + outcome.deaths)
        if _run_process(name, folder, left, outcome):
            break
        outcome.deaths += 1
    return outcome


def _run_process(name: str, folder: Path, budget: Budget, outcome: Outcome) -> bool:
    """Run one process; return whether it came to its end."""
    tally_path, errors = folder / "tally.json", folder / "stderr"
    tally_path.unlink(missing_ok=True)
    (folder / "current").unlink(missing_ok=True)
    numbers = (str(budget.seed), f"{budget.seconds:.3f}", str(budget.inputs))
    with errors.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "fuzz.worker", name, str(folder), *numbers], stderr=stream, start_new_session=True
        )
    try:
        reason = _watch(process, folder, budget)
    finally:
        _end_group(process)
    tally = Tally.read(tally_path)
    outcome.add(tally)
    if process.returncode == 0:
        return True
    message = errors.read_bytes()[-4000:].decode(errors="replace")
    if process.returncode == 1 and not reason:
        # The fuzzer itself has failed, and would fail again.
        outcome.error = message
        return True
    _keep_last_input(folder, reason or f"the process died ({_describe_exit(process.returncode)})", message)
    return False


def _watch(process: "subprocess.Popen[bytes]", folder: Path, budget: Budget) -> str:
    """Wait for a process to end; end it if an input keeps it busy or fills its memory, and return the reason."""
    begin = time.monotonic()
    last, cpu_then = -1, 0.0
    while process.poll() is None:
        time.sleep(_POLL)
        number, cpu = _look(process.pid, folder)
        if number != last:
            last, cpu_then = number, cpu
        elif number > 0 and cpu - cpu_then > _MOST_CPU_SECONDS:
            return f"an input takes more than {_MOST_CPU_SECONDS} s of CPU"
        if number > 0 and _bytes_of(process.pid) > _MOST_BYTES:
            return f"an input takes more than {_MOST_BYTES >> 30} GiB of memory"
        if budget.seconds and time.monotonic() - begin > budget.seconds + _START_SECONDS + _SPARE_SECONDS:
            return "the fuzzer does not end"
    return ""


def _look(pid: int, folder: Path) -> tuple[int, float]:
    """Return the number of the input that a process is at, and the CPU seconds that it has spent."""
    try:
        times = psutil.Process(pid).cpu_times()
        return CurrentInput(folder / "current").read()[0], times.user + times.system
    except (OSError, ValueError, psutil.Error):
        return 0, 0.0


def _bytes_of(pid: int) -> int:
    try:
        return resident_bytes(pid)
    except (OSError, IndexError):
        return 0


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """End a process and whatever it has started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            if number == signal.SIGTERM:
                process.wait(5)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
    process.wait()


def _keep_last_input(folder: Path, reason: str, message: str) -> None:
    try:
        _, content, suffix = CurrentInput(folder / "current").read()
    except (OSError, ValueError):
        content, suffix = b"", ".bin"
    FindingStore(folder / "findings").add(Finding(reason, message, content, suffix))


def _describe_exit(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
