"""The calls that a caller may have recorded: by which path or by which shape of its body each is told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

__all__ = [
    "ANALYZE_CALL",
    "BATCH_CALL",
    "CLASSIFY_CALL",
    "CORAL_CALL",
    "MODERATIONS_CALL",
    "OWN_CALL",
    "SPAM_CHECK_CALL",
    "SUGGEST_CALL",
    "CallKind",
    "find_kind_of_address",
    "find_kind_of_body",
]


@dataclass(frozen=True, slots=True)
class CallKind:
    """A kind of call.

    Attributes:
        name: what it is called in reports.
        dialect: the dialect that answers it; ``moderate`` for our own interface.
        path: the path at which it is answered here.
        stores: whether it leaves something behind, such as a ruling, or has something done elsewhere.
    """

    name: str
    dialect: str
    path: str
    stores: bool = False


ANALYZE_CALL = CallKind("comments:analyze", "perspective", "/v1alpha1/comments:analyze")
"""Perspective scores a comment."""
SUGGEST_CALL = CallKind("comments:suggestscore", "perspective", "/v1alpha1/comments:suggestscore", stores=True)
"""A moderator tells Perspective what the scores should have been."""
BATCH_CALL = CallKind("batch", "perspective", "/batch")
"""Several calls of Perspective in one."""
MODERATIONS_CALL = CallKind("moderations", "openai", "/v1/moderations")
"""OpenAI judges texts."""
SPAM_CHECK_CALL = CallKind("comment-check", "akismet", "/1.1/comment-check")
"""Akismet says whether a comment is spam."""
CORAL_CALL = CallKind("external moderation phase", "coral", "/coral/moderate")
"""Coral asks for an opinion on a comment."""
CLASSIFY_CALL = CallKind("classify", "detoxify", "/api/v1/classify")
"""detoxify-api gives seven numbers for a text."""
OWN_CALL = CallKind("moderate", "moderate", "/v1/moderate")
"""Our own interface."""
_SYNAPSE_CALL = CallKind("check_event_for_spam", "synapse", "/synapse/check_event_for_spam")
_WEBHOOK_CALL = CallKind("webhook", "discourse", "/discourse/webhook", stores=True)

_BY_ENDING = (
    ("/comments:analyze", ANALYZE_CALL),
    ("/comments:suggestscore", SUGGEST_CALL),
    ("/batch", BATCH_CALL),
    ("/batch/commentanalyzer/v1alpha1", BATCH_CALL),
    ("/moderations", MODERATIONS_CALL),
    ("/v1/moderate", OWN_CALL),
    ("/api/v1/classify", CLASSIFY_CALL),
    ("/coral/moderate", CORAL_CALL),
    ("/discourse/webhook", _WEBHOOK_CALL),
)
_SPAM_PATH = re.compile(r"/(1\.[12])/([a-z][a-z-]{1,40})/?$")
_PERSPECTIVE_PATH = re.compile(r"/v1alpha1/([A-Za-z]{1,40}:[A-Za-z]{1,40})$")
_SYNAPSE_PATH = re.compile(r"/synapse/([a-z_]{1,60})$")
_PERSPECTIVE_HOST, _SPAM_HOST = "commentanalyzer.googleapis.com", "rest.akismet.com"


def find_kind_of_address(host: str, path: str) -> CallKind | None:
    """Return the kind of the calls to an address; None if it is of no service that is replaced here.

    Args:
        host: the name of the host, without a port; empty if it is not known.
        path: the path, as it was sent.
    """
    path = unquote(path.partition("?")[0])
    for ending, kind in _BY_ENDING:
        if path.endswith(ending) and (kind is not BATCH_CALL or host in {"", _PERSPECTIVE_HOST}):
            return kind
    if host.endswith(_SPAM_HOST) and (match := _SPAM_PATH.search(path) or re.search(r"^/()([a-z-]{1,40})$", path)):
        return _spam_kind(match[1] or "1.1", match[2])
    if (match := _SPAM_PATH.search(path)) and not host.endswith(".googleapis.com"):
        return _spam_kind(match[1], match[2])
    if match := _PERSPECTIVE_PATH.search(path):
        return CallKind(match[1], "perspective", f"/v1alpha1/{match[1]}")
    if match := _SYNAPSE_PATH.search(path):
        return CallKind(match[1], "synapse", f"/synapse/{match[1]}")
    return None


def _spam_kind(version: str, name: str) -> CallKind:
    if name == SPAM_CHECK_CALL.name:
        return SPAM_CHECK_CALL
    return CallKind(name, "akismet", f"/{version}/{name}", stores=name.startswith(("submit-", "deactivate")))


def find_kind_of_body(body: Mapping[str, Any]) -> CallKind | None:
    """Return the kind of a call by the shape of its body; None if it looks like none that is known."""
    comment = body.get("comment")
    if isinstance(comment, dict):
        if body.keys() & {"requestedAttributes", "requested_attributes"}:
            return ANALYZE_CALL
        if body.keys() & {"attributeScores", "attribute_scores"}:
            return SUGGEST_CALL
        if "body" in comment and body.keys() & {"action", "tenantID", "story"}:
            return CORAL_CALL
        return ANALYZE_CALL if "text" in comment else None
    if "comment_content" in body or {"blog", "user_ip"} <= body.keys():
        return SPAM_CHECK_CALL
    if "comments" in body and isinstance(body["comments"], list):
        return OWN_CALL
    if isinstance(body.get("content"), str) and isinstance(body.get("model"), str):
        return CLASSIFY_CALL
    if _is_moderation_input(body.get("input")) and "moderation" in str(body.get("model", "moderation")):
        return MODERATIONS_CALL
    return _SYNAPSE_CALL if isinstance(body.get("event"), dict) and "event_id" in body["event"] else None


def _is_moderation_input(value: Any) -> bool:
    if isinstance(value, list) and value:
        return all(isinstance(part, str) or (isinstance(part, dict) and part.get("type") in {"text", "image_url"}) for part in value)
    return isinstance(value, str)
