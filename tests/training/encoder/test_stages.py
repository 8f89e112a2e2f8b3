"""The stages of an encoder's training: sources that err teach our definitions, and a killed run goes on."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from model.encoder.wordpiece import WordPiece
from training.encoder import stages
from training.encoder.network import Network, read_pretrained
from training.encoder.stages import StagedRows, train_stages
from training.encoder.training_loop import EncoderSettings, compute_log_odds, train_network
from training.encoder.training_rows import encode_rows
from training.label_noise.source_confusion import estimate_confusion
from training.tables.labelled import Labelled, Place

PIECES = ("you", "idiot", "lovely", "morning")
SETTINGS = EncoderSettings(batch=128, warmup=3, tokens=16, rate=6e-3)


def make_table(count: int, *, wrong: float) -> Labelled:
    """Rows of a source that calls a share of fine comments abusive; every third was read again, every tenth is a comment of our own."""
    chance = np.random.default_rng(0)
    rude = chance.random(count) < 0.5
    reread = np.arange(count) % 3 == 0
    answers = np.where(~rude & ~reread & (chance.random(count) < wrong), True, rude)
    return Labelled(
        text=[f"you {'idiot' if bad else 'lovely'} {chr(97 + number % 26)}" for number, bad in enumerate(rude)],
        abusive=answers.astype(np.int8),
        hateful=np.zeros(count, np.int8),
        source=["own" if number % 10 == 0 else "web" for number in range(count)],
        split=["train"] * count,
        id=[str(number) for number in range(count)],
        weight=np.ones(count),
        target=[None] * count,
        attributes={"insult": np.where(reread, rude, -1).astype(np.int8)},
        place=[Place("t", number) for number in range(count)],
        reread=reread,
    )


@pytest.fixture
def parts(base: Path) -> tuple[Network, StagedRows, np.ndarray]:
    import torch

    torch.manual_seed(0)
    table = make_table(600, wrong=0.6)
    pretrained = read_pretrained(base)
    rude = np.array(["idiot" in text for text in table.text])
    confusion = estimate_confusion(
        table.source, table.abusive, table.hateful, np.where(np.arange(600) % 2, rude, -1).astype(np.int8), counts=np.ones(600, np.bool_)
    )
    network = Network.from_pretrained(pretrained, pretrained.pieces, sources=1, heads=3)
    encoded = encode_rows(table, table.text, WordPiece(pretrained.pieces), tokens=16)
    return network, StagedRows(table, encoded, confusion, ["insult"], frozenset({"own"})), rude


def test_the_stages_end_with_our_definition(
    parts: tuple[Network, StagedRows, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that errs teaches what is abusive all the same, the attribute head learns too, and the network ends up narrow."""
    network, rows, rude = parts
    monkeypatch.setattr(stages, "_WIDTH", 40)

    def judge(candidate: Network) -> float:
        return float(roc_auc_score(rude, compute_log_odds(candidate, rows.encoded)[:, 1]))

    train_stages(network, rows, judge, settings=SETTINGS, folder=tmp_path / "states")
    log_odds = compute_log_odds(network, rows.encoded)
    assert log_odds.shape == (600, 3)
    assert roc_auc_score(rude, log_odds[:, 1]) > 0.9
    assert roc_auc_score(rude, log_odds[:, 2]) > 0.9
    stored = {"corrected", "reread", "taught-teacher.npy", "taught", "last-1", "last-2"}
    stored |= {"narrow-teacher.npy", "narrow", "narrow-last-1", "narrow-last-2"}
    stored |= {"again-teacher.npy", "again", "again-last-1", "again-last-2"}
    assert {path.name for path in (tmp_path / "states").iterdir()} == stored
    assert network.body.config.intermediate_size == 40


def test_a_killed_run_goes_on(
    parts: tuple[Network, StagedRows, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: Path
) -> None:
    """Stages that are done are not learnt again, and the weights at the end are the same as without a kill."""
    network, rows, _ = parts
    begin = {name: weights.clone() for name, weights in network.state().items()}
    train_stages(network, rows, lambda candidate: 0.0, settings=SETTINGS, folder=tmp_path / "whole")
    whole = {name: weights.clone() for name, weights in network.state().items()}
    begun: list[str] = []

    def killed(*arguments: Any, **named: Any) -> float:
        begun.append(named["state_file"].name)
        if len(begun) == 4:
            raise KeyboardInterrupt
        return train_network(*arguments, **named)

    monkeypatch.setattr(stages, "train_network", killed)
    network.restore(begin)
    with pytest.raises(KeyboardInterrupt):
        train_stages(network, rows, lambda candidate: 0.0, settings=SETTINGS, folder=tmp_path / "states")
    assert begun == ["corrected", "reread", "taught", "last-1"]
    monkeypatch.undo()
    network.restore(begin)
    train_stages(network, rows, lambda candidate: 0.0, settings=SETTINGS, folder=tmp_path / "states")
    for name, weights in network.state().items():
        np.testing.assert_array_equal(weights.numpy(), whole[name].numpy())
