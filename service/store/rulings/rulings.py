"""What moderators said about comments, in a database: acts are stored durably before they are acknowledged, and never changed.

What is in force about a comment is a view of the acts (`service.store.schema.views`).
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, column, exists, func, literal, or_, select, table, update

from service.store.database.database import Database
from service.store.rulings.act import Act, EffectiveRuling, KnownText, RecordedAct, StoredAct
from service.store.rulings.act_rows import stored_act
from service.store.rulings.recording import CommentKey, find_texts, store_acts
from service.store.schema.tables import acts

__all__ = ["Rulings"]

_BATCH_ROWS = 1000
_VOICES = table("ruling_voices", *map(column, ("ruling_id", "person", "is_counted", "agrees")))
_IS_REMEMBERED = or_(acts.c.text.is_not(None), acts.c.comment.is_not(None))


class Rulings:
    """Reads and writes the acts in a database, and reads the rulings that follow from them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, act: Act) -> RecordedAct:
        """Store an act as `record_all` does."""
        return self.record_all([act])[0]

    def record_all(self, new_acts: Sequence[Act]) -> list[RecordedAct]:
        """Store acts, all or none; they are on the disk when this returns.

        An act is a retry, and nothing is added, if its key has used its id before. An act without a text gets the latest text of its
        comment that is known; if none is, it gets the first that comes.

        Args:
            new_acts: the acts, in the order in which they were said.

        Returns:
            What became of each, in the same order.

        Raises:
            ReusedActError: an id was used before for something else.
            StoreError: the acts cannot be stored, and are not.
        """
        with self._database.write_transaction() as connection:
            return store_acts(connection, new_acts, now=self._database.now())

    def find_texts(self, keys: Collection[CommentKey]) -> dict[CommentKey, KnownText]:
        """Return the latest text of each comment of which one is known, by its community and the client's id.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.read_transaction() as connection:
            return find_texts(connection, keys)

    def effective(self) -> Iterator[EffectiveRuling]:
        """Yield what is in force about each comment whose text is known, in the order of recording. Memory is bounded.

        Raises:
            StoreError: the database cannot be read.
        """
        query = (
            select(acts, _VOICES.c.person, _VOICES.c.is_counted, _VOICES.c.agrees)
            .join_from(acts, _VOICES, _VOICES.c.ruling_id == acts.c.id)
            .where(acts.c.text.is_not(None))
            .order_by(acts.c.id, _VOICES.c.person)
        )
        with self._database.read_transaction() as connection, _streamed(connection, query) as rows:
            for _, group in groupby(rows, key=lambda row: row.id):
                voices = list(group)
                stored = stored_act(voices[0])
                yield EffectiveRuling(
                    number=stored.number,
                    act=stored.act,
                    persons=_sorted_persons(voices, agrees=True),
                    contesters=_sorted_persons(voices, agrees=False),
                    overruled=sum(not voice.is_counted and not voice.agrees for voice in voices),
                )

    def acts(self) -> Iterator[StoredAct]:
        """Yield all acts whose comments are not forgotten, in the order of recording. Memory is bounded.

        Raises:
            StoreError: the database cannot be read.
        """
        query = select(acts).where(_IS_REMEMBERED).order_by(acts.c.id)
        with self._database.read_transaction() as connection, _streamed(connection, query) as rows:
            yield from map(stored_act, rows)

    def count(self) -> int:
        """Count all acts, those whose comments were forgotten too.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.read_transaction() as connection:
            return int(connection.execute(select(func.count()).select_from(acts)).scalar_one())

    def count_effective(self) -> int:
        """Count the rulings that are in force: the comments about which there are acts, if they are not forgotten.

        Raises:
            StoreError: the database cannot be read.
        """
        query = select(func.count(acts.c.comment_digest.distinct())).where(_IS_REMEMBERED)
        with self._database.read_transaction() as connection:
            return int(connection.execute(query).scalar_one())

    def forget_comments(self, *, days: int) -> int:
        """Forget the comments of old acts: text, ids, author, moderator, reason, and the digests by which they could be recognised.

        The acts about a comment are forgotten together, once the last of them is old: if the older went first, those that stay could say
        something else than what is in force. The answers and the decision at the time stay. The text is overwritten on the disk too,
        where the database can do that (SQLite: ``secure_delete``).

        Args:
            days: the age in days of its last act from which a comment is forgotten; at least 1.

        Returns:
            The number of acts whose comments were forgotten.

        Raises:
            StoreError: the database cannot be written.
        """
        if days < 1:
            raise ValueError(f"days is {days}; it has to be 1 at least")
        limit = self._database.now() - timedelta(days=days)
        younger = acts.alias()
        is_spoken_of = exists().where(younger.c.comment_digest == acts.c.comment_digest, younger.c.created_at >= limit)
        conditions = (acts.c.created_at < limit, _IS_REMEMBERED, ~is_spoken_of)
        # The digests have to differ from act to act: one column is unique, and no two comments may seem to be the same.
        digest = literal("forgotten ").concat(acts.c.id)
        blanks: dict[str, Any] = dict.fromkeys(("act", "moderator", "comment", "text", "author", "why", "reason"))
        blanks |= dict.fromkeys(("comment_digest", "content_digest", "idempotency"), digest)
        count = 0
        while True:
            # In batches, so that an act that comes meanwhile does not wait for all of them.
            with self._database.write_transaction() as connection:
                ids = connection.execute(select(acts.c.id).where(*conditions).limit(_BATCH_ROWS)).scalars().all()
                if ids:
                    connection.execute(update(acts).where(acts.c.id.in_(ids)).values(blanks))
            count += len(ids)
            if len(ids) < _BATCH_ROWS:
                break
        if count:
            self._database.checkpoint()
        return count


@contextmanager
def _streamed(connection: Connection, query: Select[Any]) -> Iterator[Iterator[Row[Any]]]:
    """Provide the rows of a query, of which only a part is in memory at a time."""
    with closing(connection.execution_options(yield_per=_BATCH_ROWS).execute(query)) as rows:
        yield iter(rows)


def _sorted_persons(voices: Sequence[Any], *, agrees: bool) -> tuple[str, ...]:
    return tuple(sorted(voice.person for voice in voices if voice.is_counted and bool(voice.agrees) is agrees))
