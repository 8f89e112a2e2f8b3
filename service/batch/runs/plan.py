"""The plan of a job, built from everything that decides which bytes its run writes."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from model.profile import Profile
from service.batch.file_access import STDIN
from service.batch.job import ScoreJob
from service.batch.output.run_plan import RunPlan, file_fingerprint
from service.batch.workers.model_source import ModelSource
from service.batch.workers.shard_tasks import shard_size
from service.judging.community import Community

__all__ = ["plan_run"]


def plan_run(job: ScoreJob, model: ModelSource) -> RunPlan:
    """Return the plan of a run.

    Args:
        job: the job.
        model: the model that judges.

    Raises:
        OSError: an input cannot be read.
        ArtefactError: the artefact cannot be used.
    """
    selection, judge_options = job.selection, job.judge_options
    options: Mapping[str, Any] = {
        **{name.replace("_", " "): value for name, value in asdict(job.dump_options).items()},
        **{
            "policy": judge_options.policy_name,
            "community": _describe_community(judge_options.community),
            "on foreign": judge_options.on_foreign,
        },
        **{"language": job.language, "letters": judge_options.letters, "certainty": judge_options.certainty},
        **{"markup": job.markup, "to": job.write_as, "shard size": shard_size(job)},
        **{"limit": selection.limit, "sample": selection.sample, "seed": selection.seed},
        **{"since": selection.since and selection.since.isoformat()},
        **_model_options(model),
    }
    inputs = {path: file_fingerprint(path) for path in job.inputs if path != STDIN}
    return RunPlan(inputs, options, model.version)


def _describe_community(community: Community | None) -> str | None:
    """Return the name of a community and a digest of its configuration."""
    if community is None:
        return None
    fields = (community.policy, community.observe, community.on_foreign, community.allow.entries, community.deny.entries)
    return f"{community.name} {hashlib.sha256(repr(fields).encode()).hexdigest()[:12]}"


def _model_options(model: ModelSource) -> Mapping[str, Any]:
    source = model.options
    if source is None:
        return {"prior": None, "risk": None, "profile": None}
    return {
        "prior": source.prior.model_dump_json() if source.prior else None,
        "risk": source.risk if source.profile is Profile.CASCADE else None,
        "profile": source.profile,
    }
