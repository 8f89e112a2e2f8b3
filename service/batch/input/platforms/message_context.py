"""What stands around a message in its file and in its archive, and lines that make up a message."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from service.batch.input.platforms.nested_values import object_in
from service.batch.input.platforms.platform import ENVELOPE_FIELD, FILE_FIELD, RecordFields

__all__ = ["envelope_of", "folder_of", "join_lines", "keep_whole"]


def keep_whole(fields: RecordFields) -> tuple[RecordFields]:
    """Return a record as the only one in it: the ``unfold`` of platforms whose messages hold texts, but no other messages."""
    return (fields,)


def join_lines(parts: Iterable[object]) -> str:
    """Join the texts among some values, each on lines of its own; whatever is blank or no text is left out."""
    return "\n".join(part for part in parts if isinstance(part, str) and part.strip())


def envelope_of(fields: RecordFields) -> RecordFields:
    """Return what stood around a record in its file."""
    return object_in(fields, ENVELOPE_FIELD)


def folder_of(fields: RecordFields, file_pattern: "re.Pattern[str]") -> str | None:
    """Return the name of the folder that the file of a record lies in.

    Args:
        fields: the record.
        file_pattern: what files are called whose folder is a channel or a conversation; any other may lie anywhere.

    Returns:
        The name; None for a file that is called otherwise or whose folder is not known.
    """
    file = fields.get(FILE_FIELD)
    path = PurePosixPath(file.replace("\\", "/")) if isinstance(file, str) else PurePosixPath()
    return path.parent.name or None if file_pattern.fullmatch(path.name) else None
