"""What the gate says: a line for each rule, and whether the candidate passed. It never holds a comment's text."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, Self

from model.errors import InputError

__all__ = ["GAIN", "GateReport", "RuleResult", "RuleVerdict", "skipped_rule"]

GAIN = "gain"
"""The slug of the rule that has to say *better* for a candidate to pass."""
_FORMAT = 1
_DECIMALS = 6  # of stored figures, so that the last bits of a sum change no report


class RuleVerdict(StrEnum):
    """What a rule says of the candidate beside the champion."""

    BETTER = "better"
    NO_CHANGE = "no change"
    CANNOT_TELL = "cannot tell"
    WORSE = "worse"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule, and what it found.

    Attributes:
        rule: its slug.
        about: a sentence that says what is measured.
        figure: what was measured; None where it was skipped.
        low, high: the interval of the figure; None where there is none.
        limit: what the figure is held against; None where it is held against 0 alone.
        n: number of comments (or persons, where the sentence says so) that the figure rests on, at least 0.
        verdict: what follows.
        remark: what a reader should know besides; may be empty.
        more: about how many more rulings it would take to tell; None where the rule can tell, or where no number would help.
    """

    rule: str
    about: str
    figure: float | None
    low: float | None
    high: float | None
    limit: float | None
    n: int
    verdict: RuleVerdict
    remark: str = ""
    more: int | None = None

    def __post_init__(self) -> None:
        """Round the figures, and refuse what JSON has no word for."""
        for name in ("figure", "low", "high", "limit"):
            value = getattr(self, name)
            if value is not None:
                if not isfinite(value):
                    raise ValueError(f"rule {self.rule}: {name} is {value}")
                object.__setattr__(self, name, round(float(value), _DECIMALS) + 0.0)

    @property
    def spoken_verdict(self) -> str:
        """The verdict in words, such as "cannot tell yet: about 200 more rulings"."""
        if self.verdict is not RuleVerdict.CANNOT_TELL:
            return self.verdict.value
        return "cannot tell yet" + (f": about {self.more:,} more rulings" if self.more else "")


def skipped_rule(rule: str, about: str, reason: str) -> RuleResult:
    """Return the line of a rule that had no data."""
    return RuleResult(rule, about, None, None, None, None, 0, RuleVerdict.SKIPPED, reason)


@dataclass(frozen=True, slots=True)
class GateReport:
    """What the gate says of a candidate.

    Attributes:
        champion, candidate: their versions, such as ``default@3f2a9c1d04be``.
        rules: every rule, in the order in which they are read; the gain first.
    """

    champion: str
    candidate: str
    rules: tuple[RuleResult, ...]

    @property
    def passed(self) -> bool:
        """Whether the gain rule says better and no rule says worse."""
        gains = any(rule.rule == GAIN and rule.verdict is RuleVerdict.BETTER for rule in self.rules)
        return gains and all(rule.verdict is not RuleVerdict.WORSE for rule in self.rules)

    @property
    def is_beyond_doubt(self) -> bool:
        """Whether it passed and every rule says better or no change, as an activation that nobody attends needs."""
        return self.passed and all(rule.verdict in {RuleVerdict.BETTER, RuleVerdict.NO_CHANGE} for rule in self.rules)

    def reasons(self) -> tuple[str, ...]:
        """Return a sentence for each rule that keeps the candidate from passing."""
        lines = [f"{rule.rule}: {rule.verdict.value}" for rule in self.rules if rule.verdict is RuleVerdict.WORSE]
        gains = [
            f"{rule.rule}: {rule.spoken_verdict}" for rule in self.rules if rule.rule == GAIN and rule.verdict is not RuleVerdict.BETTER
        ]
        return tuple(dict.fromkeys([*gains, *lines]))

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values; the same report gives the same ones."""
        rules = [asdict(rule) | {"verdict": rule.verdict.value} for rule in self.rules]
        return {"format": _FORMAT, "champion": self.champion, "candidate": self.candidate, "passed": self.passed, "rules": rules}

    def to_text(self) -> str:
        """Return the report as the text of ``gate.json``."""
        return json.dumps(self.to_json(), ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return the report that ``to_json`` wrote; whether it passed follows from its rules, never from what the document says.

        Raises:
            InputError: it is not such a document.
        """
        try:
            if document["format"] != _FORMAT:
                raise InputError(f"gate report: format {document['format']!a} is unknown here: upgrade Tipstaff")
            rules = tuple(RuleResult(**{**rule, "verdict": RuleVerdict(rule["verdict"])}) for rule in document["rules"])
            return cls(str(document["champion"]), str(document["candidate"]), rules)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"gate report: not one that the gate wrote: {str(error)!a}: run the gate again") from error
