"""What the aliases of a registry mean, and how that changes: each change is one entry of the log."""

from collections.abc import Callable, Hashable

from model.errors import RegistryRefusalError
from service.registry.activation import ActivationRequest, check_unchanged
from service.registry.change_log import ChangeLog
from service.registry.registry_documents import Alias, AliasName, Change, ChangeKind, time_stamp
from service.registry.storage.registry_files import RegistryFiles
from service.registry.version_folders import VersionFolders

__all__ = ["Aliases"]

_Build = Callable[[Change | None, int], Change]


class Aliases:
    """The aliases of a registry.

    Args:
        files: the files of the registry.
        folders: the folders of its versions.
    """

    def __init__(self, files: RegistryFiles, folders: VersionFolders) -> None:
        self._files = files
        self._folders = folders
        self._log = ChangeLog(files)

    def stamp(self) -> Hashable:
        """Return a value that differs once a version has become champion, and is cheap to make where the registry is a folder."""
        return self._log.stamp()

    def read(self, name: AliasName) -> Alias | None:
        """Return what an alias means; None if it means nothing.

        Raises:
            RegistryError: somebody else wrote into the aliases or the log.
        """
        last = self._log.read_last()
        return None if last is None else getattr(last, name.value)

    def entries(self) -> list[Change]:
        """Return all changes that were ever made, oldest first."""
        return self._log.entries()

    def new(self, content_hash: str, request: ActivationRequest, sequence: int = 0) -> Alias:
        """Return an alias that means a version from now on."""
        return Alias(
            version=self._folders.version(content_hash),
            content_hash=content_hash,
            sequence=sequence,
            at=time_stamp(),
            by=request.by,
            seen=request.seen,
            unattended=request.unattended,
            reason=request.reason,
        )

    def set_candidate(self, content_hash: str, request: ActivationRequest) -> Alias:
        """Make a version the candidate."""

        def build(last: Change | None, number: int) -> Change:
            self._check_there(content_hash)
            alias = self.new(content_hash, request, number)
            return _next(last, number, ChangeKind.CANDIDATE, request, candidate=alias)

        return self._commit(build, AliasName.CANDIDATE)

    def set_champion(self, content_hash: str, request: ActivationRequest, *, before: Alias | None, former: Alias | None) -> Alias:
        """Make a version the champion.

        Args:
            content_hash: of the version.
            request: who asks for it, and on what ground.
            before: the champion so far.
            former: what a rollback will lead to.

        Raises:
            RegistryRefusalError: somebody else has changed the champion meanwhile, or removed the version.
        """

        def build(last: Change | None, number: int) -> Change:
            check_unchanged(before, last.champion if last else None)
            self._check_there(content_hash)
            alias = self.new(content_hash, request, number)
            candidate = last.candidate if last else None
            left = None if candidate and candidate.content_hash == content_hash else candidate
            return _next(last, number, ChangeKind.ACTIVATE, request, champion=alias, former=former, candidate=left)

        return self._commit(build, AliasName.CHAMPION)

    def swap(self, request: ActivationRequest, *, before: Alias, former: Alias) -> Alias:
        """Make the former champion the champion, and the champion the former one.

        Raises:
            RegistryRefusalError: somebody else has changed the champion meanwhile, or removed the version.
        """

        def build(last: Change | None, number: int) -> Change:
            check_unchanged(before, last.champion if last else None)
            self._check_there(former.content_hash)
            alias = self.new(former.content_hash, request, number)
            return _next(last, number, ChangeKind.ROLLBACK, request, champion=alias, former=before)

        return self._commit(build, AliasName.CHAMPION)

    def prune(self, choose: Callable[[Change | None], list[str]], request: ActivationRequest) -> list[str]:
        """Remove versions, after the log has told so.

        Args:
            choose: returns the content hashes of the versions to remove, given the last entry of the log.
            request: who asks for it.
        """

        def build(last: Change | None, number: int) -> Change:
            return _next(last, number, ChangeKind.PRUNE, request, pruned=tuple(choose(last)))

        with self._files.locked():
            if not choose(self._log.read_last()):
                return []
            pruned = self._log.commit(build).pruned
            for content_hash in pruned:
                self._folders.remove(content_hash)
        return list(pruned)

    def _check_there(self, content_hash: str) -> None:
        if not self._folders.has(content_hash):
            raise RegistryRefusalError(f"{content_hash[:12]}: was removed from the registry meanwhile, nothing was changed")

    def _commit(self, build: _Build, name: AliasName) -> Alias:
        with self._files.locked():
            alias: Alias = getattr(self._log.commit(build), name.value)
            return alias


def _next(last: Change | None, number: int, kind: ChangeKind, request: ActivationRequest, **changed: object) -> Change:
    """Return the next entry of the log, in which all that is not changed is as it was."""
    aliases = {} if last is None else {name.value: getattr(last, name.value) for name in AliasName}
    fixed = Change(sequence=number, kind=kind, at=time_stamp(), by=request.by, reason=request.reason, nonce="-")
    return fixed.model_copy(update=aliases | changed)
