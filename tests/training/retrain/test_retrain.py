"""From a champion and rulings to a candidate: what it learns, what it keeps, and that the same always comes out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import read_artefact
from model.comment import Comment
from model.errors import ArtefactError, TableError
from model.explain import explain_scores
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from tests.training.retrain.conftest import FINE, HATEFUL, NEW_HATE, labelled, sentences
from training.retrain.retrain import retrain
from training.retrain.retrain_job import RetrainJob
from training.retrain.ruling_rows import RulingRows


def hateful(folder: Path, texts: list[str]) -> np.ndarray:
    """Return P(hateful) of texts by an artefact."""
    return Moderator.load(folder).decide([Comment("", text) for text in texts]).scores[:, 2]


def test_a_candidate_learns_the_hate_of_the_site(champion: Path, site_rows: RulingRows, tmp_path: Path) -> None:
    """What the site calls hateful is more probably so, new sentences of it too; what the champion knew it still knows."""
    candidate = retrain(RetrainJob(site_rows, champion, tmp_path / "candidate"))
    new, old, fine = sentences(NEW_HATE, 20, seed=7), sentences(HATEFUL, 20, seed=8), sentences(FINE, 20, seed=9)

    assert hateful(candidate.out, new).mean() > 1.5 * hateful(champion, new).mean()
    assert hateful(candidate.out, old).mean() > 0.8 * hateful(champion, old).mean()
    assert hateful(candidate.out, new).mean() > 2 * hateful(candidate.out, fine).mean()
    stored = read_artefact(candidate.out, normaliser=normaliser_version())
    assert stored.arrays["weights.npy"].dtype == np.int16
    assert stored.manifest.name == "small"


def test_the_same_rulings_make_the_same_candidate(champion: Path, site_rows: RulingRows, tmp_path: Path) -> None:
    """Neither the order of the rulings, nor what their files and lines are, nor the number of threads changes the content hash."""
    order = np.random.default_rng(0).permutation(len(site_rows))
    elsewhere = replace(site_rows.take(order), labelled=replace(site_rows.labelled.take(order), id=site_rows.labelled.id))
    one = retrain(RetrainJob(site_rows, champion, tmp_path / "one", threads=1))
    other = retrain(RetrainJob(elsewhere, champion, tmp_path / "other", threads=3))

    assert one.manifest.content_hash == other.manifest.content_hash
    assert one.manifest.content_hash != read_artefact(champion, normaliser=normaliser_version()).manifest.content_hash


def test_a_candidate_is_a_champion_in_its_turn(champion: Path, site_rows: RulingRows, tmp_path: Path) -> None:
    """What was retrained can be retrained, in the folder of its predecessor too; rows that it has learned from choose nothing."""
    first = retrain(RetrainJob(site_rows, champion, tmp_path / "first"))
    learned = [True] * 100 + [False] * (len(site_rows) - 100)
    second = retrain(RetrainJob(site_rows, first.out, tmp_path / "first", learned=learned))

    assert any("too few rulings" in remark for remark in second.remarks)
    assert hateful(second.out, sentences(NEW_HATE, 20, seed=7)).mean() > hateful(champion, sentences(NEW_HATE, 20, seed=7)).mean()


def test_explanations_of_a_candidate_add_up(champion: Path, site_rows: RulingRows, tmp_path: Path) -> None:
    """With weights in 16 bits, too, what the words add and the intercept are the log-odds that a comment is judged by."""
    candidate = retrain(RetrainJob(site_rows, champion, tmp_path / "candidate"))
    moderator = Moderator.load(candidate.out)
    for text in ("blims are a plague", "lovely weather " * 30 + "you idiot"):
        explanation = explain_scores(moderator.classifier, Comment("", text))
        scores = moderator.decide([Comment("", text)]).scores[0]
        assert 1 / (1 + np.exp(-explanation.log_odds[0])) == pytest.approx(scores[2], abs=1e-9)


@pytest.mark.parametrize("answer", ["fine", "hateful"])
def test_one_answer_alone_teaches_nothing(champion: Path, tmp_path: Path, answer: str) -> None:
    """Rulings that all say the same are refused in one line, and nothing is written."""
    rows = RulingRows.of(labelled({answer: sentences(FINE, 40, seed=1)}))
    with pytest.raises(TableError, match="all rulings say the same") as caught:
        retrain(RetrainJob(rows, champion, tmp_path / "candidate"))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "candidate").exists()


def test_few_rulings_are_refused(champion: Path, site_rows: RulingRows, tmp_path: Path) -> None:
    """With a handful of rulings nothing is fitted."""
    with pytest.raises(TableError, match="only 5 rulings"):
        retrain(RetrainJob(site_rows.take(range(5)), champion, tmp_path / "candidate"))


def test_a_damaged_champion_is_refused(champion: Path, site_rows: RulingRows, tmp_path: Path) -> None:
    """A champion whose weights were altered makes no candidate."""
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in champion.iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    data = bytearray((broken / "weights.npy").read_bytes())
    data[-1] ^= 1
    (broken / "weights.npy").write_bytes(data)
    with pytest.raises(ArtefactError, match=r"weights\.npy was altered"):
        retrain(RetrainJob(site_rows, broken, tmp_path / "candidate"))


def test_rows_teach_a_language(champion: Path, site_rows: RulingRows, tmp_path: Path) -> None:
    """Enough rows in a language make it one of those that the candidate reads; fewer do only if they are told to."""
    texts = {"fine": sentences(FINE, 400, seed=10), "hateful": sentences(NEW_HATE, 140, seed=11)}
    rows = RulingRows.of(labelled(texts))
    in_danish = replace(rows, language=["da"] * len(rows))
    few = replace(site_rows, language=["da"] * len(site_rows))

    assert retrain(RetrainJob(in_danish, champion, tmp_path / "one")).manifest.languages == ("en", "da")
    assert retrain(RetrainJob(few, champion, tmp_path / "two")).manifest.languages == ("en",)
    assert retrain(RetrainJob(few, champion, tmp_path / "three", languages=("da",))).manifest.languages == ("en", "da")
