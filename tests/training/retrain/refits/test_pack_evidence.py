"""A language pack that has learned from rulings: what it knows, and what it tells now."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.comment import LABELS, Comment
from model.moderator import Moderator
from model.profile import Profile
from tests.model.languages.small_packs import write_pack
from tests.training.languages.german_rows import german_rows
from tests.training.retrain.conftest import labelled
from training.languages.read_model import read_model
from training.retrain.refits.pack_evidence import answers_after
from training.retrain.retrain import retrain
from training.retrain.retrain_job import RetrainJob
from training.retrain.ruling_rows import RulingRows


def rulings() -> RulingRows:
    """Return rulings of a site in German."""
    by_label: dict[str, list[str]] = {}
    for text, label in german_rows(fine=90, toxic=60, hateful=60):
        by_label.setdefault(label, []).append(text)
    return RulingRows.of(labelled(by_label))


def test_a_pack_learns_and_stays_one(tmp_path: Path) -> None:
    """The candidate knows the insults of the site, whatever their spelling, and has the one language and the normaliser of its champion."""
    write_pack(tmp_path / "de", "de", answers={"fast": ()})
    candidate = retrain(RetrainJob(rulings(), tmp_path / "de", tmp_path / "out", languages=("de",)))

    before, after = (Moderator(read_model(folder), profile=Profile.FAST) for folder in (tmp_path / "de", candidate.out))
    insult = [Comment("", "du BLORK, friss die Faehre")]
    assert after.classifier.score(after.classifier.reader.form.prepare(insult)).scores[0, 0] < 0.5
    assert after.decide(insult).scores[0, 0] < before.decide(insult).scores[0, 0]
    assert LABELS[after.decide([Comment("", "Danke für die schöne Fähre!")]).labels[0]].value == "fine"
    assert candidate.manifest.languages == ("de",)
    assert candidate.manifest.normaliser == "languages-1"


def test_what_rulings_show_is_told_from_then_on(tmp_path: Path) -> None:
    """A pack that told nothing tells both once enough rulings show that it does; the figures are those of fits without each ruling."""
    write_pack(tmp_path / "de", "de", answers={"fast": ()})
    manifest = retrain(RetrainJob(rulings(), tmp_path / "de", tmp_path / "out")).manifest
    assert manifest.answers == {"fast": ("abusive", "hateful")}
    figures: Any = manifest.metrics["dev"]
    assert figures["fast"]["abusive"]["auc"] > 0.9
    assert "rulings" in str(manifest.metrics["measured_on"])


@pytest.mark.parametrize(("positives", "auc", "told"), [(60, 0.8, ("abusive",)), (20, 0.9, ()), (60, 0.7, ())])
def test_few_rulings_and_low_figures_show_nothing(tmp_path: Path, positives: int, auc: float, told: tuple[str, ...]) -> None:
    """It takes fifty rulings of either kind and an AUC of 0.75; and hate is not told by a pack that does not tell abuse."""
    manifest = write_pack(tmp_path / "de", "de", answers={"fast": ()})
    figure = {"auc": auc, "positives": positives, "negatives": 90}
    assert answers_after(manifest, {"fast": {"abusive": figure}}) == {"fast": told}
    assert answers_after(manifest, {"fast": {"hateful": {"auc": 0.99, "positives": 90, "negatives": 90}}}) == {"fast": ()}


def test_what_a_pack_told_it_still_tells(tmp_path: Path) -> None:
    """Rulings too few to show it again take nothing away; a pack that never said what it tells goes on telling all."""
    manifest = write_pack(tmp_path / "de", "de", answers={"fast": ("abusive", "hateful")})
    assert answers_after(manifest, {"fast": {}}) == {"fast": ("abusive", "hateful")}
    assert answers_after(write_pack(tmp_path / "all", "de"), {"fast": {}}) == {}
    assert np.isfinite(manifest.prior.abusive)
