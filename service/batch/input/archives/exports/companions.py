"""What the members of an export share: the names of people, from files that hold no comments themselves."""

import json
import re
from collections.abc import Callable, Mapping, Sequence

from service.batch.input.archives.exports.export_kinds import DISCORD_EXPORT, SLACK_EXPORT, TWITTER_ARCHIVE, ExportKind, FoundExport
from service.batch.input.archives.member_stream import Archive

__all__ = ["SharedValues", "read_shared_values"]

SharedValues = Mapping[str, object]
"""What stands around all records of an export, by these names:

users: id → name of the people in a workspace of Slack.
channels: id → name of the channels in a data package of Discord.
account: the values that describe the owner of an archive of Twitter, or of a data package of Discord.
"""

_MAX_VALUES = 100_000
_MAX_NAME_LENGTH = 200
_ASSIGNMENT = re.compile(r"\s*window\.[\w.]+\s*=")
"""What stands before the JSON in files of Twitter."""


def read_shared_values(archive: Archive, export: FoundExport) -> SharedValues:
    """Return what the members of an export share; nothing where that is not told, or cannot be read.

    Args:
        archive: the archive.
        export: the export in it.
    """
    shared: dict[str, object] = {}
    for path, name, read_values in _COMPANIONS.get(export.kind, ()):
        content = _read_json(archive, export.root + path)
        if content is not None and (values := read_values(content)):
            shared[name] = values
    return shared


def _read_json(archive: Archive, path: str) -> object:
    """Return the value of a file, whose path may differ in the case of its letters; None if there is none."""
    stored_path = next((name for name in archive.names or () if len(name) == len(path) and name.lower() == path.lower()), None)
    content = None if stored_path is None else archive.read_companion(stored_path)
    if content is None:
        return None
    try:
        return json.loads(_ASSIGNMENT.sub("", content.decode("utf-8-sig", "replace"), count=1))
    except (ValueError, RecursionError):
        return None


def _slack_users(content: object) -> Mapping[str, str]:
    users = [user for user in content if isinstance(user, dict)] if isinstance(content, list) else []
    return {user["id"]: _slack_name(user) for user in users[:_MAX_VALUES] if isinstance(user.get("id"), str)}


def _slack_name(user: Mapping[str, object]) -> str:
    """Return the name that other people see of a user of Slack."""
    profile = user.get("profile")
    fields: Mapping[str, object] = profile if isinstance(profile, dict) else {}
    candidates = (fields.get("display_name"), user.get("real_name"), fields.get("real_name"), user.get("name"))
    return next((name for name in candidates if isinstance(name, str) and name), str(user["id"]))[:_MAX_NAME_LENGTH]


def _texts_in(content: object) -> Mapping[str, str]:
    """Return the values of an object that are short texts."""
    fields = list(content.items())[:_MAX_VALUES] if isinstance(content, dict) else []
    return {name: text[:_MAX_NAME_LENGTH] for name, text in fields if isinstance(text, str)}


def _twitter_account(content: object) -> Mapping[str, str]:
    entry = content[0] if isinstance(content, list) and content else None
    return _texts_in(entry.get("account")) if isinstance(entry, dict) else {}


_COMPANIONS: Mapping[ExportKind, Sequence[tuple[str, str, Callable[[object], Mapping[str, str]]]]] = {
    SLACK_EXPORT: (("users.json", "users", _slack_users),),
    TWITTER_ARCHIVE: (("data/account.js", "account", _twitter_account),),
    DISCORD_EXPORT: (("messages/index.json", "channels", _texts_in), ("account/user.json", "account", _texts_in)),
}
"""The files that tell something about the others: the path of each, the name of what it tells, and its reader."""
