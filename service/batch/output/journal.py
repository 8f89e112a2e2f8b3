"""The work folder of a run, which says what is already done, so that the same command can continue after an interruption.

It lies beside the output (``OUT.work``, or ``_work`` in an output folder). In it, ``plan.json`` identifies the run by its inputs,
its options and its artefact. Each completed shard has a file such as ``00042.json``, written after the shard's part; a shard without
that file is scored again. Every file appears whole or not at all, so a run can be killed at any moment.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace

from model.errors import DumpError
from service.batch.output.folders import Folder
from service.batch.output.part_names import result_file
from service.batch.output.run_plan import PLAN_FILE, RunPlan
from service.batch.rows import Columns
from service.batch.statistics.counts import RunCounts
from service.batch.statistics.top_names import TopNames

__all__ = ["Journal", "ShardResult", "write_result"]


@dataclass(frozen=True)
class ShardResult:
    """The result of scoring one shard.

    Attributes:
        number: the shard's place in the order of the output.
        path: the input that the shard is a part of.
        counts: the counts of its rows.
        columns: where its texts and ids were found; None if it is empty.
        size: its size in bytes of input.
        rejects: whether some of its rows could not be judged.
        text_size: the size of the texts, names and kept columns of its rows.
        remarks: what people should know about how it was read.
    """

    number: int
    path: str
    counts: RunCounts
    columns: Columns | None
    size: int = 0
    rejects: bool = False
    text_size: int = 0
    remarks: Sequence[str] = ()

    def without_names(self) -> "ShardResult":
        """Return it without its authors and threads: the journal has them, and sending them to another process costs time."""
        return replace(self, counts=replace(self.counts, authors=TopNames(), threads=TopNames()))

    def as_json(self) -> bytes:
        """Return the content of the result's file."""
        content = {
            "number": self.number,
            "path": self.path,
            "columns": self.columns and asdict(self.columns),
            "size": self.size,
            "rejects": self.rejects,
            "text_size": self.text_size,
            "remarks": list(self.remarks),
            "tally": self.counts.as_dict(),
        }
        return json.dumps(content).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "ShardResult":
        """Return the result whose file has this content."""
        fields = json.loads(content)
        columns = Columns(**fields["columns"]) if fields["columns"] else None
        counts = RunCounts.from_dict(fields["tally"])
        return cls(
            fields["number"],
            fields["path"],
            counts,
            columns,
            fields["size"],
            fields["rejects"],
            fields["text_size"],
            tuple(fields["remarks"]),
        )


def write_result(folder: Folder, result: ShardResult) -> None:
    """Write the file that marks a shard as completed."""
    with folder.new_file(result_file(result.number)) as path:
        path.write_bytes(result.as_json())


@dataclass
class Journal:
    """The journal of a run.

    Attributes:
        folder: the work folder.
        output_name: the name of the output in messages.
        completed: number of a completed shard → rows written, bytes of input.
    """

    folder: Folder
    output_name: str
    completed: dict[int, tuple[int, int]] = field(default_factory=dict)

    def begin(self, plan: RunPlan, *, fresh: bool) -> None:
        """Begin a run or continue it: afterwards ``completed`` holds the shards that an earlier run completed.

        Args:
            plan: what identifies the run.
            fresh: whether the results of an earlier run are thrown away.

        Raises:
            DumpError: the earlier run had another plan.
        """
        if PLAN_FILE in self.folder.names() and not fresh:
            difference = plan.difference(self.folder.read(PLAN_FILE))
            if difference is not None:
                advice = "start anew with --fresh, or do as before to go on"
                raise DumpError(f"{self.output_name}: an unfinished run had {difference}; {advice}")
            self.completed = {result.number: (result.counts.rows, result.size) for result in self.results()}
            return
        self._clear()
        with self.folder.new_file(PLAN_FILE) as path:
            path.write_bytes(plan.as_json())

    def complete(self, result: ShardResult) -> None:
        """Count a shard, whose file has been written, as completed."""
        self.completed[result.number] = (result.counts.rows, result.size)

    def results(self) -> Iterator[ShardResult]:
        """Yield the results of the completed shards in order."""
        return (ShardResult.from_json(self.folder.read(name)) for name in self.result_names())

    def result_names(self) -> list[str]:
        """Return the names of the results' files in order."""
        names = (name for name in self.folder.names() if name.endswith(".json") and name != PLAN_FILE and not name.startswith("."))
        return sorted(names, key=lambda name: (len(name), name))

    def _clear(self) -> None:
        # The plan goes first: without it, nothing that a kill leaves here is mistaken for results of a run.
        self.folder.remove(PLAN_FILE)
        for name in sorted(self.folder.names()):
            self.folder.remove(name)
