"""What the tests of several protocols share."""

from typing import TYPE_CHECKING

import pytest

from model.comment import VERDICTS, Comment, Verdict

if TYPE_CHECKING:
    from model.moderator import Moderator


@pytest.fixture(scope="session")
def unsure(moderator: "Moderator") -> str:
    """A comment that the shipped model sends to review; which one, another training may change."""
    candidates = ["this is crap", "you clown", "liar", "oh look, another clown", "he is a fool", "what nonsense", "that was a dumb move"]
    verdicts = moderator.decide([Comment("", text) for text in candidates], threads=1).verdicts.tolist()
    return next(text for text, verdict in zip(candidates, verdicts, strict=True) if VERDICTS[verdict] is Verdict.REVIEW)
