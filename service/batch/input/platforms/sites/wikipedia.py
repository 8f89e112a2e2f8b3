"""Wikipedia: the corpora of comments on talk pages that Jigsaw and the Wikimedia Foundation published."""

from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["WIKIPEDIA_TALK"]

_TOKENS = (("NEWLINE_TOKEN", "\n"), ("TAB_TOKEN", "\t"))
"""What stands in these files for the characters that would break a line of them."""


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    name = next((name for name in fields if name.strip().casefold() == "comment"), "comment")
    text = fields.get(name)
    if not isinstance(text, str) or "_TOKEN" not in text:
        return fields, None
    for token, character in _TOKENS:
        text = text.replace(token, character)
    return {**fields, name: text.strip()}, None


WIKIPEDIA_TALK = Platform(
    name="wikipedia",
    description="comments on talk pages of Wikipedia",
    signatures=tuple(frozenset({"rev_id", "comment", name}) for name in ("logged_in", "ns", "split", "sample")),
    columns=Columns("comment", "rev_id"),
    prepare=_prepare,
)
"""``toxicity_annotated_comments.tsv``, ``attack_…`` and ``aggression_…``; the year of a comment is no point in time."""
