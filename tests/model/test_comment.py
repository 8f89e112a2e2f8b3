"""Labels and verdicts: codes and names that every file, answer and artefact shares."""

import pytest

from model.comment import LABELS, VERDICTS, Comment, Format, Label, Verdict


def test_codes_are_places_in_the_order_of_gravity() -> None:
    """Code 0 is harmless, code 2 the gravest; codes in files and artefacts mean these names."""
    assert LABELS == (Label.FINE, Label.TOXIC, Label.HATEFUL) == ("fine", "toxic", "hateful")
    assert VERDICTS == (Verdict.APPROVE, Verdict.REVIEW, Verdict.REJECT) == ("approve", "review", "reject")


def test_a_comment_needs_no_more_than_an_id_and_a_text() -> None:
    """A bare comment is plain text, of which nothing else is known."""
    comment = Comment("1", "text")

    assert comment == Comment("1", "text", Format.PLAIN, language=None, author=None, parent=None, parent_text=None, title=None)


def test_a_comment_cannot_be_changed() -> None:
    """Threads share comments, so none of them can be written to."""
    with pytest.raises(AttributeError):
        Comment("1", "text").text = "other"  # type: ignore[misc]
