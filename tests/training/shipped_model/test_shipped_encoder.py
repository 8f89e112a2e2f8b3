"""The encoder of the artefact that ships: whole, small enough to ship, and aware of word order."""

import json

import pytest

from model.artefact.folder import read_artefact, shipped_folder
from model.comment import Comment
from model.text.pipeline import prepare
from training.fit.combination import read_encoder

FOLDER = shipped_folder()


def test_it_is_small_enough_to_ship() -> None:
    """Both readers together take at most 32 MiB."""
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 32 * 2**20


def test_it_is_whole_and_says_whose_work_is_in_it() -> None:
    """Every file is as its manifest says, and the notice names the licence and the hash of the weights that it began with."""
    written = json.loads((FOLDER / "manifest.json").read_bytes())["normaliser"]
    assert len(read_artefact(FOLDER, normaliser=written).manifest.readers) == 2
    notice = (FOLDER / "NOTICE").read_text("utf-8")
    assert "Apache License 2.0" in notice.replace("\n", " ")
    assert "SHA-256 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" in notice


@pytest.mark.parametrize(
    ("better", "worse", "about"),
    [
        (
            "They say all Muslims are criminals, and they are wrong.",
            "All Muslims are criminals, and whoever denies it is wrong.",
            [0, 1],
        ),
        ("Calling immigrants vermin is disgusting.", "Immigrants are vermin.", [0, 1]),
        ("I would never call you an idiot.", "You are an idiot.", [1]),
        ("I am such an idiot.", "You are such an idiot.", [1]),
    ],
)
def test_it_knows_word_order(better: str, worse: str, about: list[int]) -> None:
    """Of two comments with nearly the same words the one that attacks has the higher log-odds, by the heads that it is about."""
    second, _ = read_encoder(FOLDER)
    (one, other) = second.encoder.read(prepare([Comment("", better), Comment("", worse)]))
    assert (one[about] < other[about]).all()
