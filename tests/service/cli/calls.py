"""Calls of the command and their results, for the tests of all commands."""

import contextlib
import csv
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Call", "CommandResult", "RunningCommand", "Start", "write_csv"]


@dataclass(frozen=True)
class CommandResult:
    """The result of a call of the command."""

    code: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """The one line on standard error."""
        assert self.err.count("\n") == 1
        assert self.err.startswith("tipstaff: ")
        return self.err


@dataclass(frozen=True)
class RunningCommand:
    """The command at work in a process of its own."""

    process: "subprocess.Popen[bytes]"
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]


Call = Callable[..., CommandResult]
Start = Callable[..., contextlib.AbstractContextManager[RunningCommand]]


def write_csv(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """Write a CSV file and return its path."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
    return path
