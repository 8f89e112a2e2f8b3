"""The log of a registry, by which everything is decided that changes: whoever creates the next entry has made the next change.

An entry says what every alias means from then on. It is created whole or not at all, and never again, so that of two writers at once
one alone can win, and a kill leaves the old state or the new one. The files in ``aliases/`` are written afterwards; they show people
where the aliases are, and tell a reader from which entry to look for the last one.
"""

import secrets
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path

from model.errors import RegistryError
from service.registry.registry_documents import Alias, AliasName, Change, encode_document, parse_document
from service.registry.storage.registry_files import RegistryFiles

__all__ = ["ChangeLog"]

_FOLDER = "log"
_SHOWN = (AliasName.CHAMPION, AliasName.CANDIDATE)
_TRIES = 16


class ChangeLog:
    """The log of a registry.

    Args:
        files: the files of the registry.
    """

    def __init__(self, files: RegistryFiles) -> None:
        self._files = files

    def read_last(self) -> Change | None:
        """Return the last entry, which says what the aliases mean now; None if nothing has happened yet.

        Raises:
            RegistryError: an entry is damaged, or an alias is not what the log says: somebody else wrote there.
            OSError: the files cannot be read.
        """
        shown = {name: alias for name in _SHOWN if (alias := self._read_shown(name)) is not None}
        start = max((alias.sequence for alias in shown.values()), default=0)
        last = self._follow(self._read(start) if start else None)
        for name, alias in shown.items():
            entry = last if last and last.sequence == alias.sequence else self._read(alias.sequence)
            if getattr(entry, name.value) != alias:
                raise RegistryError(
                    f"{self._files.name}/{_alias_path(name)}: is not what the log says, so that nobody knows which version is meant: "
                    "`tipstaff models activate` or `tipstaff models rollback` writes it anew"
                )
        return last

    def stamp(self) -> Hashable:
        """Return a value that differs once the log has another entry, or somebody has touched the champion's file.

        In a folder nothing is read for it. A killed writer may have left an entry that the files in ``aliases/`` do not show yet.
        """
        if self._files.root is None:
            return self.read_last()
        return tuple(_stamp_of(self._files.root / path) for path in (_FOLDER, _alias_path(AliasName.CHAMPION)))

    def commit(self, build: Callable[[Change | None, int], Change]) -> Change:
        """Make the next change, while the files are locked.

        Args:
            build: makes the entry of the last one and its own number, or raises; it is called again if another writer came first.

        Raises:
            RegistryError: an entry is damaged, or others come first again and again.
            OSError: the files cannot be read or written; nothing has been changed.
        """
        for _ in range(_TRIES):
            last = self._find_last()
            entry = build(last, last.sequence + 1 if last else 1)
            entry = entry.model_copy(update={"nonce": secrets.token_hex(8)})
            if self._files.create(_entry_path(entry.sequence), encode_document(entry)):
                self._show(entry)
                return entry
        raise RegistryError(f"{self._files.name}: others change the registry all the time, nothing was changed: try again")

    def entries(self) -> list[Change]:
        """Return all entries, in order.

        Raises:
            RegistryError: one is damaged or missing.
        """
        return [self._read(number) for number in range(1, self._highest_number() + 1)]

    def _find_last(self) -> Change | None:
        """Return the last entry whatever the files in ``aliases/`` say."""
        number = self._highest_number()
        return self._follow(self._read(number) if number else None)

    def _highest_number(self) -> int:
        numbers = [name.removesuffix(".json") for name in self._files.names(_FOLDER)]
        return max((int(number) for number in numbers if number.isascii() and number.isdecimal()), default=0)

    def _follow(self, entry: Change | None) -> Change | None:
        """Return the last entry of those that follow one."""
        with suppress(FileNotFoundError):
            while True:
                path = _entry_path(entry.sequence + 1 if entry else 1)
                entry = parse_document(Change, self._files.read(path), name=f"{self._files.name}/{path}")
        return entry

    def _read(self, number: int) -> Change:
        path = _entry_path(number)
        name = f"{self._files.name}/{path}"
        try:
            entry = parse_document(Change, self._files.read(path), name=name)
        except FileNotFoundError as error:
            raise RegistryError(f"{name}: is missing, though the log never loses an entry: bring it back from a copy") from error
        if entry.sequence != number:
            raise RegistryError(f"{name}: is the entry {entry.sequence}: bring the right one back from a copy")
        return entry

    def _read_shown(self, name: AliasName) -> Alias | None:
        path = _alias_path(name)
        with suppress(FileNotFoundError):
            return parse_document(Alias, self._files.read(path), name=f"{self._files.name}/{path}")
        return None

    def _show(self, entry: Change) -> None:
        """Write the aliases where people look for them; whoever reads them follows the log from there."""
        for name in _SHOWN:
            alias: Alias | None = getattr(entry, name.value)
            if alias is None:
                self._files.remove(_alias_path(name))
            else:
                self._show_one(name, alias)

    def _show_one(self, name: AliasName, alias: Alias) -> None:
        with suppress(RegistryError):
            if self._read_shown(name) == alias:
                return
        self._files.replace(_alias_path(name), encode_document(alias))


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _entry_path(number: int) -> str:
    return f"{_FOLDER}/{number:06}.json"


def _alias_path(name: AliasName) -> str:
    return f"aliases/{name.value}.json"
