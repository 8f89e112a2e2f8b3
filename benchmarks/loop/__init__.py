"""Measures the loop from rulings to a better model in service: what retraining gains, what the gate lets pass, what a reload costs.

Each part is a module of this folder with a function ``measure(*, state, count)``. It yields `Figure`, `Skipped` and remarks; ``state`` is
a folder of its own, in which it keeps what it has measured, so that a run that is stopped goes on where it was; ``count`` makes it
smaller: so many seeds of each site, candidates of each kind, activations or kills (None is the full measure, which takes hours).
"""

import importlib.util
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.figures import Figure, Skipped

__all__ = ["DEFAULT_STATE", "PARTS", "measure"]

DEFAULT_STATE = Path("build/loop")

PARTS = ("sites", "languages", "speed", "gate", "reload", "acts")
"""The names of the parts, in the order in which they run."""


def measure(*, parts: Sequence[str] = (), count: int | None = None, state: Path = DEFAULT_STATE) -> Iterator[Figure | Skipped | str]:
    """Yield what each part measures.

    Args:
        parts: the names of the parts to run; all, if there are none.
        count: how much each part measures; None for all of it.
        state: the folder of the state; created if necessary.

    Raises:
        Skipped: there is no part of one of these names.
    """
    if unknown := sorted(set(parts) - set(PARTS)):
        raise Skipped(f"loop has no part {unknown[0]!r}: it has {', '.join(PARTS)}")
    for part in parts or PARTS:
        yield f"### {part}"
        try:
            yield from _measure_part(part, count=count, state=state / part)
        except Skipped as reason:
            yield reason


def _measure_part(part: str, *, count: int | None, state: Path) -> Iterator[Figure | Skipped | str]:
    name = f"benchmarks.loop.{part}"
    if importlib.util.find_spec(name) is None:
        raise Skipped(f"loop {part}: this checkout has no such part")
    state.mkdir(parents=True, exist_ok=True)
    yield from import_module(name).measure(state=state, count=count)
