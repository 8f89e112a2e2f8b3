"""Whose dump a container holds, and how its records become rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from model.comment import Format
from service.batch.input.columns import find
from service.batch.input.records import Record, Undecodable
from service.batch.input.values import PLACEHOLDERS, author_of, parent_of, time_of
from service.batch.rows import MOST_TEXT, Columns, Reason, Row, Wanted, id_of, is_unicode, without_surrogates

__all__ = ["FORMAT", "TABLE", "Fields", "Shape", "rows_of"]

Fields = Mapping[str, object]
FORMAT = "\0format"
"""The field by which ``prepare`` tells how a text is written, where one dump holds several kinds."""


def _as_is(fields: Fields) -> tuple[Fields, Reason | None]:
    return fields, None


@dataclass(frozen=True)
class Shape:
    """What the records of one kind of dump look like.

    Attributes:
        name: what ``--format`` calls it; empty is any table.
        told: what people call it.
        signs: names, in small letters, by any one set of which it is known.
        columns: where text, id and so on are found, in ``prepare``'s result.
        format: how the texts are written.
        prepare: puts a record in order, or says why it is none.
        unfold: the records in one, where one holds several.
        also: what ``prepare`` looks at besides the columns.
    """

    name: str
    told: str
    signs: tuple[frozenset[str], ...]
    columns: Columns
    format: Format = Format.PLAIN
    prepare: Callable[[Fields], tuple[Fields, Reason | None]] = _as_is
    unfold: Callable[[Fields], Iterable[Fields]] | None = None
    also: tuple[str, ...] = ()

    @property
    def is_flat(self) -> bool:
        """Whether a row is made of the fields that ``columns`` names, and of nothing else."""
        return self.prepare is _as_is and self.unfold is None

    def fits(self, names: Iterable[str]) -> bool:
        """Tell whether records with such names are of this kind."""
        known = {name.strip().casefold() for name in names}
        return any(sign <= known for sign in self.signs)

    def columns_in(self, names: list[str]) -> Columns:
        """Return the columns as a file writes them; exports change the case of their headers over the years."""
        known = self.columns
        other = (None if name is None else _found(names, name) for name in (known.id, known.author, known.parent, known.time))
        return Columns(_found(names, known.text), *other)


def _found(names: list[str], name: str) -> str:
    return next(iter(find(names, name)), name)


TABLE = Shape("", "", (), Columns("text", "id"))
"""Any table: its columns are found by their names."""


def rows_of(records: Iterable[Record], shape: Shape, columns: Columns, *, wanted: Wanted, names: list[str], strict: bool) -> Iterator[Row]:
    """Turn records into rows.

    Args:
        records: the records.
        shape: whose they are.
        columns: where text, id and so on are found.
        wanted: what the caller wants kept.
        names: the columns of the container, in order.
        strict: whether lone surrogates stand for bytes that are not text.
    """
    left = columns.id in names and columns.text in names and names.index(columns.id) < names.index(columns.text)
    general = partial(_row, shape=shape, columns=columns, keep=wanted.keep, strict=strict, id_is_left=left)
    make = _flat(general, columns, shape.format) if shape.is_flat and not wanted.keep else general
    if shape.unfold is not None:
        records = _unfolded(records, shape.unfold)
    return map(make, records)


def _unfolded(records: Iterable[Record], unfold: Callable[[Fields], Iterable[Fields]]) -> Iterator[Record]:
    for record in records:
        if record.reason is not None:
            yield record
        else:
            for inner in unfold(record.fields):
                yield record._replace(fields=inner)


def _flat(general: Callable[[Record], Row], columns: Columns, written: Format) -> Callable[[Record], Row]:
    """Return what makes rows of records whose values are what they are as a rule; all others it leaves to ``general``."""
    text_name, id_name, author_name, parent_name, time_name = columns.text, columns.id, columns.author, columns.parent, columns.time
    # Half of the time that is spent on a row is its own __new__.
    new = partial(tuple.__new__, Row)

    def make(record: Record) -> Row:
        line, offset, found, reason = record
        text = found.get(text_name)
        known = found.get(id_name) if id_name is not None else None
        if reason is not None or type(text) is not str or not _is_usual(text) or (type(known) is not int and not _is_usual_id(known)):
            return general(record)
        return new(
            (
                *(line, known, text, None),
                author_of(found.get(author_name)) if author_name is not None else None,
                parent_of(found.get(parent_name)) if parent_name is not None else None,
                time_of(found.get(time_name)) if time_name is not None else None,
                *(written, None, offset),
            )
        )

    return make


def _is_usual(text: str) -> bool:
    return (text.isascii() or is_unicode(text)) and text[:1] != "[" and len(text) <= MOST_TEXT


def _is_usual_id(value: object) -> bool:
    return value is None or (type(value) is str and value != "" and value.isascii())


def _row(record: Record, *, shape: Shape, columns: Columns, keep: tuple[str, ...], strict: bool, id_is_left: bool) -> Row:
    line, offset, found, reason = record
    if reason is not None:
        # A stray delimiter in the text shifts what is right of it; what is left of it still stands in its column.
        shifted = reason in {Reason.TOO_FEW_CELLS, Reason.TOO_MANY_CELLS} and not id_is_left
        known = None if shifted or columns.id is None else found.get(columns.id)
        return Row(line, None if known == "" and strict else id_of(known), None, reason, offset=offset)
    extra = {name: found.get(name) for name in keep} if keep else None
    written = shape.format
    if shape.prepare is not _as_is:
        found, reason = shape.prepare(found)
        if isinstance(told := found.get(FORMAT), Format):
            written = told
    text = found.get(columns.text)
    if reason is None:
        if type(text) is not str:
            reason = _without_text(text)
        elif text[:1] == "[" and len(text) < 40 and (gone := PLACEHOLDERS.get(text.strip().lower())) is not None:
            reason = gone
        elif len(text) > MOST_TEXT:
            reason = Reason.TOO_LONG
        elif not text.isascii() and not is_unicode(text):
            reason = Reason.NOT_UTF8 if strict else None
            text = without_surrogates(text)
    known_id = None if columns.id is None else found.get(columns.id)
    if type(known_id) is not int and ((known_id == "" and strict) or isinstance(known_id, Undecodable)):
        known_id = str(known_id) or None
    return Row(
        line,
        known_id if type(known_id) is int else id_of(known_id),
        text if reason is None and type(text) is str else None,
        reason,
        None if columns.author is None else author_of(found.get(columns.author)),
        None if columns.parent is None else parent_of(found.get(columns.parent)),
        None if columns.time is None else time_of(found.get(columns.time)),
        written,
        extra,
        offset,
    )


def _without_text(text: object) -> Reason:
    if text is None:
        return Reason.NO_TEXT
    return Reason.NOT_UTF8 if isinstance(text, Undecodable) else Reason.NOT_A_STRING
