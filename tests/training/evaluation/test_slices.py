"""Slices: a comment's kinds, by its text alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.slices import IDENTITY_FAMILY, assign_slices, has_emoji, is_english, is_profane, is_shouting, named_groups


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
    assert named_groups(text) == groups


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
    """Another script, or little words of another language, tell."""
    assert not is_english(text)


def test_swearing_is_whole_words() -> None:
    """A swear word counts in any case and form listed, not inside another word."""
    assert is_profane("What the FUCK")
    assert not is_profane("A class in Scunthorpe about Dickens")


def test_shouting_takes_some_letters() -> None:
    """Mostly capitals, of at least ten letters; a short abbreviation is no shout."""
    assert is_shouting("STOP DOING THIS now")
    assert not is_shouting("USA! NATO")
    assert not is_shouting("I was in the USA and the UK last year")


def test_emoji() -> None:
    """Pictographs count, typed faces and letters with accents do not."""
    assert has_emoji("nice 😀")
    assert has_emoji("I ❤ it")
    assert not has_emoji("naïve :-) “quoted” …")


@given(st.lists(st.text(), max_size=5))
def test_every_comment_is_in_one_slice_of_each_family(texts: list[str]) -> None:
    """Whatever the text, each family but the groups has exactly one slice for it."""
    found = assign_slices(texts)
    for family in {one.family for one in found.slices} - {IDENTITY_FAMILY}:
        held = [found.holds(number) for number, one in enumerate(found.slices) if one.family == family]
        assert np.sum(held, axis=0).tolist() == [1] * len(texts)
