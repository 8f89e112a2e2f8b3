"""WhatsApp: what its messages hold besides the words of people, in the languages of the phones that exported them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from service.batch.input.formats.chats.whatsapp_stamps import DIRECTION_MARKS
from service.batch.input.platforms.chats.whatsapp_phrases import (
    ATTACHED_PHRASE,
    DELETED_PHRASES,
    EDITED_PHRASE,
    MEDIA_PHRASES,
    OMITTED_PHRASE,
    REMOVED_PHRASE,
    SYSTEM_PHRASES,
)
from service.batch.input.platforms.message_context import join_lines
from service.batch.input.platforms.platform import FILE_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["WHATSAPP"]

_MARK = "\u200e"
"""On iPhones, whatever WhatsApp itself says in a message begins with this mark, in every language."""
_MARKED_ENDING = re.compile(rf"[ \n]?{_MARK}<[^<>\n]{{1,200}}>\s*$")
"""``<attached: 00000012-PHOTO.jpg>`` behind a caption, ``<This message was edited>`` behind a text."""
_NO_MARKS = dict.fromkeys(map(ord, DIRECTION_MARKS))
_MAX_PHRASE_LENGTH = 300
_VIEWED_ONCE = "null"
"""What stands in place of a photo that could be viewed once."""
_CHAT_NAME = re.compile(
    r".*\bwhatsapp\b[ -]*(?:chat\b)?[ -]*(?:(?:with|mit|con|com|avec|met|с контактом|с|z|med|dengan)\b)? *(.+)", re.IGNORECASE | re.DOTALL
)
_POLL_LABEL = re.compile(r"[^\W\d_]{2,20} ?:$")
_POLL_OPTION = re.compile(r"[^\W\d_]{2,20} ?: (.*?)(?: \([^()\n]*\))?$")


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    sender, text = fields.get("sender"), fields.get("text")
    row = {"author": sender, "time": fields.get("time"), "place": _name_of_chat(str(fields.get(FILE_FIELD)))}
    if not isinstance(text, str) or sender is None:
        return {**row, "text": text}, None if isinstance(text, str) and sender is not None else Reason.NOT_A_COMMENT
    words, reason = _read_words(text)
    return {**row, "text": words}, reason


def _read_words(text: str) -> tuple[str, Reason | None]:
    """Return what a person wrote, and the reason if that is nothing because WhatsApp itself speaks."""
    if text.rstrip().endswith(">"):
        text = EDITED_PHRASE.sub("", _MARKED_ENDING.sub("", text))
    first, _, rest = text.partition("\n")
    if len(first) > _MAX_PHRASE_LENGTH:
        return text, None
    folded = _fold(first)
    if not rest and (folded in DELETED_PHRASES or REMOVED_PHRASE.fullmatch(folded)):
        return "", Reason.DELETED if folded in DELETED_PHRASES else Reason.REMOVED
    if _is_media(first, folded):
        return rest, None
    if text.startswith(_MARK):
        if not rest:
            return "", Reason.NOT_A_COMMENT
        return join_lines(_poll_lines(text)), None
    return ("", Reason.NOT_A_COMMENT) if folded in SYSTEM_PHRASES and not rest else (text, None)


def _is_media(line: str, folded: str) -> bool:
    if line.startswith("<") and folded.endswith(">"):
        return folded[1:-1].rstrip(".") in MEDIA_PHRASES
    is_omitted = _MARK in line and OMITTED_PHRASE.search(folded) is not None
    return is_omitted or folded == _VIEWED_ONCE or ATTACHED_PHRASE.fullmatch(folded) is not None


def _poll_lines(text: str) -> Iterator[str]:
    """Yield the question of a poll and what there is to choose from, without the words that WhatsApp puts before and behind them."""
    for number, line in enumerate(text.split("\n")):
        words = _without_marks(line).strip()
        if number == 0 and _POLL_LABEL.match(words):
            continue
        option = _POLL_OPTION.match(words) if line.startswith(_MARK) else None
        yield words if option is None else option[1]


def _fold(line: str) -> str:
    return _without_marks(line).strip().rstrip(".").casefold()


def _without_marks(text: str) -> str:
    return text if text.isascii() else text.translate(_NO_MARKS)


@lru_cache(maxsize=16)
def _name_of_chat(file: str) -> str | None:
    """Return the name of the chat, which only the name of its file tells, or that of the archive around it."""
    path = PurePosixPath(file.replace("\\", "/"))
    matches = (_CHAT_NAME.match(part.removesuffix(".txt").removesuffix(".zip")) for part in (path.name, path.parent.name))
    return next((match[1] for match in matches if match is not None), None)


WHATSAPP = Platform(
    name="whatsapp",
    description="messages of WhatsApp",
    signatures=(),
    columns=Columns("text", None, "author", None, "time", place="place"),
    prepare=_prepare,
    needs_context=True,
)
"""Messages; they have no ids, and do not tell what they answer."""
