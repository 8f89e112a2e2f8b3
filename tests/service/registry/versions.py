"""Small versions for the tests of a registry, and reports of a gate about them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["MakeVersion", "Publish", "gate"]

MakeVersion = Callable[..., Path]
Publish = Callable[..., str]


def gate(champion: str, *, passed: bool = True, **verdicts: str) -> dict[str, Any]:
    """Return a report of the gate, of which each rule says *better* unless it is told otherwise."""
    rules = {"gain": "better", "gate-kit": "no change"} | verdicts
    fixed = {"about": "It is so.", "figure": 0.1, "low": 0.0, "high": 0.2, "limit": 0.0, "n": 100, "remark": ""}
    return {
        "format": 1,
        "champion": champion,
        "candidate": "small@000000000000",
        "passed": passed,
        "rules": [fixed | {"rule": name, "verdict": verdict} for name, verdict in rules.items()],
    }
