"""What people would write today to score a dump: ``python -m benchmarks.loops NAME DUMP OUT``, each in its own few lines."""

import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from benchmarks.contenders import CONTENDERS

__all__ = ["LOOPS", "main"]

_CHUNK = 10_000


def _pandas_loop(name: str) -> Callable[[str, str], None]:
    """Return what reads JSON Lines in chunks of a data frame, judges each, and appends it to a CSV file."""

    def loop(dump: str, out: str) -> None:
        import pandas as pd

        judge = CONTENDERS[name]()
        for number, chunk in enumerate(pd.read_json(dump, lines=True, chunksize=_CHUNK)):
            found: Any = judge(chunk["body"].tolist())
            told = [str(one) for one in found]
            frame = pd.DataFrame({"id": chunk["id"], "scores": told})
            frame.to_csv(out, mode="a" if number else "w", header=not number, index=False)

    return loop


LOOPS: Mapping[str, Callable[[str, str], None]] = MappingProxyType(
    {
        "a pandas loop over HateSonar": _pandas_loop("HateSonar"),
        "alt-profanity-check over chunks": _pandas_loop("alt-profanity-check"),
        "a scikit-learn pipeline over chunks": _pandas_loop("scikit-learn"),
    }
)
"""What is measured beside us: name → what reads a dump and writes its scores."""


def main(arguments: Sequence[str]) -> None:
    """Score a dump."""
    name, dump, out = arguments
    LOOPS[name](dump, out)


if __name__ == "__main__":
    main(sys.argv[1:])
