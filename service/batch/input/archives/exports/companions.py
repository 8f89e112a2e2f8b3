"""What the members of an export share: the names of people, from files that hold no comments themselves."""

import json
import re
from collections.abc import Mapping

from service.batch.input.archives.exports.export_kinds import SLACK_EXPORT, TWITTER_ARCHIVE, ExportKind, FoundExport
from service.batch.input.archives.member_stream import Archive

__all__ = ["SharedValues", "read_shared_values"]

SharedValues = Mapping[str, object]
"""What stands around all records of an export: ``users`` (id → name) of Slack, ``account`` (the values of ``account.js``) of Twitter."""

_MAX_USERS = 100_000
_MAX_NAME_LENGTH = 200
_COMPANIONS: Mapping[ExportKind, str] = {SLACK_EXPORT: "users.json", TWITTER_ARCHIVE: "data/account.js"}


def read_shared_values(archive: Archive, export: FoundExport) -> SharedValues:
    """Return what the members of an export share; nothing where that is not told, or cannot be read.

    Args:
        archive: the archive.
        export: the export in it.
    """
    path = export.root + _COMPANIONS.get(export.kind, "")
    if export.kind not in _COMPANIONS or path not in (archive.names or ()):
        return {}
    content = archive.read_companion(path)
    if content is None:
        return {}
    text = re.sub(r"^\s*window\.[\w.]+\s*=", "", content.decode("utf-8", "replace").lstrip("\ufeff"))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    objects = [item for item in value if isinstance(item, dict)][:_MAX_USERS] if isinstance(value, list) else []
    if export.kind is SLACK_EXPORT:
        return {"users": {user["id"]: _slack_name(user) for user in objects if isinstance(user.get("id"), str)}}
    account = objects[0].get("account") if objects else None
    if not isinstance(account, dict):
        return {}
    return {"account": {name: text[:_MAX_NAME_LENGTH] for name, text in account.items() if isinstance(text, str)}}


def _slack_name(user: Mapping[str, object]) -> str:
    """Return the name that other people see of a user of Slack."""
    profile = user.get("profile")
    fields: Mapping[str, object] = profile if isinstance(profile, dict) else {}
    candidates = (fields.get("display_name"), user.get("real_name"), fields.get("real_name"), user.get("name"), user.get("id"))
    return next(name for name in candidates if isinstance(name, str) and name)[:_MAX_NAME_LENGTH]
