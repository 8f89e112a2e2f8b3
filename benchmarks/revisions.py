"""Other revisions of this checkout, which are measured beside it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Skipped

__all__ = ["CHECKOUT", "checked_out"]

CHECKOUT = Path(__file__).parents[1]
"""The folder of this checkout."""


@contextmanager
def checked_out(revision: str, folder: Path) -> Iterator[Path]:
    """Check out a revision into a folder of its own.

    Raises:
        Skipped: Git knows no such revision.
    """
    git = ["git", "-C", str(CHECKOUT), "worktree"]
    added = subprocess.run([*git, "add", "--quiet", "--detach", str(folder), revision], capture_output=True, text=True, check=False)
    if added.returncode:
        raise Skipped(f"{revision}: {added.stderr.strip().splitlines()[-1]}")
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)
