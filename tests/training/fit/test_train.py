"""Training, end to end: labelled rows in, an artefact out that judges as it was taught."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.artefact.folder import read_artefact
from model.artefact.manifest import Prior
from model.artefact.public_view import artefact_version
from model.comment import LABELS, Comment
from model.errors import TableError
from model.moderator import Moderator
from model.ngrams.feature_settings import FeatureSettings
from model.normaliser.version import normaliser_version
from training.fit.ngram_weights import FitSettings
from training.fit.train import TrainedArtefact, train_artefact
from training.fit.train_job import TrainJob

THINGS = tuple(
    f"{kind} {thing}"
    for kind in ("red", "old", "quiet", "broken", "tiny")
    for thing in ("bus", "garden", "book", "window", "song", "cake", "dog", "lamp")
)
PATTERNS = {
    "fine": ("I like the {} in this town", "thank you for the {}", "who has seen my {} lately"),
    "toxic": ("you are a stupid {}", "shut up you idiotic {}", "what a moron, go eat a {}"),
    "hateful": ("all zorgs are vermin, take their {}", "send the zorg scum back with their {}", "no {} for zorg filth"),
}
UNSEEN = {"thank you for the bicycle": "fine", "shut up you idiotic bicycle": "toxic", "no bicycle for zorg filth": "hateful"}


def texts(label: str, count: int, *, start: int = 0) -> list[str]:
    """Different comments of a label."""
    every = [pattern.format(thing) for thing in THINGS for pattern in PATTERNS[label]]
    return every[start : start + count]


def labelled(**counts: int) -> list[tuple[str, str]]:
    """Rows of text and label."""
    return [(text, label) for label, count in counts.items() for text in texts(label, count)]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., TrainedArtefact]:
    """A function that writes rows to a table and trains on it."""

    def _run(rows: Iterable[Sequence[object]], columns: Sequence[str] = ("text", "label"), **job: Any) -> TrainedArtefact:
        table = tmp_path / "rulings.csv"
        with table.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([columns, *rows])
        settings = FitSettings(features=FeatureSettings(bits=12), seed=job.pop("seed", 0))
        return train_artefact(replace(TrainJob(tables=[table], out=tmp_path / "out", fit=settings), **job))

    return _run


def assigned_labels(trained: TrainedArtefact) -> dict[str, str]:
    """The labels that an artefact gives to comments that it has not learnt from."""
    decisions = Moderator.load(trained.out).decide([Comment("", text) for text in UNSEEN])
    return {text: LABELS[code].value for text, code in zip(UNSEEN, decisions.labels, strict=True)}


def test_a_table_becomes_a_judge(run: Callable[..., TrainedArtefact]) -> None:
    """Three labels are learnt; the manifest says from what, how, and how well."""
    trained = run(labelled(fine=100, toxic=80, hateful=80), dev_share=0.2, name="mine")
    assert assigned_labels(trained) == UNSEEN
    manifest = read_artefact(trained.out, normaliser=normaliser_version()).manifest
    assert manifest == trained.manifest
    assert artefact_version(manifest).startswith("mine@")
    (source,) = manifest.data
    table = trained.out.with_name("rulings.csv")
    assert (source.source, source.rows, source.sha256) == ("rulings.csv", 260, hashlib.sha256(table.read_bytes()).hexdigest())
    assert manifest.settings["seed"] == 0
    assert manifest.settings["dev_share"] == 0.2
    assert trained.figures["rulings"].macro_f1 == 1
    assert trained.figures["rulings"].rows == len(trained.split.dev)
    assert trained.reading is not None
    assert trained.reading.used == 260
    assert trained.remarks == (f"only {len(trained.split.dev)} dev rows: figures, probabilities and thresholds are rough",)


def test_scores_are_for_the_prior(run: Callable[..., TrainedArtefact]) -> None:
    """The rarer abuse is said to be, the less probable is any."""
    rows = labelled(fine=100, toxic=80, hateful=80)
    rare, common = (
        Moderator.load(run(rows, prior=Prior(abusive=share, hateful=0.2)).out).decide([Comment("", "who is idiotic")]).scores[0]
        for share in (0.01, 0.5)
    )
    assert rare[0] > common[0]
    assert rare[2] < common[2]


@pytest.mark.parametrize(
    ("columns", "rows", "expected"),
    [
        (("text", "abusive"), [(t, int(name != "fine")) for name in PATTERNS for t in texts(name, 60)], ("fine", "toxic", "toxic")),
        (("text", "hateful"), [(t, int(name == "hateful")) for name in PATTERNS for t in texts(name, 60)], ("fine", "fine", "hateful")),
        (("text", "label"), labelled(fine=60, toxic=60), ("fine", "toxic", None)),
        (("text", "label"), labelled(fine=60, hateful=60), ("fine", None, "hateful")),
        (
            ("text", "label", "abusive"),
            [(t, "", int(name != "fine")) for name in ("fine", "toxic") for t in texts(name, 60)]
            + [(t, "hateful", "") for t in texts("hateful", 60)],
            ("fine", "toxic", "hateful"),
        ),
    ],
    ids=["only abusive", "only hateful", "no hateful", "no toxic", "abusive and hateful in different rows"],
)
def test_rows_that_answer_one_question(
    run: Callable[..., TrainedArtefact], columns: Sequence[str], rows: list[Sequence[object]], expected: tuple[str | None, ...]
) -> None:
    """Rows are used for what they say; what no row tells apart gets the label that is known."""
    trained = run(rows, columns)
    for expected_label, label in zip(expected, assigned_labels(trained).values(), strict=True):
        assert expected_label is None or expected_label == label
    assert bool(trained.remarks)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (labelled(fine=1), "no row is left for dev"),
        (labelled(fine=1, toxic=1, hateful=1), "no row is left for dev"),
        (labelled(fine=50), "no row to learn from is toxic or hateful"),
        (labelled(toxic=50), "no row to learn from is fine"),
        (labelled(hateful=50), "no row to learn from is fine"),
        (labelled(toxic=50, hateful=50), "no row to learn from is fine"),
        (
            [(text, label) for text in texts("fine", 40) for label in ("fine", "toxic")],
            r"40 times copies of a text contradict each other.*line 2$",
        ),
    ],
    ids=["one row", "one of each", "only fine", "only toxic", "only hateful", "no fine", "contradictions"],
)
def test_rows_that_teach_nothing(run: Callable[..., TrainedArtefact], tmp_path: Path, rows: list[Sequence[object]], words: str) -> None:
    """What is missing is said in one line, and nothing is written."""
    with pytest.raises(TableError, match=words) as refusal:
        run(rows)
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("counts", [{"fine": 2, "toxic": 2, "hateful": 1}, {"fine": 3, "toxic": 2}, {"fine": 2, "hateful": 3}], ids=str)
def test_five_rows(run: Callable[..., TrainedArtefact], counts: dict[str, int]) -> None:
    """The smallest table that can be split makes an artefact that says how little it is worth."""
    trained = run(labelled(**counts))
    assert any("dev rows: figures, probabilities and thresholds are rough" in remark for remark in trained.remarks)
    scores = Moderator.load(trained.out).decide([Comment("", text) for text in UNSEEN]).scores
    np.testing.assert_allclose(scores.sum(axis=1), 1)
    assert ((scores > 0) & (scores < 1)).all()


@pytest.mark.parametrize("missing", ["fine", "toxic", "hateful"])
def test_dev_rows_without_a_label(run: Callable[..., TrainedArtefact], missing: str) -> None:
    """What the given dev rows cannot show is taken from the prior, is said, and the labels still come out."""
    learn = [(text, label, "train") for text, label in labelled(fine=60, toxic=60, hateful=60)]
    dev = [(text, label, "dev") for label in PATTERNS if label != missing for text in texts(label, 60, start=60)]
    trained = run(learn + dev, ("text", "label", "split"))
    assert assigned_labels(trained) == UNSEEN
    assert any("no dev row is" in remark for remark in trained.remarks) == (missing != "toxic")


def test_train_rows_without_a_label(run: Callable[..., TrainedArtefact]) -> None:
    """What only dev rows say is not learnt."""
    rows = [(text, label, "train") for text, label in labelled(toxic=60, hateful=60)] + [(t, "fine", "dev") for t in texts("fine", 60)]
    with pytest.raises(TableError, match="no row to learn from is fine"):
        run(rows, ("text", "label", "split"))


def test_duplicates_never_judge(run: Callable[..., TrainedArtefact]) -> None:
    """A copy of a comment, and one that is nearly the same, are on one side of the split."""
    rows = labelled(fine=100, toxic=100)
    copies = [(f"{text.upper()}!!", label) for text, label in rows]
    trained = run(rows + copies, dev_share=0.3)
    assert trained.deduplicated.copies == 200
    dev, learn = ({trained.deduplicated.rows.text[row].casefold() for row in side} for side in (trained.split.dev, trained.split.train))
    assert not dev & learn


def test_weights_of_sources_and_classes(run: Callable[..., TrainedArtefact], tmp_path: Path) -> None:
    """Where sources contradict each other, the one that counts more is believed; a class that counts more is seen more often."""
    rows = [(f"{thing} indeed", label, source) for thing in THINGS for label, source in (("fine", "ours"), ("toxic", "theirs"))]
    rows = [(f"{text} {source}" if at % 2 else f"{source} {text}", label, source) for at, (text, label, source) in enumerate(rows)]
    rows += [(text, "fine", "ours") for text in texts("fine", 60)] + [(text, "toxic", "ours") for text in texts("toxic", 60)]
    columns = ("text", "label", "source")
    comment = [Comment("", "old bicycle indeed")]

    def abusive(**weights: object) -> float:
        return 1 - float(Moderator.load(run(rows, columns, **weights).out).decide(comment).scores[0, 0])

    plain = abusive()
    assert abusive(source_weights={"theirs": 0.01}) < plain < abusive(source_weights={"theirs": 20.0})
    assert abusive(class_weights={"fine": 0.05}) != plain
    trained = run(rows, columns, source_weights={"theirs": 0.01}, class_weights={"fine": 2.0})
    assert trained.manifest.settings["source_weights"] == {"theirs": 0.01}
    assert trained.manifest.settings["class_weights"] == {"fine": 2.0}
    with pytest.raises(TableError, match="no source 'others'; the sources are ours, theirs"):
        run(rows, columns, source_weights={"others": 2.0})


@pytest.mark.parametrize("weight", ["1e300", "1e-300", "3"])
def test_weights_count_relatively(run: Callable[..., TrainedArtefact], weight: str) -> None:
    """A weight that all rows have changes nothing, however large or small."""
    rows = labelled(fine=60, toxic=60)
    plain = run(rows).manifest.content_hash
    assert run([(*row, weight) for row in rows], ("text", "label", "weight")).manifest.content_hash == plain


def test_rows_that_weigh_nothing(run: Callable[..., TrainedArtefact]) -> None:
    """A table whose rows all weigh 0 is refused."""
    with pytest.raises(TableError, match="weighs 0"):
        run([(*row, 0) for row in labelled(fine=20, toxic=20)], ("text", "label", "weight"))


def test_the_policy_spares_clean_conversation(run: Callable[..., TrainedArtefact]) -> None:
    """No comment is reviewed that is less suspicious than average, none rejected that is rather fine, however clean the table."""
    policy = run(labelled(fine=120, toxic=120, hateful=120)).manifest.policies["default"]
    assert policy.review_abusive >= 0.1
    assert policy.review_hateful >= 0.02
    assert policy.reject_abusive >= 0.5
    assert policy.reject_hateful >= 0.1


def test_the_seed_moves_the_split_and_the_weights(run: Callable[..., TrainedArtefact]) -> None:
    """Another seed makes another artefact, the same seed the same one."""
    rows = labelled(fine=60, toxic=60, hateful=60)
    first, again, other = (run(rows, seed=seed).manifest.content_hash for seed in (0, 0, 1))
    assert first == again != other
