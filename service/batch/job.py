"""What a run of ``tipstaff score`` is asked to do, how far it is, and what it came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from model.artefact.manifest import Prior
from model.comment import Format
from model.errors import DumpError
from model.profile import RISK, Profile
from service.batch.rows import Columns, Wanted
from service.batch.statistics.counts import Tally

__all__ = ["Artefact", "FileRead", "OutputAs", "Pick", "Progress", "ScoreJob", "Summary"]


class OutputAs(StrEnum):
    """What an output is: one file, or a folder of Parquet files."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    SQLITE = "sqlite"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Pick:
    """Which rows are scored; the others are left out, and counted.

    Attributes:
        limit: how many at most, the first ones; None is all.
        sample: the share in (0, 1] of the rows; which ones depends on the rows and the seed alone.
        seed: of the sample.
        since: the earliest time; rows without a time are left out too. None is all.
    """

    limit: int | None = None
    sample: float = 1.0
    seed: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScoreJob:
    """What is to be scored, how, and where it goes.

    Attributes:
        inputs: files of comments in order; ``-`` is standard input.
        out: the file, the folder or the URL to write; None is standard output.
        write_as: what to write.
        wanted: what is known about the inputs.
        policy: the name of the policy that leads to the verdicts.
        markup: how the texts are written; None is what each file says, or else plain.
        language: whether the language of each row is told.
        strict: whether the first row that cannot be judged ends everything.
        pick: which rows are scored.
        jobs: processes of one thread that share the work; None is one a core, or threads where there is little to share. With
            ``cluster``, how many of its workers are waited for.
        cluster: address of a Dask scheduler, or ``local:N``; None is this machine.
        fresh: whether what an earlier run left is thrown away.
        page: whether a page of pictures is written beside the summary.
        shard_size: bytes of input in one shard; None goes by the size of all.
        most_rows: rows that are judged at once; changes the speed, never a score.
        most_text: code points after which a chunk ends early.
    """

    inputs: Sequence[str]
    out: Path | str | None = None
    write_as: OutputAs = OutputAs.JSONL
    wanted: Wanted = field(default_factory=Wanted)
    policy: str = "default"
    markup: Format | None = None
    language: bool = False
    strict: bool = False
    pick: Pick = field(default_factory=Pick)
    jobs: int | None = None
    cluster: str | None = None
    fresh: bool = False
    page: bool = False
    shard_size: int | None = None
    most_rows: int = 8192
    most_text: int = 1 << 22


@dataclass(frozen=True, slots=True)
class Artefact:
    """Where the model of a run lies, so that other processes can load it; arguments of ``Moderator.load``."""

    folder: Path | None = None
    prior: Prior | None = None
    profile: Profile = Profile.FAST
    risk: float = RISK


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        rows: rows written.
        share: the share in [0, 1] of the input that has been read, None where unknown.
        labels: label → rows that got it.
        read, total: bytes of input that have been read, and that there are; None where unknown.
        before, share_before: rows and share that an earlier run had done.
    """

    rows: int
    share: float | None
    labels: Mapping[str, int] = field(default_factory=dict)
    read: int | None = None
    total: int | None = None
    before: int = 0
    share_before: float = 0.0


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read and where its texts and ids were found; ``columns`` is None if it was empty."""

    name: str
    columns: Columns | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to.

    Attributes:
        files: the files that were read, in order.
        tally: everything that was counted.
        seconds: how long reading, judging and writing took; of a run that went on, since it did.
        policy: the policy's name.
        version: the artefact that judged.
        resumed: shards that an earlier run had done.
        shards: all shards.
    """

    files: Sequence[FileRead]
    tally: Tally
    seconds: float
    policy: str
    version: str
    resumed: int = 0
    shards: int = 1

    @property
    def rows(self) -> int:
        """Rows written: judged, or with a reason."""
        return self.tally.rows

    @property
    def labels(self) -> Mapping[str, int]:
        """Label → rows that got it."""
        return self.tally.by_label

    @property
    def verdicts(self) -> Mapping[str, int]:
        """Verdict → rows that got it."""
        return self.tally.by_verdict

    @property
    def reasons(self) -> Mapping[str, int]:
        """Reason → rows that were not judged for it, most frequent first."""
        return dict(self.tally.reasons.most_common())

    @property
    def judged(self) -> int:
        """Rows that got a label."""
        return sum(self.labels.values())

    def checked(self) -> "Summary":
        """Return itself, having made sure that every row that was read was judged, has a reason or was left out."""
        if not self.tally.whole:
            raise DumpError(f"{self.tally.read} rows were read and {self.rows} written: rows were lost; please report this")
        return self
