"""Slices: the kinds that a comment belongs to, by its text alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.slices import IDENTITY_FAMILY, assign_slices, has_emoji, is_english, is_shouting


def names_in(family: str, text: str) -> set[str]:
    """Return the names of the slices of a family that a text is in."""
    membership = assign_slices([text])
    slices = (membership.slices[number] for number in membership.members)
    return {one.name for one in slices if one.family == family}


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("My neighbour is Muslim, and so is her sister", {"Muslims"}),
        ("black people and WOMEN alike", {"Black people", "women"}),
        ("a black cat and a white wall", set()),
        ("African-American history month", {"Black people", "African people"}),
        ("@gay_guy see https://example.org/women", set()),
        ("the policeman and the woman's car", set()),
    ],
)
def test_groups(text: str, groups: set[str]) -> None:
    """Whole words and pairs of words name a group; parts of words, addresses and user names do not."""
    assert names_in(IDENTITY_FAMILY, text) == groups


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "lol nice one",
        "Das Auto is my favourite brand and I like it",
        "Le Pen lost the election in France",
        "San Juan de los Lagos is a town",
        "𝓘 𝓵𝓸𝓿𝓮 𝓽𝓱𝓲𝓼",
        "café society, naïve but très chic",
        "12345 !!! 😀",
        "",
    ],
)
def test_english(text: str) -> None:
    """Short comments, loan words, names and styled letters do not make a comment foreign."""
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe das nicht gesehen, aber er kommt mit dem Zug",
        "je ne sais pas ce que vous voulez dire",
        "no sé qué decir pero muy bien para todos",
        "не понимаю о чём ты",
        "これは日本語です",
        "هذا تعليق",
        "não sei o que você quer mas tudo bem",
    ],
)
def test_other_languages(text: str) -> None:
    """Another script, or little words of another language, make a comment foreign."""
    assert not is_english(text)


def test_swearing_is_whole_words() -> None:
    """A swear word counts in any case and form listed, not inside another word."""
    assert names_in("profanity", "What the FUCK") == {"present"}
    assert names_in("profanity", "A class in Scunthorpe about Dickens") == {"absent"}


def test_shouting_takes_some_letters() -> None:
    """A shout has mostly capitals, and at least ten letters; a short abbreviation is none."""
    assert is_shouting("STOP DOING THIS now")
    assert not is_shouting("USA! NATO")
    assert not is_shouting("I was in the USA and the UK last year")


def test_emoji() -> None:
    """Pictographs count; typed faces and letters with accents do not."""
    assert has_emoji("nice 😀")
    assert has_emoji("I ❤ it")
    assert not has_emoji("naïve :-) “quoted” …")


@given(st.lists(st.text(), max_size=5))
def test_every_comment_is_in_one_slice_of_each_family(texts: list[str]) -> None:
    """Whatever the text, each family but the groups has exactly one slice for it."""
    membership = assign_slices(texts)
    for family in {one.family for one in membership.slices} - {IDENTITY_FAMILY}:
        rows = [membership.rows_in(number) for number, one in enumerate(membership.slices) if one.family == family]
        assert np.sum(rows, axis=0).tolist() == [1] * len(texts)
