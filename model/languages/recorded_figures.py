"""How well a language pack tells abuse, as its manifest records it: on rows of its language that were read anew, by profile."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from model.profile import Profile

__all__ = ["HATE_BY_OWN_TESTS", "READ_ANEW", "AnswerFigure", "measured_on", "recorded_figures", "rows_learned"]

READ_ANEW = "rows read again"
"""What the figures of a pack are measured on where there are enough rows of public data that were labelled anew by our definitions."""

HATE_BY_OWN_TESTS = "; hateful also by behaviour tests of our own"
"""Follows that where too few of the rows are hateful."""

_FIGURES = "dev"
_ROWS = "rows"
_MEASURED_ON = "measured_on"
_ANSWERS = ("abusive", "hateful")
_Share = Annotated[float, Field(ge=0, le=1)]


class AnswerFigure(BaseModel):
    """How well something is told apart, on rows that were not learned from.

    Attributes:
        auc: the area under the ROC curve.
        auc_low: the lower end of its interval of 95 %.
        auc_high: the upper end.
        positives: how many of the rows are abusive, or hateful.
        negatives: how many are not.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    auc: _Share
    auc_low: _Share
    auc_high: _Share
    positives: Annotated[int, Field(ge=0)]
    negatives: Annotated[int, Field(ge=0)]


def recorded_figures(metrics: Mapping[str, Any]) -> Mapping[str, Mapping[str, AnswerFigure]]:
    """Return the figures of a pack, given what its manifest records as ``metrics``.

    Returns:
        Profile → ``abusive`` or ``hateful`` → figure; without what was not measured.
    """
    recorded = metrics.get(_FIGURES)
    figures = {}
    for profile in Profile:
        answers = recorded.get(profile.value) if isinstance(recorded, dict) else None
        measured = {name: _read_figure(answers.get(name)) for name in _ANSWERS} if isinstance(answers, dict) else {}
        if told := {name: figure for name, figure in measured.items() if figure is not None}:
            figures[profile.value] = told
    return figures


def _read_figure(recorded: Any) -> AnswerFigure | None:
    try:
        return AnswerFigure.model_validate(recorded)
    except ValidationError:
        return None


def measured_on(metrics: Mapping[str, Any]) -> str | None:
    """Return what the figures of a pack were measured on, given its ``metrics``; None if it does not say."""
    recorded = metrics.get(_MEASURED_ON)
    return recorded if isinstance(recorded, str) else None


def rows_learned(metrics: Mapping[str, Any], tables: Iterable[int]) -> int:
    """Return from how many rows a pack was trained, given its ``metrics`` and how many rows each of its tables has."""
    rows = metrics.get(_ROWS)
    return rows if isinstance(rows, int) else sum(tables)
