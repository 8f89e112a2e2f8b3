"""Detection of dumps of databases."""

import re

from service.batch.input.detection.file_kinds import Container
from service.batch.input.detection.head_lines import has_suffix
from service.batch.input.formats.sql.sql_dialect import begins_sql_dump

__all__ = ["detect_sql_container"]

_SUFFIXES = frozenset({".sql", ".psql", ".pgsql", ".mysql"})
_STATEMENT = re.compile(r"^(?:INSERT|REPLACE|CREATE|COPY)\s", re.MULTILINE | re.IGNORECASE)


def detect_sql_container(start: str, name: str) -> Container | None:
    """Recognise a dump of a database; None for any other text.

    Args:
        start: the beginning of the text, without white space before it.
        name: the name of the file.
    """
    is_sql = begins_sql_dump(start) or (has_suffix(name, _SUFFIXES) and _STATEMENT.search(start) is not None)
    return Container.SQL if is_sql else None
