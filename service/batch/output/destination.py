"""The destination of a run: one file or a folder of Parquet files, with its work folder and the files that accompany it."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from model.errors import DumpError
from service.batch.file_access import display_name, is_url
from service.batch.job import OutputFormat, ScoreJob
from service.batch.output.assemble import assemble, concat_files
from service.batch.output.folders import Folder, locate_folder, parent_and_name
from service.batch.output.part_names import part_file, partial_file_pattern, rejects_file
from service.batch.output.run_plan import PLAN_FILE, RunPlan
from service.batch.output.score_table import score_columns
from service.table_files import TableFormat

__all__ = ["Destination", "destination_for", "output_format"]

_FORMATS = {
    **{".jsonl": OutputFormat.JSONL, ".ndjson": OutputFormat.JSONL, ".csv": OutputFormat.CSV},
    **{".parquet": OutputFormat.PARQUET, ".pq": OutputFormat.PARQUET},
    **dict.fromkeys((".sqlite", ".sqlite3", ".db"), OutputFormat.SQLITE),
}
_COMPANIONS = ("summary.json", "summary.html", "rejects.jsonl", "plan.json")
_RUN_FILE = re.compile(r"part-\d{5,}\.parquet|_(plan|summary)\.json|_rejects\.jsonl|_summary\.html|_work|\..*")


@dataclass(frozen=True)
class Destination:
    """The destination of a run.

    Attributes:
        display_name: its name in messages.
        folder: the folder that the output file belongs in; if the output is a folder, that folder.
        name: the name of the output file; empty if the output is a folder.
        write_as: the format of the output.
    """

    display_name: str
    folder: Folder
    name: str
    write_as: OutputFormat

    @property
    def work(self) -> Folder:
        """The work folder."""
        return self.folder.subfolder(self._work_name)

    @property
    def _work_name(self) -> str:
        return f"{self.name}.work" if self.name else "_work"

    @property
    def parts(self) -> Folder:
        """The folder of the parts."""
        return self.work if self.name else self.folder

    @property
    def part_format(self) -> TableFormat:
        """The format of the parts."""
        return {OutputFormat.JSONL: TableFormat.JSONL, OutputFormat.CSV: TableFormat.CSV}.get(self.write_as, TableFormat.PARQUET)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs from writing to it at the same time.

        Raises:
            DumpError: another run is writing to it, or its folder holds files that no run wrote.
            OSError: the work folder cannot be created.
        """
        if self.name:
            with self.work.locked():
                self._remove_partial_files()
                yield
            return
        with self.folder.locked(), self.work.locked():
            if other_names := sorted(name for name in self.folder.names() if not _RUN_FILE.fullmatch(name)):
                raise DumpError(f"{self.display_name} is a folder that holds other things ({other_names[0]}); name a new or an empty one")
            self._remove_partial_files()
            yield

    def _remove_partial_files(self) -> None:
        """Remove the partial files that a killed run left beside the output."""
        names = (self.name, *map(self.companion_name, _COMPANIONS)) if self.name else ()
        pattern = partial_file_pattern(names)
        for name in self.folder.names():
            if pattern.fullmatch(name):
                self.folder.remove(name)

    def prepare(self, plan: RunPlan, *, fresh: bool) -> None:
        """Refuse to mix the parts of two runs in one folder; with ``fresh``, remove those of the earlier run.

        Raises:
            DumpError: the folder holds the scores of a run with another plan.
        """
        names = set() if self.name else self.folder.names()
        if fresh:
            for name in sorted(names - {"_work"}):
                self.folder.remove(name)
        elif "_plan.json" in names and (difference := plan.difference(self.folder.read("_plan.json"))) is not None:
            raise DumpError(f"{self.display_name} holds the scores of {difference}; name another folder, or replace them with --fresh")

    def companion_name(self, kind: str) -> str:
        """Return the name, in ``folder``, of a file that accompanies the output, such as ``summary.json``."""
        return f"{self.name}.{kind}" if self.name else f"_{kind}"

    def write_companion(self, kind: str, content: bytes) -> None:
        """Write a file that accompanies the output."""
        with self.folder.new_file(self.companion_name(kind)) as path:
            path.write_bytes(content)

    def remove_companion(self, kind: str) -> None:
        """Remove a file that accompanied an earlier output, if it exists."""
        self.folder.remove(self.companion_name(kind))

    def assemble(self, job: ScoreJob, shards: int, *, rows: int) -> None:
        """Put the parts together into the output file; parts in an output folder stay as they are."""
        if self.name:
            columns = score_columns(job.dump_options.keep, language=job.language)
            assemble(self.parts, shards, into=self.folder, name=self.name, write_as=self.write_as, columns=columns, rows=rows)

    def write_rejects(self, shards: list[int]) -> None:
        """Join the shards' lists of rows that could not be judged; without any, no such file remains.

        Args:
            shards: numbers of the shards that have such a list, in order.
        """
        if not shards:
            self.remove_companion("rejects.jsonl")
            return
        with self.folder.new_file(self.companion_name("rejects.jsonl")) as path:
            concat_files(self.work, map(rejects_file, shards), path, self.display_name)

    def remove_work(self) -> None:
        """Remove the work folder; its plan goes first, so that a kill leaves nothing that looks like a run to be continued."""
        self.work.remove(PLAN_FILE)
        self.folder.remove(self._work_name)

    def missing_parts(self, numbers: set[int]) -> set[int]:
        """Return the numbers of the shards, among those given, whose part does not exist."""
        names = self.parts.names()
        return {number for number in numbers if part_file(number) not in names}


def output_format(out: Path | str, choice: OutputFormat | None) -> OutputFormat:
    """Return the format of an output.

    Args:
        out: the path or URL of the output.
        choice: the format that the user asks for; None decides by the name.

    Raises:
        DumpError: the name does not say the format.
    """
    if choice is not None:
        return choice
    text = str(out)
    suffix = Path(text.rstrip("/")).suffix.lower()
    if text.endswith("/") or not suffix or (not is_url(text) and Path(text).is_dir()):
        return OutputFormat.FOLDER
    try:
        return _FORMATS[suffix]
    except KeyError:
        suffixes = ", ".join(_FORMATS)
        raise DumpError(f"{out}: the name does not say the format; end it in {suffixes} or / (a folder), or give --to") from None


def destination_for(job: ScoreJob) -> Destination:
    """Return the destination of a job.

    Raises:
        DumpError: the job has none.
        IsADirectoryError: it is a folder, and a file is to be written.
    """
    if job.out is None:
        raise DumpError("there is no output: name one with -o")
    shown = display_name(str(job.out))
    if job.write_as is OutputFormat.FOLDER:
        return Destination(shown, locate_folder(job.out), "", job.write_as)
    if not is_url(str(job.out)) and Path(job.out).is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; name a file in it", shown)
    folder, name = parent_and_name(job.out)
    return Destination(shown, folder, name, job.write_as)
