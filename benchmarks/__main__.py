"""Runs benchmarks and prints what they find as Markdown: ``python -m benchmarks [NAME ...]``."""

import argparse
import importlib.util
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

from benchmarks.figures import Figure, Skipped, table
from model.threads import available_cores

__all__ = ["main"]

_NAMES = ("judgement", "inprocess", "http", "dialects", "load", "startup", "batch", "language", "encoder")
_ASKED = ("soak",)  # takes ten minutes, so only if asked for


def _start(name: str, options: argparse.Namespace) -> Iterable[Figure | Skipped | str]:
    """Begin one benchmark.

    Raises:
        Skipped: it is not there.
    """
    if name == "soak":
        return import_module("benchmarks.load").soak(minutes=options.minutes)  # type: ignore[no-any-return]
    if importlib.util.find_spec(f"benchmarks.{name}") is None:
        raise Skipped(f"{name}: this checkout has no such benchmark")
    settings = {
        "judgement": {"reference": options.reference},
        "inprocess": {"count": options.count, "rounds": options.rounds},
        "batch": {"size": options.size},
    }
    found: Iterable[Figure | Skipped | str] = import_module(f"benchmarks.{name}").measure(**settings.get(name, {}))
    return found


def _print(found: Iterable[Figure | Skipped | str]) -> None:
    figures: list[Figure] = []
    for each in found:
        if isinstance(each, Figure):
            figures.append(each)
            print(f"{each.what}: measured", file=sys.stderr)
        else:
            print(f"Skipped: {each}\n" if isinstance(each, Skipped) else f"{each}\n", flush=True)
    if figures:
        print(table(figures) + "\n", flush=True)


def _machine() -> str:
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {available_cores()} cores{load}"


def _size(told: str) -> int:
    number, unit = told[:-2], told[-2:].upper()
    if unit not in {"MB", "GB"} or not number.replace(".", "", 1).isdecimal():
        raise argparse.ArgumentTypeError(f"{told!r} is no size such as 300MB or 2GB")
    return round(float(number) * {"MB": 1e6, "GB": 1e9}[unit])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that are named; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Tipstaff.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(_NAMES)} (default: all), {', '.join(_ASKED)}")
    parser.add_argument("--reference", action="store_true", help="fit the corpus' reference recipe too; takes some minutes")
    parser.add_argument("--count", type=int, default=5000, help="comments that every contender judges (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the contenders (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=10, help="how long soak lasts (default: %(default)s)")
    parser.add_argument("--size", type=_size, default="300MB", help="bytes of the dumps of batch (default: %(default)s)")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - {*_NAMES, *_ASKED}):
        parser.error(f"there is no benchmark {unknown[0]!r}: use {', '.join((*_NAMES, *_ASKED))}")
    print(f"{_machine()}\n", flush=True)
    for name in options.names or _NAMES:
        print(f"## {name}\n", flush=True)
        try:
            _print(_start(name, options))
        except Skipped as reason:
            print(f"Skipped: {reason}\n", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
