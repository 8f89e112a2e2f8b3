"""Finds the version that somebody means by its name, by the beginning of its hash, or by both."""

import re

from model.errors import UnknownVersionError
from service.registry.version_folders import VersionFolders

__all__ = ["find_version"]

_NAMED = re.compile(r"(?:(?P<name>[a-z0-9][a-z0-9._-]{0,63})@)?(?P<hash>[0-9a-f]{4,64})(?:\+[a-z]+)?")
_SHOWN = 60


def find_version(folders: VersionFolders, version: str) -> str:
    """Return the content hash of a version that is in the registry.

    Args:
        folders: the folders of the versions.
        version: such as ``default@3f2a9c1d04be``, as answers state it, or at least four digits of its hash.

    Raises:
        UnknownVersionError: there is no such version, or several fit.
    """
    shown = version[:_SHOWN] if version.isprintable() else ascii(version)[:_SHOWN]
    match = _NAMED.fullmatch(version)
    if match is None:
        raise UnknownVersionError(
            f"{shown}: is no version: give NAME@HASH, at least four digits of the hash, champion, former or candidate"
        )
    found = [content_hash for content_hash in folders.hashes() if content_hash.startswith(match["hash"]) and folders.has(content_hash)]
    if match["name"] is not None:
        found = [content_hash for content_hash in found if folders.version(content_hash).startswith(f"{match['name']}@")]
    if not found:
        raise UnknownVersionError(f"{shown}: is not in the registry: `tipstaff models list` shows what is")
    if len(found) > 1:
        raise UnknownVersionError(f"{shown}: {len(found)} versions begin like this: give more digits")
    return found[0]
