"""Tries what nobody thought of: ``python -m fuzz [NAME ...]``. Ends with a table, and with 1 if a promise was broken."""

import argparse
import json
import secrets
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from fuzz.campaign import Tally
from fuzz.supervisor import Budget, Outcome, run_fuzzer
from fuzz.worker import FUZZERS

__all__ = ["main"]

_MEGABYTE = 1e6


def _format_rows(outcomes: Iterable[tuple[str, Outcome]]) -> list[str]:
    lines = ["| fuzzer | inputs | inputs/s | failures | memory after warm-up | at the end |", "|---|---|---|---|---|---|"]
    total = Outcome()
    for name, outcome in outcomes:
        tally = outcome.tally
        total.tally.inputs += tally.inputs
        total.tally.seconds += tally.seconds
        total.tally.failures += tally.failures + outcome.deaths
        rate = tally.inputs / max(tally.seconds, 1e-9)
        sizes = f"{tally.start_bytes / _MEGABYTE:.0f} MB | {tally.end_bytes / _MEGABYTE:.0f} MB{' **grows**' if outcome.grew else ''}"
        failures = f"{tally.failures + outcome.deaths:,}{' **broken**' if outcome.error else ''}"
        lines.append(f"| {name} | {tally.inputs:,} | {rate:,.0f} | {failures} | {sizes} |")
    lines.append(f"| all | {total.tally.inputs:,} | | {total.tally.failures:,} | | |")
    return lines


def _read_runs(path: Path) -> dict[str, Outcome]:
    """Return what all noted runs of each fuzzer came to."""
    totals: dict[str, Outcome] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        note = json.loads(line)
        total = totals.setdefault(note["name"], Outcome())
        grew = total.grew or note["grew"]
        total.add(Tally(**note["tally"]))
        total.deaths, total.grew = total.deaths + note["deaths"], grew  # of a run, not of several that lie apart
        total.error = total.error or note["error"]
    return totals


def _list_findings(folder: Path, since: float) -> list[str]:
    """Return what was found in this run: each kind with an input that shows it."""
    notes = sorted(path for path in folder.glob("*/findings/*/*.note") if path.stat().st_mtime >= since)
    kinds = {path.parent: path for path in notes}
    return [f"{path.read_text(encoding='utf-8').partition(chr(10))[0]}: {path.with_suffix('')}" for path in kinds.values()]


def _split_budget(options: argparse.Namespace, count: int) -> Budget:
    inputs = -(-options.inputs // count) if options.inputs else 0
    return Budget(60 * options.minutes / count if options.minutes else 0.0, inputs, options.seed)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Try what nobody thought of.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(FUZZERS)} (default: all)")
    parser.add_argument(
        "--minutes", type=float, default=0, help="how long all fuzzers together may take (default: 10, or no limit with --inputs)"
    )
    parser.add_argument("--inputs", type=int, default=0, help="how many inputs all fuzzers together may try (default: no limit)")
    parser.add_argument(
        "--seed", type=int, default=None, help="of all chance; the same seed tries the same inputs (default: another each time)"
    )
    parser.add_argument("--sum", action="store_true", help="run nothing; print the table of all runs that the state has notes of")
    parser.add_argument("--state", type=Path, default=Path("build/fuzz"), help="folder of corpora and findings (default: %(default)s)")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - set(FUZZERS)):
        parser.error(f"there is no fuzzer {unknown[0]!r}: use {', '.join(FUZZERS)}")
    if options.minutes < 0 or options.inputs < 0:
        parser.error("give a positive number")
    if not options.minutes and not options.inputs:
        options.minutes = 10
    options.seed = secrets.randbelow(2**31) if options.seed is None else options.seed
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named fuzzers one after the other and return the exit code."""
    options = _parse(arguments)
    if options.sum:
        print("\n".join(_format_rows(_read_runs(options.state / "runs.jsonl").items())))
        return 0
    names = options.names or list(FUZZERS)
    budget = _split_budget(options, len(names))
    since = time.time()
    print(f"seed {options.seed}", flush=True)
    outcomes = []
    for name in names:
        outcome = run_fuzzer(name, options.state / name, budget)
        outcomes.append((name, outcome))
        note = {"name": name, "seed": options.seed} | asdict(outcome)
        with (options.state / "runs.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(note) + "\n")
        print(f"{name}: {outcome.tally.inputs:,} inputs in {outcome.tally.seconds:.0f} s", file=sys.stderr, flush=True)
    print("\n".join(_format_rows(outcomes)))
    for name, outcome in outcomes:
        if outcome.error:
            print(f"\n{name} itself failed:\n{outcome.error}")
    findings = _list_findings(options.state, since)
    if findings:
        print("\n" + "\n".join(findings))
    return 0 if all(outcome.is_clean for _, outcome in outcomes) and not findings else 1


if __name__ == "__main__":
    raise SystemExit(main())
