"""Builds the weights of language identification that ship: ``python -m training.languages.identification.build_weights``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from model.errors import TableError
from model.language.likely.language_weights import WEIGHTS_FILE, LanguageWeights
from training.languages.identification.fit_words import fit_language_weights
from training.languages.identification.teaching_texts import load_teaching_texts
from training.shipped_model.corpus import CORPUS_FOLDER

__all__ = ["build_weights_command", "save_language_weights"]


def save_language_weights(weights: LanguageWeights, path: Path) -> None:
    """Write weights to a file that ``load_language_weights`` reads."""
    np.savez_compressed(path, weights=weights.weights, biases=weights.biases, known=weights.known, tags=np.array(weights.tags))


def build_weights_command(arguments: Sequence[str] | None = None) -> int:
    """Build the weights from the corpus that the command line names, put them into the package, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS_FOLDER, help="the folder of the corpus")
    parser.add_argument("--output", type=Path, default=WEIGHTS_FILE, help="the file to write")
    options = parser.parse_args(arguments)
    try:
        teaching = load_teaching_texts(options.corpus)
    except TableError as error:
        print(f"tipstaff: {error}", file=sys.stderr)
        return 1
    weights = fit_language_weights(teaching)
    save_language_weights(weights, options.output)
    print(f"{options.output}: {len(weights.tags)} languages, {options.output.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(build_weights_command())
