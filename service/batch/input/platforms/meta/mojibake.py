"""Mojibake as Facebook and Instagram write it: each byte of UTF-8 became a character of its own, ``schÃ¤m`` in place of ``schäm``."""

from service.batch.input.platforms.platform import REMARK_FIELD, RecordFields

__all__ = ["mend_fields", "undo_mojibake"]

_REMARK = "texts whose UTF-8 was written byte by byte, as Facebook does, are read as they were meant"


def undo_mojibake(text: str) -> str:
    """Return a text whose characters are bytes of UTF-8 as the text that these bytes are; any other text as it is.

    Nobody writes such a text on purpose: its characters up to U+00FF are all valid UTF-8, and some are beyond ASCII.
    """
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def mend_fields(fields: RecordFields) -> RecordFields:
    """Return the fields of a row with the mojibake of their texts undone, and with a remark if there was any."""
    mended = {name: undo_mojibake(value) if isinstance(value, str) else value for name, value in fields.items()}
    return mended if mended == fields else {**mended, REMARK_FIELD: _REMARK}
