"""The columns of snapshots and of logs, and their rows: plain values by column, in an order that the same rulings always have."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from model.text.pipeline import strip_markup
from service.store.rulings.act import Act, EffectiveRuling
from service.table_files import ColumnType

__all__ = [
    "LOG_COLUMNS",
    "SNAPSHOT_COLUMNS",
    "SNAPSHOT_FORMAT",
    "RowValues",
    "act_values",
    "add_attribute_columns",
    "readable_text",
    "row_order",
    "ruling_values",
]

RowValues = Mapping[str, Any]
"""Column → value of one row; None where there is none. Attributes have columns ``attribute.NAME``."""

SNAPSHOT_FORMAT = 2
"""The number of the form of snapshots, which manifests name."""

_ATTRIBUTE_PREFIX = "attribute."

SNAPSHOT_COLUMNS: Mapping[str, ColumnType] = {
    "text": ColumnType.TEXT,
    "label": ColumnType.TEXT,
    "abusive": ColumnType.BOOLEAN,
    "hateful": ColumnType.BOOLEAN,
    **dict.fromkeys(("source", "id", "comment", "author", "community", "language", "artefact", "created_at"), ColumnType.TEXT),
    **dict.fromkeys(("moderator", "role", "reason", "why"), ColumnType.TEXT),
    **dict.fromkeys(("sampling_probability", "score_fine", "score_toxic", "score_hateful"), ColumnType.NUMBER),
    "verdict": ColumnType.TEXT,
    "agreeing": ColumnType.INTEGER,
    "contesting": ColumnType.INTEGER,
    "moderators": ColumnType.TEXT,
    "group": ColumnType.INTEGER,
}
"""The columns of every snapshot, in order, with their types. After them comes ``attribute.NAME`` for each attribute."""

LOG_COLUMNS: Mapping[str, ColumnType] = {
    **dict.fromkeys(("text", "format", "label", "teaches"), ColumnType.TEXT),
    "abusive": ColumnType.BOOLEAN,
    "hateful": ColumnType.BOOLEAN,
    **dict.fromkeys(("source", "id", "comment", "author", "community", "language", "artefact", "created_at"), ColumnType.TEXT),
    **dict.fromkeys(("key", "moderator", "role", "reason", "why"), ColumnType.TEXT),
    **dict.fromkeys(("sampling_probability", "score_fine", "score_toxic", "score_hateful"), ColumnType.NUMBER),
    "verdict": ColumnType.TEXT,
}
"""The columns of every log of acts, in order, with their types. After them comes ``attribute.NAME`` for each attribute."""


def add_attribute_columns(columns: Mapping[str, ColumnType], rows: Iterable[RowValues]) -> dict[str, ColumnType]:
    """Return the columns, and one for each attribute that a row answers, in the order of their names."""
    names = sorted({name for row in rows for name, value in row.items() if name.startswith(_ATTRIBUTE_PREFIX) and value is not None})
    return {**columns, **dict.fromkeys(names, ColumnType.BOOLEAN)}


def readable_text(act: Act) -> str:
    """Return the text of an act's comment without mark-up, as a reader of the page sees it; empty if none is known."""
    return "" if act.text is None else strip_markup(act.text, act.format).text


def row_order(row: RowValues) -> tuple[str, ...]:
    """Return the key by which rows are sorted: time and id first, so that the order tells nothing about texts."""
    return tuple(row[name] or "" for name in ("created_at", "id", "community", "comment", "source", "text"))


def ruling_values(ruling: EffectiveRuling, text: str) -> dict[str, Any]:
    """Return the row of a snapshot for a ruling, but for its group.

    Args:
        ruling: the ruling.
        text: its comment without mark-up.
    """
    act = ruling.act
    values = {"text": text, "label": act.teaches and act.teaches.value, **_common_values(act), "moderator": act.person}
    persons = json.dumps(ruling.persons, ensure_ascii=False)
    return values | {"agreeing": ruling.agreeing, "contesting": ruling.contesting, "moderators": persons}


def act_values(act: Act) -> dict[str, Any]:
    """Return the row of a log for an act, its text as the author wrote it."""
    values = {"text": act.text, "format": act.format.value, "label": act.label and act.label.value}
    teaches = act.teaches and act.teaches.value
    return values | {"teaches": teaches, **_common_values(act), "key": act.key, "moderator": act.person}


def _common_values(act: Act) -> dict[str, Any]:
    decision = act.decision
    return {
        "abusive": act.abusive,
        "hateful": act.hateful,
        "source": f"rulings.{act.dialect}",
        "id": act.act_id,
        "comment": act.comment,
        "author": act.author,
        "community": act.community,
        "language": act.language,
        "artefact": decision and decision.artefact,
        "created_at": _time_value(act.created_at),
        "role": act.role.value,
        "reason": act.reason,
        "why": act.why,
        "sampling_probability": act.sampling_probability,
        "score_fine": decision and decision.fine,
        "score_toxic": decision and decision.toxic,
        "score_hateful": decision and decision.hateful,
        "verdict": decision and decision.verdict.value,
        **{f"{_ATTRIBUTE_PREFIX}{name}": answer for name, answer in act.attributes.items()},
    }


def _time_value(time: datetime | None) -> str | None:
    # Always with microseconds, so that times sort as texts.
    return None if time is None else time.astimezone(UTC).isoformat(timespec="microseconds")
