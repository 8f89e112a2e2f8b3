"""Pretrained weights on disk: they are read with their hash, and an incomplete folder is refused; needs no PyTorch."""

import hashlib
from pathlib import Path

import pytest

from model.errors import TableError
from training.encoder.network import read_pretrained

FILES = {"vocab.txt": b"[PAD]\n[UNK]\nyou\n##s\n", "model.safetensors": b"weights", "config.json": b"{}"}


def write_base(folder: Path, *, without: str = "") -> None:
    """Write the files of pretrained weights except one."""
    for name, content in FILES.items():
        if name != without:
            (folder / name).write_bytes(content)


def test_the_vocabulary_and_the_hash_of_the_weights_are_read(tmp_path: Path) -> None:
    """Pieces come in the order of the file, and the hash is that of the file of weights."""
    write_base(tmp_path)
    pretrained = read_pretrained(tmp_path)
    assert pretrained.pieces == ("[PAD]", "[UNK]", "you", "##s")
    assert pretrained.sha256 == hashlib.sha256(FILES["model.safetensors"]).hexdigest()


@pytest.mark.parametrize("name", FILES)
def test_a_folder_without_one_of_its_files_is_refused(tmp_path: Path, name: str) -> None:
    """The error names the missing file."""
    write_base(tmp_path, without=name)
    with pytest.raises(TableError, match=f"{name} is missing"):
        read_pretrained(tmp_path)
