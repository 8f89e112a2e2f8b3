"""Detection of dumps of databases."""

import re

from service.batch.input.detection.file_kinds import Container

__all__ = ["detect_sql_container"]

_HEAD_LENGTH = 1000


def detect_sql_container(start: str, name: str) -> Container | None:
    """Recognise a dump of a database; None for any other text.

    Args:
        start: the beginning of the text, without white space before it.
        name: the name of the file.
    """
    is_sql = "PostgreSQL database dump" in start[:_HEAD_LENGTH] or re.match(r"COPY (public\.)?posts \(", start)
    return Container.SQL if is_sql else None
