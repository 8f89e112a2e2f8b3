"""Acts about a few comments of two authors, for the tests of snapshots, logs and forgetting."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from model.comment import Format, Label, Verdict
from service.store.rulings.act import Act, ServedDecision
from service.store.stored_types import Role

__all__ = ["AUTHOR", "SECRETS", "TROLL_COMMENTS", "sample_acts", "say"]

AUTHOR = "trollaccount-77"
"""Who wrote the comments that are to be forgotten."""

TROLL_COMMENTS = ("posting-900001", "posting-900002")
"""The ids of these comments."""

_ROAD_TEXT = 'you "utter" idiots,\r block every röad again'
_ABROAD_TEXT = "send all of them back to where they came from"

SECRETS = (AUTHOR, *TROLL_COMMENTS, "utter", "idiots", "röad", "where they came from", "act-of-troll")
"""What is in these comments alone."""

_NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


def say(number: int, **values: Any) -> Act:
    """Return an act of a moderator, said in the minute of its number."""
    defaults = {"dialect": "native", "role": Role.MODERATOR, "moderator": "anna", "act_id": f"act-{number:03}"}
    return Act(**{"text": None, "created_at": _NOON + timedelta(minutes=number), **defaults, **values})


def sample_acts() -> Sequence[Act]:
    """Return acts about two comments of one author, not all of which name him, and about four of others."""
    decision = ServedDecision(fine=0.25, toxic=0.5, hateful=0.25, verdict=Verdict.REVIEW, artefact="default@0123456789ab")
    road = {"comment": TROLL_COMMENTS[0], "text": _ROAD_TEXT, "community": "town"}
    abroad = {"comment": TROLL_COMMENTS[1], "community": "town"}
    return [
        say(1, **road, author=AUTHOR, label=Label.TOXIC, act_id="act-of-troll-1", decision=decision, why="flagged"),
        say(2, **road, moderator="bert", label=Label.TOXIC, act_id="act-of-troll-2"),
        say(
            3,
            **abroad,
            author=AUTHOR,
            text=f"<p>{_ABROAD_TEXT}</p>",
            format=Format.HTML,
            label=Label.HATEFUL,
            dialect="coral",
            act_id="act-of-troll-3",
        ),
        # Through a protocol without ids and authors.
        say(4, text=_ABROAD_TEXT, label=Label.HATEFUL, dialect="akismet", moderator="carl", act_id="act-of-troll-4"),
        say(5, comment="posting-1", text="what a lovely garden", label=Label.FINE, author="gardener", community="town"),
        say(6, comment="posting-1", text="what a lovely garden", label=Label.TOXIC, moderator="bert", community="town"),
        say(7, comment="posting-2", text="cheap watches, cheap!", reason="spam", author="seller", community="town"),
        say(8, comment="posting-3", text="go home, fool", label=Label.TOXIC, author="ann", attributes={"insult": True}, role=Role.LEAD),
        say(9, comment="posting-4", label=Label.FINE, author="ann", community="town"),
        say(10, comment="posting-5", text="<p></p>", format=Format.HTML, label=Label.FINE, community="town"),
    ]
