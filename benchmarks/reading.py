"""Measures the time of the processor that reading flat files takes, without judging, beside another revision of Tipstaff.

A process of each revision reads the same files by turns, since a busy machine slows both; the fastest turns count.
"""

import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.reddit_dumps import load_dump_comments, write_reddit_dump
from benchmarks.revisions import CHECKOUT, checked_out

__all__ = ["compare_reading"]

_SIZE = 40_000_000
_COMMENTS = 40_000
_ROUNDS = 12
_MOST = 102.0  # %
_READER = """
import sys, time
from service.batch.columnar.chunks import cut_into_chunks
from service.batch.input.shards import open_shard, plan_shards
from service.batch.rows import DumpOptions

print("ready", flush=True)
for line in sys.stdin:
    (shard,) = plan_shards(line.strip(), DumpOptions(), size=1 << 40)
    start, count = time.process_time(), 0
    with open_shard(shard, DumpOptions()) as dump:
        for chunk in dump.chunks(16384, 1 << 22) if dump.chunks else cut_into_chunks(dump.rows, max_rows=16384, max_text=1 << 22):
            count += len(chunk)
            chunk.text_size()
    print((time.process_time() - start) / count, flush=True)
"""


def compare_reading(revision: str) -> Iterator[Figure]:
    """Yield the time that a row of each format takes, relative to a revision with the same packages.

    Raises:
        Skipped: Git knows no such revision.
    """
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        other = stack.enter_context(checked_out(revision, Path(name) / "checkout"))
        readers = [stack.enter_context(_start_reader(folder)) for folder in (CHECKOUT, other)]
        try:
            for what, path in _write_files(Path(name)).items():
                yield _compare(what, path, readers, revision)
        finally:
            for reader in readers:
                reader.terminate()


def _start_reader(checkout: Path) -> "subprocess.Popen[str]":
    """Start a process that reads the files whose names it is told, and answers with the seconds for a row."""
    reader = subprocess.Popen([sys.executable, "-c", _READER], cwd=checkout, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    _answer(reader)
    return reader


def _answer(reader: "subprocess.Popen[str]") -> str:
    answer = reader.stdout.readline() if reader.stdout else ""
    if not answer:
        raise RuntimeError("a revision cannot read a file")
    return answer


def _compare(what: str, path: Path, readers: Sequence["subprocess.Popen[str]"], revision: str) -> Figure:
    turns: list[list[float]] = [[] for _ in readers]
    for number in range(_ROUNDS + 1):
        # Which of the two comes first changes from round to round; the first round warms up.
        for at in (0, 1) if number % 2 else (1, 0):
            print(path, file=readers[at].stdin, flush=True)
            seconds = float(_answer(readers[at]))
            if number:
                turns[at].append(seconds)
    ours, theirs = map(min, turns)
    note = f"{ours * 1e6:.2f} µs a row; {theirs * 1e6:.2f} µs in {revision}; {_ROUNDS} rounds"
    return Figure(f"dumps: time to read {what}, of that of {revision}", ours / theirs * 100, "%", at_most=_MOST, note=note)


def _write_files(folder: Path) -> Mapping[str, Path]:
    """Write the same comments in several formats; return the name of each format and its file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    reddit = folder / "RC_2024-01.jsonl"
    write_reddit_dump(reddit, load_dump_comments(_COMMENTS).texts, size=_SIZE)
    with reddit.open(encoding="utf-8") as lines:
        comments = [json.loads(line) for line in lines]
    rows = [{"id": row["id"], "text": row["body"], "author": row["author"], "created_at": row["created_utc"]} for row in comments]
    flat, array, table = folder / "flat.jsonl", folder / "array.json", folder / "flat.csv"
    flat.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    array.write_text(json.dumps(rows), encoding="utf-8")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    parquet = folder / "flat.parquet"
    pq.write_table(pa.Table.from_pylist(rows), parquet, row_group_size=len(rows) // 4)
    return {"JSONL of a platform": reddit, "any JSONL": flat, "CSV": table, "Parquet": parquet, "a JSON array": array}
