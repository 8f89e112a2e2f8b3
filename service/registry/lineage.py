"""From a version to the tables that it learned from, and on to what has become of them since something was forgotten."""

from contextlib import suppress
from pathlib import Path

from model.errors import RegistryError
from service.registry.registry_documents import Tombstone, encode_document, parse_document
from service.registry.storage.registry_files import RegistryFiles

__all__ = ["Lineage", "find_snapshot_files"]

_FOLDER = "tombstones"
_LONGEST = 10_000
_FILE_DIGITS = 12


class Lineage:
    """The tombstones of a registry.

    Args:
        files: the files of the registry.
    """

    def __init__(self, files: RegistryFiles) -> None:
        self._files = files

    def add(self, old: str, new: str | None) -> None:
        """Note that a table was written anew; noted twice, it counts once.

        Args:
            old: SHA-256 of the table before.
            new: SHA-256 of what was left of it; None where nothing was.

        Raises:
            RegistryError: something else is noted already.
        """
        stone = Tombstone(old=old, new=new)
        if old == new:
            raise RegistryError(f"the table {old[:12]} is the same as before: nothing was forgotten from it")
        if not self._files.create(_path(old), encode_document(stone)) and self._read(old) != stone:
            raise RegistryError(f"{self._files.name}/{_path(old)}: something else became of this table already: nothing was changed")

    def current_hash(self, sha256: str) -> str | None:
        """Return the hash that a table has now; None if nothing is left of it.

        Raises:
            RegistryError: a tombstone is damaged, or they lead in a circle.
        """
        current: str | None = sha256
        passed: set[str] = set()
        while current is not None and (stone := self._read(current)) is not None:
            if current in passed or len(passed) > _LONGEST:
                raise RegistryError(f"{self._files.name}/{_path(current)}: the tombstones lead in a circle: bring them back from a copy")
            passed.add(current)
            current = stone.new
        return current

    def former_hashes(self, sha256: str) -> set[str]:
        """Return all hashes that a table has or had, whichever of them is given."""
        stones = self.tombstones()
        hashes = {sha256}
        while more := {stone.old for stone in stones if stone.new in hashes} - hashes:
            hashes |= more
        return hashes

    def tombstones(self) -> list[Tombstone]:
        """Return all tombstones.

        Raises:
            RegistryError: one is damaged.
        """
        return [stone for name in self._files.names(_FOLDER) if (stone := self._read(name.removesuffix(".json"))) is not None]

    def _read(self, old: str) -> Tombstone | None:
        name = f"{self._files.name}/{_path(old)}"
        with suppress(FileNotFoundError):
            stone = parse_document(Tombstone, self._files.read(_path(old)), name=name)
            if stone.old != old:
                raise RegistryError(f"{name}: is the tombstone of another table: bring the right one back from a copy")
            return stone
        return None


def find_snapshot_files(folder: Path, sha256: str) -> list[Path]:
    """Return the snapshots in a folder whose names say that they have a hash; their manifests lie beside them."""
    found = folder.glob(f"*-{sha256[:_FILE_DIGITS]}.*")
    return sorted(file for file in found if file.is_file() and not file.name.endswith(".manifest.json"))


def _path(old: str) -> str:
    return f"{_FOLDER}/{old}.json"
