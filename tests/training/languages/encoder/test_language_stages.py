"""The stages of the training of the encoder of all languages: they learn what rows say, and a killed run goes on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from model.encoder.script_pieces import ScriptPieces
from training.encoder.network import Network, read_pretrained
from training.encoder.training_loop import EncoderSettings, compute_log_odds
from training.label_noise.source_confusion import SourceConfusion
from training.languages.corpus_rows import LanguageRows
from training.languages.encoder.encoder_rows import label_source_rows
from training.languages.encoder.language_stages import LanguageMaterial, StageSizes, encode_plain_rows, train_language_stages
from training.languages.encoder.read_base import read_e5, write_for_transformers

SETTINGS = EncoderSettings(batch=48, warmup=3, tokens=16, rate=8e-3)
SIZES = StageSizes(corrected=(60, 60), more=(80, 80), english=40)


def make_rows(count: int, lang: str, source: str, *, wrong: float = 0.0) -> LanguageRows:
    """Rows of which every other one insults; a share of the others is called abusive as well."""
    rude = np.arange(count) % 2 == 1
    abusive = np.where(rude | (np.random.default_rng(count).random(count) < wrong), 1, 0).astype(np.int8)
    text = [f"{'IDIOT' if bad else 'du'} {chr(97 + number % 26)}" for number, bad in enumerate(rude)]
    ids = [str(number) for number in range(count)]
    return LanguageRows(
        text, [lang] * count, [source] * count, ids, abusive, np.zeros(count, np.int8), ["train"] * count, ["train"] * count
    )


@pytest.fixture
def start(e5: Path, tmp_path: Path) -> Callable[[], tuple[Network, ScriptPieces]]:
    """Return what makes the network anew, the same each time, and its vocabulary."""
    import torch

    write_for_transformers(read_e5(e5), tmp_path / "base", positions=48)
    pretrained = read_pretrained(tmp_path / "base")

    def make() -> tuple[Network, ScriptPieces]:
        torch.manual_seed(0)
        return Network.from_pretrained(pretrained, pretrained.pieces, sources=1), ScriptPieces(pretrained.pieces)

    return make


@pytest.fixture
def material() -> LanguageMaterial:
    """Make rows of a source that errs, and rows whose labels are right."""
    confusion = np.full((3, 9), 1e-3)
    confusion[0, [4, 7]], confusion[1:, 7] = (0.6, 0.4), 1.0
    source = label_source_rows(make_rows(200, "de", "web", wrong=0.4), SourceConfusion({"web": confusion}))
    return LanguageMaterial(source, make_rows(60, "fr", "again"), make_rows(60, "en", "english"), make_rows(30, "nl", "authored-nl"))


def test_the_stages_learn_what_rows_say(
    start: Callable[[], tuple[Network, ScriptPieces]], material: LanguageMaterial, tmp_path: Path
) -> None:
    """The network tells rude comments from others, in a language of which it saw only a source that errs as well."""
    network, words = start()
    train_language_stages(network, words, material, settings=SETTINGS, folder=tmp_path / "states", sizes=SIZES)
    tried = make_rows(40, "de", "web")
    said = compute_log_odds(network, encode_plain_rows(tried, words, tokens=16))
    assert roc_auc_score(tried.abusive, said[:, 1]) > 0.95


def test_a_killed_run_goes_on(start: Callable[[], tuple[Network, ScriptPieces]], material: LanguageMaterial, tmp_path: Path) -> None:
    """A run that is stopped in a later stage ends, called again, with the same weights as one that is not."""
    import torch

    def run(folder: Path, *, stop: bool = False) -> Network:
        network, words = start()
        calls = iter(range(10**6))

        def report_progress(_step: str, share: float) -> None:
            if stop and next(calls) > 45 and share > 0.5:
                raise KeyboardInterrupt

        train_language_stages(network, words, material, settings=SETTINGS, folder=folder, sizes=SIZES, report_progress=report_progress)
        return network

    whole = run(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "parts", stop=True)
    parts = run(tmp_path / "parts")
    for (name, expected), (_, weights) in zip(whole.parameters(), parts.parameters(), strict=True):
        assert torch.allclose(expected, weights, atol=1e-5), name


def test_rows_are_read_in_their_plain_form(start: Callable[[], tuple[Network, ScriptPieces]]) -> None:
    """Capitals and signs without width do not count, and long rows are cut, their end marked."""
    _, words = start()
    rows = make_rows(2, "de", "web")
    encoded = encode_plain_rows(rows, words, tokens=4)
    assert encoded.ids[1][1] == words.tokenize("idiot")[0][0]
    long = replace(rows.take(np.array([0])), text=["a b c d e f"])
    assert len(encode_plain_rows(long, words, tokens=4).ids[0]) == 4
    assert encode_plain_rows(long, words, tokens=4).ids[0][-1] == words.end
