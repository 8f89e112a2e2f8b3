"""Stack Exchange: ``Comments.xml``, ``Posts.xml`` and ``PostHistory.xml`` of its public dumps, and tables of the same columns."""

from model.comment import Format
from service.batch.input.formats.xml.xml_schema import XmlSchema
from service.batch.input.platforms.platform import FORMAT_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["STACK_EXCHANGE", "STACK_EXCHANGE_XML"]

STACK_EXCHANGE_XML = XmlSchema(
    record=frozenset({"row"}),
    # A file holds one of these; behind something broken, it does not matter which.
    parents={"row": ("comments",), "comments": (), "posts": (), "posthistory": ()},
    plain_attributes=True,
)
"""Each row is an element without a text, whose attributes are its columns."""

_POST_TYPES = {"1", "2", "6"}
"""Questions, answers and nominations of moderators; the others are descriptions of tags and texts of the site."""
_TITLE_REVISIONS = {"1", "4", "7"}
_TEXT_REVISIONS = {"2", "5", "8"}


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    named = {name.casefold(): value for name, value in fields.items()}
    if "posttypeid" in named:
        text, parent, author = named.get("body"), named.get("parentid"), named.get("owneruserid") or named.get("ownerdisplayname")
        text_format, is_comment = Format.HTML, str(named["posttypeid"]) in _POST_TYPES
    elif "posthistorytypeid" in named:
        kind = str(named["posthistorytypeid"])
        text, parent, author = named.get("text"), None, named.get("userid") or named.get("userdisplayname")
        text_format = Format.PLAIN if kind in _TITLE_REVISIONS else Format.MARKDOWN
        is_comment = kind in _TITLE_REVISIONS | _TEXT_REVISIONS
    else:
        # What a comment answers is a post, whose ids are not those of comments. Unlike in posts, HTML in it is shown as it was typed.
        text, parent, author = named.get("text"), None, named.get("userid") or named.get("userdisplayname")
        text_format, is_comment = Format.PLAIN, True
    name = next((name for name in fields if name.casefold() == "text"), "Text")
    row = {**fields, name: text, "row/author": author, "row/parent": parent, FORMAT_FIELD: text_format}
    return row, None if is_comment else Reason.NOT_A_COMMENT


STACK_EXCHANGE = Platform(
    name="stackexchange",
    description="comments and posts of Stack Exchange",
    signatures=(
        frozenset({"id", "postid", "text", "creationdate"}),
        frozenset({"id", "posttypeid", "body", "creationdate"}),
    ),
    columns=Columns("Text", "Id", "row/author", "row/parent", "CreationDate", title="Title", place="PostId"),
    prepare=_prepare,
    extra_fields=(
        *("Body", "UserId", "UserDisplayName", "OwnerUserId", "OwnerDisplayName"),
        *("PostTypeId", "ParentId", "PostHistoryTypeId"),
    ),
)
"""Comments, whose place is the post that they are on; posts in HTML; and revisions of posts."""
