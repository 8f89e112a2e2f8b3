"""The kinds of files that dumps are stored in."""

from dataclasses import dataclass
from enum import StrEnum

from service.batch.input.formats.tables.arrow_files import ARROW_FILE, ARROW_STREAM, PARQUET
from service.batch.input.streams.encodings import UTF8
from service.batch.rows import Quoting

__all__ = ["COLUMNAR_SIGNATURES", "DATABASES", "Container", "FileKind"]


class Container(StrEnum):
    """How the records of a dump are stored."""

    JSONL = "JSON Lines"
    JSON = "JSON"
    CSV = "CSV"
    PARQUET = "Parquet"
    ARROW = "Arrow"
    ARROW_STREAM = "Arrow stream"
    WXR = "WordPress export"
    DISQUS = "Disqus export"
    FEED = "feed"
    STACK_EXCHANGE = "Stack Exchange dump"
    MEDIAWIKI = "MediaWiki dump"
    XML = "XML"
    WEB_ARCHIVE = "web page with all parts"
    ATTRIBUTE_RELATION = "ARFF"
    MOVABLE_TYPE = "Movable Type export"
    PAGE = "web page"
    TEXT = "plain text, a comment a paragraph"
    LINES = "plain text, a comment a line"
    WHATSAPP = "chat of WhatsApp"
    SQL = "SQL dump"
    SQLITE = "SQLite database"
    REPOSITORY = "CAR"
    SPREADSHEET = "spreadsheet"
    ZIP = "ZIP archive"
    TAR = "tar archive"
    FOLDER = "folder"


@dataclass(frozen=True)
class FileKind:
    """The container and the encoding of a file, and how the cells of delimited text are written.

    Attributes:
        container: how its records are stored.
        encoding: the codec of its text.
        delimiter: the character that separates the cells of delimited text.
        quoting: what quotes mean in delimited text.
        has_spaces: whether spaces follow the delimiters, before the quotes of cells that have any.
        has_backslashes: whether quotes within cells have a backslash before them, in place of another quote.
        skipped_lines: the number of lines before the header of delimited text.
        fallback: the codec of lines of tables and of plain text that are ASCII but for some bytes, which are not UTF-8.
    """

    container: Container
    encoding: str = UTF8
    delimiter: str = ","
    quoting: Quoting = Quoting.AUTO
    has_spaces: bool = False
    has_backslashes: bool = False
    skipped_lines: int = 0
    fallback: str = "cp1252"


DATABASES = frozenset({Container.SQL, Container.SQLITE})
"""The containers that hold several tables."""

COLUMNAR_SIGNATURES = {Container.PARQUET: PARQUET, Container.ARROW: ARROW_FILE, Container.ARROW_STREAM: ARROW_STREAM}
"""The first bytes of the containers that store their records column by column."""
