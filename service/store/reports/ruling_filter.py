"""Chooses rulings for a list, and writes them without what is private."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from model.comment import Label
from service.store.rulings.act import EffectiveRuling
from service.store.rulings.rulings import Rulings
from service.store.snapshots.ruling_columns import readable_text
from service.store.stored_types import Role

__all__ = ["RulingFilter", "describe_ruling", "filter_rulings"]


@dataclass(frozen=True, kw_only=True)
class RulingFilter:
    """Which rulings are listed; None where it does not matter.

    Attributes:
        community: where the comment was posted.
        comment: the client's id of the comment.
        author: who wrote it.
        moderator: who said, or agrees to, what is in force: a moderator, ``key:ID`` or ``open``.
        role: the role of the act in force.
        label: the label that it teaches.
        since: the earliest time of the act.
        contested: whether only rulings are listed that somebody contests.
    """

    community: str | None = None
    comment: str | None = None
    author: str | None = None
    moderator: str | None = None
    role: Role | None = None
    label: Label | None = None
    since: datetime | None = None
    contested: bool = False

    def match(self, ruling: EffectiveRuling) -> bool:
        """Return whether a ruling is listed."""
        act = ruling.act
        pairs = (
            (self.community, act.community),
            (self.comment, act.comment),
            (self.author, act.author),
            (self.role, act.role),
            (self.label, act.teaches),
        )
        return (
            all(wanted is None or wanted == value for wanted, value in pairs)
            and (self.moderator is None or self.moderator in ruling.persons)
            and (self.since is None or (act.created_at is not None and act.created_at >= self.since))
            and (not self.contested or ruling.contesting > 0)
        )


def filter_rulings(rulings: Rulings, chosen: RulingFilter) -> Iterator[EffectiveRuling]:
    """Yield the rulings in force that are chosen and whose texts are known, in the order of recording.

    Raises:
        StoreError: the database cannot be read.
    """
    return (ruling for ruling in rulings.effective() if chosen.match(ruling))


def describe_ruling(ruling: EffectiveRuling, *, with_text: bool = False) -> dict[str, Any]:
    """Return a ruling as JSON, with the text of the comment only if asked for."""
    act = ruling.act
    values = {
        "act": act.act_id,
        "comment": act.comment,
        "community": act.community,
        "author": act.author,
        "label": act.label and act.label.value,
        "teaches": act.teaches and act.teaches.value,
        "role": act.role.value,
        "moderator": act.person,
        "reason": act.reason,
        "why": act.why,
        "dialect": act.dialect,
        "created_at": act.created_at and act.created_at.isoformat(),
        "agreeing": list(ruling.persons),
        "contesting": list(ruling.contesters),
    }
    return values | ({"text": readable_text(act)} if with_text else {})
