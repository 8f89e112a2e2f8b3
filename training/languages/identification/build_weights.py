"""Builds the weights of language identification that ship: ``python -m training.languages.identification.build_weights``."""

import argparse
from pathlib import Path

import numpy as np

from model.language.likely.language_weights import WEIGHTS_FILE, LanguageWeights
from training.languages.identification.fit_words import fit_language_weights
from training.languages.identification.teaching_texts import load_teaching_texts

__all__ = ["build_weights_command", "save_language_weights"]

_CORPUS = Path("../shared/corpus")


def save_language_weights(weights: LanguageWeights, path: Path) -> None:
    """Write weights to a file that ``load_language_weights`` reads."""
    np.savez_compressed(path, weights=weights.weights, biases=weights.biases, known=weights.known, tags=np.array(weights.tags))


def build_weights_command() -> int:
    """Build the weights from the corpus that the command line names, and put them into the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=_CORPUS, help="the folder of the corpus")
    parser.add_argument("--output", type=Path, default=WEIGHTS_FILE, help="the file to write")
    arguments = parser.parse_args()
    weights = fit_language_weights(load_teaching_texts(arguments.corpus))
    save_language_weights(weights, arguments.output)
    print(f"{arguments.output}: {len(weights.tags)} languages, {arguments.output.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(build_weights_command())
