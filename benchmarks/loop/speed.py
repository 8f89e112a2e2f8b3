"""How long retraining takes, how much memory, and whether order and threads change the candidate."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.comments import CORPUS
from benchmarks.figures import Figure, Skipped
from benchmarks.loop.site_rows import draw_rulings, load_site
from training.shipped_model.corpus import find_sources
from training.tables.labelled import Labelled
from training.tables.labelled_tables import read_tables

__all__ = ["measure"]

_BASE = Path(__file__).parents[2] / "model" / "default"
_ROOT = Path(__file__).parents[2]
_SITE = "cad"
_FEW, _MANY = 200, 100_000
_MOST_SECONDS_OF_FEW, _MOST_SECONDS, _MOST_GIGABYTES = 30.0, 300.0, 4.0
_GIGABYTE = 1e9


def measure(*, state: Path, count: int | None = None) -> Iterator[Figure | Skipped | str]:
    """Yield seconds and memory of retraining on 200 rulings and on the whole corpus with 100,000 rulings, and how many hashes came of it.

    Args:
        state: where the tables are kept.
        count: rulings beside the corpus; None for 100,000.
    """
    site = load_site(_SITE)
    few = _keep(draw_rulings(site, _FEW, seed=0), state / "few.parquet")
    _retrain(few)  # compiles what is not compiled yet
    first = _retrain(few, "--threads", "1")
    yield Figure(f"retraining on {_FEW} rulings", first["seconds"], "s", at_most=_MOST_SECONDS_OF_FEW, note="one thread, without the gate")
    yield Figure(f"peak memory with {_FEW} rulings", first["peak"] / _GIGABYTE, "GB", at_most=_MOST_GIGABYTES)
    others = [_retrain(few, "--threads", str(threads), "--shuffle", str(threads)) for threads in (1, 2, 4)]
    hashes = {run["content_hash"] for run in (first, *others)}
    yield Figure("candidates of the same rows in any order, on 1, 2 and 4 threads", len(hashes), at_most=1, note="by their hashes")
    many = _keep(_many_rulings(count or _MANY), state / f"many_{count or _MANY}.parquet")
    everything = [_retrain(many, *map(str, find_sources(CORPUS)), *options) for options in ((), ("--threads", "1", "--shuffle", "1"))]
    rows = f"{everything[0]['rows']:,} rows"
    yield Figure("retraining on the whole corpus and many rulings", everything[0]["seconds"], "s", at_most=_MOST_SECONDS, note=rows)
    yield Figure("peak memory with the whole corpus", everything[0]["peak"] / _GIGABYTE, "GB", at_most=_MOST_GIGABYTES, note=rows)
    hashes = {run["content_hash"] for run in everything}
    yield Figure("candidates of the whole corpus in two orders", len(hashes), at_most=1, note="all threads, and one")


def _many_rulings(count: int) -> Labelled:
    """Return rows of the other languages: no comment of the English corpus among them."""
    rows = read_tables([CORPUS / "languages" / table.name for table in sorted((CORPUS / "languages").glob("[!r]*.parquet"))]).rows
    return rows.take(np.sort(np.random.default_rng(0).permutation(len(rows))[:count]))


def _keep(rows: Labelled, path: Path) -> Path:
    """Write rows as a table, as a snapshot would have them, unless it is there, and return its path."""
    if path.is_file():
        return path
    import pyarrow as pa
    import pyarrow.parquet as pq

    answers = {name: [None if answer < 0 else bool(answer) for answer in column] for name, column in _answers(rows).items()}
    people = [f"moderator {number % 12}" for number in range(len(rows))]
    table = pa.table(
        {"text": rows.text, **answers, "source": rows.source, "id": rows.id, "moderator": people, "role": ["moderator"] * len(rows)}
    )
    part = path.with_suffix(".part")
    pq.write_table(table, part)
    part.replace(path)
    return path


def _answers(rows: Labelled) -> Mapping[str, Any]:
    return {"abusive": rows.abusive.tolist(), "hateful": rows.hateful.tolist()}


def _retrain(*arguments: str | Path) -> dict[str, Any]:
    """Retrain the shipped model in a process of its own, and return what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.loop.retrain_process", str(_BASE), f"{folder}/candidate", *map(str, arguments)]
        run = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    printed: dict[str, Any] = json.loads(run.stdout)
    return printed
