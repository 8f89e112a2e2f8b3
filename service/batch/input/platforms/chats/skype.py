"""Skype: ``messages.json`` of the archive that users ask for; Teams for private use has the same."""

import re

from model.comment import Format
from service.batch.input.platforms.message_context import envelope_of, keep_whole
from service.batch.input.platforms.nested_values import object_in, text_in
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["SKYPE"]

_TEXT_KINDS = {"RichText", "Text", "RichText/Html"}
_MEDIA_PREFIX = "RichText/"
_QUOTATION_BEGIN, _QUOTATION_END = "<quote", "</quote>"
_QUOTED_ID = re.compile(r"""\bmessageid=["'](\d{1,20})["']""")
_MAX_TAG_LENGTH = 2000


def _split_quotations(content: str) -> tuple[str, str | None]:
    """Return a text without what it quotes, and the id of the first message that is quoted."""
    kept, at, parent = [], 0, None
    while (begin := content.find(_QUOTATION_BEGIN, at)) >= 0 and (end := content.find(_QUOTATION_END, begin)) >= 0:
        kept.append(content[at:begin])
        quoted_id = _QUOTED_ID.search(content, begin, min(end, begin + _MAX_TAG_LENGTH)) if parent is None else None
        parent = quoted_id[1] if quoted_id is not None else parent
        at = end + len(_QUOTATION_END)
    return "".join((*kept, content[at:])), parent


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    kind, content = str(fields.get("messagetype")), fields.get("content")
    text, parent = _split_quotations(content) if isinstance(content, str) else (content, None)
    row = {
        "content": text,
        "id": fields.get("id"),
        "from": fields.get("from") or fields.get("displayName"),
        "quote": parent,
        "originalarrivaltime": fields.get("originalarrivaltime"),
        "displayName": text_in(envelope_of(fields), "displayName") or fields.get("conversationid"),
    }
    if object_in(fields, "properties").get("deletetime") is not None:
        return row, Reason.DELETED
    if kind in _TEXT_KINDS:
        return row, None
    return ({**row, "content": ""}, None) if kind.startswith(_MEDIA_PREFIX) else (row, Reason.NOT_A_COMMENT)


SKYPE = Platform(
    name="skype",
    description="messages of Skype",
    signatures=(frozenset({"originalarrivaltime", "messagetype", "content"}),),
    columns=Columns("content", "id", "from", "quote", "originalarrivaltime", place="displayName"),
    format=Format.HTML,
    prepare=_prepare,
    unfold=keep_whole,
    needs_context=True,
)
"""Messages of all conversations; a reply repeats what it answers, which is left out."""
