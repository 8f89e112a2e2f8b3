"""The gate as a whole, on a small champion and rulings of a site."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.comment import Comment
from model.errors import TableError
from tests.training.retrain.conftest import FINE, NEW_HATE, TOXIC, labelled, sentences
from training.gate.gate_report import GAIN, GateReport
from training.gate.run_gate import GateJob, run_gate
from training.retrain.retrain import retrain
from training.retrain.retrain_job import Candidate, RetrainJob
from training.retrain.ruling_rows import RulingRows

_RULES = (
    *("gain", "gain-hateful", "gain-abusive", "calibration", "as-fitted", "without-one", "one-against-all", "fixed-answers"),
    *("agreement", "floods", "raids", "trust", "identity-rulings", "kit-attacks", "kit-behaviour", "kit-pairs", "kit-authored"),
    *("kit-labels", "kit-corpus", "identity-neutral", "identity-groups", "identity-kinds", "speed", "size", "communities", "recent"),
)

_NEW_FINE = [
    "the blims came round for tea",
    "a blim fixed my bicycle",
    "blims won the cup",
    "never plant onions there",
    "that must be a blim",
]


@pytest.fixture(scope="session")
def ruled() -> RulingRows:
    """400 rulings by four moderators of a site where blims are hated."""
    texts = {
        "fine": sentences(_NEW_FINE, 200, seed=14),
        "toxic": sentences(TOXIC, 80, seed=15),
        "hateful": sentences(NEW_HATE, 120, seed=16),
    }
    rows = RulingRows.of(labelled(texts))
    order = np.random.default_rng(3).permutation(400)
    persons: list[str | None] = [f"moderator {number % 4}" for number in range(400)]
    return replace(
        rows.take(order),
        person=persons,
        persons=[(person or "",) for person in persons],
        role=["moderator"] * 400,
        created_at=1.7e9 + 60.0 * np.arange(400, dtype=np.float64),
        community=[["cooking", None][number % 2] for number in range(400)],
        agreeing=np.full(400, 2),
    )


@pytest.fixture(scope="session")
def candidate(champion: Path, ruled: RulingRows, tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """What retraining makes of these rulings."""
    return retrain(RetrainJob(ruled, champion, tmp_path_factory.mktemp("gate") / "candidate"))


def verdicts(report: GateReport) -> dict[str, str]:
    """Return the verdict of each rule."""
    return {rule.rule: rule.verdict.value for rule in report.rules}


def test_a_candidate_that_learned_the_site_is_better(champion: Path, ruled: RulingRows, candidate: Candidate, tmp_path: Path) -> None:
    """Every rule has its line, the gain is better on rulings that none of the fits saw, and what has no data is skipped."""
    recent = [Comment("", text) for text in sentences(FINE, 50, seed=20)]
    table = tmp_path / "trusted.csv"
    lines = [f'"{text}",fine' for text in sentences(FINE, 40, seed=21)] + [f'"{text}",toxic' for text in sentences(TOXIC, 40, seed=22)]
    table.write_text("\n".join(["text,label", *lines]) + "\n")
    report = run_gate(GateJob(champion, candidate.out, ruled, fit=candidate.fit, recent=recent, corpus=table))
    found = verdicts(report)

    assert tuple(found) == _RULES
    assert found[GAIN] == "better"
    assert found["without-one"] == "better"
    assert {found[rule] for rule in ("as-fitted", "one-against-all", "fixed-answers", "floods", "raids", "trust", "agreement")} == {
        "no change"
    }
    assert report.champion.startswith("small@")
    assert report.champion != report.candidate
    without = verdicts(run_gate(GateJob(champion, candidate.out, replace(ruled, person=[None] * 400), fit=None)))
    assert {without[rule] for rule in ("without-one", "one-against-all", "floods", "kit-corpus", "recent")} == {"skipped"}


def test_the_report_is_the_same_each_time_and_tells_no_text(
    champion: Path, ruled: RulingRows, candidate: Candidate, tmp_path: Path
) -> None:
    """Neither the order of the rows, nor a fit that is handed over, nor what was kept changes a byte; no comment or person is in it."""
    job = GateJob(champion, candidate.out, ruled, fit=candidate.fit, cache=tmp_path)
    first = run_gate(job).to_text()
    turned = ruled.take(np.random.default_rng(5).permutation(400))
    again = run_gate(replace(job, rows=turned, fit=None, threads=1)).to_text()

    assert first == again
    assert list(tmp_path.glob("gate-kit-*.npz"))
    for secret in (*ruled.labelled.text, "moderator 1", "cooking"):
        assert secret not in first


def test_a_damaged_cache_is_read_anew(champion: Path, ruled: RulingRows, candidate: Candidate, tmp_path: Path) -> None:
    """What is kept of the champion may be cut short at any time; the report stays the same."""
    job = GateJob(champion, candidate.out, ruled, fit=candidate.fit, cache=tmp_path)
    first = run_gate(job)
    for file in tmp_path.glob("*.npz"):
        file.write_bytes(file.read_bytes()[:100])
    assert run_gate(job) == first


@pytest.mark.nightly
def test_one_who_swaps_all_labels_is_no_witness(champion: Path, ruled: RulingRows, tmp_path: Path) -> None:
    """A flood by a moderator who swaps all labels shows no gain of its own: what the others say counts alone."""
    own = np.array([number % 3 > 0 for number in range(400)])
    swapped = np.where(own, 1 - ruled.labelled.abusive, ruled.labelled.abusive).astype(np.int8)
    hateful = np.where(own, 1 - ruled.labelled.abusive, ruled.labelled.hateful).astype(np.int8)
    persons: list[str | None] = ["flooder" if is_own else person for is_own, person in zip(own, ruled.person, strict=True)]
    rows = replace(ruled, labelled=replace(ruled.labelled, abusive=swapped, hateful=hateful), person=persons)
    made = retrain(RetrainJob(rows, champion, tmp_path / "flooded"))
    report = run_gate(GateJob(champion, made.out, rows, fit=made.fit))
    assert verdicts(report)["floods"] == "cannot tell"
    assert not report.is_beyond_doubt
    assert verdicts(report)["one-against-all"] in {"worse", "cannot tell"} or verdicts(report)[GAIN] != "better"


def test_what_the_champion_has_learned_is_no_witness(champion: Path, ruled: RulingRows, candidate: Candidate) -> None:
    """Rows that taught the champion show no gain; without any others it cannot be told."""
    report = run_gate(GateJob(champion, candidate.out, ruled, learned=[True] * 400))
    assert verdicts(report)[GAIN] == "cannot tell"
    assert not report.passed


def test_a_champion_is_no_better_than_itself(champion: Path, ruled: RulingRows) -> None:
    """The champion as its own candidate changes nothing; as it is not what retraining makes of the rulings, their gain is not its own."""
    found = verdicts(run_gate(GateJob(champion, champion, ruled, recent=[Comment("", "hello there")])))
    kit = [
        verdict
        for rule, verdict in found.items()
        if rule.startswith(("kit", "identity")) and rule not in {"kit-corpus", "kit-attacks", "identity-rulings"}
    ]
    assert set(kit) == {"no change"}
    assert {found[rule] for rule in ("speed", "size", "communities", "recent")} == {"no change"}
    assert found["as-fitted"] == "worse"


def test_a_missing_corpus_is_a_clear_error(champion: Path, ruled: RulingRows, candidate: Candidate, tmp_path: Path) -> None:
    """A corpus that is named but not there is no corpus that was skipped."""
    with pytest.raises(TableError, match="nowhere"):
        run_gate(GateJob(champion, candidate.out, ruled, corpus=tmp_path / "nowhere.csv"))
