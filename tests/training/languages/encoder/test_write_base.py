"""The base of the encoder of all languages in the form that the library transformers reads."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from model.encoder.wordpiece import BEGIN, END, PADDING, UNKNOWN
from tests.training.languages.encoder.conftest import E5_PIECES
from training.languages.encoder.read_base import read_e5, write_for_transformers


def test_pieces_are_spelt_our_way(e5: Path, tmp_path: Path) -> None:
    """Pieces that plain forms cannot have go; the sign of a word becomes that of a continuation elsewhere; rows go with their pieces."""
    base = read_e5(e5)
    write_for_transformers(base, tmp_path, positions=48)
    pieces = (tmp_path / "vocab.txt").read_text("utf-8").split("\n")[:-1]
    assert pieces[:4] == [PADDING, UNKNOWN, BEGIN, END]
    assert {"!", "idiot", "##en", "du", "##я"} < set(pieces)
    assert not {"Idiot", "Hallo", "a,b", "", "##!"} & set(pieces)
    arrays = load_file(tmp_path / "model.safetensors")
    words, own = arrays["embeddings.word_embeddings.weight"], base.arrays["embeddings.word_embeddings.weight"]
    np.testing.assert_array_equal(words[pieces.index("!")], own[E5_PIECES.index("!")])
    np.testing.assert_array_equal(words[pieces.index(BEGIN)], own[0])
    assert len(arrays["embeddings.position_embeddings.weight"]) == 48
    assert json.loads((tmp_path / "config.json").read_text("utf-8"))["num_hidden_layers"] == 2
