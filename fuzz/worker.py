"""Runs one fuzzer until its budget is spent: ``python -m fuzz.worker NAME FOLDER SEED SECONDS INPUTS``; 0 stands for no limit."""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from fuzz.campaign import Campaign

__all__ = ["FUZZERS", "main"]

FUZZERS: Mapping[str, str] = MappingProxyType(
    {
        "http-open": "fuzz.http.raw:fuzz_open_site",
        "http-keyed": "fuzz.http.raw:fuzz_keyed_site",
        "http-openapi": "fuzz.http.openapi:fuzz_openapi",
        "text": "fuzz.text:fuzz_texts",
        "dumps": "fuzz.dumps:fuzz_dumps",
        "guided-markup": "fuzz.guided:fuzz_markup",
        "guided-readers": "fuzz.guided:fuzz_readers",
        "artefacts": "fuzz.artefacts:fuzz_artefacts",
    }
)
"""Name of each fuzzer → where it is. They are imported when they run: some need packages that only fuzzing needs."""


def main(arguments: Sequence[str]) -> None:
    """Run the named fuzzer."""
    name, folder, seed, seconds, inputs = arguments
    module, _, function = FUZZERS.get(name, name).partition(":")
    campaign = Campaign(Path(folder), seed=int(seed), seconds=float(seconds) or None, inputs=int(inputs) or None)
    run: Callable[[Campaign], None] = getattr(import_module(module), function)
    run(campaign)
    campaign.goes_on()


if __name__ == "__main__":
    main(sys.argv[1:])
