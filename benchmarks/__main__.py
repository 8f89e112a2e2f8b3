"""Runs benchmarks and prints their figures as Markdown: ``python -m benchmarks [NAME ...]``."""

import argparse
import importlib.util
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.figures import Figure, Skipped, format_table
from benchmarks.loop import PARTS
from model.threads import available_cores

__all__ = ["main"]

_NAMES = ("judgement", "inprocess", "http", "dialects", "burst", "load", "startup", "batch", "dumps", "language", "languages", "encoder")
_ON_REQUEST = ("siege", "soak", "kills", "loop")  # take minutes to hours, so they run only if they are named
_BYTES_OF_UNIT = {"MB": 1e6, "GB": 1e9}


def _run_benchmark(name: str, options: argparse.Namespace) -> Iterable[Figure | Skipped | str]:
    """Return the results of one benchmark, measured as they are iterated over.

    Raises:
        Skipped: there is no module of that name.
    """
    if importlib.util.find_spec(f"benchmarks.{name}") is None:
        raise Skipped(f"{name}: this checkout has no such benchmark")
    arguments = {
        "judgement": {"reference": options.reference},
        "inprocess": {"count": options.count or 5000, "rounds": options.rounds},
        "batch": {"size": options.size},
        "dumps": {"size": options.size, "against": options.against},
        "http": {"against": options.against},
        "soak": {"minutes": options.minutes},
        "kills": {"count": options.count or 1000} | ({"state": options.state} if options.state else {}),
        "loop": {"count": options.count, "parts": options.part} | ({"state": options.state} if options.state else {}),
    }
    results: Iterable[Figure | Skipped | str] = import_module(f"benchmarks.{name}").measure(**arguments.get(name, {}))
    return results


def _print_results(results: Iterable[Figure | Skipped | str]) -> None:
    """Print remarks as they come, and all figures as one table at the end."""
    figures: list[Figure] = []
    for result in results:
        if isinstance(result, Figure):
            figures.append(result)
            print(f"{result.name}: measured", file=sys.stderr)
        else:
            print(f"Skipped: {result}\n" if isinstance(result, Skipped) else f"{result}\n", flush=True)
    if figures:
        print(format_table(figures) + "\n", flush=True)


def _describe_machine() -> str:
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {available_cores()} cores{load}"


def _parse_size(text: str) -> int:
    """Return a size such as 300MB or 2GB in bytes."""
    number, unit = text[:-2], text[-2:].upper()
    if unit not in _BYTES_OF_UNIT or not number.replace(".", "", 1).isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 300MB or 2GB")
    return round(float(number) * _BYTES_OF_UNIT[unit])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benchmarks and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Tipstaff.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(_NAMES)} (default: all), {', '.join(_ON_REQUEST)}")
    parser.add_argument("--reference", action="store_true", help="fit the corpus' reference recipe too; takes some minutes")
    parser.add_argument(
        "--count", type=int, help="comments that every contender judges (default: 5000); kills in all (default: 1000); a smaller loop"
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the contenders (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=600, help="how long soak lasts (default: %(default)s)")
    parser.add_argument("--size", type=_parse_size, default="300MB", help="bytes of the files of batch and dumps (default: %(default)s)")
    parser.add_argument(
        "--against", metavar="REVISION", help="measure http, or the reading of dumps, beside this revision, and nothing else"
    )
    parser.add_argument("--state", type=Path, help="folder from which kills and loop go on after a stop (default: build/kills, build/loop)")
    parser.add_argument("--part", action="append", default=[], choices=PARTS, help="a part of loop, and nothing else of it (repeatable)")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - {*_NAMES, *_ON_REQUEST}):
        parser.error(f"there is no benchmark {unknown[0]!r}: use {', '.join((*_NAMES, *_ON_REQUEST))}")
    print(f"{_describe_machine()}\n", flush=True)
    for name in options.names or _NAMES:
        print(f"## {name}\n", flush=True)
        try:
            _print_results(_run_benchmark(name, options))
        except Skipped as reason:
            print(f"Skipped: {reason}\n", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
