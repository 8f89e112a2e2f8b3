"""Tables of posts of further forums: Simple Machines, FluxBB and punBB, Invision Community, Vanilla."""

from model.comment import Format
from service.batch.input.platforms.bbcode import read_bbcode, read_forum_markup
from service.batch.input.platforms.databases.table_values import text_reader
from service.batch.input.platforms.platform import FORMAT_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["FLUXBB", "INVISION", "SIMPLE_MACHINES", "VANILLA"]

SIMPLE_MACHINES = Platform(
    name="smf",
    description="posts of Simple Machines Forum",
    signatures=(frozenset({"id_msg", "id_topic", "body"}),),
    columns=Columns("body", "id_msg", "poster_name", None, "poster_time", title="subject", place="id_board"),
    prepare=text_reader("body", read_forum_markup),
)
"""``smf_messages``."""

FLUXBB = Platform(
    name="fluxbb",
    description="posts of FluxBB",
    signatures=(frozenset({"id", "poster", "message", "posted", "topic_id"}),),
    columns=Columns("message", "id", "poster", None, "posted"),
    prepare=text_reader("message", read_bbcode),
)
"""``posts``, as in punBB."""

INVISION = Platform(
    name="invision",
    description="posts of Invision Community",
    signatures=(frozenset({"pid", "author_name", "post", "post_date", "topic_id"}),),
    columns=Columns("post", "pid", "author_name", None, "post_date"),
    format=Format.HTML,
)
"""``forums_posts``, or ``ibf_posts`` in old versions."""

_FORMATS = {"markdown": Format.MARKDOWN, "html": Format.HTML, "wysiwyg": Format.HTML}


def _prepare_vanilla(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    text, written_as = fields.get("Body"), str(fields.get("Format")).lower()
    if written_as == "bbcode" and isinstance(text, str):
        return {**fields, "Body": read_bbcode(text)}, None
    return {**fields, FORMAT_FIELD: _FORMATS.get(written_as, Format.PLAIN)}, None


VANILLA = Platform(
    name="vanilla",
    description="comments of Vanilla",
    signatures=(frozenset({"commentid", "discussionid", "body", "format"}),),
    columns=Columns("Body", "CommentID", "InsertUserID", None, "DateInserted"),
    prepare=_prepare_vanilla,
    extra_fields=("Format",),
)
"""``GDN_Comment``."""
