"""Fixtures that call the command in this process or start it in another, for the tests of all commands."""

import contextlib
import io
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.cli.main import main
from tests.service.cli.calls import Call, CommandResult, RunningCommand, Start
from tests.service.command import COMMAND, ROOT


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """A function that calls the command in this process, with the shipped artefact unless another is named."""

    def _call(*arguments: object, stdin: bytes = b"") -> CommandResult:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        monkeypatch.setattr("sys.argv", ["tipstaff", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as exit_info:
            main()
        output = capfd.readouterr()
        assert "Traceback" not in output.err
        return CommandResult(int(exit_info.value.code or 0), output.out, output.err)

    monkeypatch.delenv("TIPSTAFF_ARTEFACT", raising=False)
    # On a busy machine, a run may take so long that it reports its progress, and the one line of its end would be two.
    monkeypatch.setattr("service.batch.terminal_report._SECONDS_BEFORE_FIRST_LINE", 3600.0)
    return _call


@pytest.fixture
def call_small(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """A function that calls the command in this process with the small artefact."""
    monkeypatch.setenv("TIPSTAFF_ARTEFACT", str(folder))
    return call


@pytest.fixture
def start(folder: Path) -> Start:
    """A function that starts the command with the small artefact, for the length of a block."""

    @contextlib.contextmanager
    def _start(*arguments: object, **options: object) -> Iterator[RunningCommand]:
        environment = os.environ | {"TIPSTAFF_ARTEFACT": str(folder), "PYTHONUNBUFFERED": ""}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment}
        with subprocess.Popen([*COMMAND, *map(str, arguments)], cwd=ROOT, **(pipes | options)) as process:  # type: ignore[call-overload]
            try:
                nothing = io.BytesIO()
                yield RunningCommand(process, process.stdin or nothing, process.stdout or nothing, process.stderr or nothing)
            finally:
                process.kill()

    return _start
