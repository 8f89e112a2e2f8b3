"""Ordinary sentences, written by us and taught to nobody, are nothing but ordinary in the eyes of the shipped model."""

from pathlib import Path

import numpy as np
import pytest

from model.comment import Comment
from model.moderator import Moderator
from model.profile import Profile
from training.authored.authored_rows import load_authored_rows

SENTENCES = Path(__file__).with_name("ordinary.txt").read_text("utf-8").splitlines()


def test_nobody_learns_them() -> None:
    """There are two hundred different ones, and no training row is one of them."""
    assert len(set(SENTENCES)) == 200
    assert not set(SENTENCES) & set(load_authored_rows().text)


@pytest.mark.parametrize("profile", [Profile.FAST, Profile.CASCADE, Profile.FULL])
def test_no_attribute_is_seen_in_them(profile: Profile) -> None:
    """Of the two hundred at most two have a score above one half for any attribute, or are called anything but fine."""
    moderator = Moderator.load(profile=profile)
    decisions = moderator.decide([Comment("", sentence) for sentence in SENTENCES])
    assert decisions.attribute_names == ("insult", "threat", "profanity", "sexually_explicit", "severe_toxicity")
    assert int((np.array(list(decisions.attributes.values())) > 0.5).any(axis=0).sum()) <= 2
    assert int((decisions.labels != 0).sum()) <= 2
