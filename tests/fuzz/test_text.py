"""The fuzzer of texts finds planted faults, and what it once found is read now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fuzz.campaign import Campaign
from fuzz.promises import BrokenPromiseError
from fuzz.text import TextKit, check_texts, fuzz_texts, replay_text
from model.comment import Comment
from service.judging.community import Community
from service.judging.judge import Judge, Judgements

KEPT = sorted((Path(__file__).parents[2] / "fuzz/kept/text").glob("*.txt"))


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> TextKit:
    """What texts are tried on."""
    return TextKit.load(tmp_path_factory.mktemp("kit"))


@dataclass(frozen=True, slots=True)
class FaultyJudge(Judge):
    """A judge whose scores are spoilt by a function."""

    spoil: Callable[[Any], None] = lambda _: None

    def judge(self, comments: Sequence[Comment], **how: Any) -> Judgements:
        judgements = super(FaultyJudge, self).judge(comments, **how)
        raw = judgements.decisions._raw
        floats = raw.floats.copy()
        self.spoil(floats)
        return judgements._replace(decisions=replace(judgements.decisions, _raw=raw._replace(floats=floats)))


def faulty(kit: TextKit, spoil: Callable[[Any], None]) -> FaultyJudge:
    return FaultyJudge(kit.moderator, kit.identifier, spoil=spoil)


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.5, 1.5])
def test_scores_that_are_no_probabilities_are_found(kit: TextKit, value: float) -> None:
    """A score that is not finite or outside of [0, 1] breaks a promise."""

    def spoil(floats: Any) -> None:
        floats[:] = value

    check_texts([Comment("", "you are an idiot")], judge=kit.judges[0], explain=True)
    with pytest.raises(BrokenPromiseError, match="scores are finite"):
        check_texts([Comment("", "you are an idiot")], judge=faulty(kit, spoil))


def test_a_step_that_fails_is_found(kit: TextKit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment that is judged although a step has failed breaks a promise."""
    monkeypatch.setattr(Community, "match_lists", None)
    with pytest.raises(BrokenPromiseError, match="no step of judging fails"):
        check_texts([Comment("", "you are an idiot")], judge=kit.judges[1])


def test_a_short_run_tries_texts(tmp_path: Path) -> None:
    """The fuzzer tries as many texts as it was told to, and finds nothing."""
    campaign = Campaign(tmp_path, seed=5, inputs=320)
    fuzz_texts(campaign)
    assert campaign.tally.inputs == 320
    assert [path.parent.name for path in tmp_path.glob("findings/*/*.note")] == []


def test_what_once_failed_is_read(kit: TextKit, subtests: pytest.Subtests) -> None:
    """A text that was once a finding keeps every promise, in every format."""
    for path in KEPT:
        with subtests.test(path.name):
            replay_text(kit, path.read_bytes())
