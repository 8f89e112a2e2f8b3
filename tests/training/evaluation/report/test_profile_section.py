"""The section about profiles: the figures of each profile are those of a report on it alone."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import StoredArtefact, read_artefact, shipped_folder
from model.artefact.manifest import Prior
from model.comment import Comment
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from model.profile import Profile
from training.evaluation.measurement import compute_results
from training.evaluation.report.profile_section import MOST_COMPARED, profiles_section
from training.evaluation.report.sections import ReportSection
from training.evaluation.scored_rows import score_labelled_rows
from training.evaluation.subject import EvaluationSubject
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]

CURVE = np.array([[0.0, 0.0, 1.0], [0.05, 0.004, 0.5], [0.3, 0.01, 0.2], [0.6, 0.05, 0.1], [1.0, 0.06, 0.0]])
TEXTS = {
    "fine": ("thank you for the {}", "who has seen my {} lately", "a {} for the woman next door", "this {} is killing me"),
    "toxic": ("shut up you idiotic {}", "you are a stupid {}", "what a moron, go eat a {}", "nobody wants your {}"),
    "hateful": (
        "gays are vermin, take their {}",
        "all Muslims are filth, no {} for them",
        "women are too stupid for a {}",
        "no {} for them",
    ),
}
THINGS = ("bus", "garden", "book", "window", "song", "cake", "dog", "lamp")


@pytest.fixture
def table(rows: MakeRows) -> Labelled:
    """96 rows of two sources, and two that hold nothing to judge."""
    labelled = [(label, text.format(thing)) for thing, (label, texts) in product(THINGS, TEXTS.items()) for text in texts]
    labels, texts = zip(*labelled, ("fine", ""), ("toxic", " "), strict=True)
    return rows(labels, text=texts, source=["chat", "forum"] * (len(labels) // 2))


@pytest.fixture
def stored(write_both: Callable[..., Path], tmp_path: Path) -> StoredArtefact:
    """The shipped n-grams with a tiny encoder beside them."""
    return read_artefact(write_both(tmp_path / "both", **{"curve.npy": CURVE}), normaliser=normaliser_version())


def build(
    stored: StoredArtefact,
    rows: Labelled,
    *,
    clean: Sequence[str] | None = None,
    seed: int = 0,
    most: int = MOST_COMPARED,
    **settings: object,
) -> ReportSection:
    """Return the section about rows, scored by a moderator with some settings."""
    moderator = Moderator(stored, **settings)  # type: ignore[arg-type]
    scored = score_labelled_rows(moderator, rows, clean=clean)
    section = profiles_section(stored, EvaluationSubject(moderator), scored, compute_results(scored, resamples=1, seed=seed), most=most)
    assert section is not None
    return section


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("clean", [None, ["chat"]])
def test_a_profile_is_what_a_report_on_it_says(profile: Profile, clean: list[str] | None, stored: StoredArtefact, table: Labelled) -> None:
    """The figures of each profile are those of a report on it, whichever profile scored the rows for this one."""
    scored = score_labelled_rows(Moderator(stored, profile=profile), table, clean=clean)
    results = compute_results(scored, resamples=1)
    expected = {name: estimate and estimate.value for name, estimate in results.mean.items()}
    expected["calibration_error"] = results.pooled["calibration_error"] and results.pooled["calibration_error"].value
    for by in (Profile.FAST, None):
        figures = build(stored, table, clean=clean, profile=by).figures["profiles"]
        assert isinstance(figures, dict)
        one = figures[profile.value]
        for name in ("auc_abusive", "auc_hateful", "caught_abusive", "caught_hateful", "macro_f1", "calibration_error"):
            assert one[name] == pytest.approx(expected[name], abs=1e-12), name


def test_passed_on_is_what_the_cascade_passes_on(stored: StoredArtefact, table: Labelled) -> None:
    """Risk and prior of the moderator decide what the encoder reads: as many comments as it lets it read itself."""
    comments = [Comment("", text) for text in table.text]
    for risk, prior in product((0.0, 0.004, 0.01, 0.05), (None, Prior(abusive=0.4, hateful=0.3))):
        cascade = Moderator(stored, profile=Profile.CASCADE, prior=prior, risk=risk)
        figures = build(stored, table, profile=Profile.FAST, prior=prior, risk=risk).figures
        assert isinstance(figures["profiles"], dict)
        assert figures["profiles"]["cascade"]["passed"] == cascade.first_pass(comments).encoder_rows.size / len(table)
        assert figures["profiles"]["full"]["passed"] == (len(table) - 2) / len(table)
        assert figures["profiles"]["fast"]["passed"] == 0
        assert figures["expected"] == CURVE[CURVE[:, 1] <= risk][-1, 2]


def test_every_step_of_the_curve_is_reported(stored: StoredArtefact, table: Labelled) -> None:
    """Table and JSON have each threshold of the artefact's curve with its risk; both pictures mark the cascade."""
    section = build(stored, table)
    cascades = json.loads(json.dumps(section.figures, allow_nan=False))["cascades"]
    assert [[one["threshold"], one["risk"], one["expected"]] for one in cascades] == CURVE.tolist()
    assert [row[0] for row in section.tables[0].rows] == ["fast", "cascade", "full"]
    assert len(section.tables[1].rows) == len(CURVE)
    assert [picture.svg.count('class="mark"') for picture in section.pictures] == [1, 1]
    assert [picture.svg.count("<polyline") for picture in section.pictures] == [3, 1]


def test_an_artefact_with_one_reader_has_no_profiles(table: Labelled) -> None:
    """Where there is no encoder there is nothing to compare, and no empty section."""
    both = read_artefact(shipped_folder(), normaliser=normaliser_version())
    alone = replace(both, manifest=both.manifest.model_copy(update={"readers": both.manifest.readers[:1]}))
    scored = score_labelled_rows(moderator := Moderator(alone), table)
    assert profiles_section(alone, EvaluationSubject(moderator), scored, compute_results(scored, resamples=1)) is None


def test_many_rows_are_drawn_from(stored: StoredArtefact, table: Labelled) -> None:
    """If there are more rows than the limit, that many are drawn, the same for the same seed, and the page says so."""
    one, again, other = (build(stored, table, seed=seed, most=40).figures for seed in (1, 1, 2))
    assert (one["rows"], one["of"]) == (40, 98)
    shares = [[step["passed"] for step in figures["cascades"]] for figures in (one, again, other)]  # type: ignore[attr-defined]
    assert shares[0] == shares[1] != shares[2]
    assert "40 of the 98 rows" in build(stored, table, most=40).introduction


@pytest.mark.parametrize("answers", [["fine"], ["hateful", "not hateful"] * 3, ["unknown"] * 3])
def test_rows_that_answer_little_have_a_section(answers: list[str], stored: StoredArtefact, rows: MakeRows) -> None:
    """Rows that answer only some questions, or none, or hold no text, have the figures that they allow."""
    for text in (None, [" "] * len(answers)):
        section = build(stored, rows(answers, text=text))
        json.dumps(section.figures, allow_nan=False)
        assert len(section.tables[0].rows) == 3
