"""Kills Tipstaff at random moments, again and again, and checks that nothing it acknowledged is lost or counted twice.

Half of the kills hit the service and the commands that write to its store, half hit `tipstaff score`. Each one that was checked is a line
of ``kills.jsonl`` in the folder of the state, so a run that was itself stopped goes on where it stopped.
"""

import json
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.kills_score import kill_score
from benchmarks.kills_service import kill_service
from benchmarks.kills_tools import Check

__all__ = ["DEFAULT_STATE", "measure"]

DEFAULT_STATE = Path("build/kills")

_PROGRESS_EVERY = 10
_SHOWN = 5
_KINDS = {"service": kill_service, "score": kill_score}


def measure(*, count: int = 1000, state: Path = DEFAULT_STATE, kinds: Collection[str] = tuple(_KINDS)) -> Iterator[Figure | str]:
    """Yield what the kills of this run and of the runs before it found.

    Args:
        count: the number of kills in all, those of earlier runs included; half of them of the service, half of `tipstaff score`.
        state: the folder of the state; created if necessary.
        kinds: what is killed, `service` or `score`; both share the kills, one of them has all.
    """
    state.mkdir(parents=True, exist_ok=True)
    journal = state / "kills.jsonl"
    commit = _read_commit()
    for place, kind in enumerate(kinds):
        kill = _KINDS[kind]
        share = count // len(kinds) + (count % len(kinds) if place == 0 else 0)
        while (missing := share - sum(line["of"] == kind for line in _read_lines(journal))) > 0:
            folder = state / f"{kind}-{time.time_ns():x}"
            failed = False
            for checked in kill(folder, seed=random.SystemRandom().getrandbits(32), most=missing):
                _append_line(journal, checked.as_line(of=kind, commit=commit))
                failed = failed or not checked.check.is_good
            if not failed:
                # What a failure has left stays, to be looked at.
                shutil.rmtree(folder, ignore_errors=True)
    yield from _figures(list(_read_lines(journal)))


def _read_commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    run = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return run.stdout.strip() or "unknown"


def _read_lines(journal: Path) -> Iterator[Mapping[str, Any]]:
    for line in journal.read_text(encoding="utf-8").splitlines(keepends=True) if journal.exists() else ():
        # The last line may have been cut off when the run was stopped.
        if line.endswith("\n"):
            yield json.loads(line)


def _append_line(journal: Path, line: Mapping[str, Any]) -> None:
    if journal.exists() and not journal.read_bytes().endswith(b"\n"):
        journal.write_text("".join(f"{json.dumps(whole)}\n" for whole in list(_read_lines(journal))), encoding="utf-8")
    with journal.open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(line)}\n")
    number = sum(1 for _ in _read_lines(journal))
    if number % _PROGRESS_EVERY == 0 or line["faults"]:
        print(f"{number} kills; the last: {json.dumps(line)[:2000]}", file=sys.stderr, flush=True)


def _figures(lines: Sequence[Mapping[str, Any]]) -> Iterator[Figure | str]:
    kinds = Counter(line["kill"] for line in lines)
    note = ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items()))
    commits = ", ".join(sorted({line["commit"] for line in lines}))
    acknowledged = sum(line["acknowledged"] for line in lines)
    rows = sum(line["rows"] for line in lines)
    for line in [line for line in lines if line["faults"]][:_SHOWN]:
        yield f"fault: {json.dumps(line)}"
    yield Figure("kills: processes that were killed", len(lines), "", note=f"{note}; commits {commits}")
    yield Figure("kills: writes that were acknowledged, and checked", acknowledged, "", note=f"and {rows:,} rows of completed dumps")
    for name in Check.counts:
        yield Figure(f"kills: {name}", sum(line[name] for line in lines), "", at_most=0)
