"""The plan of a run: everything that decides which bytes it writes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from model.profile import Profile
from service.batch.file_access import STDIN
from service.batch.job import ScoreJob
from service.batch.output.run_plan import RunPlan, file_fingerprint
from service.batch.workers.model_source import Model
from service.batch.workers.shard_tasks import shard_size

__all__ = ["plan_run"]


def plan_run(job: ScoreJob, model: Model) -> RunPlan:
    """Return the plan of a run.

    Args:
        job: what is scored, and how.
        model: the model that judges.

    Raises:
        OSError: an input cannot be read.
        ArtefactError: the artefact cannot be used.
    """
    selection = job.selection
    options: Mapping[str, Any] = {
        **{name.replace("_", " "): value for name, value in asdict(job.wanted).items()},
        **{"policy": job.policy, "markup": job.markup, "to": job.write_as, "shard size": shard_size(job)},
        **{"limit": selection.limit, "sample": selection.sample, "seed": selection.seed},
        **{"since": selection.since and selection.since.isoformat(), "language": job.language},
        **_model_options(model),
    }
    inputs = {path: file_fingerprint(path) for path in job.inputs if path != STDIN}
    return RunPlan(inputs, options, model.version)


def _model_options(model: Model) -> Mapping[str, Any]:
    source = model.artefact
    if source is None:
        return {"prior": None, "risk": None, "profile": None}
    return {
        "prior": source.prior.model_dump_json() if source.prior else None,
        "risk": source.risk if source.profile is Profile.CASCADE else None,
        "profile": source.profile,
    }
