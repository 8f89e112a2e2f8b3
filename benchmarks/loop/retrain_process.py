"""Retrains once, in a process of its own, and prints what that took: seconds, peak memory, the hash of the candidate."""

import argparse
import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.retrain.read_rows import read_ruling_rows
from training.retrain.retrain import retrain
from training.retrain.retrain_job import RetrainJob

__all__ = ["main"]

_KIBIBYTE = 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Retrain, and print seconds, peak memory in bytes and the hash of the candidate as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loop.retrain_process")
    parser.add_argument("champion", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("tables", type=Path, nargs="+")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--shuffle", type=int, metavar="SEED", help="the rows come in another order")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    rows = read_ruling_rows(options.tables)
    if options.shuffle is not None:
        rows = rows.take(np.random.default_rng(options.shuffle).permutation(len(rows)))
    candidate = retrain(RetrainJob(rows=rows, champion=options.champion, out=options.out, threads=options.threads))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else _KIBIBYTE)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - start,
                "peak": peak,
                "rows": len(rows),
                "content_hash": candidate.manifest.content_hash,
            }
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
