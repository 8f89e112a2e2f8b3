"""Where an output and what belongs to it lie: one file, or a folder of Parquet files."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from model.errors import DumpError
from service.batch.job import OutputAs, ScoreJob
from service.batch.output.assemble import assemble, join
from service.batch.output.folders import Folder, folder_of, is_url, place_of
from service.batch.output.writers import columns_of
from service.batch.rows import WriteAs
from service.batch.workers.journal import PLAN, Plan
from service.batch.workers.shard_work import part_name, rejects_name

__all__ = ["Output", "output_format", "output_of"]

_FORMATS = {
    **{".jsonl": OutputAs.JSONL, ".ndjson": OutputAs.JSONL, ".csv": OutputAs.CSV, ".parquet": OutputAs.PARQUET, ".pq": OutputAs.PARQUET},
    **dict.fromkeys((".sqlite", ".sqlite3", ".db"), OutputAs.SQLITE),
}
_BESIDE = ("summary.json", "summary.html", "rejects.jsonl", "plan.json")
_OURS = re.compile(r"part-\d{5,}\.parquet|_(plan|summary)\.json|_rejects\.jsonl|_summary\.html|_work|\..*")


@dataclass(frozen=True)
class Output:
    """Where an output lies.

    Attributes:
        shown: what messages call it.
        folder: of a file, the folder that it is to lie in; of a folder, itself.
        name: of the file; empty for a folder.
        write_as: what it is.
    """

    shown: str
    folder: Folder
    name: str
    write_as: OutputAs

    @property
    def work(self) -> Folder:
        """The work folder."""
        return self.folder.inner(self._work)

    @property
    def _work(self) -> str:
        return f"{self.name}.work" if self.name else "_work"

    @property
    def parts(self) -> Folder:
        """Where the parts go."""
        return self.work if self.name else self.folder

    @property
    def part_format(self) -> WriteAs:
        """The format of the parts."""
        return {OutputAs.JSONL: WriteAs.JSONL, OutputAs.CSV: WriteAs.CSV}.get(self.write_as, WriteAs.PARQUET)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs from writing it at the same time.

        Raises:
            DumpError: another run does, or a folder holds something that no run wrote.
            OSError: the work folder cannot be made.
        """
        if self.name:
            with self.work.alone():
                self._sweep()
                yield
            return
        with self.folder.alone(), self.work.alone():
            if strange := sorted(name for name in self.folder.names() if not _OURS.fullmatch(name)):
                raise DumpError(f"{self.shown} is a folder that holds other things ({strange[0]}); name a new or an empty one")
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Remove the half files that a killed run left beside the output."""
        ours = "|".join(re.escape(name[:100]) for name in (self.name, *map(self.beside, _BESIDE))) if self.name else ".*"
        for name in self.folder.names():
            if re.fullmatch(rf"\.({ours})\.[0-9a-f]{{8}}\.part", name):
                self.folder.remove(name)

    def check(self, plan: Plan, *, fresh: bool) -> None:
        """Refuse to mix the parts of two runs in one folder; with ``fresh``, throw away those of the one before.

        Raises:
            DumpError: the folder holds what another run came to.
        """
        names = set() if self.name else self.folder.names()
        if fresh:
            for name in sorted(names - {"_work"}):
                self.folder.remove(name)
        elif "_plan.json" in names and (difference := plan.difference(self.folder.read("_plan.json"))) is not None:
            raise DumpError(f"{self.shown} holds the scores of {difference}; name another folder, or replace them with --fresh")

    def beside(self, what: str) -> str:
        """Return what is called a thing that belongs to the output, such as ``summary.json``; it lies in ``folder``."""
        return f"{self.name}.{what}" if self.name else f"_{what}"

    def keep(self, what: str, content: bytes) -> None:
        """Write a thing that belongs to the output."""
        with self.folder.written(self.beside(what)) as path:
            path.write_bytes(content)

    def finish(self, job: ScoreJob, shards: int, *, rows: int, rejects: list[int]) -> None:
        """Put the parts together, and what was not judged into a list, which is there only if it has something to say."""
        if self.name:
            columns = columns_of(job.wanted.keep, language=job.language)
            assemble(self.parts, shards, into=self.folder, name=self.name, write_as=self.write_as, columns=columns, rows=rows)
        if rejects:
            with self.folder.written(self.beside("rejects.jsonl")) as path:
                join(self.work, map(rejects_name, rejects), path, self.shown)
        else:
            self.folder.remove(self.beside("rejects.jsonl"))

    def clear(self) -> None:
        """Remove the work folder; its plan goes first, so that what a kill leaves of it is not taken for work to go on with."""
        self.work.remove(PLAN)
        self.folder.remove(self._work)

    def missing(self, numbers: set[int]) -> set[int]:
        """Return those of the numbers whose part is not there."""
        names = self.parts.names()
        return {number for number in numbers if part_name(number) not in names}


def output_format(out: Path | str, given: OutputAs | None) -> OutputAs:
    """Tell what an output is to be: what is given, or else what its name says.

    Raises:
        DumpError: the name says none.
    """
    if given is not None:
        return given
    text = str(out)
    suffix = Path(text.rstrip("/")).suffix.lower()
    if text.endswith("/") or not suffix or (not is_url(text) and Path(text).is_dir()):
        return OutputAs.FOLDER
    try:
        return _FORMATS[suffix]
    except KeyError:
        known = ", ".join(_FORMATS)
        raise DumpError(f"{out}: the name does not say the format; end it in {known} or / (a folder), or give --to") from None


def output_of(job: ScoreJob) -> Output:
    """Return where the output of a job lies.

    Raises:
        DumpError: the job has none.
        IsADirectoryError: it is a folder, and a file is to be written.
    """
    if job.out is None:
        raise DumpError("there is no output: name one with -o")
    shown = str(job.out)
    if job.write_as is OutputAs.FOLDER:
        return Output(shown, folder_of(job.out), "", job.write_as)
    if not is_url(shown) and Path(shown).is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; name a file in it", shown)
    folder, name = place_of(job.out)
    return Output(shown, folder, name, job.write_as)
