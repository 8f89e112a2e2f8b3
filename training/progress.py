"""How the steps of a long work report how far they are."""

from collections.abc import Callable
from typing import TypeAlias

__all__ = ["ReportProgress"]

ReportProgress: TypeAlias = Callable[[str, float], None]
"""A function that is called with the name of the step at work and the share of it that is done, from 0 to 1."""
