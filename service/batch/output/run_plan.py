"""The plan that identifies a run, so that an interrupted one is continued only by the same command on the same files."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.batch.file_access import display_name, errors_named, is_folder, is_url, resolve_url, walk_files

__all__ = ["PLAN_FILE", "RunPlan", "file_fingerprint"]

PLAN_FILE = "plan.json"
"""The name of the plan's file; a work folder without it holds nothing that can be continued."""
_PROTOCOL = 3
_END_BYTES = 1 << 16
_VERSION_FIELDS = ("ETag", "etag", "LastModified", "mtime", "updated", "modificationTime")
"""What fsspec's file systems call the version or the time of change of a file."""


@dataclass(frozen=True)
class RunPlan:
    """The plan of a run: two runs with equal plans write the same bytes.

    Attributes:
        inputs: name → its ``file_fingerprint``.
        options: name → value, JSON-ready.
        model: the version of the artefact that judges.
    """

    inputs: Mapping[str, str]
    options: Mapping[str, Any]
    model: str

    def as_json(self) -> bytes:
        """Return the content of the plan's file."""
        content = {"protocol": _PROTOCOL, "inputs": list(self.inputs.items()), "options": self.options, "model": self.model}
        return json.dumps(content, indent=1).encode()

    def difference(self, content: bytes) -> str | None:
        """Describe how the run of another plan's file differs from this one; None if it does not."""
        if content == self.as_json():
            return None
        try:
            other = json.loads(content)
            if other["protocol"] != _PROTOCOL:
                return "another version of Tipstaff"
            inputs, options, model = dict(other["inputs"]), other["options"], other["model"]
        except (ValueError, KeyError, TypeError):
            return "a plan that cannot be read"
        if model != self.model:
            return f"the model {model}, now it is {self.model}"
        if list(inputs) != list(self.inputs):
            return "other inputs"
        changes = [name for name, fingerprint in self.inputs.items() if inputs[name] != fingerprint]
        if changes:
            return f"another {display_name(changes[0])}: it has changed since"
        options_now = json.loads(json.dumps(self.options))
        return f"another {', '.join(sorted(name for name in {*options, *options_now} if options.get(name) != options_now.get(name)))}"


def file_fingerprint(path: str) -> str:
    """Return the size, the time of change and the hash of the first and last 64 KiB of a file: they change when it is written to.

    Of a folder, the names, sizes and times of its files are hashed.

    Args:
        path: a path, or a URL that fsspec opens.

    Raises:
        OSError: the file cannot be read.
    """
    if is_url(path):
        return _remote_fingerprint(path)
    if is_folder(path):
        return _folder_fingerprint(path)
    status = Path(path).stat()
    with Path(path).open("rb") as file:
        first = file.read(_END_BYTES)
        file.seek(max(status.st_size - _END_BYTES, 0))
        return _fingerprint(status.st_size, str(status.st_mtime_ns), (first, file.read(_END_BYTES)))


def _folder_fingerprint(path: str) -> str:
    size, digest = 0, hashlib.sha256()
    for file in walk_files(path):
        status = file.lstat()
        size += status.st_size
        digest.update(f"{os.fsencode(file.relative_to(path))!r} {status.st_size} {status.st_mtime_ns}\n".encode())
    return _fingerprint(size, "folder", (digest.digest(),))


def _remote_fingerprint(url: str) -> str:
    file_system, path = resolve_url(url)
    with errors_named(url):
        info = file_system.info(path)
        size = int(info["size"])
        versions = [str(info[name]) for name in _VERSION_FIELDS if info.get(name)]
        ends = (file_system.cat_file(path, start=0, end=_END_BYTES), file_system.cat_file(path, start=max(size - _END_BYTES, 0), end=size))
    return _fingerprint(size, " ".join(versions), ends)


def _fingerprint(size: int, version: str, ends: Sequence[bytes]) -> str:
    return f"{size} bytes, {version}, {hashlib.sha256(b''.join(ends)).hexdigest()[:32]}"
