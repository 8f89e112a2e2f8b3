"""Drupal: its tables of comments, or rather of their texts, which since version 7 stand apart from author and time."""

from model.comment import Format
from service.batch.input.platforms.platform import Platform
from service.batch.rows import Columns

__all__ = ["DRUPAL_COMMENTS", "DRUPAL_COMMENT_TEXTS"]

DRUPAL_COMMENT_TEXTS = Platform(
    name="drupal",
    description="comments of Drupal",
    signatures=(frozenset({"entity_id", "comment_body_value"}),),
    columns=Columns("comment_body_value", "entity_id"),
    format=Format.HTML,
)
"""``comment__comment_body``, and ``field_data_comment_body`` of version 7; the id is that of the comment."""

DRUPAL_COMMENTS = Platform(
    name="drupal",
    description="comments of Drupal",
    signatures=(frozenset({"cid", "nid", "comment", "timestamp"}),),
    columns=Columns("comment", "cid", "name", "pid", "timestamp", title="subject"),
    format=Format.HTML,
)
"""``comments`` of version 6."""
