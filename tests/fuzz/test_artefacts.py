"""The fuzzer of artefacts leaves a sound one alone, finds planted faults, and what it once found is refused now."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fuzz.artefacts import check_artefact, check_decisions, silence, write_base
from fuzz.promises import BrokenPromiseError
from model.comment import Comment
from model.moderator import Moderator
from model.profile import Profile

KEPT = sorted((Path(__file__).parents[2] / "fuzz/kept/artefacts").glob("*.json"))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artefact that is edited."""
    return write_base(tmp_path_factory.mktemp("artefact") / "base")


@pytest.mark.parametrize("profile", [None, *Profile])
def test_a_sound_artefact_keeps_every_promise(base: Path, profile: Profile | None) -> None:
    """Without edits, or with one that is allowed, it is loaded and judges, whichever readers do."""
    check_artefact(base, [], profile=profile)
    check_artefact(base, [{"field": "prior", "value": {"abusive": 0.2, "hateful": 0.1}}], profile=profile)


def test_a_refusal_is_no_finding(base: Path) -> None:
    """Edits that are refused in one line keep the promise."""
    check_artefact(base, [{"field": "thresholds", "value": None}])
    check_artefact(base, [{"array": "scales.npy", "dtype": "float64", "shape": [1], "base64": "AAAAAAAA8D8="}])


@pytest.mark.parametrize("value", [np.nan, -1.0, 2.0])
def test_scores_that_are_no_probabilities_are_found(base: Path, value: float) -> None:
    """A score that is not finite or outside of [0, 1] breaks a promise."""
    decisions = Moderator.load(base).decide([Comment("", "you are an idiot")])
    check_decisions(decisions)
    floats = decisions._raw.floats.copy()
    floats[:] = value
    with pytest.raises(BrokenPromiseError):
        check_decisions(replace(decisions, _raw=decisions._raw._replace(floats=floats)))


def test_what_libraries_say_is_heard() -> None:
    """What is written to standard error from below Python is seen, and it is given back afterwards."""
    with silence() as said:
        os.write(2, b"a line of C++\n")
        assert said() == "a line of C++\n"
    os.write(2, b"")


def test_what_once_failed_is_refused(base: Path, subtests: pytest.Subtests) -> None:
    """Edits that were once a finding are refused in one line, or judge soundly."""
    for path in KEPT:
        for profile in (None, Profile.FAST, Profile.FULL):
            with subtests.test(path.name, profile=profile):
                check_artefact(base, json.loads(path.read_bytes()), profile=profile)
