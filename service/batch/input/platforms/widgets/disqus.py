"""Disqus: its export, an XML document of categories, threads and posts."""

from model.comment import Format
from service.batch.input.formats.xml.xml_schema import ReferredTitles, XmlSchema
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["DISQUS", "DISQUS_XML"]

DISQUS_XML = XmlSchema(
    record=frozenset({"post"}),
    parents={"post": ("disqus",)},
    titles=ReferredTitles("disqus/thread", key="dsq:id", title="title", reference="thread/@dsq:id", field="title"),
    document_context={"disqus/category/forum": "forum"},
)
"""The elements of an export, according to docs.disqus.com/developers/export."""


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    if str(fields.get("isDeleted", "")).strip() == "true":
        return fields, Reason.DELETED
    return {**fields, "author/name": fields.get("author/name") or fields.get("author/username")}, None


DISQUS = Platform(
    name="disqus",
    description="comments of Disqus",
    signatures=(frozenset({"message", "thread/@dsq:id"}), frozenset({"@dsq:id", "message"})),
    columns=Columns("message", "@dsq:id", "author/name", "parent/@dsq:id", "createdAt", title="title", place="forum"),
    format=Format.HTML,
    prepare=_prepare,
)
"""Posts of an export."""
