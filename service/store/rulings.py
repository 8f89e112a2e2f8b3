"""What moderators say about comments: kept for good once it is acknowledged, and counted once however often it is sent.

Two rulings are about the same comment if dialect, community, the client's id of it and its text are the same. The latest
counts; the others stay as its history.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, literal, select, update

from model.comment import Format, Verdict
from service.store.database import Database
from service.store.once import insert_once
from service.store.stored_types import Decided, Ruling, RulingId
from service.store.tables import rulings

__all__ = ["Kept", "Rulings"]

_AT_A_TIME = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A ruling that is kept.

    Attributes:
        id: its number; later rulings have higher ones.
        created_at: when it was recorded, UTC.
        ruling: what it says; without ``token``, which is kept only as part of a digest.
    """

    id: RulingId
    created_at: datetime
    ruling: Ruling


class Rulings:
    """The rulings in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, ruling: Ruling) -> RulingId:
        """Keep a ruling; when this returns, it is on the disk.

        One that says what the latest ruling about the same comment says already, or whose token came before with the same
        answers, is a retry: nothing is added. One that says something else supersedes it.

        Returns:
            The number of the ruling, of the earlier one if this is a retry.

        Raises:
            StoreError: it cannot be kept, and is not.
        """
        comment = _digest(ruling.dialect, ruling.community, ruling.comment, ruling.text)
        with self._database.writing() as connection:
            latest = connection.execute(
                select(rulings).where(rulings.c.comment_digest == comment).order_by(rulings.c.id.desc()).limit(1)
            ).first()
            if latest and _answers(latest) == _said(ruling):
                return RulingId(latest.id)
            # That of the ruling before makes the same answer count anew after another has come between.
            before = ruling.token if ruling.token is not None else latest.id if latest else 0
            act = _digest(comment, before, _said(ruling))
            if earlier := _by_act(connection, act):
                return earlier
            values = _values(ruling) | {"created_at": self._database.now(), "comment_digest": comment, "idempotency": act}
            insert_once(connection, rulings, values)
            return RulingId(connection.execute(_named(act)).scalar_one())

    def latest(self) -> Iterator[Kept]:
        """Yield the latest ruling about each comment whose text is still kept, in the order of recording; memory is bounded.

        Raises:
            StoreError: the database cannot be read.
        """
        later = rulings.alias()
        superseded = exists().where(later.c.comment_digest == rulings.c.comment_digest, later.c.id > rulings.c.id)
        wanted = select(rulings).where(rulings.c.text.is_not(None), ~superseded).order_by(rulings.c.id)
        with self._database.reading() as connection:
            for row in connection.execution_options(yield_per=_AT_A_TIME).execute(wanted):
                yield _kept(row)

    def count(self) -> int:
        """Count all that are kept.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(rulings)).scalar_one())

    def forget(self, *, days: int) -> int:
        """Forget the comments of rulings that are older than this: text, id, moderator, and what could tell them apart.

        What stays is how often which answer was given, and what we had decided. The text is overwritten on the disk too,
        where that is in the database's power (SQLite: ``secure_delete``).

        Args:
            days: 1 at least.

        Returns:
            How many.

        Raises:
            StoreError: the database cannot be written.
        """
        if days < 1:
            raise ValueError(f"days is {days}; it has to be 1 at least")
        old = (rulings.c.created_at < self._database.now() - timedelta(days=days), rulings.c.text.is_not(None))
        gone = literal("forgotten ").concat(rulings.c.id)
        nothing: dict[str, Any] = {"text": None, "comment": None, "moderator": None, "comment_digest": gone, "idempotency": gone}
        count = 0
        while True:
            # Some at a time, so that rulings that come meanwhile do not wait for all.
            with self._database.writing() as connection:
                some = connection.execute(select(rulings.c.id).where(*old).limit(_AT_A_TIME)).scalars().all()
                if some:
                    connection.execute(update(rulings).where(rulings.c.id.in_(some)).values(nothing))
            count += len(some)
            if len(some) < _AT_A_TIME:
                break
        if count:
            self._database.checkpoint()
        return count


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _said(ruling: Ruling) -> list[object]:
    return [ruling.abusive, ruling.hateful, dict(ruling.attributes)]


def _answers(row: Row[Any]) -> list[object]:
    return [row.abusive, row.hateful, row.attributes or {}]


def _named(act: str) -> Select[int]:
    return select(rulings.c.id).where(rulings.c.idempotency == act)


def _by_act(connection: Connection, act: str) -> RulingId | None:
    found = connection.execute(_named(act)).scalar()
    return None if found is None else RulingId(found)


def _values(ruling: Ruling) -> dict[str, Any]:
    decided = ruling.decided
    return {
        "dialect": ruling.dialect,
        "community": ruling.community,
        "comment": ruling.comment,
        "text": ruling.text,
        "format": ruling.format.value,
        "language": ruling.language,
        "label": ruling.label and ruling.label.value,
        "abusive": ruling.abusive,
        "hateful": ruling.hateful,
        "attributes": dict(ruling.attributes) or None,
        "score_fine": decided and decided.fine,
        "score_toxic": decided and decided.toxic,
        "score_hateful": decided and decided.hateful,
        "verdict": decided and decided.verdict.value,
        "artefact": decided and decided.artefact,
        "key_id": ruling.key,
        "moderator": ruling.moderator,
    }


def _kept(row: Row[Any]) -> Kept:
    decided = None
    if row.artefact is not None:
        decided = Decided(
            fine=row.score_fine, toxic=row.score_toxic, hateful=row.score_hateful, verdict=Verdict(row.verdict), artefact=row.artefact
        )
    ruling = Ruling(
        dialect=row.dialect,
        text=row.text,
        abusive=row.abusive,
        hateful=row.hateful,
        attributes=row.attributes or {},
        community=row.community,
        comment=row.comment,
        format=Format(row.format),
        language=row.language,
        decided=decided,
        key=row.key_id,
        moderator=row.moderator,
    )
    return Kept(id=RulingId(row.id), created_at=row.created_at, ruling=ruling)
