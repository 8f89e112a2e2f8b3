"""Building of rows from records, the same for every format and platform; it is short, because it runs for each comment."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from model.comment import Format
from service.batch.input.platforms.platform import ENVELOPE_FIELD, FILE_FIELD, FORMAT_FIELD, REMARK_FIELD, Platform, RecordFields
from service.batch.input.records import DumpRecord, UndecodableText
from service.batch.input.trees.unfolding import PARENT_FIELD, TreeUnfolder
from service.batch.input.values import PLACEHOLDERS, parse_author, parse_context, parse_parent, parse_place, parse_time
from service.batch.remarks import add_remark
from service.batch.rows import MAX_TEXT_LENGTH, Columns, DumpOptions, Reason, Row, build_row_id, is_unicode, without_surrogates

__all__ = ["build_rows"]

_MAX_PLACEHOLDER_LENGTH = 40
_SHIFTED_CELLS = {Reason.TOO_FEW_CELLS, Reason.TOO_MANY_CELLS}


def build_rows(
    records: Iterable[DumpRecord],
    platform: Platform,
    columns: Columns,
    *,
    options: DumpOptions,
    names: list[str],
    strict: bool,
    file: str = "",
    remarks: list[str] | None = None,
    is_nested: bool = False,
    other_texts: Sequence[str] = (),
) -> Iterator[Row]:
    """Build the rows of some records.

    Args:
        records: the records.
        platform: the platform that they come from.
        columns: the fields that hold text, id and so on.
        options: names the columns that the caller keeps.
        names: the columns of the file, in order; none where they have no order.
        strict: whether a lone surrogate in a text stands for a byte that is not UTF-8, so that the text is refused.
        file: the name of the file, or of the archive and its member, for platforms that need it.
        remarks: receives the remarks of the platform.
        is_nested: whether fields may hold objects and lists, in which there may be records too.
        other_texts: fields that hold the text of nested records without the field of the text.
    """
    if platform.needs_context:
        records = _add_context(records, file)
    if platform.unfold is not None:
        records = _unfold(records, platform.unfold)
    elif is_nested:
        unfolder = TreeUnfolder(columns, options.keep, is_prepared=platform.prepare is not None, other_texts=other_texts)
        records = _unfold(records, unfolder.unfold)
        columns = replace(columns, parent=columns.parent or PARENT_FIELD)
    if platform.needs_context and platform.prepare is not None and (is_nested or platform.unfold is not None):
        records = _add_context(records, file)
    return map(_make_builder(platform, columns, options.keep, names=names, strict=strict, remarks=remarks), records)


def _add_context(records: Iterable[DumpRecord], file: str) -> Iterator[DumpRecord]:
    """Yield records with what stood around them, and with the name of their file, among their fields."""
    for record in records:
        if record.reason is not None or ENVELOPE_FIELD in record.fields:
            yield record
        else:
            yield record._replace(fields={**record.fields, ENVELOPE_FIELD: record.envelope or {}, FILE_FIELD: file})


def _unfold(records: Iterable[DumpRecord], unfold: Callable[[RecordFields], Iterable[RecordFields]]) -> Iterator[DumpRecord]:
    for record in records:
        _, _, outer, reason, _ = record
        if reason is not None:
            yield record
        else:
            for fields in unfold(outer):
                yield record if fields is outer else record._replace(fields=fields)


def _make_builder(
    platform: Platform, columns: Columns, keep: tuple[str, ...], *, names: list[str], strict: bool, remarks: list[str] | None
) -> Callable[[DumpRecord], Row]:
    """Return the function that builds the row of a record; whatever all records share is looked up here, once."""
    text_name, id_name, author_name, parent_name, time_name = columns.text, columns.id, columns.author, columns.parent, columns.time
    parent_text_name, title_name, place_name = columns.parent_text, columns.title, columns.place
    prepare = platform.prepare
    bad_row = partial(_build_bad_row, id_name=id_name, id_is_left=_is_left_of_text(columns, names), strict=strict)
    # Row.__new__, which names every field, would take half of the time.
    new_row = partial(tuple.__new__, Row)

    def build(record: DumpRecord) -> Row:
        line, offset, fields, reason, _ = record
        if reason is not None:
            return bad_row(record)
        extra = {name: _as_unicode(fields.get(name)) for name in keep} if keep else None
        text_format = platform.format
        if prepare is not None:
            fields, reason = prepare(fields)
            if FORMAT_FIELD in fields:
                text_format = _text_format(fields, text_format)
            if REMARK_FIELD in fields and remarks is not None:
                add_remark(remarks, str(fields[REMARK_FIELD]))
        text = fields.get(text_name)
        if reason is not None:
            text = None
        elif type(text) is not str or not _is_usual_text(text):
            text, reason = _check_text(text, strict=strict)
        row_id = None if id_name is None else fields.get(id_name)
        if type(row_id) is not int and not _is_usual_id(row_id):
            row_id = _clean_id(row_id, strict=strict)
        author = None if author_name is None else parse_author(fields.get(author_name))
        answered = None if parent_name is None else fields.get(parent_name)
        parent = None if answered is None else parse_parent(answered)
        time = None if time_name is None else parse_time(fields.get(time_name))
        parent_text = None if parent_text_name is None else parse_context(fields.get(parent_text_name))
        title = None if title_name is None else parse_context(fields.get(title_name))
        place = None if place_name is None else parse_place(fields.get(place_name))
        return new_row((line, row_id, text, reason, author, parent, time, text_format, extra, offset, parent_text, title, place, None))

    return build


def _is_left_of_text(columns: Columns, names: list[str]) -> bool:
    return columns.id in names and columns.text in names and names.index(columns.id) < names.index(columns.text)


def _build_bad_row(record: DumpRecord, *, id_name: str | None, id_is_left: bool, strict: bool) -> Row:
    """Build the row of a record that cannot be used, with its id if that can be trusted.

    A stray delimiter in a text shifts the cells to the right of it; those to the left are still in their columns.
    """
    line, offset, fields, reason, _ = record
    if id_name is None or (reason in _SHIFTED_CELLS and not id_is_left):
        return Row(line, None, None, reason, offset=offset)
    return Row(line, _clean_id(fields.get(id_name), strict=strict), None, reason, offset=offset)


def _text_format(fields: RecordFields, default: Format) -> Format:
    text_format = fields[FORMAT_FIELD]
    return text_format if isinstance(text_format, Format) else default


def _is_usual_text(text: str) -> bool:
    """Tell whether a text can be judged without further checks, as nearly all can."""
    return (text.isascii() or is_unicode(text)) and text[:1] != "[" and len(text) <= MAX_TEXT_LENGTH


def _check_text(text: object, *, strict: bool) -> tuple[str | None, Reason | None]:
    """Return the text to judge, or None and the reason why there is none."""
    if text is None:
        return None, Reason.NO_TEXT
    if type(text) is not str:
        return None, Reason.NOT_UTF8 if isinstance(text, UndecodableText) else Reason.NOT_A_STRING
    if text[:1] == "[" and len(text) < _MAX_PLACEHOLDER_LENGTH and (reason := PLACEHOLDERS.get(text.strip().lower())) is not None:
        return None, reason
    if len(text) > MAX_TEXT_LENGTH:
        return None, Reason.TOO_LONG
    if is_unicode(text):
        return text, None
    return (None, Reason.NOT_UTF8) if strict else (without_surrogates(text), None)


def _is_usual_id(value: object) -> bool:
    return value is None or (type(value) is str and value != "" and value.isascii())


def _clean_id(value: object, *, strict: bool) -> str | int | None:
    """Return the id of a row; an empty cell of a table is no id."""
    if isinstance(value, UndecodableText):
        return str(value) or None
    return None if strict and value == "" else build_row_id(value)


def _as_unicode(value: object) -> object:
    """Return a value that is kept; in a text, what cannot be written is replaced."""
    return without_surrogates(value) if isinstance(value, str) else value
