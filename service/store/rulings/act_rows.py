"""Acts as rows of the table and back, and the digests by which acts and comments are recognised."""

import hashlib
import json
import secrets
from typing import Any

from sqlalchemy import Row

from model.comment import Format, Label, Verdict
from service.store.rulings.act import Act, ServedDecision, StoredAct
from service.store.schema.tables import make_storable
from service.store.stored_types import Role

__all__ = ["act_digest", "act_row", "comment_digest", "make_act_id", "stored_act"]

_ID_BYTES = 16


def make_act_id() -> str:
    """Return a new id for an act whose client gave it none."""
    return f"act_{secrets.token_hex(_ID_BYTES)}"


def act_digest(key: str | None, act_id: str) -> str:
    """Return the digest that identifies an act: ids of acts are unique for each key, and among calls without a key."""
    return _digest(key, make_storable(act_id))


def comment_digest(community: str | None, comment: str | None, text: str | None) -> str:
    """Return the digest that identifies a comment, whatever the protocol through which it came."""
    return _digest(*(None if part is None else make_storable(part) for part in (community, comment, text)))


def act_row(act: Act, act_id: str) -> dict[str, Any]:
    """Return the row for an act, without the time at which it is recorded."""
    decision = act.decision
    content = {
        "moderator": act.moderator,
        "community": act.community,
        "comment": act.comment,
        "text": act.text,
        "format": act.format.value,
        "language": act.language,
        "author": act.author,
        "why": act.why,
        "sampling_probability": act.sampling_probability,
        "reason": act.reason,
        "label": act.label and act.label.value,
        "teaches": act.teaches and act.teaches.value,
        "abusive": act.abusive,
        "hateful": act.hateful,
        "attributes": dict(act.attributes) or None,
    }
    return content | {
        "act": act_id,
        "dialect": act.dialect,
        "key_id": act.key,
        "role": act.role.value,
        "score_fine": decision and decision.fine,
        "score_toxic": decision and decision.toxic,
        "score_hateful": decision and decision.hateful,
        "verdict": decision and decision.verdict.value,
        "artefact": decision and decision.artefact,
        "comment_digest": comment_digest(act.community, act.comment, act.text),
        "content_digest": _digest(content),
        "idempotency": act_digest(act.key, act_id),
    }


def stored_act(row: Row[Any]) -> StoredAct:
    """Return the act of a row of the table, or of the view that has its columns; the comment may not be forgotten."""
    decision = None
    if row.artefact is not None:
        decision = ServedDecision(
            fine=row.score_fine, toxic=row.score_toxic, hateful=row.score_hateful, verdict=Verdict(row.verdict), artefact=row.artefact
        )
    # A role that only a newer Tipstaff knows carries no more than a forum's word here.
    role = Role(row.role) if row.role in set(Role) else Role.FORUM
    act = Act(
        dialect=row.dialect,
        text=row.text,
        label=row.label and Label(row.label),
        abusive=row.abusive if row.label is None else None,
        hateful=row.hateful if row.label is None else None,
        attributes=row.attributes or {},
        reason=row.reason,
        community=row.community,
        comment=row.comment,
        format=Format(row.format),
        language=row.language,
        author=row.author,
        why=row.why,
        sampling_probability=row.sampling_probability,
        decision=decision,
        key=row.key_id,
        role=role,
        moderator=row.moderator if role.names_persons else None,
        act_id=row.act,
        created_at=row.created_at,
    )
    return StoredAct(number=row.id, act=act)


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
