"""Profiles: which of an artefact's readers judge a comment."""

from enum import StrEnum

__all__ = ["DEFAULT_RISK", "Profile"]

DEFAULT_RISK = 0.01
"""The risk that the cascade takes by default; see ``model.encoder.combined``."""


class Profile(StrEnum):
    """The n-grams alone, both readers where that may change the label, or always both."""

    FAST = "fast"
    CASCADE = "cascade"
    FULL = "full"
