"""Removes versions that nobody needs any more."""

from collections.abc import Iterable

from service.registry.activation import ActivationRequest
from service.registry.registry import Registry
from service.registry.registry_documents import Change, VersionRecord

__all__ = ["prune_versions"]


def prune_versions(registry: Registry, *, keep: int, by: str) -> list[str]:
    """Remove versions, but never the champion, the former one, the candidate, what is in force, or what any that stays was started from.

    Their records stay, and the log says that they were removed.

    Args:
        registry: the registry.
        keep: how many of the versions that were made last stay in any case.
        by: who asks for it.

    Returns:
        The versions that were removed.
    """
    in_force = registry.in_force().content_hash
    records = {record.content_hash or "": record for record in registry.versions()}

    def choose(last: Change | None) -> list[str]:
        aliases = (last.champion, last.former, last.candidate) if last else ()
        newest = list(records)[-keep:] if keep else []
        kept = _with_ancestors([in_force, *newest, *(alias.content_hash for alias in aliases if alias)], records)
        return [content_hash for content_hash in records if content_hash not in kept]

    return [records[content_hash].version or "" for content_hash in registry.aliases.prune(choose, ActivationRequest(by=by))]


def _with_ancestors(hashes: Iterable[str], records: dict[str, VersionRecord]) -> set[str]:
    """Return the versions of these hashes and all those that they were started from."""
    found: set[str] = set()
    waiting = list(hashes)
    while waiting:
        content_hash = waiting.pop()
        record = records.get(content_hash)
        if content_hash not in found and record is not None:
            found.add(content_hash)
            waiting += [record.started_from] if record.started_from else []
    return found
