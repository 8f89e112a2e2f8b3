"""How often the sources of the corpus answer each attribute: what decides whether a head for it can be published."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from model.errors import TipstaffError
from training.shipped_model.corpus import CORPUS_FOLDER, load_corpus
from training.tables.labelled import UNKNOWN, Labelled

__all__ = ["AttributeCount", "count_attributes", "count_attributes_command"]


@dataclass(frozen=True, slots=True)
class AttributeCount:
    """How often one source says yes and no to an attribute, in train and dev."""

    attribute: str
    source: str
    train_yes: int
    train_no: int
    dev_yes: int
    dev_no: int


def count_attributes(labelled: Labelled) -> list[AttributeCount]:
    """Count the answers of each source that answers an attribute, sorted by attribute and source."""
    sources, dev = np.array(labelled.source), np.array([split == "dev" for split in labelled.split])
    counts = []
    for name, answers in sorted(labelled.attributes.items()):
        for source in np.unique(sources[answers != UNKNOWN]):
            numbers = [(answers[(sources == source) & side] == answer).sum() for side in (~dev, dev) for answer in (1, 0)]
            counts.append(AttributeCount(name, str(source), *map(int, numbers)))
    return counts


def count_attributes_command(arguments: Sequence[str] | None = None) -> int:
    """Load the corpus and print how often its sources answer each attribute; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m training.shipped_model.attribute_counts",
        description="Count how often the sources of the corpus answer each attribute with yes and with no.",
    )
    parser.add_argument("--corpus", metavar="FOLDER", type=Path, default=CORPUS_FOLDER, help="folder of the corpus (default: %(default)s)")
    parser.add_argument("--reread", action="store_true", help="with the answers that were read again in place of the sources' own")
    options = parser.parse_args(arguments)
    try:
        labelled = load_corpus(options.corpus, reread=options.reread)
    except TipstaffError as error:
        print(error, file=sys.stderr)
        return 1
    layout = "{:18} {:22} {:>9} {:>9} {:>9} {:>9}"
    print(layout.format("attribute", "source", "train yes", "train no", "dev yes", "dev no"))
    for count in count_attributes(labelled):
        print(layout.format(*astuple(count)))
    return 0


if __name__ == "__main__":
    raise SystemExit(count_attributes_command())
