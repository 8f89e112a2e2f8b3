"""Attributes of Perspective are matched with our scores and questions in every spelling, and texts that are no names are hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.perspective.attribute_names import ALL_SPELLINGS, printable_name, question_name, score_name

VERSION = "default@3f2a9c1d04be+cascade"


@pytest.mark.parametrize(
    ("name", "score"),
    [
        ("TOXICITY", "abusive"),
        ("TOXICITY_EXPERIMENTAL", "abusive"),
        ("IDENTITY_ATTACK", "hateful"),
        ("INSULT", "insult"),
        ("SEXUALLY_EXPLICIT", "sexual_explicit"),
        ("THREAT", None),
        ("insult", None),
        (f"INSULT@{VERSION}", "insult"),
        ("INSULT@default@3f2a9c1d04be", "insult"),
        ("INSULT@3f2a9c1d04be", "insult"),
        ("INSULT@0000", None),
        ("INSULT@", None),
    ],
)
def test_attribute_has_its_score(name: str, score: str | None) -> None:
    """An attribute is answered by our score or a published one, in either spelling, and for this version of the model alone."""
    assert score_name(name, published={"insult", "sexual_explicit"}, version=VERSION) == score


@given(st.sampled_from(ALL_SPELLINGS), st.sampled_from(["", "@any version"]))
def test_score_of_an_attribute_answers_its_question(name: str, suffix: str) -> None:
    """A moderator who scores an attribute answers a question, whatever the version; if the model has a score for it, they agree."""
    question = question_name(name + suffix)

    assert question is not None
    assert score_name(name, published={question}, version=VERSION) == question


@given(st.text(max_size=80))
def test_text_that_is_no_name_is_hidden(text: str) -> None:
    """A message shows a name of an attribute as it is, and neither blanks nor letters beyond ASCII nor long texts."""
    name = printable_name(text)

    assert name in {text, "<a name not shown>"}
    assert len(name) <= 64
    if " " in text or not text.isascii():
        assert name == "<a name not shown>"


@pytest.mark.parametrize("text", ["", "insult", "7UP", "A" * 65, "YOU FOOL", "ÄRGER"])
def test_text_that_is_no_name_asks_nothing(text: str) -> None:
    """A text that cannot be the name of an attribute is no question."""
    assert question_name(text) is None
