"""What an unfinished run has done already, so that the same command goes on where it was stopped.

A work folder lies beside the output (``OUT.work``, or ``_work`` in an output folder). In it, ``plan.json`` says what the run is:
its inputs by size, time and hash of their ends, its options and its artefact. Each shard that is done has a file
``00042.json``, written after the shard's part: a shard without that file is done again. Every file appears whole or not
at all, so a run can be killed at any moment.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from model.errors import DumpError
from service.batch.output.folders import Folder, is_url
from service.batch.rows import Columns
from service.batch.statistics.counts import Tally
from service.batch.statistics.top_names import Ranking

__all__ = ["PLAN", "Done", "Journal", "Plan", "fingerprint"]

PLAN = "plan.json"
"""The file that says what a run is; what lies in a work folder without it is rubbish."""
_PROTOCOL = 2
_END = 1 << 16


@dataclass(frozen=True)
class Done:
    """What came of a shard.

    Attributes:
        number: of the shard, in the order of the output.
        path: the file that it is of.
        tally: what was counted.
        columns: where its texts and ids were found; None if it is empty.
        size: bytes of input that it is.
        rejects: whether some of its rows were not judged.
    """

    number: int
    path: str
    tally: Tally
    columns: Columns | None
    size: int = 0
    rejects: bool = False

    def brief(self) -> "Done":
        """Return it without the names that were counted, for whoever watches: the journal has them."""
        return replace(self, tally=replace(self.tally, authors=Ranking(), threads=Ranking()))

    def as_json(self) -> bytes:
        """Return it for its file."""
        told = {
            "number": self.number,
            "path": self.path,
            "columns": self.columns and asdict(self.columns),
            "size": self.size,
            "rejects": self.rejects,
            "tally": self.tally.as_dict(),
        }
        return json.dumps(told).encode()

    @classmethod
    def from_json(cls, told: bytes) -> "Done":
        """Return what ``as_json`` told."""
        found = json.loads(told)
        columns = Columns(**found["columns"]) if found["columns"] else None
        return cls(found["number"], found["path"], Tally.from_dict(found["tally"]), columns, found["size"], found["rejects"])


@dataclass(frozen=True)
class Plan:
    """What a run is: two runs with the same plan write the same bytes.

    Attributes:
        inputs: name → what ``fingerprint`` tells of it.
        options: name → value, JSON-ready.
        model: the artefact that judges.
    """

    inputs: Mapping[str, str]
    options: Mapping[str, Any]
    model: str

    def as_json(self) -> bytes:
        """Return it for its file."""
        told = {"protocol": _PROTOCOL, "inputs": list(self.inputs.items()), "options": self.options, "model": self.model}
        return json.dumps(told, indent=1).encode()

    def difference(self, told: bytes) -> str | None:
        """Say what an earlier run did otherwise; None if nothing."""
        if told == self.as_json():
            return None
        try:
            other = json.loads(told)
            if other["protocol"] != _PROTOCOL:
                return "another version of Tipstaff"
            inputs, options, model = dict(other["inputs"]), other["options"], other["model"]
        except (ValueError, KeyError, TypeError):
            return "a plan that cannot be read"
        if model != self.model:
            return f"the model {model}, now it is {self.model}"
        if list(inputs) != list(self.inputs):
            return "other inputs"
        changed = [name for name, print_ in self.inputs.items() if inputs[name] != print_]
        if changed:
            return f"another {changed[0]}: it has changed since"
        named = sorted(name for name in {*options, *self.options} if options.get(name) != json.loads(json.dumps(self.options.get(name))))
        return f"another {', '.join(named)}"


@dataclass
class Journal:
    """The work folder of a run.

    Attributes:
        folder: the work folder.
        shown: what messages call the output.
        done: shards that are done → rows that were written, bytes of input that they are.
    """

    folder: Folder
    shown: str
    done: dict[int, tuple[int, int]] = field(default_factory=dict)

    def begin(self, plan: Plan, *, fresh: bool) -> None:
        """Begin a run, or go on with it: afterwards ``done`` holds the shards that an earlier run has done.

        Args:
            plan: what the run is.
            fresh: whether what an earlier run did is thrown away.

        Raises:
            DumpError: an earlier run did something else.
        """
        names = self.folder.names()
        if PLAN in names and not fresh:
            difference = plan.difference(self.folder.read(PLAN))
            if difference is None:
                self.done = {done.number: (done.tally.rows, done.size) for done in self.all()}
                return
            raise DumpError(f"{self.shown}: an unfinished run had {difference}; start anew with --fresh, or do as before to go on")
        self.clear()
        self.keep(PLAN, plan.as_json())

    def all(self) -> Iterator[Done]:
        """Yield what came of each shard that is done, in order."""
        return (Done.from_json(self.folder.read(name)) for name in self.names())

    def names(self) -> list[str]:
        """Return the names of the files of the shards that are done, in order."""
        found = (name for name in self.folder.names() if name.endswith(".json") and name != PLAN and not name.startswith("."))
        return sorted(found, key=lambda name: (len(name), name))

    def keep(self, name: str, content: bytes) -> None:
        """Write a file of the work folder."""
        with self.folder.written(name) as path:
            path.write_bytes(content)

    def clear(self) -> None:
        """Throw away what is in the folder, the plan first."""
        self.folder.remove(PLAN)
        for name in sorted(self.folder.names()):
            self.folder.remove(name)


def fingerprint(path: str) -> str:
    """Return size, time of change and hash of the first and last 64 KiB of a file: what changes when it is written to.

    Raises:
        OSError: it cannot be read.
    """
    if is_url(path):
        return _remote_fingerprint(path)
    status = Path(path).stat()
    with Path(path).open("rb") as file:
        first = file.read(_END)
        file.seek(max(status.st_size - _END, 0))
        return _print(status.st_size, str(status.st_mtime_ns), (first, file.read(_END)))


def _remote_fingerprint(url: str) -> str:
    import fsspec

    fs, path = fsspec.core.url_to_fs(url)
    found = fs.info(path)
    size = int(found["size"])
    marks = [str(found[name]) for name in ("ETag", "etag", "LastModified", "mtime", "updated", "modificationTime") if found.get(name)]
    ends = (fs.cat_file(path, start=0, end=_END), fs.cat_file(path, start=max(size - _END, 0), end=size))
    return _print(size, " ".join(marks), ends)


def _print(size: int, changed: str, ends: Sequence[bytes]) -> str:
    return f"{size} bytes, {changed}, {hashlib.sha256(b''.join(ends)).hexdigest()[:32]}"
