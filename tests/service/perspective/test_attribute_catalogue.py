"""Every attribute that Perspective had is known, and answered by its own head, by its nearest neighbour, or not at all."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.perspective.attribute_catalogue import (
    KNOWN_ATTRIBUTES,
    NEIGHBOURS,
    find_source,
    is_known_attribute,
    nearest_score,
    served_names,
)
from service.perspective.attribute_names import question_name

PAGE = Path(__file__).parents[3] / "docs/leaving-perspective.md"
VERSION = "default@3f2a9c1d04be+cascade"
HEADS = ("severe_toxicity", "insult", "profanity", "threat", "sexually_explicit")
ASKED_BY_CLIENTS = (
    *("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT", "SEXUALLY_EXPLICIT", "FLIRTATION"),
    *("ATTACK_ON_AUTHOR", "ATTACK_ON_COMMENTER", "INCOHERENT", "INFLAMMATORY", "LIKELY_TO_REJECT", "OBSCENE", "SPAM", "UNSUBSTANTIAL"),
    *("TOXICITY_EXPERIMENTAL", "THREAT_EXPERIMENTAL", "TOXICITY_FAST", "AFFINITY_EXPERIMENTAL", "CURIOSITY", "MORAL_OUTRAGE_EXPERIMENTAL"),
)
published = st.lists(st.sampled_from((*HEADS, "spam", "obscene", "sexual_explicit")), unique=True).map(tuple)
spelled = st.builds("{}{}".format, st.sampled_from(sorted(KNOWN_ATTRIBUTES)), st.sampled_from(["", "_EXPERIMENTAL"]))


@pytest.mark.parametrize("name", ASKED_BY_CLIENTS)
def test_what_clients_ask_for_is_known(name: str) -> None:
    """The attributes that published clients ask for are known, whether or not the model has a head for them, and may be suggested."""
    assert is_known_attribute(name, published=())
    assert is_known_attribute(f"{name}@6", published=())
    assert question_name(name) is not None


@pytest.mark.parametrize(
    "name", ["NOPE", "toxicity", "TOXICITY_EXPERIMENTAL_EXPERIMENTAL", "", "TOXICITY@", "TOXICITY@you fool", "_EXPERIMENTAL"]
)
def test_what_never_existed_is_not_known(name: str) -> None:
    """A name that Perspective never had is not known, unless the model has a head of that name."""
    assert not is_known_attribute(name, published=HEADS)
    assert is_known_attribute("NOPE", published=("nope",))


@pytest.mark.parametrize(
    ("name", "heads", "source", "neighbour"),
    [
        ("INSULT", HEADS, "insult", None),
        ("TOXICITY_FAST", (), "abusive", None),
        ("OBSCENE", HEADS, "profanity", "PROFANITY"),
        ("OBSCENE", ("obscene",), "obscene", None),
        ("PROFANITY", ("obscene",), "obscene", "OBSCENE"),
        ("INFLAMMATORY", HEADS, "abusive", "TOXICITY"),
        ("LIKELY_TO_REJECT_EXPERIMENTAL", HEADS, "abusive", "TOXICITY"),
        ("ATTACK_ON_AUTHOR", HEADS, "insult", "INSULT"),
        ("ATTACK_ON_COMMENTER", (), "abusive", "TOXICITY"),
        ("SCAPEGOATING_EXPERIMENTAL", HEADS, "hateful", "IDENTITY_ATTACK"),
        ("SEVERE_TOXICITY", (), "abusive", "TOXICITY"),
        ("PROFANITY", (), None, None),
        ("FLIRTATION", HEADS, None, None),
        ("OBSCENE@3f2a9c1d04be", HEADS, "profanity", "PROFANITY"),
        ("OBSCENE@6", HEADS, None, None),
        ("TOXICITY@6", HEADS, None, None),
    ],
)
def test_neighbours_are_those_of_the_table(name: str, heads: tuple[str, ...], source: str | None, neighbour: str | None) -> None:
    """An attribute without a head is answered by its neighbour, or by its neighbour's, but a pinned version by no other."""
    assert find_source(name, published=heads, version=VERSION, use_neighbours=True) == (source, neighbour)


@given(spelled, published)
def test_neighbours_only_fill_gaps(name: str, heads: tuple[str, ...]) -> None:
    """Neighbours change nothing about what has a score of its own; without them nothing but that is answered."""
    own, _ = find_source(name, published=heads, version=VERSION, use_neighbours=False)
    source, neighbour = find_source(name, published=heads, version=VERSION, use_neighbours=True)

    assert is_known_attribute(name, published=heads)
    assert source == own if own is not None else (source is None) == (neighbour is None)
    assert source in {None, "abusive", "hateful", *heads}


@given(published)
def test_every_neighbour_ends_somewhere(heads: tuple[str, ...]) -> None:
    """Whatever heads a model has, following neighbours ends, at a score that is served or at none."""
    for name in NEIGHBOURS:
        nearest = nearest_score(name, heads)
        assert nearest is None or nearest.attribute in served_names(heads)


def test_served_names_are_all_names() -> None:
    """What a model answers are the names that need no head, those of its heads, and its heads of other names."""
    assert served_names(("sexual_explicit", "my_own")) == [
        *("TOXICITY", "ABUSIVE", "TOXICITY_FAST", "IDENTITY_ATTACK", "HATEFUL", "SEXUALLY_EXPLICIT", "MY_OWN")
    ]


def test_page_has_the_table_of_neighbours() -> None:
    """The page that a site reads before it chooses ``nearest`` has the neighbours that answer, and no other."""
    section = PAGE.read_text(encoding="utf-8").partition("### Neighbours")[2].partition("\n## ")[0]

    assert dict(re.findall(r"^\| `([A-Z_]+)` \| `([A-Z_]+)` \|", section, re.MULTILINE)) == NEIGHBOURS
