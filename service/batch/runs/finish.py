"""Finishes a run whose shards are all completed: adds up their results and writes the output with what accompanies it."""

from service.batch.input.sources import STDIN
from service.batch.job import ScoreJob
from service.batch.output.destination import Destination
from service.batch.output.journal import Journal
from service.batch.output.run_plan import RunPlan
from service.batch.rows import Columns
from service.batch.statistics.counts import RunCounts
from service.batch.statistics.summary import InputFile, RunSummary, summary_json

__all__ = ["add_up_results", "write_companions"]


def add_up_results(job: ScoreJob, journal: Journal) -> tuple[RunCounts, list[InputFile], list[int]]:
    """Return the counts of all shards, the files that were read, and the numbers of the shards with rows that could not be judged."""
    counts, rejects = RunCounts(), []
    columns: dict[str, Columns | None] = dict.fromkeys(job.inputs)
    for result in journal.results():
        counts.merge(result.counts)
        columns[result.path] = columns[result.path] or result.columns
        if result.rejects:
            rejects.append(result.number)
    files = [InputFile("standard input" if path == STDIN else path, names) for path, names in columns.items()]
    return counts, files, rejects


def write_companions(job: ScoreJob, destination: Destination, plan: RunPlan, summary: RunSummary) -> None:
    """Write the summary, its page if asked for, and in an output folder the plan, which a later run is compared with."""
    destination.write_companion("summary.json", (summary_json(summary, indent=1) + "\n").encode())
    if job.page:
        from service.batch.statistics.summary_page import summary_page

        destination.write_companion("summary.html", summary_page(summary, output=destination.display_name).encode())
    else:
        destination.remove_companion("summary.html")
    if not destination.name:
        destination.write_companion("plan.json", plan.as_json())
