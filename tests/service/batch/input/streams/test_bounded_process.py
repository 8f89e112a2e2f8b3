"""Code that runs in a process of its own gets its input, gives its output, and ends where it takes too much."""

import tempfile

import pytest

from service.batch.input.streams.bounded_process import run_bounded

_BOUND = "from service.batch.input.streams.bounded_process import bound_process; bound_process(memory=1 << 28, seconds=2, output=1 << 20); "


def run(code: str, *, deadline: float = 600) -> bytes | None:
    """Return what code writes that gets six bytes; None if it does not come to its end."""
    with tempfile.TemporaryFile() as content, tempfile.TemporaryFile() as results:
        content.write(b"hello\n")
        content.seek(0)
        return results.read() if run_bounded(code, content, results, deadline=deadline) else None


def test_what_the_process_reads_and_writes_passes_through() -> None:
    """Standard input is the content; the results can be read from their beginning."""
    assert run(_BOUND + "print(input() * 2)") == b"hellohello\n"


@pytest.mark.parametrize(
    "code",
    ["bytearray(1 << 30)", "list(iter(int, 1))", "print('x' * (1 << 21), flush=True)", "raise SystemExit(1)"],
    ids=["memory", "time or memory", "output", "failure"],
)
def test_a_process_that_takes_too_much_does_not_come_to_its_end(code: str) -> None:
    """Bounds hold for memory, seconds of a core and bytes of output."""
    assert run(_BOUND + code) is None


def test_a_process_that_sleeps_is_killed() -> None:
    """Seconds of a core do not bound a process that waits."""
    assert run("import time; time.sleep(600)", deadline=0.2) is None
