"""Which of our scores an attribute of Perspective's is."""

from collections.abc import Collection

__all__ = ["ABUSIVE", "HATEFUL", "NAMES", "USUAL", "question_of", "shown", "source_of"]

ABUSIVE = "abusive"
HATEFUL = "hateful"

_OURS = {"TOXICITY": ABUSIVE, "ABUSIVE": ABUSIVE, "IDENTITY_ATTACK": HATEFUL, "HATEFUL": HATEFUL}
_EXPERIMENTAL = "_EXPERIMENTAL"
# Corpora and models call this one differently.
_ALSO = {"sexually_explicit": "sexual_explicit"}
_LONGEST = 64

NAMES = (*_OURS, "SEVERE_TOXICITY", "INSULT", "PROFANITY", "THREAT", "SEXUALLY_EXPLICIT")
"""The attributes that clients ask for."""

USUAL = tuple(name + ending for ending in ("", _EXPERIMENTAL) for name in NAMES)
"""The same with the other way to spell them; where a call could not be read, a failure is answered for each of these."""


def source_of(name: str, *, published: Collection[str], version: str) -> str | None:
    """Return what answers an attribute: ``abusive``, ``hateful`` or the name of a published attribute; None if nothing does.

    Args:
        name: as a caller spells it: ``INSULT``, ``INSULT_EXPERIMENTAL``, or ``INSULT@VERSION`` for one version of the model alone.
        published: the attributes for which the model has a head of measured quality.
        version: of the model, such as ``default@3f2a9c1d04be+cascade``; it does without the name and without the profile too.
    """
    base, pinned, pin = name.partition("@")
    known = {version, version.partition("+")[0]}
    if pinned and pin not in known | {each.rpartition("@")[2] for each in known}:
        return None
    base = base.removesuffix(_EXPERIMENTAL)
    if (ours := _OURS.get(base)) is not None:
        return ours
    small = base.lower()
    if base != small.upper():
        return None
    return next((each for each in (small, _ALSO.get(small)) if each in published), None)


def question_of(name: str) -> str | None:
    """Return what a moderator answers who scores an attribute: as `source_of`, whatever the model has; None if it is no name."""
    base = name.partition("@")[0].removesuffix(_EXPERIMENTAL)
    if (ours := _OURS.get(base)) is not None:
        return ours
    is_name = len(base) <= _LONGEST and base.isascii() and base.replace("_", "A").isalnum() and base[:1].isalpha() and base == base.upper()
    return base.lower() if is_name else None


def shown(name: str) -> str:
    """Return the name of an attribute as messages show it; what is no name may be anything, even the text of a comment."""
    plain = len(name) <= _LONGEST and name.isascii() and all(char.isalnum() or char in "_@.+-" for char in name)
    return name if plain else "<a name not shown>"
