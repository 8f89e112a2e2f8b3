"""The files of a caller: its recorded calls and its source code, found below a folder within limits of number, size and time."""

import os
import re
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from model.errors import InputError
from service.migration.recorded.recorded_files import CALL_SUFFIXES, holds_calls

__all__ = ["CallerFile", "CallerFiles"]

_MAX_FILES = 50_000
_MAX_SOURCE_BYTES = 1 << 20
_MAX_ALL_BYTES = 512 << 20
_MAX_SECONDS = 120.0
_MAX_DEPENDENCY_SECONDS = 20.0
_BINARY_CHECKED = 8192
_MAX_SEARCHED_BLOCKS = 64
_SERVICE_MARKS = (
    b"commentanalyzer",
    b"requestedAttributes",
    b"requested_attributes",
    b"rest.akismet.com",
    b"api.openai.com/v1/moderations",
)

# What others wrote, of which only the hosts count, and what tools keep.
_DEPENDENCY_FOLDERS = frozenset(["node_modules", "bower_components", "vendor", ".venv", "venv", "site-packages", "renv", "packrat"])
_SKIPPED_FOLDERS = frozenset(
    [
        *(".git", ".hg", ".svn", ".bzr", "__pycache__", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".gradle", ".idea"),
        *(".next", ".nuxt", ".cache", ".terraform"),
    ]
)
_SKIPPED_ENDINGS = (
    ".min.js",
    ".min.css",
    ".map",
    ".css",
    ".svg",
    ".md",
    ".rst",
    ".txt",
    ".html.gz",
    ".lock",
    ".sum",
    "-lock.json",
    "-lock.yaml",
)
_DATA_SUFFIXES = (".jsonl", ".ndjson", ".har", ".csv", ".tsv")
_SNIFFED = (".json", *_DATA_SUFFIXES)
_ROTATED_LOG = re.compile(r"\.log[.-][\w.-]{1,40}$")
_MAX_LOG_BYTES = 256 << 20
_TEXTS_THAT_COUNT = ("requirements", "constraints")
_CODE_SUFFIXES = (".js", ".cjs", ".mjs", ".ts", ".py", ".rb", ".php", ".go", ".java", ".rs", ".cs", ".r")
_DEPENDENCY_LOCKS = frozenset({"Gemfile.lock"})


@dataclass(frozen=True, slots=True)
class CallerFile:
    """A file of a caller.

    Attributes:
        path: where it is.
        name: what it is called in reports, relative to the folder that was named.
        text: its text, if it is source code; None if it holds recorded calls.
        dependency: the package that it belongs to, if others wrote it; empty if it is the caller's own.
    """

    path: Path
    name: str
    text: str | None = None
    dependency: str = ""


@dataclass
class CallerFiles:
    """The files below some paths; iterating over it finds and reads them, and counts.

    Attributes:
        paths: files and folders.
        files: how many files were looked at.
        sources: how many of them were read as source code.
        left_out: why not everything was read; empty if everything was.
    """

    paths: Iterable[Path]
    files: int = 0
    sources: int = 0
    left_out: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[CallerFile]:
        """Yield each file that may say something: sources with their text, files of recorded calls without it, dependencies last.

        Raises:
            InputError: a path does not exist, or cannot be read.
        """
        end, size = time.monotonic() + _MAX_SECONDS, 0
        dependencies: list[Path] = []
        for path in self.paths:
            if not path.exists():
                raise InputError(f"{path}: there is no such file or folder; check the path")
            named = [(path, _printable(path.name))] if not path.is_dir() else _walk(path, dependencies)
            for file, name in named:
                if self.files >= _MAX_FILES or size > _MAX_ALL_BYTES or time.monotonic() > end:
                    self.left_out.append(
                        f"{_printable(str(path))}: too large to be read whole; name the folders in which the calls are made"
                    )
                    break
                self.files += 1
                found = self._read(file, name, is_named=file == path)
                if found is not None:
                    size += len(found.text or "")
                    yield found
        yield from _read_dependencies(dependencies)

    def _read(self, path: Path, name: str, *, is_named: bool) -> CallerFile | None:
        suffixes = [suffix.lower() for suffix in path.suffixes]
        if suffixes[-1:] == [".gz"]:
            suffixes.pop()
        suffix = suffixes[-1] if suffixes else ""
        is_log = suffix in CALL_SUFFIXES if is_named else suffix == ".log" or _ROTATED_LOG.search(path.name) is not None
        if is_log or ((is_named or suffix in _SNIFFED) and holds_calls(path)):
            if not is_named and path.stat().st_size > _MAX_LOG_BYTES:
                self.left_out.append(f"{name}: is larger than {_MAX_LOG_BYTES >> 20} MiB; name it, and it is read whole")
                return None
            return CallerFile(path, name)
        if suffix in _DATA_SUFFIXES and not is_named:
            return None
        if not is_named and _is_skipped(path.name):
            return None
        text = self._read_text(path, name)
        if text is None:
            return None
        self.sources += 1
        return CallerFile(path, name, text)

    def _read_text(self, path: Path, name: str) -> str | None:
        """Return the text of a source file; None if it is binary, or too large."""
        try:
            with path.open("rb") as file:
                content = file.read(_MAX_SOURCE_BYTES + 1)
        except OSError as error:
            self.left_out.append(f"{name}: cannot be read: {error.strerror}")
            return None
        if b"\0" in content[:_BINARY_CHECKED]:
            return None
        if len(content) > _MAX_SOURCE_BYTES:
            # Large files are data or bundles; one that has nothing of these services says nothing.
            if _mentions_services(path):
                self.left_out.append(f"{name}: is larger than {_MAX_SOURCE_BYTES >> 20} MiB, and has to do with these services")
            return None
        return content.decode("utf-8", "replace")


def _mentions_services(path: Path) -> bool:
    """Tell whether a large file has something in it that only callers of these services write."""
    kept = b""
    try:
        with path.open("rb") as file:
            for _ in range(_MAX_SEARCHED_BLOCKS):
                block = file.read(_MAX_SOURCE_BYTES)
                if any(mark in kept + block for mark in _SERVICE_MARKS):
                    return True
                if not block:
                    return False
                kept = block[-64:]
    except OSError:
        return False
    return False


def _is_skipped(name: str) -> bool:
    if name in _DEPENDENCY_LOCKS:
        return False
    is_text_that_counts = name.startswith(_TEXTS_THAT_COUNT) and name.endswith(".txt")
    return name.lower().endswith(_SKIPPED_ENDINGS) and not is_text_that_counts


def _printable(name: str) -> str:
    """Return the name of a file for a report, in which nothing moves the cursor or changes colours."""
    return "".join(char if char.isprintable() else "\ufffd" for char in name)


def _walk(root: Path, dependencies: list[Path]) -> Iterator[tuple[Path, str]]:
    """Yield the regular files below a folder with their relative names.

    Links that lead out of it, and links to folders, are left alone. Folders of dependencies are added to a list.
    """
    inside = root.resolve()
    for folder, folders, names in os.walk(root, followlinks=False):
        dependencies += [
            Path(folder, name) for name in sorted(folders) if name in _DEPENDENCY_FOLDERS and not Path(folder, name).is_symlink()
        ]
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS | _DEPENDENCY_FOLDERS)
        for name in sorted(names):
            path = Path(folder, name)
            try:
                if path.is_symlink() and not path.resolve().is_relative_to(inside):
                    continue
                if stat.S_ISREG(path.stat().st_mode):
                    yield path, _printable(str(path.relative_to(root)))
            except (OSError, RuntimeError):
                continue


def _read_dependencies(roots: Iterable[Path]) -> Iterator[CallerFile]:
    """Yield the code of dependencies, as far as a limit of time allows: what is not known of them is not known to be missing."""
    end = time.monotonic() + _MAX_DEPENDENCY_SECONDS
    for root in roots:
        for folder, folders, names in os.walk(root, followlinks=False):
            folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS)
            for name in sorted(names):
                if time.monotonic() > end:
                    return
                path = Path(folder, name)
                if name.lower().endswith(_CODE_SUFFIXES) and not path.is_symlink():
                    try:
                        if stat.S_ISREG((found := path.stat()).st_mode) and found.st_size <= _MAX_SOURCE_BYTES:
                            text = path.read_text(encoding="utf-8", errors="replace")
                            yield CallerFile(path, _printable(str(path)), text, _package_name(path, root))
                    except OSError:
                        continue


def _package_name(path: Path, root: Path) -> str:
    """Return the name of the package that a file of a folder of dependencies belongs to: the folder below the last of these."""
    parts = path.relative_to(root.parent).parts
    last = max(at for at, part in enumerate(parts) if part in _DEPENDENCY_FOLDERS)
    names = parts[last + 1 : -1]
    length = 2 if names[:1] and (names[0].startswith("@") or parts[last] == "vendor") else 1
    return _printable("/".join(names[:length]) or parts[-1])
