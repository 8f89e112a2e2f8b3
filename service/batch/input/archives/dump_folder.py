"""Folders of dumps, such as an unpacked archive, read like an archive."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from model.errors import DumpError, UnsafeFileError
from service.batch.file_access import display_name, walk_files
from service.batch.input.archives.member_stream import ArchiveMember
from service.batch.input.streams.dump_source import DumpSource, open_source
from training.tables.file_names import legible_name

__all__ = ["DumpFolder"]

_MAX_FILES = 300_000
_MAX_COMPANION_SIZE = 1 << 23


class DumpFolder:
    """A folder, with all files below it in the order of their paths; links are not followed.

    Args:
        path: the folder.
        max_expansion: how many times its stored size each file may become.

    Raises:
        UnsafeFileError: there are more than 300,000 files.
        OSError: a folder cannot be read.
    """

    def __init__(self, path: str, *, max_expansion: int) -> None:
        self.name = display_name(path.rstrip("/") or path)
        self._max_expansion = max_expansion
        self.unpacker = ""
        self._path = Path(path)
        self._sizes: dict[str, int] = {}
        self._stored_names: dict[str, str] = {}
        for file in walk_files(path):
            stored_name = str(file.relative_to(path))
            name = legible_name(stored_name)
            self._sizes[name] = file.lstat().st_size
            if name != stored_name:
                self._stored_names[name] = stored_name
            if len(self._sizes) > _MAX_FILES:
                raise UnsafeFileError(f"{self.name} holds more than {_MAX_FILES:,} files; name those with comments")
        self.names: Sequence[str] | None = list(self._sizes)
        self._total = self.size()
        self._finished = 0
        self._current: tuple[DumpSource, int] | None = None

    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(self._sizes.values())

    def read_members(self, is_wanted: Callable[[str], bool]) -> Iterator[ArchiveMember]:
        """Yield the files that are wanted; each is open until the next is requested."""
        wanted = [name for name in self._sizes if is_wanted(name)]
        self._total = sum(self._sizes[name] for name in wanted)
        for name in wanted:
            with ExitStack() as stack:
                yield self._open_member(name, stack)
            self._finished += self._sizes[name]
            self._current = None

    def _open_member(self, name: str, stack: ExitStack) -> ArchiveMember:
        try:
            source = stack.enter_context(open_source(str(self._find(name)), max_expansion=self._max_expansion))
        except (DumpError, OSError) as error:
            problem = str(error) if isinstance(error, DumpError) else f"{self.name}/{name} cannot be opened: {error.strerror}"
            return ArchiveMember(name, name, None, problem)
        self._current = (source, self._sizes[name])
        return ArchiveMember(name, name, source)

    def _find(self, name: str) -> Path:
        return self._path / self._stored_names.get(name, name)

    def read_companion(self, path: str) -> bytes | None:
        """Return the bytes of a small file; None if it has more than 8 MiB or cannot be read."""
        try:
            return self._find(path).read_bytes() if self._sizes[path] <= _MAX_COMPANION_SIZE else None
        except OSError:
            return None

    def share(self) -> float | None:
        """Return the share in [0, 1] of the bytes of the files that have been read."""
        within = 0.0
        if self._current is not None:
            source, size = self._current
            within = (source.share() or 0.0) * size
        return min((self._finished + within) / self._total, 1.0) if self._total else None
