"""Scores a dump as people without Tipstaff would, with a short loop over a library: ``python -m benchmarks.loops NAME DUMP OUT``."""

import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from benchmarks.contenders import CONTENDERS

__all__ = ["LOOPS", "main"]

_CHUNK = 10_000  # rows


def _pandas_loop(name: str) -> Callable[[str, str], None]:
    """Return the loop that reads JSON Lines in chunks, scores each chunk with a contender and appends it to a CSV file."""

    def loop(dump: str, out: str) -> None:
        import pandas as pd

        judge = CONTENDERS[name]()
        for number, chunk in enumerate(pd.read_json(dump, lines=True, chunksize=_CHUNK)):
            scores: Any = judge(chunk["body"].tolist())
            frame = pd.DataFrame({"id": chunk["id"], "scores": [str(score) for score in scores]})
            frame.to_csv(out, mode="a" if number else "w", header=not number, index=False)

    return loop


LOOPS: Mapping[str, Callable[[str, str], None]] = MappingProxyType(
    {
        "a pandas loop over HateSonar": _pandas_loop("HateSonar"),
        "alt-profanity-check over chunks": _pandas_loop("alt-profanity-check"),
        "a scikit-learn pipeline over chunks": _pandas_loop("scikit-learn"),
    }
)
"""Name → loop that reads a dump and writes its scores."""


def main(arguments: Sequence[str]) -> None:
    """Score a dump with the named loop."""
    name, dump, out = arguments
    LOOPS[name](dump, out)


if __name__ == "__main__":
    main(sys.argv[1:])
