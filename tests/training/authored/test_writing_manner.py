"""The manner in which comments are typed: carefully, carelessly, or loudly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.authored.writing_manner import FRAMES, put_in_frame, write_in_manner


@pytest.mark.parametrize(
    ("manner", "text"),
    [
        (0.1, "I don't like that."),
        (0.5, "i don't like that"),
        (0.8, "i dont like that"),
        (0.99, "I DON'T LIKE THAT"),
    ],
)
def test_manners_differ(manner: float, text: str) -> None:
    """The same words are written properly, in small letters, without apostrophes, or all in capitals."""
    assert write_in_manner("i don't like that", manner) == text


@given(st.floats(0.86, 0.97))
def test_mistyped_words_have_their_letters(manner: float) -> None:
    """Carelessly typed, two letters of one longer word are exchanged, and nothing else."""
    typed = write_in_manner("What a wonderful morning", manner)
    assert sorted(typed) == sorted("what a wonderful morning")
    assert sum(one != other for one, other in zip(typed, "what a wonderful morning", strict=True)) in {0, 2}


def test_short_words_are_typed_right() -> None:
    """Where no word is long enough, nothing is exchanged."""
    assert write_in_manner("so it is", 0.9) == "so it is"


def test_frames_stand_around_a_comment() -> None:
    """A frame takes the comment in its middle, and a sentence behind it begins after a full stop."""
    assert put_in_frame("you fool", "tbh {}") == "tbh you fool"
    assert put_in_frame("you fool", "{} Anyway, back to work.") == "you fool. Anyway, back to work."
    assert put_in_frame("you fool!", "{} Anyway, back to work.") == "you fool! Anyway, back to work."
    assert all(frame.count("{}") == 1 for frame in FRAMES)
