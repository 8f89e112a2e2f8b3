"""What moderators decided about comments: stored durably before it is acknowledged, and counted once however often it is sent.

Two rulings are about the same comment if their dialect, community, client's id of the comment and text are the same. The latest of
them counts; the others stay as its history.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, exists, func, literal, select, update

from model.comment import Format, Verdict
from service.store.database.database import Database, insert_once
from service.store.schema.tables import rulings
from service.store.stored_types import Ruling, RulingId, ServedDecision, StoredRuling

__all__ = ["Rulings"]

_BATCH_ROWS = 1000


class Rulings:
    """Reads and writes the rulings in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, ruling: Ruling) -> RulingId:
        """Store a ruling; it is on the disk when this returns.

        A ruling is a retry, and nothing is added, if its answers equal the answers of the latest ruling about the same comment, or if
        its token is stored already with the same answers. A ruling with other answers supersedes the earlier one.

        Returns:
            The number of the ruling; if it is a retry, the number of the earlier ruling.

        Raises:
            StoreError: the ruling cannot be stored, and is not.
        """
        comment_digest = _digest(ruling.dialect, ruling.community, ruling.comment, ruling.text)
        with self._database.write_transaction() as connection:
            latest = connection.execute(
                select(rulings).where(rulings.c.comment_digest == comment_digest).order_by(rulings.c.id.desc()).limit(1)
            ).first()
            if latest and _row_answers(latest) == _answers(ruling):
                return RulingId(latest.id)
            # With the number of the ruling before it, the same answer counts again once another answer has come in between.
            occasion = ruling.token if ruling.token is not None else latest.id if latest else 0
            act_digest = _digest(comment_digest, occasion, _answers(ruling))
            if (earlier := connection.execute(_select_id(act_digest)).scalar()) is not None:
                return RulingId(earlier)
            values = _ruling_values(ruling) | {
                "created_at": self._database.now(),
                "comment_digest": comment_digest,
                "idempotency": act_digest,
            }
            insert_once(connection, rulings, values)
            return RulingId(connection.execute(_select_id(act_digest)).scalar_one())

    def latest(self) -> Iterator[StoredRuling]:
        """Yield the latest ruling about each comment whose text is still stored, in the order of recording. Memory is bounded.

        Raises:
            StoreError: the database cannot be read.
        """
        later = rulings.alias()
        is_superseded = exists().where(later.c.comment_digest == rulings.c.comment_digest, later.c.id > rulings.c.id)
        query = select(rulings).where(rulings.c.text.is_not(None), ~is_superseded).order_by(rulings.c.id)
        with self._database.read_transaction() as connection:
            for row in connection.execution_options(yield_per=_BATCH_ROWS).execute(query):
                yield _stored_ruling(row)

    def count(self) -> int:
        """Count all rulings, superseded ones and those whose comments were forgotten too.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.read_transaction() as connection:
            return int(connection.execute(select(func.count()).select_from(rulings)).scalar_one())

    def forget_comments(self, *, days: int) -> int:
        """Forget the comments of old rulings: their text, their id, the moderator, and the digests by which they could be recognised.

        The answers and the decision that we had served stay. The text is overwritten on the disk too, where the database can do that
        (SQLite: ``secure_delete``).

        Args:
            days: the age in days from which a comment is forgotten; at least 1.

        Returns:
            The number of rulings whose comments were forgotten.

        Raises:
            StoreError: the database cannot be written.
        """
        if days < 1:
            raise ValueError(f"days is {days}; it has to be 1 at least")
        conditions = (rulings.c.created_at < self._database.now() - timedelta(days=days), rulings.c.text.is_not(None))
        # The digests have to differ from ruling to ruling: one column is unique, and no two comments may seem to be the same.
        digest = literal("forgotten ").concat(rulings.c.id)
        blanks: dict[str, Any] = {"text": None, "comment": None, "moderator": None, "comment_digest": digest, "idempotency": digest}
        count = 0
        while True:
            # In batches, so that a ruling that comes meanwhile does not wait for all of them.
            with self._database.write_transaction() as connection:
                ids = connection.execute(select(rulings.c.id).where(*conditions).limit(_BATCH_ROWS)).scalars().all()
                if ids:
                    connection.execute(update(rulings).where(rulings.c.id.in_(ids)).values(blanks))
            count += len(ids)
            if len(ids) < _BATCH_ROWS:
                break
        if count:
            self._database.checkpoint()
        return count


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _answers(ruling: Ruling) -> list[object]:
    return [ruling.abusive, ruling.hateful, dict(ruling.attributes)]


def _row_answers(row: Row[Any]) -> list[object]:
    return [row.abusive, row.hateful, row.attributes or {}]


def _select_id(act_digest: str) -> Select[int]:
    return select(rulings.c.id).where(rulings.c.idempotency == act_digest)


def _ruling_values(ruling: Ruling) -> dict[str, Any]:
    decision = ruling.decision
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
        "score_fine": decision and decision.fine,
        "score_toxic": decision and decision.toxic,
        "score_hateful": decision and decision.hateful,
        "verdict": decision and decision.verdict.value,
        "artefact": decision and decision.artefact,
        "key_id": ruling.key,
        "moderator": ruling.moderator,
    }


def _stored_ruling(row: Row[Any]) -> StoredRuling:
    decision = None
    if row.artefact is not None:
        decision = ServedDecision(
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
        decision=decision,
        key=row.key_id,
        moderator=row.moderator,
    )
    return StoredRuling(id=RulingId(row.id), created_at=row.created_at, ruling=ruling)
