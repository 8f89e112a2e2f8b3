"""The end of a run whose shards are all completed: their results are added up, and the output and its companions are written."""

import time

from service.batch.file_access import display_name
from service.batch.job import ScoreJob
from service.batch.output.destination import Destination
from service.batch.output.run_plan import RunPlan
from service.batch.runs.execution import RunExecution
from service.batch.statistics.counts import RunCounts
from service.batch.statistics.file_tally import FileTally
from service.batch.statistics.summary import RunSummary, summary_json

__all__ = ["finish_run"]


def finish_run(execution: RunExecution, plan: RunPlan, *, resumed: int, start_time: float) -> RunSummary:
    """Write the output and its companions, remove the work folder, and return the summary.

    Args:
        execution: the run; all its shards are completed.
        plan: the plan of the run.
        resumed: the number of shards that an earlier run had completed.
        start_time: when the run began, by ``time.perf_counter``.

    Raises:
        DumpError: a part is damaged, or rows were lost.
        OSError: writing fails.
    """
    job, destination, shards = execution.job, execution.destination, execution.tasks.count
    counts, rejects = RunCounts(), []
    files = {path: FileTally(display_name(path)) for path in job.inputs}
    for result in execution.journal.results():
        counts.merge(result.counts)
        files[result.path].add(result.counts, result.columns, result.remarks)
        if result.rejects:
            rejects.append(result.number)
    destination.assemble(job, shards, rows=counts.rows)
    destination.write_rejects(rejects)
    seconds = time.perf_counter() - start_time
    inputs = [tally.input_file() for tally in files.values()]
    policy, version = job.judge_options.policy_name, execution.model.version
    summary = RunSummary(inputs, counts, seconds, policy, version, resumed, shards).require_complete()
    _write_companions(job, destination, plan, summary)
    destination.remove_work()
    return summary


def _write_companions(job: ScoreJob, destination: Destination, plan: RunPlan, summary: RunSummary) -> None:
    """Write the summary, its page if asked for, and in an output folder the plan, which a later run is compared with."""
    destination.write_companion("summary.json", (summary_json(summary, indent=1) + "\n").encode())
    if job.page:
        from service.batch.statistics.summary_page import summary_page

        destination.write_companion("summary.html", summary_page(summary, output=destination.display_name).encode())
    else:
        destination.remove_companion("summary.html")
    if not destination.name:
        destination.write_companion("plan.json", plan.as_json())
