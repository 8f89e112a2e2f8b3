"""The rows of the database that hold a comment, and whatever else in it might."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, select

from model.comment import Format
from model.text.pipeline import strip_markup
from service.store.forgetting.wanted_comments import CommentFacts, WantedComments
from service.store.schema.tables import acts, metadata, outbox

__all__ = ["DatabaseRows", "count_cells", "delete_rows", "find_rows", "text_cells"]

_BATCH_ROWS = 1000
_MOST_VALUES = 500
_DIGESTS = ("comment_digest", "content_digest", "idempotency")


@dataclass
class DatabaseRows:
    """The rows of a database that hold wanted comments.

    Attributes:
        acts: the numbers of the acts.
        tasks: the numbers of the calls to other systems that name the comments.
        texts: the texts of the comments, as written and without mark-up.
        names: the ids of comments and acts.
        digests: what was computed from them.
    """

    acts: list[int] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)


def find_rows(connection: Connection, wanted: WantedComments) -> DatabaseRows:
    """Return the rows that hold wanted comments, and learn from them.

    Args:
        connection: a connection of a transaction.
        wanted: the comments; more of them may be known afterwards, for which the rows have to be looked through again.
    """
    found = DatabaseRows()
    for row in connection.execute(select(acts).order_by(acts.c.id).execution_options(yield_per=_BATCH_ROWS)):
        facts = _act_facts(row)
        if wanted.match(facts):
            wanted.learn(facts)
            found.acts.append(row.id)
            found.texts.update(text for text in (row.text, facts.text) if text)
            found.names.update(name for name in (row.comment, row.act) if name)
            found.digests.update(getattr(row, name) for name in _DIGESTS)
    names = wanted.comment_ids | wanted.request.authors
    for row in connection.execute(select(outbox.c.id, outbox.c.payload, outbox.c.idempotency).order_by(outbox.c.id)).all():
        if not names.isdisjoint(_scalars(row.payload)):
            found.tasks.append(row.id)
            found.digests.add(row.idempotency)
    return found


def delete_rows(connection: Connection, found: DatabaseRows) -> None:
    """Delete rows in a transaction."""
    for table, numbers in ((acts, found.acts), (outbox, found.tasks)):
        for begin in range(0, len(numbers), _MOST_VALUES):
            connection.execute(delete(table).where(table.c.id.in_(numbers[begin : begin + _MOST_VALUES])))


def count_cells(connection: Connection, values: Collection[str]) -> dict[str, int]:
    """Return table → the number of cells that are one of several texts, for every table."""
    wanted = frozenset(values)
    return {table.name: sum(cell in wanted for cell in _text_cells(connection, table)) for table in metadata.sorted_tables}


def text_cells(connection: Connection) -> Iterator[str]:
    """Yield all texts in all tables."""
    return chain.from_iterable(_text_cells(connection, table) for table in metadata.sorted_tables)


def _text_cells(connection: Connection, table: Table) -> Iterator[str]:
    for row in connection.execute(select(table).execution_options(yield_per=_BATCH_ROWS)):
        for cell in row:
            if isinstance(cell, str):
                yield cell
            elif isinstance(cell, dict | list):
                yield json.dumps(cell, ensure_ascii=False)


def _act_facts(row: Row[Any]) -> CommentFacts:
    text = row.text and strip_markup(row.text, Format(row.format)).text
    return CommentFacts(row.author or None, row.comment or None, row.community, text or None)


def _scalars(payload: Any) -> Iterator[str]:
    """Yield all texts and numbers in a payload, as texts."""
    if isinstance(payload, dict):
        for value in payload.values():
            yield from _scalars(value)
    elif isinstance(payload, list):
        for value in payload:
            yield from _scalars(value)
    elif isinstance(payload, str | int) and not isinstance(payload, bool):
        yield str(payload)
