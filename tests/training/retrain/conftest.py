"""A small champion, and rulings of a site that calls other words hateful than its champion knows."""

from pathlib import Path

import numpy as np
import pytest

from model.artefact.manifest import Prior
from model.ngrams.feature_settings import FeatureSettings
from training.fit.ngram_weights import FitSettings
from training.fit.train import train_artefact
from training.fit.train_job import TrainJob
from training.retrain.ruling_rows import RulingRows
from training.tables.labelled import Labelled, Place

FINE = ["lovely weather", "the train was late", "who wants tea", "my cat sleeps", "nice photo", "good match yesterday", "see you there"]
TOXIC = ["you idiot", "shut up moron", "what a stupid clown", "you are pathetic", "dumb as a brick"]
HATEFUL = ["all zorgs are vermin", "zorgs should leave", "i hate every zorg", "zorgs are filthy thieves"]
NEW_HATE = ["blims must be thrown out", "never trust a blim", "blims are a plague", "no blim belongs here"]
_TAILS = ["today", "as always", "again", "in this town", "they said", "on monday", "really", "for once", "my friend", "near the river"]


def sentences(kind: list[str], count: int, *, seed: int) -> list[str]:
    """Return sentences of a kind, no two of which are near duplicates."""
    random = np.random.default_rng(seed)
    names = ["".join(random.choice(list("bcdfghklmnprst")) + random.choice(list("aeiou")) for _ in range(3)) for _ in range(3 * count)]
    return [f"{kind[i % len(kind)]} {_TAILS[i % len(_TAILS)]} {' '.join(names[3 * i : 3 * i + 3])}" for i in range(count)]


def labelled(texts: dict[str, list[str]], *, source: str = "site") -> Labelled:
    """Return rows of texts by their labels."""
    answers = {"fine": (0, 0), "toxic": (1, 0), "hateful": (1, 1)}
    rows = [(text, *answers[label]) for label, own in texts.items() for text in own]
    count = len(rows)
    return Labelled(
        text=[text for text, _, _ in rows],
        abusive=np.array([abusive for _, abusive, _ in rows], np.int8),
        hateful=np.array([hateful for _, _, hateful in rows], np.int8),
        source=[source] * count,
        split=[None] * count,
        id=[str(row) for row in range(count)],
        weight=np.ones(count),
        target=[None] * count,
        attributes={},
        place=[Place("site.csv", row + 2) for row in range(count)],
    )


@pytest.fixture(scope="session")
def champion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artefact of n-grams that knows insults and hate of zorgs."""
    folder = tmp_path_factory.mktemp("champion")
    texts = {"fine": sentences(FINE, 120, seed=1), "toxic": sentences(TOXIC, 130, seed=2), "hateful": sentences(HATEFUL, 60, seed=3)}
    table = folder / "rows.csv"
    lines = [f'"{text}",{label},{int(label == "toxic")}' for label, own in texts.items() for text in own]
    table.write_text("\n".join(["text,label,attribute.insult", *lines]) + "\n")
    out = folder / "model"
    fit = FitSettings(features=FeatureSettings(bits=14), epochs=4)
    train_artefact(TrainJob(tables=[table], out=out, name="small", fit=fit, prior=Prior()))
    return out


@pytest.fixture(scope="session")
def site_rows() -> RulingRows:
    """Rulings of a site where blims are hated: 60 fine, 30 toxic and 40 hateful."""
    texts = {"fine": sentences(FINE, 60, seed=4), "toxic": sentences(TOXIC, 30, seed=5), "hateful": sentences(NEW_HATE, 40, seed=6)}
    return RulingRows.of(labelled(texts))
