"""Every attribute that Perspective ever had, and which of our scores comes nearest to one that a model has no head for."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import NamedTuple

from service.perspective.attribute_names import (
    ATTRIBUTE_NAMES,
    base_name,
    head_name,
    pins_other_version,
    score_name,
)

__all__ = ["KNOWN_ATTRIBUTES", "NEIGHBOURS", "AttributeSource", "find_source", "is_known_attribute", "nearest_score", "served_names"]

# Those that were trained on the New York Times' comments, and those that bring people together or drive them apart.
_NEW_YORK_TIMES = "ATTACK_ON_AUTHOR ATTACK_ON_COMMENTER INCOHERENT INFLAMMATORY LIKELY_TO_REJECT OBSCENE SPAM UNSUBSTANTIAL"
_BRIDGING = "AFFINITY COMPASSION CURIOSITY NUANCE PERSONAL_STORY REASONING RESPECT"
_DIVIDING = "ALIENATION FEARMONGERING GENERALIZATION MORAL_OUTRAGE POWER_APPEAL SCAPEGOATING"

KNOWN_ATTRIBUTES = frozenset([*ATTRIBUTE_NAMES, "FLIRTATION", *f"{_NEW_YORK_TIMES} {_BRIDGING} {_DIVIDING}".split()])
"""The bare names of the attributes that Perspective had at any time, and of our own two; each is also known with ``_EXPERIMENTAL``."""

NEIGHBOURS: Mapping[str, str] = {
    "SEVERE_TOXICITY": "TOXICITY",
    "INSULT": "TOXICITY",
    "PROFANITY": "OBSCENE",
    "OBSCENE": "PROFANITY",
    "INFLAMMATORY": "TOXICITY",
    "LIKELY_TO_REJECT": "TOXICITY",
    "ATTACK_ON_AUTHOR": "INSULT",
    "ATTACK_ON_COMMENTER": "INSULT",
    "SCAPEGOATING": "IDENTITY_ATTACK",
}
"""For attributes that a model may have no head for: the attribute that comes nearest, whose own neighbour follows if it has none either."""


class NearestScore(NamedTuple):
    """A score of ours that answers an attribute.

    Attributes:
        attribute: the bare name of the attribute whose score it is.
        source: the name of the score: ``abusive``, ``hateful`` or a published attribute.
    """

    attribute: str
    source: str


class AttributeSource(NamedTuple):
    """How an attribute that a caller asks for can be answered.

    Attributes:
        source: the name of the score that answers it; None if none does.
        neighbour: the bare name of the attribute whose score takes its place; None if it is answered by its own, or not at all.
    """

    source: str | None
    neighbour: str | None = None


def is_known_attribute(name: str, *, published: Collection[str]) -> bool:
    """Return whether Perspective had an attribute of this name, as a caller spells it, or the model has a head for it."""
    base = base_name(name)
    return base in KNOWN_ATTRIBUTES or head_name(base, published=published) is not None


@cache
def nearest_score(base: str, published: tuple[str, ...]) -> NearestScore | None:
    """Return the score of an attribute or, if the model has none, that of its nearest neighbour; None if it has neither.

    Args:
        base: the bare name of an attribute that Perspective had.
        published: the attributes for which the model has a head.
    """
    seen = []
    name: str | None = base
    while name is not None and name not in seen:
        if (source := head_name(name, published=published)) is not None:
            return NearestScore(name, source)
        seen.append(name)
        name = NEIGHBOURS.get(name)
    return None


def find_source(name: str, *, published: tuple[str, ...], version: str, use_neighbours: bool) -> AttributeSource:
    """Return how an attribute can be answered.

    Args:
        name: the attribute as a caller spells it.
        published: the attributes for which the model has a head.
        version: the version of the model. What is asked for in another version is answered by none.
        use_neighbours: whether its nearest neighbour may answer an attribute that the model has no head for.
    """
    source = score_name(name, published=published, version=version)
    if source is None and use_neighbours and not pins_other_version(name, version=version):
        base = base_name(name)
        nearest = nearest_score(base, published) if base in KNOWN_ATTRIBUTES else None
        if nearest is not None:
            return AttributeSource(nearest.source, neighbour=nearest.attribute)
    return AttributeSource(source)


def served_names(published: Collection[str]) -> list[str]:
    """Return the bare names of the attributes that a model answers, those of Perspective first."""
    usual = [name for name in ATTRIBUTE_NAMES if head_name(name, published=published) is not None]
    answered = {head_name(name, published=published) for name in usual}
    return usual + [name.upper() for name in published if name not in answered]
