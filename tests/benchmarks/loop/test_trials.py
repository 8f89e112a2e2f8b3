"""Trials: a candidate is judged beside its base as stored, and a run that was stopped goes on where it was."""

import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks.loop.site_rows import Elsewhere, Site
from benchmarks.loop.trials import Change, Journal, Trial, run_trial
from model.profile import Profile
from training.tables.labelled import Labelled, Place

_TRIAL = Trial("cad", 200, 3, Profile.FAST)
_CHANGE = Change(0.7, 0.8, 0.01, None, -0.001, 0.0, 0.002, 0.0, 1.5, "ab" * 32)
_VOCABULARY = (
    "morning river table window garden bridge yellow quiet seven market train letter paper music kitchen winter summer station "
    "harbour lamp carpet engine forest doctor ticket island mountain village pencil coffee sugar butter bread apple orange lemon "
    "rabbit horse chicken spider ocean desert planet rocket mirror bottle basket hammer ladder pocket button shoulder finger"
)
_SHIPPED = Path(__file__).parents[3] / "model" / "default"


def test_what_was_measured_is_found_again(tmp_path: Path) -> None:
    """A journal gives back exactly what was added, and nothing for another seed, size, profile or site."""
    Journal(tmp_path / "trials.jsonl", version="one").add(_TRIAL, _CHANGE)

    journal = Journal(tmp_path / "trials.jsonl", version="one")

    assert journal.find(_TRIAL) == _CHANGE
    others = [Trial("cad", 200, 4, Profile.FAST), Trial("cad", 2000, 3, Profile.FAST), Trial("cad", 200, 3, Profile.FULL)]
    assert [journal.find(trial) for trial in (*others, Trial("ghc", 200, 3, Profile.FAST))] == [None] * 4


def test_what_other_code_measured_does_not_count(tmp_path: Path) -> None:
    """After a change of the fit or of the base everything is measured again."""
    Journal(tmp_path / "trials.jsonl", version="one").add(_TRIAL, _CHANGE)

    assert Journal(tmp_path / "trials.jsonl", version="two").find(_TRIAL) is None


def test_line_that_a_kill_cut_short_costs_that_trial_alone(tmp_path: Path) -> None:
    """Whole lines before and after a cut one are read."""
    path = tmp_path / "trials.jsonl"
    journal = Journal(path, version="one")
    journal.add(_TRIAL, _CHANGE)
    path.write_bytes(path.read_bytes() + path.read_bytes()[:40])
    later = Trial("cad", 200, 4, Profile.FAST)

    journal.add(later, _CHANGE)

    assert journal.find(_TRIAL) == journal.find(later) == _CHANGE


def test_candidate_that_learned_a_word_ranks_better_on_its_site() -> None:
    """Rulings that call an innocent word hateful raise the site's AUC, as judged from the stored folder; other sources hardly change."""
    train, dev = _rows(120, first=0), _rows(40, first=200)
    elsewhere = Elsewhere(
        ["have a nice day", "you are a worthless idiot"] * 5, np.array([0, 1] * 5, np.int8), np.zeros(10, np.int8), np.array(["a"] * 10)
    )

    change = run_trial(Trial("site", 120, 0, Profile.FAST), base=_SHIPPED, site=Site("site", train, dev), elsewhere=elsewhere)

    assert change.hateful is not None
    assert change.hateful > 0.9
    assert change.gain_hateful is not None
    assert change.gain_hateful > 0.2
    assert change.elsewhere_abusive == pytest.approx(0.0, abs=0.01)
    assert change.elsewhere_hateful is None


def _rows(count: int, *, first: int) -> Labelled:
    """Return comments of which every second is hateful, by a word that the base thinks nothing of."""
    numbers = range(first, first + count)
    hateful = np.array([number % 2 == 0 for number in numbers], np.int8)
    drawn = random.Random(first)
    texts = [" ".join([*drawn.sample(_VOCABULARY.split(), 8), "gardeners" if number % 2 == 0 else "bakers"]) for number in numbers]
    return Labelled(
        text=texts,
        abusive=hateful.copy(),
        hateful=hateful,
        source=["site"] * count,
        split=[None] * count,
        id=[str(number) for number in numbers],
        weight=np.ones(count),
        target=[None] * count,
        attributes={},
        place=[Place("site", number + 1) for number in range(count)],
    )
