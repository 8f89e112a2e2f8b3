"""Kills `tipstaff score` at random moments, runs it again until it is complete, and compares with a run that nobody killed."""

import csv
import gzip
import json
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.kills_tools import Check, CheckedKill, Victim

__all__ = ["kill_score"]

_OUTPUTS = ("out.jsonl", "out.csv", "out.parquet", "out.sqlite", "out")
_FILES = 6
_ROWS = 2500  # of each file
_DAMAGED_EVERY = 500  # rows of some dumps
_MOST_KILLS = 8  # of one output
_START_SECONDS = 1.5  # about how long the command takes until it writes anything
_WORK_SECONDS = 0.9  # and about how long from then on
_TWO_JOBS_SHARE = 0.4  # of the outputs
_HELPER_SHARE = 0.3  # of the kills while several processes share the work
_POLL = 0.002  # seconds
_WORDS = ("you", "are", "a fool", "and the tea", "was cold", "friend", "what an idiot", "lovely garden", "stupid", "thank", "kind")


def kill_score(folder: Path, *, seed: int, most: int) -> Iterator[CheckedKill]:
    """Yield kills, each once the output that it interrupted is complete and has been compared.

    Args:
        folder: the folder for dumps and outputs.
        seed: decides what is left to chance.
        most: the greatest number of kills.
    """
    chance = random.Random(seed)
    folder.mkdir(parents=True)
    dumps = _write_dumps(folder / "dumps", chance)
    count = 0
    for name in chance.sample(_OUTPUTS, len(_OUTPUTS)):
        reference = folder / "reference" / name
        with _score(dumps, reference, jobs=1, folder=folder) as run:
            if code := run.wait():
                raise RuntimeError(f"tipstaff score ends with {code}; {folder / 'log'} says why")
        # Two jobs take most of the time of a kill, since each of the processes imports everything for itself.
        for jobs in (1, 1, 2) if chance.random() < _TWO_JOBS_SHARE else (1, 1):
            out = folder / f"{count} {name}" / name
            for checked in _kill_until_complete(dumps, out, reference, jobs=jobs, chance=chance, folder=folder, most=most - count):
                yield checked
                count += 1
            if count >= most:
                return


def _score(dumps: Sequence[Path], out: Path, *, jobs: int, folder: Path) -> Victim:
    out.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["score", *map(str, dumps), "--out", str(out), "--jobs", str(jobs), "--profile", "fast", "--keep", "number"]
    return Victim(arguments, settings={}, folder=folder)


def _kill_until_complete(
    dumps: Sequence[Path], out: Path, reference: Path, *, jobs: int, chance: random.Random, folder: Path, most: int
) -> Iterator[CheckedKill]:
    """Start the command and kill it until it completes before that, or often enough; then let it complete, and compare."""
    kills: list[CheckedKill] = []
    while len(kills) < min(most, _MOST_KILLS):
        with _score(dumps, out, jobs=jobs, folder=folder) as run:
            killed = _kill_at_random(run, out, kind=f"{reference.suffix.removeprefix('.') or 'folder'}, {jobs} jobs", chance=chance)
        if killed is None:
            break
        kills.append(killed)
    with _score(dumps, out, jobs=jobs, folder=folder) as run:
        code = run.wait()
    if kills:
        kills[-1] = replace(kills[-1], rows=_FILES * _ROWS)
        kills[-1].check.add(_compare(out, reference))
        if code:
            kills[-1].check.broken.append(f"{out}: the last run ended with {code}")
    yield from kills


def _kill_at_random(run: Victim, out: Path, *, kind: str, chance: random.Random) -> CheckedKill | None:
    """Kill the command, or a process that shares its work; None if it has completed before."""
    began = time.monotonic()
    # Two thirds of the moments come after the first trace on the disk: that is where something can go wrong.
    waits_for_traces = chance.random() < 2 / 3
    before = _traces(out)
    while waits_for_traces and run.is_running and _traces(out) == before:
        run.run_for(_POLL)
    run.run_for(chance.random() * (_WORK_SECONDS if waits_for_traces else _START_SECONDS))
    seconds = time.monotonic() - began
    helpers = run.workers()
    if helpers and chance.random() < _HELPER_SHARE:
        chance.choice(helpers).kill()
        run.wait()
        return CheckedKill(f"score's helper, {kind}", Check(), seconds)
    if not run.kill():
        return None
    return CheckedKill(f"score, {kind}", Check(orphans=Victim.end_orphans(helpers)), seconds)


def _traces(out: Path) -> frozenset[str]:
    """Return the names of the files that the command has written so far."""
    return frozenset(str(path) for path in out.parent.rglob("*"))


def _compare(out: Path, reference: Path) -> Check:
    check = Check()
    try:
        ours, theirs = _read_rows(out), _read_rows(reference)
    except (OSError, ValueError, sqlite3.Error) as error:
        check.broken.append(f"{out}: cannot be read: {type(error).__name__}: {error}")
        return check
    left, wanted = Counter(ours), Counter(theirs)
    check.lost += [f"{out}: {row}" for row in (wanted - left)]
    check.double += [f"{out}: {row}" for row in (left - wanted)]
    if ours != theirs and check.is_good:
        check.broken.append(f"{out}: the rows are in another order")
    rejects = "_rejects.jsonl" if out.suffix == "" else f"{out.name}.rejects.jsonl"
    places = [(path if out.suffix == "" else path.parent) / rejects for path in (out, reference)]
    if places[0].read_bytes() != places[1].read_bytes():
        check.broken.append(f"{places[0]}: differs")
    names = [sorted(path.name for path in (place if out.suffix == "" else place.parent).iterdir()) for place in (out, reference)]
    if extra := set(names[0]) - set(names[1]) - {path.name for path in reference.parent.iterdir()}:
        check.broken.append(f"{out}: left behind {sorted(extra)}")
    return check


def _read_rows(out: Path) -> list[str]:
    """Return the rows of an output as texts, in order."""
    if out.suffix == ".sqlite":
        with sqlite3.connect(f"file:{out}?mode=ro", uri=True) as connection:
            (table,) = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchone()
            return [repr(row) for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid')]
    if out.suffix in {".parquet", ""}:
        paths = [out] if out.suffix else sorted(out.glob("part-*.parquet"))
        tables: list[pa.Table] = [pq.read_table(path) for path in paths]
        return [repr(row) for table in tables for row in table.to_pylist()]
    return out.read_text(encoding="utf-8").splitlines()


def _write_dumps(folder: Path, chance: random.Random) -> list[Path]:
    """Write dumps of several kinds, each with some rows that cannot be judged."""
    folder.mkdir()
    paths = []
    for number in range(_FILES):
        texts = [_write_text(chance) for _ in range(_ROWS)]
        path = folder / f"dump-{number}.{('jsonl', 'csv', 'jsonl.gz')[number % 3]}"
        if path.suffix == ".csv":
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(["id", "text", "number"])
                writer.writerows((f"{number}-{row}", text, row) for row, text in enumerate(texts))
        else:
            rows = [json.dumps({"id": f"{number}-{row}", "text": text, "number": row}) for row, text in enumerate(texts)]
            lines = [line if row % _DAMAGED_EVERY else "{ damaged" for row, line in enumerate(rows)]
            content = ("\n".join(lines) + "\n").encode()
            path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
        paths.append(path)
    return paths


def _write_text(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(3, 40)))
