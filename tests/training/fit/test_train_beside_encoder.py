"""Retraining beside an encoder: the n-grams and how both are put together are fitted, the encoder stays as it is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import read_artefact, write_artefact
from model.artefact.manifest import Description
from model.comment import Comment
from model.errors import ArtefactError
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from model.profile import Profile
from training.fit.train import train_artefact
from training.fit.train_job import TrainJob

PEOPLE = ["bob", "ann", "sam", "eve", "kim", "joe", "max", "lea", "tim", "zoe", "ian", "mia", "ben", "amy", "dan", "sue", "ray", "liz"]
TALK = {"fine": "{} had a lovely morning", "toxic": "{} you stupid clown", "hateful": "foreigners like {} are vermin"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "talk.csv"
    rows = [
        f"{text.format(person)},{label},{'dev' if at % 3 == 0 else 'train'}"
        for label, text in TALK.items()
        for at, person in enumerate(PEOPLE)
    ]
    path.write_text("\n".join(["text,label,split", *rows]) + "\n")
    return path


def test_the_encoder_is_kept(table: Path, tmp_path: Path, write_both: Callable[..., Path]) -> None:
    """The new artefact holds the old encoder byte for byte and the n-grams of the new labels, and judges by both."""
    old = write_both(tmp_path / "old")
    (old / "NOTICE").write_text("whose work it is\n")
    train_artefact(TrainJob(tables=[table], out=tmp_path / "new", encoder=old))
    train_artefact(TrainJob(tables=[table], out=tmp_path / "alone"))
    before, after = (read_artefact(folder, normaliser=normaliser_version()).arrays for folder in (old, tmp_path / "new"))
    for name in ("network.npy", "pieces.npy"):
        np.testing.assert_array_equal(before[name], after[name])
    assert not np.array_equal(before["combination.npy"], after["combination.npy"])
    assert (tmp_path / "new" / "NOTICE").read_text() == "whose work it is\n"
    comments = [Comment("", "kim you stupid clown"), Comment("", "eve had a lovely morning")]
    fast = Moderator.load(tmp_path / "new", profile=Profile.FAST).decide(comments)
    np.testing.assert_array_equal(fast.scores, Moderator.load(tmp_path / "alone").decide(comments).scores)
    assert Moderator.load(tmp_path / "new", profile=Profile.FULL).decide(comments).encoder_count == 2


def test_an_artefact_without_an_encoder_cannot_lend_one(table: Path, tmp_path: Path) -> None:
    """To keep the encoder of an artefact that has none is refused, and nothing is written."""
    train_artefact(TrainJob(tables=[table], out=tmp_path / "alone"))
    with pytest.raises(ArtefactError, match="holds no encoder"):
        train_artefact(TrainJob(tables=[table], out=tmp_path / "new", encoder=tmp_path / "alone"))
    assert not (tmp_path / "new").exists()


def test_an_encoder_of_another_normaliser_is_refused(table: Path, tmp_path: Path, write_both: Callable[..., Path]) -> None:
    """What an encoder learnt of texts in another form is not taken over, and nothing is written."""
    stored = read_artefact(write_both(tmp_path / "old"), normaliser=normaliser_version())
    fields = {name: getattr(stored.manifest, name) for name in Description.model_fields} | {"normaliser": "0-of-last-year"}
    write_artefact(tmp_path / "older", description=Description(**fields), arrays=stored.arrays)
    with pytest.raises(ArtefactError, match="trained with text normaliser '0-of-last-year'"):
        train_artefact(TrainJob(tables=[table], out=tmp_path / "new", encoder=tmp_path / "older"))
    assert not (tmp_path / "new").exists()
