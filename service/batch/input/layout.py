"""The layout of a dump, which is detected at its beginning: container, platform, and the columns that hold text, id and so on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from model.errors import DumpError
from service.batch.input.columns.column_choice import choose_comment_columns
from service.batch.input.columns.column_names import COLUMN_OPTIONS, find_columns, quote_column
from service.batch.input.columns.html_content import holds_html
from service.batch.input.columns.known_names import TEXT_NAMES
from service.batch.input.detection.file_kinds import DATABASES, Container, FileKind
from service.batch.input.platforms.chats.whatsapp import WHATSAPP
from service.batch.input.platforms.known_platforms import find_platforms, recognise_platform
from service.batch.input.platforms.platform import ANY_HTML_TABLE, ANY_TABLE, Platform
from service.batch.input.platforms.sites.movable_type_comments import MOVABLE_TYPE
from service.batch.input.platforms.sites.saved_page import SAVED_PAGE
from service.batch.input.platforms.sites.stack_exchange import STACK_EXCHANGE
from service.batch.input.platforms.sites.talk_pages import MEDIAWIKI
from service.batch.input.platforms.sites.web_feeds import FEED
from service.batch.input.platforms.sites.wordpress import WXR
from service.batch.input.platforms.social.bluesky import BLUESKY
from service.batch.input.platforms.widgets.disqus import DISQUS
from service.batch.input.records import RecordStream
from service.batch.input.streams.encodings import UTF8
from service.batch.input.streams.odd_bytes import describe_encoding
from service.batch.input.trees.other_texts import find_other_text
from service.batch.input.trees.paths import is_path
from service.batch.input.trees.tree_columns import MAX_UNFOLDED, choose_tree_columns, find_nested_column, unfold_sample
from service.batch.remarks import add_remark
from service.batch.rows import Columns, DumpOptions, Quoting

__all__ = ["DumpPart", "Layout", "detect_layout", "detect_table_layout"]

_DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_PLAIN_TEXT = Platform("text", "", (), Columns("text", None))
_PLATFORM_BY_CONTAINER = {
    Container.WXR: WXR,
    Container.DISQUS: DISQUS,
    Container.FEED: FEED,
    Container.STACK_EXCHANGE: STACK_EXCHANGE,
    Container.MEDIAWIKI: MEDIAWIKI,
    Container.MOVABLE_TYPE: MOVABLE_TYPE,
    Container.PAGE: SAVED_PAGE,
    Container.WEB_ARCHIVE: SAVED_PAGE,
    Container.TEXT: _PLAIN_TEXT,
    Container.LINES: _PLAIN_TEXT,
    Container.WHATSAPP: WHATSAPP,
    Container.REPOSITORY: BLUESKY,
}
"""Containers that hold records of one platform only."""

_WITH_HEADER = frozenset({Container.CSV, Container.SPREADSHEET})
"""Containers in which a row may stand where the names of the columns are expected."""


@dataclass(frozen=True)
class Layout:
    """The layout of a file, with which any part of it can be read without looking at its beginning again.

    Attributes:
        kind: the container and its encoding.
        platform: the platform that the records come from.
        columns: the fields that hold text, id and so on; None if the file is empty.
        names: the header of delimited text; empty for other containers.
        reasons: why the file is taken for what it is, and why these columns were chosen, in words for people.
        other_texts: fields that hold the text of records without the field of the text, in files of objects.
    """

    kind: FileKind
    platform: Platform
    columns: Columns | None
    names: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    other_texts: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """What the file is, in words for people."""
        container = str(self.kind.container)
        return f"{self.platform.description} ({container})" if self.platform.description else container

    def row_fields(self, options: DumpOptions) -> list[str]:
        """Return the names of the fields that a row is built from, without repetition, including those that the caller keeps."""
        columns = self.columns
        column_names = () if columns is None else (getattr(columns, field.name) for field in fields(columns))
        return list(dict.fromkeys(name for name in (*column_names, *self.platform.extra_fields, *options.keep) if name is not None))


@dataclass(frozen=True)
class DumpPart:
    """A part of a file that is to be read.

    Attributes:
        begin: the first byte, or the first row group of a Parquet file.
        end: the byte or row group before which the part ends; None is the end of the file.
        first: the number of its first line or row.
        layout: the layout of the file; None if it is still to be detected.
    """

    begin: int = 0
    end: int | None = None
    first: int = 1
    layout: Layout | None = None


def detect_layout(kind: FileKind, stream: RecordStream, options: DumpOptions, *, file: str, remarks: list[str]) -> Layout:
    """Detect the platform and the columns of an open file.

    Args:
        kind: its container.
        stream: its records; none is read.
        options: the options of the caller.
        file: the file's name, for messages.
        remarks: gets what a person should know about the choice.

    Raises:
        DumpError: the file does not have the columns that the caller names, or no column is known to hold the text.
    """
    platform = _PLATFORM_BY_CONTAINER.get(kind.container)
    if platform is not None:
        option = "--lines" if options.lines else "--format" if options.read_as is not None else None
        how = "by how it begins" if option is None else f"as {option} says"
        return Layout(kind, platform, platform.columns, reasons=(f"read as {kind.container}, {how}",))
    if stream.empty:
        header = tuple(stream.names) if kind.container is Container.CSV else ()
        return Layout(kind, _find_platform(stream.names, options, in_database=kind.container in DATABASES), None, header)
    if stream.text_names is not None and not stream.names and _find_platform((), options, in_database=False) is ANY_TABLE:
        return Layout(kind, ANY_TABLE, Columns(options.text_column or "text", options.id_column or "id"))
    names, sample = stream.names, stream.sample
    if stream.is_nested:
        return detect_table_layout(kind, names, options, file=file, remarks=remarks, sample=sample, is_nested=True)
    if stream.text_names is not None and stream.text_names <= set(find_columns(names, options.id_column or "id")):
        # The other records may hold texts, under the usual name.
        names, sample = list(dict.fromkeys([*names, "text"])), ()
    return detect_table_layout(kind, names, options, file=file, remarks=remarks, sample=sample)


def detect_table_layout(
    kind: FileKind,
    names: list[str],
    options: DumpOptions,
    *,
    file: str,
    remarks: list[str],
    sample: Sequence[Mapping[str, object]] = (),
    is_nested: bool = False,
) -> Layout:
    """Detect the platform and the columns of a table by the names of its columns and by its first records.

    Args:
        kind: its container.
        names: the names.
        options: the options of the caller.
        file: the file's name, for messages.
        remarks: gets what a person should know about the choice.
        sample: the fields of the first records; none where they are not known.
        is_nested: whether fields may hold objects and lists, and columns be paths.

    Raises:
        DumpError: the table does not have the columns that the caller names, or no column is known to hold the text.
    """
    header = tuple(names) if kind.container is Container.CSV else ()
    reasons = [_explain_syntax(kind, options)] if kind.container is Container.CSV else []
    platform = _find_platform(names, options, sample, in_database=kind.container in DATABASES)
    if platform is not ANY_TABLE:
        columns = _platform_columns(platform, names, options, file=file, sample=sample)
        other_texts = _find_other_texts(kind, columns, options, sample, remarks) if is_nested and platform.is_flat else ()
        return Layout(kind, platform, columns, header, (*reasons, _explain_platform(platform, names, options)), other_texts)
    choose = choose_tree_columns if is_nested else choose_comment_columns
    has_header = options.has_header and kind.container in _WITH_HEADER
    columns, choice = choose(names, replace(options, has_header=has_header), file=file, sample=sample)
    other_texts = _find_other_texts(kind, columns, options, sample, remarks) if is_nested else ()
    reasons.append(choice.reason)
    if is_nested:
        unfolded = unfold_sample(columns, sample)
        if len(unfolded) > min(len(sample), MAX_UNFOLDED):
            reasons.append("what stands inside of records with a text of its own, such as answers, is a comment too")
        sample = unfolded
    if choice.remark is not None:
        add_remark(remarks, choice.remark)
    if holds_html(record.get(columns.text) for record in sample):
        platform = ANY_HTML_TABLE
        reasons.append(f"column {quote_column(columns.text)} holds HTML and is read as HTML")
        add_remark(remarks, f"{reasons[-1]}; if that is wrong, say --markup plain")
    return Layout(kind, platform, columns, header, tuple(reasons), other_texts)


def _find_other_texts(
    kind: FileKind, columns: Columns, options: DumpOptions, sample: Sequence[Mapping[str, object]], remarks: list[str]
) -> tuple[str, ...]:
    """Return the fields with known names that may hold the text where a record lacks the field of the text."""
    if options.text_column is not None or is_path(columns.text) or kind.container not in {Container.JSON, Container.JSONL}:
        return ()
    found = dict.fromkeys(name for record in sample if (name := find_other_text(record, columns, TEXT_NAMES)) is not None)
    if found:
        listed = ", ".join(map(quote_column, found))
        add_remark(remarks, f"records without {quote_column(columns.text)} have their text in {listed}, and are read by that")
    return TEXT_NAMES


def _find_platform(
    names: Sequence[str], options: DumpOptions, sample: Sequence[Mapping[str, object]] = (), *, in_database: bool
) -> Platform:
    if options.read_as is not None and (platforms := find_platforms(options.read_as.value, in_database=in_database)):
        return next((platform for platform in platforms if platform.matches(names, sample)), platforms[0])
    return ANY_TABLE if options.text_column is not None else recognise_platform(names, sample, in_database=in_database) or ANY_TABLE


def _explain_syntax(kind: FileKind, options: DumpOptions) -> str:
    """Return how delimited text is written, in words for people."""
    sign = f"“{kind.delimiter}”" if kind.delimiter.isprintable() else f"U+{ord(kind.delimiter):04X}"
    parts = [f"cells are separated by {_DELIMITER_NAMES.get(kind.delimiter, sign)}"]
    if kind.quoting is Quoting.NONE:
        parts.append("quotes are signs like any other")
    if kind.has_backslashes:
        parts.append("quotes within them have a backslash before them")
    if kind.skipped_lines:
        parts.append(f"the table begins in line {kind.skipped_lines + 1}")
    if not options.has_header:
        parts.append("columns go by number")
    if kind.encoding != UTF8:
        parts.append(f"the text is {describe_encoding(kind.encoding)}")
    return "; ".join(parts)


def _explain_platform(platform: Platform, names: Sequence[str], options: DumpOptions) -> str:
    """Return why a table is taken for one of a platform, in words for people."""
    if options.read_as is not None:
        return f"read as {platform.description}, as --format says"
    fields = ", ".join(map(quote_column, platform.find_signature(names)))
    return (
        f"read as {platform.description}, because its records have {fields}"
        if fields
        else f"read as {platform.description}, by what is in its records"
    )


def _platform_columns(
    platform: Platform, names: list[str], options: DumpOptions, *, file: str, sample: Sequence[Mapping[str, object]]
) -> Columns:
    """Return the columns of a platform, except where the caller names others."""
    requested: dict[str, str | None] = {field: getattr(options, option) for field, option in COLUMN_OPTIONS.items()}
    replacements: dict[str, str] = {}
    for field, name in requested.items():
        found = None if name is None else find_nested_column(name, names, sample)
        if name is not None and found is None:
            raise DumpError(f"{file}: there is no column “{name}”; check --{COLUMN_OPTIONS[field].replace('_', '-')}")
        if found is not None:
            replacements[field] = found
    columns = platform.find_own_columns(names)
    if not options.contexts:
        columns = replace(columns, parent_text=None, title=None)
    return replace(columns, **replacements)
