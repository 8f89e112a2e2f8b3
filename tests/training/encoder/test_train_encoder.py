"""The encoder's training from tables to an artefact: what it learns, what it writes, and going on after a kill."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.comment import LABELS, Comment
from model.errors import TableError
from model.moderator import Moderator
from model.profile import Profile
from training.encoder import train_encoder as job
from training.encoder.artefact_with_encoder import TrainedEncoder
from training.encoder.encoder_job import EncoderJob
from training.encoder.train_encoder import train_encoder
from training.encoder.training_loop import EncoderSettings, compute_log_odds
from training.fit.train import train_artefact
from training.fit.train_job import TrainJob

QUICK = EncoderSettings(epochs=40, patience=0, rate=3e-3, batch=512, warmup=5, tokens=24, evaluations=1)
PEOPLE = ["bob", "ann", "sam", "eve", "kim", "joe", "max", "lea", "tim", "zoe", "ian", "mia", "ben", "amy", "dan", "sue", "ray", "liz"]
TALK = {
    "fine": ["{} had a lovely morning", "thank you {}", "good point {}, well put", "{} did not call you an idiot"],
    "toxic": ["{} you idiot", "shut up {} you clown", "what an idiot you are {}", "{} is a stupid clown, you idiot"],
    "hateful": [
        "all foreigners like {} are vermin",
        "{} and his kind are vermin",
        "throw out {} and all foreigners",
        "vermin, all of {}s folk",
    ],
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "talk.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label", "split"])
        for label, templates in TALK.items():
            for at, person in enumerate(PEOPLE):
                rows.writerows([template.format(person), label, "dev" if at % 3 == 0 else "train"] for template in templates)
    return path


@pytest.fixture(scope="module")
def ngrams(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "ngrams"
    train_artefact(TrainJob(tables=[table], out=folder))
    return folder


def run(table: Path, ngrams: Path, out: Path, base: Path, **changes: Any) -> TrainedEncoder:
    settings = EncoderSettings(**{name: getattr(QUICK, name) for name in EncoderSettings.__slots__} | changes)
    return train_encoder(EncoderJob(tables=[table], beside=ngrams, out=out, base=base, settings=settings))


@pytest.fixture(scope="module")
def trained(table: Path, ngrams: Path, base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[TrainedEncoder, Path]:
    out = tmp_path_factory.mktemp("models") / "both"
    return run(table, ngrams, out, base), out


def test_an_encoder_learns(trained: tuple[TrainedEncoder, Path]) -> None:
    """An encoder from tables tells abuse and hate from what is fine, on rows that were held back."""
    encoder = trained[0].figures["encoder"]
    assert encoder.auc_abusive is not None
    assert encoder.auc_abusive > 0.9
    assert encoder.auc_hateful is not None
    assert encoder.auc_hateful > 0.9


def test_eight_bits_lose_little(trained: tuple[TrainedEncoder, Path]) -> None:
    """The network in 8 bits, as ONNX Runtime computes it, judges as well as the one that was trained."""
    figures = trained[0].figures
    assert figures["encoder"].auc_abusive == pytest.approx(figures["encoder in float"].auc_abusive, abs=0.02)
    assert figures["encoder"].auc_hateful == pytest.approx(figures["encoder in float"].auc_hateful, abs=0.02)


def test_the_artefact_holds_both(trained: tuple[TrainedEncoder, Path], ngrams: Path) -> None:
    """What is written judges by the n-grams alone as before, by both when asked, and says where the encoder comes from."""
    _, out = trained
    comments = [Comment("1", "good point bob, well put"), Comment("2", "ann and his kind are vermin"), Comment("3", "  ")]
    before = Moderator.load(ngrams).decide(comments)
    fast = Moderator.load(out, profile=Profile.FAST).decide(comments)
    full = Moderator.load(out, profile=Profile.FULL).decide(comments)
    np.testing.assert_array_equal(fast.scores, before.scores)
    assert (fast.profile, fast.encoder_count, full.profile, full.encoder_count) == (Profile.FAST, 0, Profile.FULL, 2)
    assert not np.array_equal(full.scores[:2], fast.scores[:2])
    np.testing.assert_allclose(full.scores[:2].sum(axis=1), 1)
    assert [None if code < 0 else LABELS[code].value for code in full.labels.tolist()] == ["fine", "hateful", None]
    assert "SHA-256" in (out / "NOTICE").read_text()
    assert not out.with_name("both.training").exists()


def test_training_is_repeatable(trained: tuple[TrainedEncoder, Path], table: Path, ngrams: Path, base: Path, tmp_path: Path) -> None:
    """The same rows, settings and seed give the same artefact."""
    again = run(table, ngrams, tmp_path / "again", base)
    assert again.manifest.content_hash == trained[0].manifest.content_hash


def test_a_killed_training_goes_on(
    trained: tuple[TrainedEncoder, Path], table: Path, ngrams: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training that is killed goes on from what it kept last, and ends with the artefact that it would have ended with."""
    evaluations = []

    def killed(*arguments: Any, **named: Any) -> Any:
        evaluations.append(1)
        if len(evaluations) == 12:
            raise KeyboardInterrupt
        return compute_log_odds(*arguments, **named)

    monkeypatch.setattr(job, "compute_log_odds", killed)
    with pytest.raises(KeyboardInterrupt):
        run(table, ngrams, tmp_path / "both", base)
    assert (tmp_path / "both.training").is_file()
    again = run(table, ngrams, tmp_path / "both", base)
    assert len(evaluations) < 12 + 35, "it began anew"
    assert again.manifest.content_hash == trained[0].manifest.content_hash


def test_another_training_is_not_gone_on_with(
    table: Path, ngrams: Path, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state of a training with other settings, or what is no state, is refused, and the message says what to do."""

    def full(*_arguments: Any, **_named: Any) -> Any:
        raise OSError("the disk is full")

    monkeypatch.setattr(job, "export_network", full)
    with pytest.raises(OSError, match="the disk is full"):
        run(table, ngrams, tmp_path / "both", base, epochs=1)
    with pytest.raises(TableError, match=r"both\.training: is of a training with other rows or settings: remove it"):
        run(table, ngrams, tmp_path / "both", base, epochs=2)
    (tmp_path / "both.training").write_bytes(b"no state")
    with pytest.raises(TableError, match=r"both\.training: is no state of a training: remove it"):
        run(table, ngrams, tmp_path / "both", base, epochs=1)


def test_figures_are_in_the_manifest(trained: tuple[TrainedEncoder, Path]) -> None:
    """The manifest of an artefact with both readers holds the figures of each, and of both together."""
    metrics = json.loads((trained[1] / "manifest.json").read_bytes())["metrics"]["profiles"]
    assert set(metrics) == {"n-grams", "encoder", "encoder in float", "both"}
