"""Authored comments that only test."""

from training.authored.authored_comments import make_authored_comments
from training.authored.held_out import make_held_out_comments


def test_none_is_taught() -> None:
    """They are more than two thousand, and no text of theirs is among those that teach."""
    held_out = make_held_out_comments()
    taught = {(comment.text.casefold(), comment.parent_text) for comment in make_authored_comments()}
    assert len(held_out) > 2_000
    assert not [comment.text for comment in held_out if (comment.text.casefold(), comment.parent_text) in taught]


def test_every_kind_that_is_taught_is_tested() -> None:
    """Kinds and labels are the same on both sides."""
    taught = {(comment.kind, comment.label) for comment in make_authored_comments()}
    assert {(comment.kind, comment.label) for comment in make_held_out_comments()} == taught
