"""Counts the answers of the sources of the corpus to each attribute, which decide whether its head can be published."""

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
    """The numbers of yes and no of one source to an attribute, in train and dev."""

    attribute: str
    source: str
    train_yes: int
    train_no: int
    dev_yes: int
    dev_no: int


def count_attributes(labelled: Labelled) -> list[AttributeCount]:
    """Return the counts for each attribute and each source that answers it, sorted by attribute and source."""
    sources, dev = np.array(labelled.source), np.array([split == "dev" for split in labelled.split])
    counts = []
    for name, answers in sorted(labelled.attributes.items()):
        for source in np.unique(sources[answers != UNKNOWN]):
            numbers = [(answers[(sources == source) & side] == answer).sum() for side in (~dev, dev) for answer in (1, 0)]
            counts.append(AttributeCount(name, str(source), *map(int, numbers)))
    return counts


def count_attributes_command(arguments: Sequence[str] | None = None) -> int:
    """Print how often the sources of the corpus answer each attribute, and return the exit code."""
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
