"""Which of an artefact's readers judge."""

from enum import StrEnum

__all__ = ["RISK", "Profile"]

RISK = 0.01
"""The risk that the cascade takes unless it is told otherwise; see ``model.encoder.combined``."""


class Profile(StrEnum):
    """The n-grams alone, both readers where it matters, or both always."""

    FAST = "fast"
    CASCADE = "cascade"
    FULL = "full"
