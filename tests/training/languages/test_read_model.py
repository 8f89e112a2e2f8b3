"""Models of both kinds are read and written by one function each."""

from pathlib import Path

import numpy as np

from model.artefact.folder import read_artefact, shipped_folder, write_artefact
from model.artefact.manifest import Description
from model.normaliser.version import normaliser_version
from tests.model.languages.small_packs import write_pack
from training.languages.read_model import is_pack, read_model, write_model


def test_each_is_read_as_what_it_is(tmp_path: Path) -> None:
    """English's artefact and a pack are both read; their manifests say which is which."""
    write_pack(tmp_path / "de", "de")
    assert is_pack(read_model(tmp_path / "de").manifest)
    assert not is_pack(read_model(shipped_folder()).manifest)


def test_a_shared_encoder_is_left_where_it_lies(tmp_path: Path) -> None:
    """A pack that is written anew finds the encoder in the folder beside it, and has no copy; one with an encoder of its own keeps that."""
    stored = read_artefact(shipped_folder(), normaliser=normaliser_version())
    encoder = {name: stored.arrays[name] for name in ("network.npy", "pieces.npy", "combination.npy", "curve.npy", "alone.npy")}
    write_pack(tmp_path / "packs/de", "de")
    pack = read_model(tmp_path / "packs/de")
    entry = {name: value for name, value in stored.manifest.readers[1].items() if name != "contexts"}
    fields = {name: getattr(pack.manifest, name) for name in Description.model_fields} | {"readers": (*pack.manifest.readers, entry)}
    (tmp_path / "packs/shared").mkdir()
    for name in ("network.npy", "pieces.npy"):
        np.save(tmp_path / "packs/shared" / name, encoder[name])
    arrays = dict(pack.arrays) | encoder
    write_model(tmp_path / "packs/de", Description(**fields), arrays, like=tmp_path / "packs/de")

    assert not (tmp_path / "packs/de/network.npy").exists()
    np.testing.assert_array_equal(read_model(tmp_path / "packs/de").arrays["network.npy"], encoder["network.npy"])
    write_artefact(tmp_path / "own/de", description=Description(**fields), arrays=arrays)
    write_model(tmp_path / "again/de", Description(**fields), arrays, like=tmp_path / "own/de")
    np.testing.assert_array_equal(read_model(tmp_path / "again/de").arrays["network.npy"], encoder["network.npy"])
