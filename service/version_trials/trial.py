"""A version is tried beside what is in force, so that somebody sees what it would change before it goes live."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.errors import RegistryRefusalError
from service.registry.registry_documents import Try, time_stamp
from service.version_trials.trial_comments import TrialComments, gather_trial_comments
from service.version_trials.verdict_changes import VerdictChanges, compare_verdicts

if TYPE_CHECKING:
    from service.registry.registry import Registry
    from service.settings import Settings

__all__ = ["Trial", "try_version"]


@dataclass(frozen=True, slots=True)
class Trial:
    """A version beside what is in force.

    Attributes:
        champion: the version in force.
        candidate: the version that was tried.
        texts: on which comments.
        changes: what both say about them.
        seen: the hash that an activation asks for.
    """

    champion: str
    candidate: str
    texts: TrialComments
    changes: VerdictChanges
    seen: str


def try_version(registry: "Registry", version: str, settings: "Settings", *, table: str | None, by: str) -> Trial:
    """Judge comments with a version and with what is in force, and note that somebody was shown the difference.

    Args:
        registry: the registry.
        version: the version to try.
        settings: of the site, which judges as it would.
        table: a file of comments; None for those of the site, or our own.
        by: who asks.

    Raises:
        RegistryRefusalError: there is no such version, or it is in force.
        ArtefactError: one of the two is damaged.
        InputError: the file cannot be read.
        StoreError: the store cannot be read.
    """
    content_hash = registry.content_hash(version)
    name = registry.folders.version(content_hash)
    in_force = registry.in_force()
    if in_force.content_hash == content_hash:
        raise RegistryRefusalError(f"{name}: is in force, so that there is nothing to compare it with")
    candidate = registry.fetch(content_hash, is_served=False)
    champion = in_force.folder or registry.fetch(in_force.content_hash, is_served=False)
    texts = gather_trial_comments(settings, table)
    changes = compare_verdicts(champion, candidate, texts=texts, settings=settings)
    shown = Try(
        champion=in_force.content_hash, candidate=content_hash, at=time_stamp(), by=by, texts=changes.comments, changed=changes.changed
    )
    return Trial(in_force.version, name, texts, changes, registry.note_try(shown))
