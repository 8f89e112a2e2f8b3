"""The job of a run of ``tipstaff score``: its inputs, its output and its options."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from model.comment import Format
from service.batch.row_selection import RowSelection
from service.batch.rows import DumpOptions
from service.judging.judge_options import JudgeOptions

__all__ = ["OutputFormat", "ScoreJob"]


class OutputFormat(StrEnum):
    """The formats of an output: a file of one of these, or a folder of Parquet files."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    SQLITE = "sqlite"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class ScoreJob:
    """Which comments to score, how, and where to write them.

    Attributes:
        inputs: files of comments in order, or their URLs; ``-`` is standard input.
        out: the file, the folder or the URL to write; None is standard output.
        write_as: the format of the output.
        dump_options: how the inputs are read.
        judge_options: the policy, the community and everything else besides the model that a verdict depends on.
        markup: how the texts are written; None is what each file says, or else plain.
        strict: whether the first row that cannot be judged ends the run.
        selection: which rows are scored.
        jobs: the number of single-threaded processes that share the work; None is one for each core, or threads where there is
            little to share. With ``cluster``, the number of its workers to wait for.
        cluster: the address of a Dask scheduler, or ``local:N``; None is this machine.
        make_ids: whether rows without an id get one that is made from what they hold.
        fresh: whether the results of an earlier run are thrown away.
        page: whether a page of charts is written beside the summary.
        shard_size: bytes of input in one shard; None goes by the size of all.
        max_rows: the largest number of rows that are judged at once; it changes the speed, never a score.
        max_text: the number of code points after which a chunk ends early.
    """

    inputs: Sequence[str]
    out: Path | str | None = None
    write_as: OutputFormat = OutputFormat.JSONL
    dump_options: DumpOptions = field(default_factory=DumpOptions)
    judge_options: JudgeOptions = field(default_factory=JudgeOptions)
    markup: Format | None = None
    strict: bool = False
    selection: RowSelection = field(default_factory=RowSelection)
    jobs: int | None = None
    cluster: str | None = None
    make_ids: bool = False
    fresh: bool = False
    page: bool = False
    shard_size: int | None = None
    max_rows: int = 8192
    max_text: int = 1 << 22

    @property
    def language(self) -> bool:
        """Whether rows have a column with their language."""
        return self.judge_options.identify
