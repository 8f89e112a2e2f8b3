"""What a command costs: its time by the clock and of the processor, the memory of its processes, and what it prints while it runs."""

import os
import re
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

__all__ = ["CommandCost", "run_command"]

_SAMPLING_INTERVAL = 0.25
"""Seconds between two looks at the memory."""
_MEGABYTE = 1e6
_PEAK = re.compile(r"^VmHWM:\s*(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class CommandCost:
    """The cost of a command.

    Attributes:
        seconds: wall-clock time.
        cpu_seconds: time of the processor, of all its processes together.
        total_memory: peak memory of all its processes together, in MB; pages that they share count once.
        largest_memory: peak memory of its largest process (RSS), in MB.
        exit_code: its exit code.
        messages: the seconds after which each line came on standard error, and the line.
    """

    seconds: float
    cpu_seconds: float
    total_memory: float
    largest_memory: float
    exit_code: int
    messages: Sequence[tuple[float, str]]


def run_command(arguments: Sequence[str], *, accepted: Sequence[int] = (0,)) -> CommandCost:
    """Run a command and return its cost.

    Args:
        arguments: the command.
        accepted: the exit codes with which it does not fail.

    Raises:
        RuntimeError: it fails; the message is what it printed on standard error.
    """
    peak_total = peak_largest = 0.0
    messages: list[tuple[float, str]] = []
    env = {**os.environ, "LC_ALL": "en_US.UTF-8"}
    cpu_before, start = _children_seconds(), time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=env)
    with process:
        listener = threading.Thread(target=_listen, args=(process.stderr, start, messages))
        listener.start()
        while process.poll() is None:
            total, largest = _process_memory(process.pid)
            peak_total, peak_largest = max(peak_total, total), max(peak_largest, largest)
            time.sleep(_SAMPLING_INTERVAL)
        seconds = time.perf_counter() - start
        listener.join()
    if process.returncode not in accepted:
        raise RuntimeError("\n".join(line for _, line in messages).strip() or f"exit code {process.returncode}")
    return CommandCost(seconds, _children_seconds() - cpu_before, peak_total, peak_largest, process.returncode, messages)


def _listen(stream: IO[str] | None, start: float, messages: list[tuple[float, str]]) -> None:
    messages.extend((time.perf_counter() - start, line.rstrip("\n")) for line in stream or ())


def _children_seconds() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _process_memory(pid: int) -> tuple[float, float]:
    """Return the memory of a process and its children together (PSS), and the peak so far of the largest of them (RSS), in MB."""
    total = largest = 0.0
    try:
        processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return 0.0, 0.0
    for process in processes:
        try:
            memory = process.memory_full_info()
            peak = _PEAK.search(Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8"))
        except (psutil.Error, OSError):
            continue
        total += getattr(memory, "pss", memory.rss) / _MEGABYTE
        largest = max(largest, int(peak[1]) * 1024 / _MEGABYTE if peak else memory.rss / _MEGABYTE)
    return total, largest
