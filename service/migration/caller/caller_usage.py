"""What a caller is seen to use of the services that it calls: gathered from its calls, its source code and what its owner says."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["ANY_ATTRIBUTE", "CallerUsage", "Sighting", "Sightings"]

ANY_ATTRIBUTE = ""
"""In place of the name of an attribute: a threshold of which it is not known for which attribute it is."""

_MAX_PLACES = 5
_MAX_NAMES = 500


@dataclass
class Sighting:
    """How often something was seen, and the first places."""

    count: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, place: str) -> None:
        """Count one more."""
        self.count += 1
        if place not in self.places and len(self.places) < _MAX_PLACES:
            self.places.append(place)


class Sightings(dict[str, Sighting]):
    """What was seen, by name; only so many names are held, since a caller may make up any number."""

    def see(self, name: str, place: str) -> None:
        """Note that something was seen at a place."""
        if name not in self and len(self) >= _MAX_NAMES:
            return
        self.setdefault(name, Sighting()).add(place)


@dataclass
class CallerUsage:
    """What a caller uses. Names that it made up are held as they are; whoever prints them uses ``printable_name``.

    Attributes:
        calls: the kinds of recorded calls, by their names.
        statuses: for each kind of call how often each status was recorded.
        dialects: the services that are called, by the names of our dialects.
        attributes: attributes of Perspective, as they are spelled.
        attribute_sets: the attributes that one call, or one file of source code, asks for together.
        languages: languages that the caller names.
        thresholds: for each attribute, or `ANY_ATTRIBUTE`, the numbers that its scores are compared with.
        score_types: types of scores that are asked for.
        features: what else is used, by a name of `call_usage`.
        unserved: calls that are answered here at no path.
        refusals: bodies that are refused here, by the reason; those that were refused when they were recorded are not among them.
        refused_before: bodies that are refused here as they were when they were recorded.
        hosts: fixed hosts in calls and sources.
        dependencies: packages that have a fixed host in their code, as ``PACKAGE HOST``.
        origins: origins of web pages from which calls are made.
        libraries: known client libraries, by the names of `known_clients`.
        largest: the largest sizes that were seen, by what was measured.
        damaged: records that cannot be read, with the reason.
        passed_over: how many records were about something else.
    """

    calls: Sightings = field(default_factory=Sightings)
    statuses: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    dialects: Sightings = field(default_factory=Sightings)
    attributes: Sightings = field(default_factory=Sightings)
    attribute_sets: dict[frozenset[str], Sighting] = field(default_factory=dict)
    languages: Sightings = field(default_factory=Sightings)
    thresholds: defaultdict[str, dict[float, Sighting]] = field(default_factory=lambda: defaultdict(dict))
    score_types: Sightings = field(default_factory=Sightings)
    features: Sightings = field(default_factory=Sightings)
    unserved: Sightings = field(default_factory=Sightings)
    refusals: Sightings = field(default_factory=Sightings)
    refused_before: Sightings = field(default_factory=Sightings)
    hosts: Sightings = field(default_factory=Sightings)
    dependencies: Sightings = field(default_factory=Sightings)
    origins: Sightings = field(default_factory=Sightings)
    libraries: Sightings = field(default_factory=Sightings)
    largest: Counter[str] = field(default_factory=Counter)
    damaged: Sightings = field(default_factory=Sightings)
    passed_over: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found that could be checked."""
        return not (self.calls or self.dialects or self.attributes or self.languages or self.hosts or self.libraries or self.dependencies)

    def ask_for(self, names: Sequence[str], place: str) -> None:
        """Note the attributes that a call asks for."""
        for name in names:
            self.attributes.see(name, place)
        self.ask_together(frozenset(names), place)

    def ask_together(self, names: frozenset[str], place: str) -> None:
        """Note that attributes that are noted already are asked for together."""
        if names and (names in self.attribute_sets or len(self.attribute_sets) < _MAX_NAMES):
            self.attribute_sets.setdefault(names, Sighting()).add(place)

    def see_threshold(self, attribute: str, number: float, place: str) -> None:
        """Note a number that scores of an attribute are compared with."""
        if len(self.thresholds[attribute]) < _MAX_NAMES:
            self.thresholds[attribute].setdefault(number, Sighting()).add(place)

    def see_size(self, what: str, size: int) -> None:
        """Note how large something is."""
        self.largest[what] = max(self.largest[what], size)
