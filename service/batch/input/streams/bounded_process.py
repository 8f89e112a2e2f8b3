"""Processes of their own for untrusted files whose parser keeps no bounds itself."""

import resource
import subprocess
import sys
from typing import IO

__all__ = ["bound_process", "run_bounded"]


def run_bounded(code: str, content: IO[bytes], results: IO[bytes], *, deadline: float) -> bool:
    """Run code in a process of its own that finds the modules which this one finds; begin with ``bound_process`` there.

    Args:
        code: Python; nothing of the untrusted file may be in it.
        content: a file, which is the process's standard input from where it stands.
        results: the file that the process's standard output goes to; it stands at its beginning afterwards.
        deadline: seconds after which the process is killed, however busy the machine is.

    Returns:
        Whether the process came to its end.
    """
    command = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"]
    try:
        process = subprocess.run(  # noqa: S603 - nothing of the file is in the command
            command, stdin=content, stdout=results, stderr=subprocess.DEVNULL, check=False, timeout=deadline
        )
    except subprocess.TimeoutExpired:
        return False
    results.seek(0)
    return process.returncode == 0


def bound_process(*, memory: int, seconds: int, output: int) -> None:
    """Have the system end this process when it takes too much; it cannot be undone.

    Args:
        memory: bytes of address space.
        seconds: seconds of a core.
        output: bytes of the largest file that it writes.
    """
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
