"""What a caller gets here: which of what it uses works as before, what differs, what will not work, and with which settings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from service.migration.caller.caller_usage import ANY_ATTRIBUTE, CallerUsage, Sighting
from service.migration.caller.known_clients import KNOWN_CLIENTS
from service.perspective.attribute_catalogue import find_source, is_known_attribute
from service.perspective.attribute_names import printable_name

if TYPE_CHECKING:
    from model.moderator import Moderator

__all__ = ["AttributeOutcome", "Effect", "Finding", "UnknownMode", "attribute_outcomes", "choose_mode", "site_thresholds"]


class Effect(StrEnum):
    """What becomes of something that a caller uses."""

    SAME = "same"
    DIFFERS = "differs"
    FAILS = "fails"


class UnknownMode(StrEnum):
    """The values of ``TIPSTAFF_PERSPECTIVE_UNKNOWN``."""

    OMIT = "omit"
    ERROR = "error"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a caller uses, and what becomes of it.

    Attributes:
        effect: whether it works.
        subject: what it is, in a few words; the same in every report, for programs.
        detail: what happens, and what to do about it.
        count: how often it was seen.
        places: where it was seen first.
    """

    effect: Effect
    subject: str
    detail: str
    count: int = 0
    places: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the finding as values for JSON."""
        return {**{"effect": self.effect, "subject": self.subject, "detail": self.detail}, "count": self.count, "places": list(self.places)}


@dataclass(frozen=True, slots=True)
class AttributeOutcome:
    """What becomes of an attribute that a caller asks for.

    Attributes:
        name: the attribute as the caller spells it, if that can be shown.
        score: our score that answers it; None if none does.
        neighbour: the attribute that answers in its place with ``nearest``; None if there is none, or none is needed.
        is_known: whether Perspective ever had it, or the model has it.
        sighting: where it was seen.
    """

    name: str
    score: str | None
    neighbour: str | None
    is_known: bool
    sighting: Sighting = field(default_factory=Sighting)

    def outcome(self, mode: UnknownMode) -> str:
        """Return what becomes of it with a value of the setting, in a word or two."""
        if self.score is not None:
            return "answered"
        if not self.is_known or mode is UnknownMode.ERROR:
            return "refused"
        return f"by {self.neighbour}" if mode is UnknownMode.NEAREST and self.neighbour is not None else "left out"

    def is_answered(self, mode: UnknownMode) -> bool:
        """Tell whether it has a score in the answer with a value of the setting."""
        return self.score is not None or (mode is UnknownMode.NEAREST and self.is_known and self.neighbour is not None)

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as values for JSON."""
        return {
            **{"attribute": self.name, "score": self.score, "neighbour": self.neighbour, "known": self.is_known},
            **{mode.value: self.outcome(mode) for mode in UnknownMode},
            **{"count": self.sighting.count, "places": list(self.sighting.places)},
        }


def attribute_outcomes(usage: CallerUsage, moderator: "Moderator") -> dict[str, AttributeOutcome]:
    """Return what becomes of each attribute that a caller asks for, by its spelling."""
    published, version = tuple(moderator.attributes), moderator.version
    outcomes = {}
    for name, sighting in sorted(usage.attributes.items(), key=lambda item: -item[1].count):
        own = find_source(name, published=published, version=version, use_neighbours=False)
        nearest = find_source(name, published=published, version=version, use_neighbours=True)
        known = own.source is not None or is_known_attribute(name, published=published)
        outcomes[name] = AttributeOutcome(printable_name(name), own.source, nearest.neighbour, known, sighting)
    return outcomes


def choose_mode(outcomes: dict[str, AttributeOutcome]) -> UnknownMode:
    """Return the value of the setting with which most is answered: ``nearest`` if a neighbour answers anything, else ``omit``."""
    has_neighbours = any(outcome.score is None and outcome.is_known and outcome.neighbour is not None for outcome in outcomes.values())
    return UnknownMode.NEAREST if has_neighbours else UnknownMode.OMIT


def attribute_findings(usage: CallerUsage, outcomes: dict[str, AttributeOutcome], mode: UnknownMode) -> Iterator[Finding]:
    """Yield what becomes of the attributes with a value of the setting."""
    for outcome in outcomes.values():
        seen = (outcome.sighting.count, outcome.sighting.places)
        if not outcome.is_known:
            detail = "Perspective never had it: a call that asks for it is refused, as it was; leave it out"
            yield Finding(Effect.FAILS, f"attribute {outcome.name}", detail, *seen)
        elif outcome.score is None and outcome.is_answered(mode):
            detail = f"answered by its neighbour {outcome.neighbour}; X-Tipstaff-Nearest-Attributes says so"
            yield Finding(Effect.DIFFERS, f"attribute {outcome.name}", detail, *seen)
        elif outcome.score is None:
            advice = "; ask for it without an @ and a version" if "@" in outcome.name else ""
            detail = (
                f"left out of the answer{advice}: code that reads its score must not count on it; X-Tipstaff-Omitted-Attributes names it"
            )
            yield Finding(Effect.DIFFERS, f"attribute {outcome.name}", detail, *seen)
    left_out = [outcome.name for outcome in outcomes.values() if outcome.is_known and not outcome.is_answered(mode)]
    for client in KNOWN_CLIENTS if left_out else ():
        if client.needs_all and (seen_client := usage.libraries.get(client.name)) is not None:
            detail = f"it fails, or takes the score for 0, where an attribute is left out ({', '.join(left_out)}): do not ask for it"
            yield Finding(Effect.FAILS, f"left out for {client.name}", detail, seen_client.count, seen_client.places)
    for names, sighting in usage.attribute_sets.items():
        asked = [outcomes[name] for name in names if name in outcomes]
        if all(one.is_known for one in asked) and asked and not any(one.is_answered(mode) for one in asked):
            subject = f"calls for {', '.join(sorted(one.name for one in asked))} alone"
            detail = "none of them can be answered: such a call is refused; ask for TOXICITY as well"
            yield Finding(Effect.FAILS, subject, detail, sighting.count, sighting.places)


def site_thresholds(usage: CallerUsage, given: dict[str, float]) -> dict[str, float]:
    """Return the threshold of each attribute: the owner's, else the one seen most, else the one for any attribute."""
    general = _most_seen(usage.thresholds.get(ANY_ATTRIBUTE, {}))
    chosen = {name: general for name in usage.attributes if general is not None}
    for name, numbers in usage.thresholds.items():
        most = _most_seen(numbers)
        if name != ANY_ATTRIBUTE and most is not None:
            chosen[name] = most
    return chosen | given


def _most_seen(numbers: dict[float, Sighting]) -> float | None:
    return max(numbers, key=lambda number: (numbers[number].count, number), default=None)
