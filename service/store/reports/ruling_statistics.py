"""Counts acts and rulings, and says how far moderators agree."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

from service.store.rulings.act import Act
from service.store.rulings.act_rows import comment_digest
from service.store.rulings.rulings import Rulings
from service.store.stored_types import Role

__all__ = ["Agreement", "RulingStatistics", "count_rulings", "measure_agreement"]

_NOTHING = "nothing"
_OPEN = "open"
_ROLES = list(Role)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two persons agree on the comments that both ruled on.

    Attributes:
        one, other: the persons, in the order of their names.
        comments: the number of comments that both gave a label.
        percent: on how many of them they gave the same, in percent.
        kappa: Cohen's kappa, from -1 to 1: what is beyond chance, as the persons' own shares of labels make it; None where chance alone
            makes them agree always.
    """

    one: str
    other: str
    comments: int
    percent: float
    kappa: float | None


@dataclass(frozen=True, kw_only=True)
class RulingStatistics:
    """What there is of rulings.

    Attributes:
        acts: the number of acts.
        forgotten: how many of these have lost their comments to retention.
        rulings: the number of comments that there are acts about.
        without_text: how many of these wait for their texts.
        roles: role → rulings in force that are of it.
        moderators: person → acts.
        labels: label → rulings in force that teach it; ``nothing`` and ``open`` among them.
        contested: how many rulings somebody contests.
        overruled: how many rulings a forum's key says otherwise about.
        agreements: each two moderators who ruled on the same comment; forums' keys are none.
    """

    acts: int
    forgotten: int
    rulings: int
    without_text: int
    roles: Mapping[str, int]
    moderators: Mapping[str, int]
    labels: Mapping[str, int]
    contested: int
    overruled: int
    agreements: tuple[Agreement, ...]

    @property
    def percent(self) -> float | None:
        """In how many of all comparisons of two persons they agree, in percent; None if there is none."""
        comments = sum(pair.comments for pair in self.agreements)
        return sum(pair.percent * pair.comments for pair in self.agreements) / comments if comments else None

    def to_json(self) -> dict[str, Any]:
        """Return the statistics as JSON."""
        pairs = [
            {"moderators": [pair.one, pair.other], "comments": pair.comments, "percent": pair.percent, "kappa": pair.kappa}
            for pair in self.agreements
        ]
        return {
            "acts": self.acts,
            "forgotten": self.forgotten,
            "rulings": self.rulings,
            "without_text": self.without_text,
            "roles": dict(self.roles),
            "moderators": dict(self.moderators),
            "labels": dict(self.labels),
            "contested": self.contested,
            "overruled": self.overruled,
            "agreement": {"percent": self.percent, "pairs": pairs},
        }


def count_rulings(rulings: Rulings) -> RulingStatistics:
    """Count the acts and rulings of a store.

    Raises:
        StoreError: the database cannot be read.
    """
    roles: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    contested = overruled = known = 0
    for ruling in rulings.effective():
        known += 1
        roles[ruling.act.role.value] += 1
        labels[_label_of(ruling.act)] += 1
        contested += ruling.contesting > 0
        overruled += ruling.overruled > 0
    moderators: Counter[str] = Counter()
    words: defaultdict[str, dict[str, Act]] = defaultdict(dict)
    remembered = 0
    for stored in rulings.acts():
        remembered += 1
        act = stored.act
        moderators[act.person] += 1
        if act.role.names_persons:
            _note_word(words[comment_digest(act.community, act.comment, act.text)], act)
    acts, comments = rulings.count(), rulings.count_effective()
    return RulingStatistics(
        acts=acts,
        forgotten=max(acts - remembered, 0),
        rulings=comments,
        without_text=max(comments - known, 0),
        roles=dict(sorted(roles.items())),
        moderators=dict(sorted(moderators.items())),
        labels=dict(sorted(labels.items())),
        contested=contested,
        overruled=overruled,
        agreements=measure_agreement(
            {person: act.teaches.value for person, act in by_person.items() if act.teaches is not None} for by_person in words.values()
        ),
    )


def measure_agreement(labels: Iterable[Mapping[str, str]]) -> tuple[Agreement, ...]:
    """Return how far each two persons agree who gave labels to the same comments.

    Kappa is Cohen's (1960, "A coefficient of agreement for nominal scales").

    Args:
        labels: for each comment, person → label.
    """
    tables: defaultdict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for by_person in labels:
        for one, other in combinations(sorted(by_person), 2):
            tables[one, other][by_person[one], by_person[other]] += 1
    return tuple(_agreement(one, other, table) for (one, other), table in sorted(tables.items()))


def _agreement(one: str, other: str, table: Mapping[tuple[str, str], int]) -> Agreement:
    total = sum(table.values())
    firsts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    same = 0
    for (first, second), count in table.items():
        firsts[first] += count
        seconds[second] += count
        same += count if first == second else 0
    by_chance = sum(firsts[label] * seconds[label] for label in firsts)
    kappa = None if by_chance == total * total else (same * total - by_chance) / (total * total - by_chance)
    return Agreement(one, other, total, 100 * same / total, kappa)


def _note_word(words: dict[str, Act], act: Act) -> None:
    """Keep the word of a person that counts: that of the highest role, and of those the latest."""
    earlier = words.get(act.person)
    if earlier is None or _weight(earlier) <= _weight(act):
        words[act.person] = act


def _weight(act: Act) -> tuple[int, datetime]:
    return _ROLES.index(act.role), act.created_at or datetime.min.replace(tzinfo=UTC)


def _label_of(act: Act) -> str:
    if not act.teaches_something:
        return _NOTHING
    return act.teaches.value if act.teaches is not None else _OPEN
