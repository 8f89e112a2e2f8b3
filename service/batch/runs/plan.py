"""The plan of a job, built from everything that decides which bytes its run writes."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from model.policy import Policy
from model.profile import Profile
from service.batch.file_access import STDIN
from service.batch.job import ScoreJob
from service.batch.output.run_plan import RunPlan, file_fingerprint
from service.batch.workers.model_source import ModelSource
from service.batch.workers.shard_tasks import shard_size
from service.judging.community import Community
from service.judging.judge_options import JudgeOptions
from service.model_loading import hash_languages

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
        **{name.replace("_", " "): value for name, value in asdict(job.dump_options).items() if name != "max_expansion"},
        **_judging_options(judge_options),
        "language": job.language,
        "make ids": job.make_ids,
        **{"markup": job.markup, "to": job.write_as, "shard size": shard_size(job)},
        **{"limit": selection.limit, "sample": selection.sample, "seed": selection.seed},
        **{"since": selection.since and selection.since.isoformat()},
        **_model_options(model),
    }
    inputs = {path: file_fingerprint(path) for path in job.inputs if path != STDIN}
    return RunPlan(inputs, options, model.version)


def _judging_options(judge_options: JudgeOptions) -> Mapping[str, Any]:
    """Return what comments are judged by beside the model, in the words of the user who sets it."""
    community = judge_options.community
    has_own_thresholds = judge_options.policy is None and community is not None and isinstance(community.policy, Policy)
    return {
        # A community may be called what one of the model's policies is called, and have thresholds of its own.
        "policy": f"{judge_options.policy_name}, the community's own" if has_own_thresholds else judge_options.policy_name,
        "community": None if community is None else community.name,
        "set of the community's rules": None if community is None else _digest_rules(community),
        "--on-foreign or TIPSTAFF_ON_FOREIGN": judge_options.on_foreign,
        "TIPSTAFF_LANGUAGE_LETTERS": judge_options.letters,
        "TIPSTAFF_LANGUAGE_CERTAINTY": judge_options.certainty,
        "the language packs": hash_languages(judge_options.languages),
    }


def _digest_rules(community: Community) -> str:
    fields = (community.policy, community.observe, community.on_foreign, community.allow.entries, community.deny.entries)
    return hashlib.sha256(repr(fields).encode()).hexdigest()[:12]


def _model_options(model: ModelSource) -> Mapping[str, Any]:
    source = model.options
    if source is None:
        return {"prior": None, "risk": None, "profile": None}
    return {
        "prior": source.prior.model_dump_json() if source.prior else None,
        "risk": source.risk if source.profile is Profile.CASCADE else None,
        "profile": source.profile,
    }
